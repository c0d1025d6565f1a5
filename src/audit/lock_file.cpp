// stimgen.lock on disk: one file for all recipes of a folder.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <functional>

#include "audit/entry_json.hpp"
#include "audit/json_outline.hpp"
#include "base/atomic_file.hpp"
#include "base/folder_lock.hpp"
#include "base/read_to_end.hpp"
#include "base/source_file.hpp"
#include "base/utf8.hpp"

#ifndef STIMGEN_VERSION
#define STIMGEN_VERSION "unknown"
#endif

namespace stimgen {
namespace {

std::optional<std::string> read_whole(const std::filesystem::path& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return std::nullopt;
  if (const auto problem = ordinary_file_problem(path); !problem.empty()) throw InputError("lock.damaged", problem);
  std::ifstream file(path, std::ios::binary);
  std::string text = read_to_end(file);
  if (!file.is_open() || file.bad())
    throw EnvironmentError("disk.cannot-read", fmt::format("cannot read '{}'", printable(path.string())));
  return text;
}

using Keep = std::function<bool(std::size_t, std::string_view)>;

// The lock, checked up to its recipes. `keep`: parse_json_outline(); null: all.
SortedJson parse(const std::string& text, const std::filesystem::path& path, const Keep& keep = nullptr) {
  const std::string shown = printable(path.string());
  const char* const remedy = "restore it from version control, or delete it and run again";
  SortedJson json;
  try {
    json = keep ? parse_json_outline(text, keep) : SortedJson::parse(text);
  } catch (const SortedJson::parse_error& error) {
    const std::string before = text.substr(0, error.byte == 0 ? 0 : error.byte - 1);
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const auto column = before.size() - (before.rfind('\n') == before.npos ? 0 : before.rfind('\n') + 1) + 1;
    const bool conflict = text.find("<<<<<<<") != text.npos;
    throw InputError("lock.damaged", fmt::format("{}:{}:{}: this is not the JSON of a lock", shown, line, column),
                     conflict ? "a merge left conflict marks: take either side, then run again" : remedy);
  }
  const auto version = json.is_object() ? json.find("lock_version") : json.end();
  if (!json.is_object() || version == json.end() || !version->is_number_integer()) {
    throw InputError("lock.damaged", fmt::format("{}: it has no lock_version", shown), remedy);
  }
  if (version->get<std::int64_t>() != kLockVersion) {
    throw InputError("lock.version",
                     fmt::format("{} is of lock version {}, but this stimgen ({}) reads version {}", shown,
                                 version->get<std::int64_t>(), stimgen_version(), kLockVersion),
                     version->get<std::int64_t>() > kLockVersion ? "use the newer stimgen that wrote it"
                                                                 : "delete it and run again to write it anew");
  }
  const auto recipes = json.find("recipes");
  if (recipes == json.end() || !recipes->is_object()) {
    throw InputError("lock.damaged", fmt::format("{}: it has no 'recipes'", shown), remedy);
  }
  return json;
}

}  // namespace

std::string stimgen_version() {
  return STIMGEN_VERSION;
}

std::string recipe_key(const Plan& plan, const std::filesystem::path& lock_file) {
  std::error_code ignored;
  const auto folder_of = [&](const std::filesystem::path& path) {
    return std::filesystem::weakly_canonical(std::filesystem::absolute(path, ignored).parent_path(), ignored);
  };
  const std::filesystem::path recipe = folder_of(plan.recipe.path) / plan.recipe.path.filename();
  const std::string name = recipe.lexically_relative(folder_of(lock_file)).generic_string();
  // A file system takes any bytes, JSON only UTF-8.
  constexpr std::size_t kLongest = 4096;
  for (std::size_t at = 0; at < name.size();) {
    const std::size_t bytes = utf8_at(name, at).bytes;
    if (bytes == 0) return printable(name, kLongest);
    at += bytes;
  }
  return name;
}

std::optional<Lock> read_lock(const std::filesystem::path& path, const std::string& recipe_name, LockDetail detail) {
  auto text = read_whole(path);
  if (!text) return std::nullopt;
  // Depths: recipes 1, the recipe 2, tasks 3, a task 4, its keys 5.
  const auto keep = [&](std::size_t depth, std::string_view key) {
    if (depth == 2) return key == recipe_name;
    return depth != 5 || (key != "keys" && key != "inputs" && key != "needs");
  };
  const bool outline = detail == LockDetail::outline;
  const SortedJson json = parse(*text, path, outline ? Keep(keep) : nullptr);
  text.reset();
  const SortedJson& recipes = json.at("recipes");
  const auto found = recipes.find(recipe_name);
  if (found == recipes.end()) return std::nullopt;
  Lock lock = lock_from_json(*found, fmt::format("{}: {}", printable(path.string()), printable(recipe_name)));
  lock.outline = outline;
  return lock;
}

std::map<std::string, Lock> read_all_locks(const std::filesystem::path& path) {
  std::map<std::string, Lock> locks;
  const auto text = read_whole(path);
  if (!text) return locks;
  const SortedJson json = parse(*text, path);
  for (const auto& [name, block] : json.at("recipes").items()) {
    locks[name] = lock_from_json(block, fmt::format("{}: {}", printable(path.string()), printable(name)));
  }
  return locks;
}

void update_lock(const std::filesystem::path& path, const std::string& recipe_name,
                 const std::function<Lock(std::optional<Lock>)>& change) {
  create_folders(path.parent_path());
  const FolderLock turn = FolderLock::for_file(path.parent_path(), path.filename().string());
  SortedJson json = {{"lock_version", kLockVersion}, {"recipes", SortedJson::object()}};
  const auto old = read_whole(path);
  if (old) json = parse(*old, path);
  SortedJson& recipes = json["recipes"];
  std::optional<Lock> now;
  if (const auto found = recipes.find(recipe_name); found != recipes.end()) {
    now = lock_from_json(*found, fmt::format("{}: {}", printable(path.string()), printable(recipe_name)));
  }
  recipes[recipe_name] = to_json(change(std::move(now)));
  const std::string text = to_text(json);
  if (text != old) write_file_atomically(path, text);
}

}  // namespace stimgen
