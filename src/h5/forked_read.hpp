// Reads by another process: what crashes or hangs HDF5 in a damaged file, since it does not check its heaps.
//
// HDF5 1.10 reads variable-length strings where a damaged heap points to, and follows the list of free places in the
// heaps of old groups in circles. One process, forked when it is first needed, does both for all files, so that only it
// dies: it opens the files by itself, has two seconds of computing for each piece of work, and is replaced after a
// failure. What failed in a process that had read other files counts only when it fails in a new one, too.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace stimgen::h5 {

// A file as it was opened: the other process refuses one that has taken its place.
struct FileIdentity {
  std::string path;  // absolute
  dev_t device = 0;
  ino_t inode = 0;
};

// False: HDF5 crashes, or goes in circles, on a walk through all objects of the file.
// These throw EnvironmentError if no process can be started. They hold HDF5's lock.
bool can_be_walked(const FileIdentity& file);

// Rows [first, first + count) of a one-dimensional or scalar dataset of variable-length strings. nullopt: damaged.
std::optional<std::vector<std::string>> read_strings_forked(const FileIdentity& file, const std::string& dataset,
                                                            std::uint64_t first, std::uint64_t count);

// The first string of an attribute of `count` variable-length strings. nullopt: damaged.
std::optional<std::string> read_string_forked(const FileIdentity& file, const std::string& object,
                                              const std::string& attribute, std::uint64_t count);

}  // namespace stimgen::h5
