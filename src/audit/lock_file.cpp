// stimgen.lock on disk: one file for all recipes of a folder.
#include <fmt/format.h>

#include <cstring>
#include <fstream>
#include <functional>

#include "audit/entry_json.hpp"
#include "audit/located_json.hpp"
#include "base/atomic_file.hpp"
#include "base/folder_lock.hpp"
#include "base/json_text.hpp"
#include "base/read_to_end.hpp"
#include "base/source_file.hpp"
#include "base/utf8.hpp"

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

constexpr const char* kRemedy = "restore it from version control, or delete it and run again";

// "stimgen.lock:3:1", the place of a byte.
std::string shown_place(const std::filesystem::path& path, const std::string& text, std::size_t offset) {
  const auto [line, column] = line_and_column(text, offset);
  return fmt::format("{}:{}:{}", printable(path.string()), line, column);
}

// The first line that `git merge` left in the text to mark a conflict.
std::optional<std::size_t> find_conflict_mark(const std::string& text) {
  for (std::size_t line = 0; line < text.size(); line = text.find('\n', line) + 1) {
    for (const char* const mark : {"<<<<<<<", "|||||||", "=======", ">>>>>>>"}) {
      if (text.compare(line, std::strlen(mark), mark) == 0) return line;
    }
    if (text.find('\n', line) == text.npos) break;
  }
  return std::nullopt;
}

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& text, const JsonProblem& problem) {
  if (!problem.twice.empty()) {
    throw InputError("lock.damaged",
                     fmt::format("{}: '{}' is here for the second time, as after a merge that kept both sides",
                                 shown_place(path, text, problem.offset), printable(problem.twice)),
                     "keep one of the two, or delete the lock; then run again");
  }
  if (const auto mark = find_conflict_mark(text)) {
    throw InputError("lock.damaged", fmt::format("{}: a merge left its conflict marks", shown_place(path, text, *mark)),
                     "take either side of each conflict, or delete the lock; then run again");
  }
  throw InputError("lock.damaged",
                   fmt::format("{}: this is not the JSON of a lock", shown_place(path, text, problem.offset)), kRemedy);
}

// The lock, checked up to its recipes. `keep`: parse_located_json().
SortedJson parse(const std::string& text, const std::filesystem::path& path, const KeepMember& keep = nullptr) {
  SortedJson json;
  try {
    json = parse_located_json(text, keep);
  } catch (const JsonProblem& problem) {
    refuse(path, text, problem);
  }
  const auto damaged = [&](const std::vector<std::string>& keys, const std::string& what) {
    const std::size_t offset = json.is_object() ? find_in_json(text, keys) : 0;
    return InputError("lock.damaged", fmt::format("{}: {}", shown_place(path, text, offset), what), kRemedy);
  };
  const auto version = json.is_object() ? json.find("lock_version") : json.end();
  if (version == json.end()) throw damaged({}, "it has no lock_version");
  if (!version->is_number_integer()) throw damaged({"lock_version"}, "lock_version is no number");
  if (*version != kLockVersion) {
    throw InputError("lock.version",
                     fmt::format("{} is of lock version {}, but this stimgen ({}) reads version {}",
                                 printable(path.string()), version->dump(), stimgen_version(), kLockVersion),
                     *version > kLockVersion ? "use the newer stimgen that wrote it, or delete it and run again"
                                             : "delete it and run again to write it anew");
  }
  const auto recipes = json.find("recipes");
  if (recipes == json.end()) throw damaged({}, "it has no 'recipes'");
  if (!recipes->is_object()) throw damaged({"recipes"}, "'recipes' is not an object");
  for (const auto& [key, value] : json.items()) {
    if (key != "lock_version" && key != "recipes")
      throw damaged({key}, fmt::format("the key '{}' is none of a lock's", printable(key)));
  }
  return json;
}

Lock read_block(const SortedJson& block, const std::string& recipe, const std::filesystem::path& path,
                const std::string& text, bool outline = false) {
  BlockOrigin origin;
  origin.place = [&](const std::vector<std::string>& keys) {
    std::vector<std::string> all{"recipes", recipe};
    all.insert(all.end(), keys.begin(), keys.end());
    return shown_place(path, text, find_in_json(text, all));
  };
  origin.remedy = kRemedy;
  origin.outline = outline;
  return lock_from_json(block, origin);
}

