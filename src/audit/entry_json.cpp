// Reading is strict: a lock that was edited into another form is named, not guessed at.
#include "audit/entry_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "base/digest.hpp"
#include "base/json_text.hpp"

namespace stimgen {
namespace {

bool makes_file(const LockedTask& task) {
  return task_kind_info(task.kind).makes_file;
}

// Fingerprint and seal stand in the line of the file, if there is one, and never last, where the next entry may put a
// comma behind the entry's end: git would take changes of both for a conflict.
SortedJson unsealed_json(const LockedTask& task) {
  SortedJson json = SortedJson::object();
  if (!task.keys.empty()) json["keys"] = task.keys;
  if (!task.words.empty()) json["words"] = task.words;
  if (!task.inputs.empty()) json["inputs"] = task.inputs;
  if (!task.needs.empty()) json["needs"] = task.needs;
  if (!makes_file(task)) {
    json["content"]["fingerprint"] = task.fingerprint;
    return json;
  }
  json["kind"] = task_kind_name(task.kind);
  SortedJson populations = SortedJson::object();
  for (const auto& [name, population] : task.populations) {
    populations[name] = {{"spikes", population.spikes}, {"blake3", population.content}};
  }
  json["files"][task.file] = {{"fingerprint", task.fingerprint}, {"populations", std::move(populations)}};
  return json;
}

SortedJson entry_to_json(const LockedTask& task) {
  SortedJson json = unsealed_json(task);
  const std::string seal = task.seal.empty() ? seal_of(json) : task.seal;
  (makes_file(task) ? json["files"][task.file] : json["content"])["seal"] = seal;
  return json;
}

// The keys that lead to a value, innermost first.
struct Step {
  const Step* outer = nullptr;
  std::string_view key;
};

class BlockReader {
 public:
  explicit BlockReader(const BlockOrigin& origin) : origin_(origin) {}

  Lock block(const SortedJson& json) const {
    if (!json.is_object()) fail(nullptr, "a recipe's block is not an object");
    Lock lock;
    lock.outline = origin_.outline;
    const Step format{nullptr, "format_version"};
    const std::uint64_t version = number(member(json, nullptr, "format_version"), format);
    lock.format_version = static_cast<int>(std::min<std::uint64_t>(version, std::numeric_limits<int>::max()));
    std::vector<std::string_view> known{"format_version"};
    for (const TaskKindInfo& kind : task_kinds()) {
      if (kind.lock_section == known.back()) continue;
      known.push_back(kind.lock_section);
      const auto section = json.find(kind.lock_section);
      if (section == json.end()) continue;
      const Step step{nullptr, kind.lock_section};
      check_object(*section, step);
      for (const auto& [name, value] : section->items()) {
        LockedTask task = entry(value, Step{&step, name}, kind);
        auto key = std::pair(task.kind, task.name);
        lock.tasks.emplace(std::move(key), std::move(task));
      }
    }
    if (!origin_.record) allow(json, nullptr, known);
    return lock;
  }

 private:
  [[noreturn]] void fail(const Step* step, const std::string& what) const {
    std::vector<std::string> keys;
    for (; step != nullptr; step = step->outer) keys.insert(keys.begin(), std::string(step->key));
    const std::string whose = keys.size() < 2 ? "" : fmt::format(" in the entry of {}", quoted(keys[1]));
    throw InputError("lock.damaged", fmt::format("{}: {}{}", origin_.place(keys), what, whose), origin_.remedy);
  }
  static std::string quoted(std::string_view key) { return fmt::format("'{}'", printable(std::string(key))); }

