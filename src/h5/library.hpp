// HDF5 held for a thread, and why its last call failed.
#pragma once

#include <mutex>
#include <string>
#include <string_view>

#include "h5/api.hpp"
#include "h5/handle.hpp"

namespace stimgen::h5 {

// Holds HDF5 for this thread, prepared: no atexit handler (it crashes after a failed close), no plugins, no printing.
class Library {
 public:
  Library();

 private:
  std::unique_lock<std::recursive_mutex> lock_;
};

// Why the last call failed, from HDF5's error stack, which the next call clears: closing an object is one, too.
struct Reason {
  std::string system;   // the errno text, if the system refused
  std::string deepest;  // what HDF5 says closest to the cause
  bool truncated = false;
  bool in_use = false;
  bool unknown_version = false;  // a part of the file is in a version that this HDF5 does not know
};
Reason last_reason();

// " (/spikes/a)", printable; empty for no object.
std::string shown(std::string_view object);

}  // namespace stimgen::h5