// Lines that git can merge: a member a line, but the line of a file is not broken up. What belongs to one task is at
// least one unchanging line away from what belongs to another, also where a comma comes behind its last line.
constexpr std::size_t kLineDepth = 6;  // recipes, the recipe, tasks, a task, files, a file

void append_lines(std::string& text, const SortedJson& json, std::size_t depth) {
  if (depth >= kLineDepth || !json.is_structured() || json.empty()) {
    text += json.dump(-1, ' ', false, SortedJson::error_handler_t::replace);
    return;
  }
  text += json.is_object() ? '{' : '[';
  bool first = true;
  for (auto member = json.begin(); member != json.end(); ++member) {
    text += first ? "\n" : ",\n";
    first = false;
    text.append(depth + 1, ' ');
    if (json.is_object())
      text += SortedJson(member.key()).dump(-1, ' ', false, SortedJson::error_handler_t::replace) + ": ";
    append_lines(text, *member, depth + 1);
  }
  text += '\n';
  text.append(depth, ' ');
  text += json.is_object() ? '}' : ']';
}

std::string lock_text(const SortedJson& json) {
  std::string text;
  append_lines(text, json, 0);
  return escape_json_text(std::move(text)) + "\n";
}

}  // namespace

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
  const auto text = read_whole(path);
  if (!text) return std::nullopt;
  // Depths: recipes 1, the recipe 2, tasks 3, a task 4, its keys 5.
  const auto keep = [&](std::size_t depth, std::string_view key) {
    if (depth == 2) return key == recipe_name;
    return depth != 5 || (key != "keys" && key != "inputs" && key != "needs" && key != "words");
  };
  const bool outline = detail == LockDetail::outline;
  const SortedJson json = parse(*text, path, outline ? KeepMember(keep) : nullptr);
  const SortedJson& recipes = json.at("recipes");
  const auto found = recipes.find(recipe_name);
  if (found == recipes.end()) return std::nullopt;
  return read_block(*found, recipe_name, path, *text, outline);
}

std::map<std::string, Lock> read_all_locks(const std::filesystem::path& path) {
  std::map<std::string, Lock> locks;
  const auto text = read_whole(path);
  if (!text) return locks;
  const SortedJson json = parse(*text, path);
  for (const auto& [name, block] : json.at("recipes").items()) locks[name] = read_block(block, name, path, *text);
  return locks;
}

namespace {

// By its key in a lock of this folder. Of a name that is not UTF-8 the key is no path: nobody knows.
bool is_gone(const std::filesystem::path& folder, const std::string& key) {
  std::error_code error;
  return key.find('\\') == key.npos && !std::filesystem::exists(folder / key, error) && !error;
}

}  // namespace

std::vector<std::string> find_gone_recipes(const std::filesystem::path& lock_file) {
  std::vector<std::string> gone;
  const auto text = read_whole(lock_file);
  if (!text) return gone;
  const SortedJson json = parse(*text, lock_file, [](std::size_t depth, std::string_view) { return depth < 3; });
  for (const auto& [key, block] : json.at("recipes").items()) {
    if (is_gone(lock_file.parent_path(), key)) gone.push_back(key);
  }
  return gone;
}

void drop_gone_recipes(const std::filesystem::path& lock_file) {
  const FolderLock turn = FolderLock::for_file(lock_file.parent_path(), lock_file.filename().string());
  const auto old = read_whole(lock_file);
  if (!old) return;
  SortedJson json = parse(*old, lock_file);
  SortedJson kept = SortedJson::object();
  for (const auto& [key, block] : json.at("recipes").items()) {
    if (!is_gone(lock_file.parent_path(), key)) kept[key] = block;
  }
  json["recipes"] = std::move(kept);
  if (const std::string text = lock_text(json); text != *old) write_file_atomically(lock_file, text);
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
    now = read_block(*found, recipe_name, path, *old);
  }
  recipes[recipe_name] = to_json(change(std::move(now)));
  const std::string text = lock_text(json);
  if (text != old) write_file_atomically(path, text);
}

}  // namespace stimgen
