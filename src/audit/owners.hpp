// Which recipe made which file of an output folder.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "stimgen/plan.hpp"

namespace stimgen {

// <output>/.stimgen/owners.json: {"version": 1, "recipes": {"../a.yaml": ["bg.h5", …]}}; recipes as seen from the
// output folder, so that both can move together. A file in the folder says by its record how it was made, but not by
// which recipe: files of two recipes with the same task are the same. Where this is deleted, nobody's files are
// protected or removed until runs have made them anew. Read and written while the folder is held.
class Owners {
 public:
  // Of the output folder of a recipe.
  explicit Owners(const Recipe& recipe);
  // The recipe that made a file, as a path from the output folder; empty: unknown, or this recipe.
  std::string other_owner_of(const std::string& file) const;
  // Whether it is known who made a file.
  bool knows(const std::string& file) const { return owner_of_.contains(file); }
  // What this recipe made.
  std::set<std::string> own_files() const;
  // This recipe makes the file now.
  void take(const std::string& file);
  // The same, of a file that nobody is known to have made.
  void adopt(const std::string& file);
  void forget(const std::string& file);
  // Writes the list if something is new. Errors: EnvironmentError.
  void save();

 private:
  std::filesystem::path folder_;
  std::string own_name_;
  std::map<std::string, std::string> owner_of_;  // file → recipe
  bool changed_ = false;
};

}  // namespace stimgen
