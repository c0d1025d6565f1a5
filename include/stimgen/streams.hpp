// Streams of random decisions, as those who draw see them: asking for a key is what declares that a task draws from it.
//
// Plan gives every kind (grouping, pattern, distribution, process) a Streams, and the kind asks it for the key of what
// it will draw, at the latest when the plan is built; the draws themselves may come later. What was asked for, and
// nothing else, is in the task's fingerprint, in the record of its file and in `plan`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "stimgen/types.hpp"

namespace stimgen {

struct Seeds {
  std::uint64_t network = 0;  // who is in which assembly, which mean rate a node has
  std::uint64_t spikes = 0;   // the spike times
};

// What a stream decides. `spikes` and `mother` are drawn from seeds.spikes; all others are from seeds.network.
enum class Purpose : std::uint8_t {
  assembly,  // which group a node is in
  fraction,  // which nodes of a group are kept
  join,      // who joins when
  property,  // the values of an inline node property
  rate,      // the mean rate of a node
  spikes,    // spike times
  mother     // spike times that nodes of a group share
};

// A stream that was asked for.
struct UsedStream {
  Purpose purpose = Purpose::spikes;
  std::string name;
  std::uint64_t seed = 0;
  StreamKey key;

  // "spikes"; of properties, of which a task may read several: "property cells/x".
  std::string label() const;
  // The recipe's key of the seed: "seeds.spikes".
  std::string_view seed_name() const;
};

class Streams {
 public:
  // `own_name`: of the task, the set or the property; rates and spikes are drawn by `shared_name`, the recipe's
  // `stream`, if it is not empty.
  explicit Streams(const Seeds& seeds = {}, std::string own_name = {}, std::string shared_name = {});

  // The key of a stream (make_stream_key in base/random.hpp), which counts as used from now on.
  StreamKey key(Purpose purpose);
  // The key if it was asked for, else 0: who draws from a stream that it did not ask for gets the same numbers whatever
  // the seed, which the conformance tests find.
  StreamKey key_if_used(Purpose purpose) const;
  // In order of purpose, each once.
  const std::vector<UsedStream>& used() const { return used_; }

 private:
  Seeds seeds_;
  std::string own_name_;
  std::string shared_name_;
  std::vector<UsedStream> used_;
};

}  // namespace stimgen
