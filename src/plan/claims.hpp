// What a run would write, so that nothing that the recipe reads, and none of the run's own files, is written over.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "stimgen/recipe.hpp"

namespace stimgen {

// Every path that a run of a recipe may write: the file of each task, the report, the lock, and two folders in which
// all is stimgen's. Two paths are the same if they are one entry of one folder, whatever links, '..' or other letters
// lead to it: files appear by a rename, which replaces an entry and not what a link in its place leads to.
class Claims {
 public:
  explicit Claims(const Recipe& recipe);
  // Reports the recipe or a file that it includes if a run would write over it, and an output folder or a report that
  // would lie below another file of the run.
  void check(Diagnostics& diagnostics) const;
  // Reports a file that is read, at the place that names it, if a run would write over it; true then.
  bool refuse(const NamedFile& read, Diagnostics& diagnostics) const;

 private:
  struct Claim {
    std::filesystem::path path;
    std::string what;  // "the file of task 'long'"
    SourceLoc loc;     // without a file: nothing in the recipe asks for it
    std::string help;  // for whom it stands in the way
  };
  using Inode = std::pair<unsigned long long, unsigned long long>;  // device and number

  void claim(Claim claim);
  const Claim* at(const std::filesystem::path& entry) const;
  // The claim on an entry or on a folder above it, below `top`; nullptr: none.
  const Claim* on_the_way(std::filesystem::path entry, const std::filesystem::path& top = {}) const;
  bool report(const std::filesystem::path& entry, const Claim* claim, const std::string& subject, const SourceLoc& loc,
              Diagnostics& diagnostics) const;

  const Recipe& recipe_;
  std::vector<Claim> claims_;
  std::map<std::filesystem::path, std::size_t> by_entry_;
  std::map<Inode, std::size_t> by_inode_;  // of those that are there
};

}  // namespace stimgen