  void allow(const SortedJson& json, const Step* at, const std::vector<std::string_view>& known) const {
    for (const auto& [key, value] : json.items()) {
      if (std::find(known.begin(), known.end(), key) != known.end()) continue;
      const Step step{at, key};
      fail(&step, fmt::format("the key {} is none of a lock's", quoted(key)));
    }
  }
  void check_object(const SortedJson& json, const Step& step) const {
    if (!json.is_object()) fail(&step, quoted(step.key) + " is not an object");
  }
  const SortedJson& member(const SortedJson& json, const Step* at, const char* key) const {
    const auto found = json.find(key);
    if (found == json.end()) fail(at, fmt::format("there is no '{}'", key));
    return *found;
  }
  std::uint64_t number(const SortedJson& json, const Step& step) const {
    if (!json.is_number_unsigned()) fail(&step, quoted(step.key) + " is not a whole number from 0 on");
    return json.get<std::uint64_t>();
  }
  std::string text(const SortedJson& json, const Step& step) const {
    if (!json.is_string()) fail(&step, quoted(step.key) + " is not a text");
    return json.get<std::string>();
  }
  std::string digits(const SortedJson& json, const Step& step, std::size_t count) const {
    std::string digits = text(json, step);
    if (digits.size() != count || digits.find_first_not_of("0123456789abcdef") != std::string::npos) {
      fail(&step, fmt::format("{} is not {} digits 0-9, a-f", quoted(step.key), count));
    }
    return digits;
  }
  std::string digest(const SortedJson& json, const Step* at, const char* key) const {
    return digits(member(json, at, key), Step{at, key}, 64);
  }
  std::string seal(const SortedJson& json, const Step* at) const {
    return digits(member(json, at, "seal"), Step{at, "seal"}, 16);
  }
  // nullptr: there is none, or it was left out.
  const SortedJson* optional(const SortedJson& json, const char* key) const {
    const auto found = json.find(key);
    return found == json.end() || (origin_.outline && found->is_null()) ? nullptr : &*found;
  }
  std::map<std::string, std::string> texts(const SortedJson& json, const Step& at, const char* key) const {
    std::map<std::string, std::string> result;
    const SortedJson* const found = optional(json, key);
    if (found == nullptr) return result;
    const Step step{&at, key};
    check_object(*found, step);
    for (const auto& [name, value] : found->items()) {
      result.emplace_hint(result.end(), name, text(value, Step{&step, name}));
    }
    return result;
  }
  std::vector<std::string> needs(const SortedJson& json, const Step& at) const {
    std::vector<std::string> result;
    const SortedJson* const found = optional(json, "needs");
    if (found == nullptr) return result;
    const Step step{&at, "needs"};
    if (!found->is_array()) fail(&step, "'needs' is not a list");
    for (const SortedJson& need : *found) result.push_back(text(need, step));
    return result;
  }
  TaskKind kind_of(const SortedJson& json, const Step& at) const {
    const Step step{&at, "kind"};
    const std::string name = text(member(json, &at, "kind"), step);
    for (const TaskKindInfo& kind : task_kinds()) {
      if (kind.makes_file && kind.name == name) return kind.kind;
    }
    fail(&step, fmt::format("there is no kind of task {}", quoted(name)));
  }

  LockedTask entry(const SortedJson& json, const Step& at, const TaskKindInfo& section) const {
    check_object(json, at);
    LockedTask task;
    task.kind = section.kind;
    task.name = std::string(at.key);
    task.keys = texts(json, at, "keys");
    task.words = texts(json, at, "words");
    task.inputs = texts(json, at, "inputs");
    task.needs = needs(json, at);
    if (section.makes_file) {
      task.kind = kind_of(json, at);
      read_file(json, at, task);
      allow(json, &at, {"files", "inputs", "keys", "kind", "needs", "words"});
    } else {
      const SortedJson& content = member(json, &at, "content");
      const Step inside{&at, "content"};
      check_object(content, inside);
      task.fingerprint = digest(content, &inside, "fingerprint");
      task.seal = seal(content, &inside);
      allow(content, &inside, {"fingerprint", "seal"});
      allow(json, &at, {"content", "inputs", "keys", "needs", "words"});
    }
    return task;
  }

  void read_file(const SortedJson& json, const Step& at, LockedTask& task) const {
    const SortedJson& files = member(json, &at, "files");
    const Step step{&at, "files"};
    check_object(files, step);
    if (files.size() != 1) fail(&step, fmt::format("{} files, but this is a task with one", files.size()));
    task.file = files.begin().key();
    const SortedJson& line = files.begin().value();
    const Step file{&step, task.file};
    check_object(line, file);
    task.fingerprint = digest(line, &file, "fingerprint");
    task.seal = seal(line, &file);
    const SortedJson& populations = member(line, &file, "populations");
    const Step inside{&file, "populations"};
    check_object(populations, inside);
    for (const auto& [name, value] : populations.items()) {
      const Step population{&inside, name};
      check_object(value, population);
      task.populations[name] = {number(member(value, &population, "spikes"), Step{&population, "spikes"}),
                                digest(value, &population, "blake3")};
      allow(value, &population, {"blake3", "spikes"});
    }
    allow(line, &file, {"fingerprint", "populations", "seal"});
  }

  const BlockOrigin& origin_;
};

}  // namespace

std::string seal_of(const SortedJson& unsealed) {
  const std::string text = unsealed.dump(-1, ' ', false, SortedJson::error_handler_t::replace);
  return to_hex(blake3(text)).substr(0, 16);
}

std::string seal_of(const LockedTask& task) {
  return seal_of(unsealed_json(task));
}

SortedJson to_json(const Lock& lock) {
  SortedJson json = {{"format_version", lock.format_version}};
  for (const auto& [key, task] : lock.tasks) {
    json[std::string(task_kind_info(task.kind).lock_section)][task.name] = entry_to_json(task);
  }
  return json;
}

Lock lock_from_json(const SortedJson& json, const BlockOrigin& origin) {
  return BlockReader(origin).block(json);
}

std::string to_text(const SortedJson& json) {
  return escape_json_text(json.dump(2, ' ', false, SortedJson::error_handler_t::replace)) + "\n";
}

const LockedTask* Lock::find(TaskKind kind, const std::string& name) const {
  const auto found = tasks.find(std::pair(kind, name));
  return found == tasks.end() ? nullptr : &found->second;
}

}  // namespace stimgen
