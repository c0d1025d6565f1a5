// The list as JSON, a recipe a key.
#include "audit/owners.hpp"

#include <fmt/format.h>

#include <fstream>

#include "audit/entry_json.hpp"
#include "audit/state_file.hpp"
#include "base/atomic_file.hpp"

namespace stimgen {
namespace {

std::filesystem::path list_in(const std::filesystem::path& folder) {
  return folder / kStateFolder / "owners.json";
}

}  // namespace

Owners::Owners(const Recipe& recipe) : folder_(recipe.output.directory), own_name_(seen_from_output(recipe)) {
  std::ifstream file = open_state(list_in(folder_));
  if (!file.is_open()) return;
  // Damaged or of another version: nobody's.
  const auto json = SortedJson::parse(file, nullptr, false);
  if (!json.is_object() || json.value("version", 0) != 1 || !json.contains("recipes") || !json["recipes"].is_object()) {
    return;
  }
  for (const auto& [name, files] : json["recipes"].items()) {
    if (!files.is_array()) continue;
    for (const auto& item : files) {
      if (item.is_string()) owner_of_[item.get<std::string>()] = name;
    }
  }
}

std::string Owners::other_owner_of(const std::string& file) const {
  const auto found = owner_of_.find(file);
  return found == owner_of_.end() || found->second == own_name_ ? std::string() : found->second;
}

std::set<std::string> Owners::own_files() const {
  std::set<std::string> files;
  for (const auto& [file, owner] : owner_of_) {
    if (owner == own_name_) files.insert(file);
  }
  return files;
}

void Owners::take(const std::string& file) {
  std::string& owner = owner_of_[file];
  changed_ = changed_ || owner != own_name_;
  owner = own_name_;
}

void Owners::adopt(const std::string& file) {
  changed_ = owner_of_.emplace(file, own_name_).second || changed_;
}

void Owners::forget(const std::string& file) {
  changed_ = owner_of_.erase(file) > 0 || changed_;
}

void Owners::save() {
  if (!changed_) return;
  SortedJson recipes = SortedJson::object();
  for (const auto& [file, owner] : owner_of_) recipes[owner].push_back(file);
  create_folders(list_in(folder_).parent_path());
  write_cache_file(list_in(folder_), to_text(SortedJson{{"version", 1}, {"recipes", std::move(recipes)}}));
  changed_ = false;
}

}  // namespace stimgen
