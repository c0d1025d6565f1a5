// A pool that runs work for a writer: sampling, compression and digests are done by whoever offers a thread.
#pragma once

#include <functional>

namespace stimgen {

class WorkerPool {
 public:
  virtual ~WorkerPool() = default;
  // That work side by side; at least 1, which is whoever waits.
  virtual unsigned threads() const { return 1; }
  // May run it at once.
  virtual void submit(std::function<void()> work) = 0;
  // Runs one piece of submitted work that no thread has begun, in the calling thread; false if there is none. For
  // those who wait: a thread of the pool that waits for another one goes on working.
  virtual bool run_one() { return false; }
};

}  // namespace stimgen
