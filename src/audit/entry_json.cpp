// Reading is strict: a lock that was edited into another form is named, not guessed at.
#include "audit/entry_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/digest.hpp"
#include "base/json_text.hpp"

namespace stimgen {
namespace {

SortedJson unsealed_json(const LockedTask& task) {
  SortedJson json = {{"fingerprint", task.fingerprint}};
  if (!task.keys.empty()) json["keys"] = task.keys;
  if (!task.words.empty()) json["words"] = task.words;
  if (!task.inputs.empty()) json["inputs"] = task.inputs;
  if (!task.needs.empty()) json["needs"] = task.needs;
  if (!task_kind_info(task.kind).makes_file) return json;
  json["kind"] = task_kind_name(task.kind);
  json["file"] = task.file;
  json["bytes"] = task.bytes;
  json["nodes"] = task.nodes;
  SortedJson populations = SortedJson::object();
  for (const auto& [name, population] : task.populations) {
    populations[name] = {{"spikes", population.spikes}, {"blake3", population.content}};
  }
  json["populations"] = std::move(populations);
  return json;
}

SortedJson entry_to_json(const LockedTask& task) {
  SortedJson json = unsealed_json(task);
  json["seal"] = task.seal.empty() ? seal_of(task) : task.seal;
  return json;
}

class EntryReader {
 public:
  explicit EntryReader(std::string where) : where_(std::move(where)) {}

  [[noreturn]] void fail(const std::string& what) const {
    throw InputError("lock.damaged", fmt::format("{}: {}", where_, what),
                     "restore it from version control, or delete it and run again");
  }
  template <typename T>
  T read(const SortedJson& json, const char* key, const std::string& owner) const {
    const auto found = json.find(key);
    if (found == json.end()) fail(fmt::format("{} has no '{}'", owner, key));
    try {
      return found->get<T>();
    } catch (const SortedJson::exception&) {
      fail(fmt::format("'{}' of {} is of another type than expected", key, owner));
    }
  }
  template <typename T>
  T read_or_empty(const SortedJson& json, const char* key, const std::string& owner) const {
    return json.contains(key) ? read<T>(json, key, owner) : T();
  }
  const SortedJson& object(const SortedJson& json, std::string_view key, const std::string& owner) const {
    static const SortedJson empty = SortedJson::object();
    const auto found = json.find(key);
    if (found == json.end()) return empty;
    if (!found->is_object()) fail(fmt::format("'{}' of {} is not an object", key, owner));
    return *found;
  }
  std::string digest(const SortedJson& json, const char* key, const std::string& owner) const {
    auto text = read<std::string>(json, key, owner);
    const bool good = text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (!good) fail(fmt::format("'{}' of {} is no BLAKE3 digest (64 digits 0-9, a-f)", key, owner));
    return text;
  }

  LockedTask entry(const SortedJson& json, const TaskKindInfo& kind, const std::string& name) const {
    const std::string owner = fmt::format("'{}'", printable(name));
    if (!json.is_object()) fail(owner + " is not an object");
    using Texts = std::map<std::string, std::string>;
    LockedTask task;
    task.kind = kind.kind;
    task.name = name;
    task.fingerprint = digest(json, "fingerprint", owner);
    task.keys = read_or_empty<Texts>(json, "keys", owner);
    task.words = read_or_empty<Texts>(json, "words", owner);
    task.inputs = read_or_empty<Texts>(json, "inputs", owner);
    task.needs = read_or_empty<std::vector<std::string>>(json, "needs", owner);
    task.seal = read<std::string>(json, "seal", owner);
    if (!kind.makes_file) return task;
    const auto kind_name = read<std::string>(json, "kind", owner);
    const std::span<const TaskKindInfo> kinds = task_kinds();
    const auto found =
        std::find_if(kinds.begin(), kinds.end(), [&](const TaskKindInfo& known) { return known.name == kind_name; });
    if (found == kinds.end()) fail(fmt::format("the kind of {} is '{}'", owner, printable(kind_name)));
    task.kind = found->kind;
    task.file = read<std::string>(json, "file", owner);
    task.bytes = read<std::uint64_t>(json, "bytes", owner);
    task.nodes = read<std::uint64_t>(json, "nodes", owner);
    for (const auto& [population, value] : object(json, "populations", owner).items()) {
      const std::string place = fmt::format("population '{}' of {}", printable(population), owner);
      if (!value.is_object()) fail(place + " is not an object");
      task.populations[population] = {read<std::uint64_t>(value, "spikes", place), digest(value, "blake3", place)};
    }
    return task;
  }

 private:
  std::string where_;
};

}  // namespace

std::string seal_of(const LockedTask& task) {
  const std::string text = unsealed_json(task).dump(-1, ' ', false, SortedJson::error_handler_t::replace);
  return to_hex(blake3(text)).substr(0, 16);
}

SortedJson to_json(const Lock& lock) {
  SortedJson json = {{"format_version", lock.format_version}, {"stimgen", lock.stimgen}};
  if (!lock.recipe_digest.empty()) json["recipe_digest"] = lock.recipe_digest;
  for (const auto& [name, file] : lock.files) json["files"][name] = {{"bytes", file.bytes}, {"blake3", file.blake3}};
  for (const auto& [key, task] : lock.tasks) {
    json[std::string(task_kind_info(task.kind).lock_section)][task.name] = entry_to_json(task);
  }
  return json;
}

Lock lock_from_json(const SortedJson& json, const std::string& where) {
  const EntryReader reader(where);
  if (!json.is_object()) reader.fail("a recipe's block is not an object");
  Lock lock;
  lock.format_version = reader.read<int>(json, "format_version", "the block");
  lock.stimgen = reader.read<std::string>(json, "stimgen", "the block");
  lock.recipe_digest = reader.read_or_empty<std::string>(json, "recipe_digest", "the block");
  for (const auto& [name, value] : reader.object(json, "files", "the block").items()) {
    const std::string owner = fmt::format("file '{}'", printable(name));
    if (!value.is_object()) reader.fail(owner + " is not an object");
    lock.files[name] = {reader.read<std::uint64_t>(value, "bytes", owner), reader.digest(value, "blake3", owner)};
  }
  std::string_view section;
  for (const TaskKindInfo& kind : task_kinds()) {
    if (kind.lock_section == std::exchange(section, kind.lock_section)) continue;
    for (const auto& [name, value] : reader.object(json, section, "the block").items()) {
      LockedTask task = reader.entry(value, kind, name);
      const auto key = std::pair(task.kind, name);
      lock.tasks.emplace(key, std::move(task));
    }
  }
  return lock;
}

std::string to_text(const SortedJson& json) {
  return escape_json_text(json.dump(2, ' ', false, SortedJson::error_handler_t::replace)) + "\n";
}

const LockedTask* Lock::find(TaskKind kind, const std::string& name) const {
  const auto found = tasks.find(std::pair(kind, name));
  return found == tasks.end() ? nullptr : &found->second;
}

}  // namespace stimgen
