// The strict reader of one mapping: what its table declares, and nothing else.
#include <algorithm>
#include <map>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "grammar/declared.hpp"
#include "grammar/document.hpp"
#include "grammar/field_names.hpp"
#include "grammar/said.hpp"
#include "stimgen/grammar.hpp"

namespace stimgen {

namespace {

bool starts_with_component(std::string_view name, std::string_view prefix) {
  return name.size() > prefix.size() && name.substr(0, prefix.size()) == prefix && name[prefix.size()] == '.';
}

// "a rate in Hz, e.g. 50 Hz".
std::string expectation(const FieldDoc& doc) {
  const FieldType* type = find_field_type(doc.type);
  std::string result;
  if (type != nullptr) {
    result = type->noun;
  } else if (const auto words = choice_words(doc.type); !words.empty()) {
    result = fmt::format("one of {}", fmt::join(words, ", "));
  } else {
    result = doc.type;
  }
  if (!doc.example.empty()) result += fmt::format(", e.g. {}", doc.example);
  return result;
}

// Keys of other programs, and of wishes: what there is instead. Migrants type them.
std::string key_elsewhere(std::string_view key) {
  constexpr std::pair<std::string_view, std::string_view> kElsewhere[] = {
      {"mean_firing_rate", "it is called 'rate' here: rate: 20 Hz"},
      {"firing_rate", "it is called 'rate' here: rate: 20 Hz"},
      {"assembly_name", "it is called 'assemblies' here"},
      {"n_assemblies", "the number of groups is called 'count' (method: random)"},
      {"t_start", "it is called 'start' here"},
      {"t_stop", "it is called 'stop' here"},
      {"tstop", "it is called 'stop' here; a bare number is in seconds"},
      {"psg_seed", "it is called 'spikes' under 'seeds' here"},
      {"net_seed", "it is called 'network' under 'seeds' here"},
      {"seed", "seeds stand at the top: seeds: {network: 1, spikes: 2}"},
      {"trials", "a trial is a run of its own: stimgen run RECIPE --set seeds.spikes=2 --output trials/2"},
      {"n_trials", "a trial is a run of its own: stimgen run RECIPE --set seeds.spikes=2 --output trials/2"},
      {"format", "files are SONATA spike files, there is no other format"},
      {"correlation", "there is none; tasks with the same 'stream' have the same spikes"},
      {"refractory", "there is no refractory period"},
      {"dt", "times are not on a grid unless output.resolution says so"},
  };
  for (const auto& [other, help] : kElsewhere) {
    if (key == other) return std::string(help);
  }
  return {};
}

}  // namespace

Fields::Fields(const Value& value, std::string owner, std::initializer_list<std::span<const FieldDoc>> tables,
               Diagnostics& diagnostics)
    : value_(&value),
      loc_(value.loc),
      owner_(std::move(owner)),
      diagnostics_(&diagnostics),
      errors_before_(diagnostics.error_count()) {
  for (const auto& table : tables) docs_.insert(docs_.end(), table.begin(), table.end());
  if (!value.is_mapping() && !value.is_null()) {
    const std::vector<std::string> keys = keys_under(docs_, "");
    const std::size_t shown = std::min<std::size_t>(keys.size(), 4);
    diagnostics.error(value.loc, "recipe.wrong-type",
                      fmt::format("{} is a mapping of keys, not {}", owner_, describe(value)),
                      fmt::format("its keys are {}{}",
                                  fmt::join(keys.begin(), keys.begin() + static_cast<std::ptrdiff_t>(shown), ", "),
                                  keys.size() > shown ? ", …" : ""));
    return;
  }
  check_keys(value, "");
  check_missing();
}

std::string Fields::mapping_name(const std::string& prefix) const {
  return prefix.empty() ? owner_ : fmt::format("'{}'", prefix.substr(0, prefix.size() - 1));
}

void Fields::check_keys(const Value& mapping, const std::string& prefix) {
  for (const Value::Member& member : mapping.members) {
    const std::string full = prefix + member.key;
    const auto is_doc = [&](const FieldDoc& doc) { return doc.name == full; };
    const bool has_dot = member.key.find('.') != std::string::npos;
    const bool declared = std::any_of(docs_.begin(), docs_.end(), is_doc);
    const bool opens = !has_dot && std::any_of(docs_.begin(), docs_.end(), [&](const FieldDoc& doc) {
      return starts_with_component(doc.name, full);
    });
    if (declared && has_dot) {
      diagnostics_->error(
          member.key_loc, "recipe.unknown-key",
          fmt::format("{} has no key '{}' with a dot in it", mapping_name(prefix), printable(member.key, 60)),
          fmt::format("write {}", nested_spelling(member.key)));
    } else if ((declared || opens) && member.value.is_null()) {
      diagnostics_->error(member.key_loc, "recipe.no-value", fmt::format("'{}' has no value", full),
                          "write a value, or remove the key");
    } else if (opens && member.value.is_mapping()) {
      check_keys(member.value, full + ".");
    } else if (opens && !declared) {
      const std::vector<std::string> keys = keys_under(docs_, full + ".");
      diagnostics_->error(member.value.loc, "recipe.wrong-type",
                          fmt::format("'{}' is a mapping of keys, not {}", full, describe(member.value)),
                          fmt::format("write {}: {{{}: …}}", member.key, fmt::join(keys, ": …, ")));
    } else if (!declared) {
      diagnostics_->error(member.key_loc, "recipe.unknown-key",
                          fmt::format("{} has no key '{}'", mapping_name(prefix), printable(member.key, 60)),
                          what_is_meant(mapping, member, prefix));
    }
  }
}

// What to write for an unknown key, whose value is remembered if it is clear which key it means.
std::string Fields::what_is_meant(const Value& mapping, const Value::Member& member, const std::string& prefix) {
  const std::vector<std::string> keys = keys_under(docs_, prefix);
  if (member.key == "n_assemblies") return key_elsewhere(member.key);  // 'assemblies' is near, and another thing
  if (const std::string nearest = nearest_name(member.key, keys); !nearest.empty()) {
    if (mapping.find(nearest) == nullptr) meant_.try_emplace(prefix + nearest, &member.value);
    return fmt::format("did you mean '{}'?", nearest);
  }
  std::string help;
  for (const FieldDoc& doc : docs_) {
    if (doc.name.find('.') == std::string_view::npos || last_component(doc.name) != member.key) continue;
    help = fmt::format("write {}", nested_spelling(doc.name));
    if (look_up(doc.name) == nullptr) meant_.try_emplace(std::string(doc.name), &member.value);
  }
  if (!help.empty()) return help;
  if (std::string elsewhere = key_elsewhere(member.key); !elsewhere.empty()) {
    const bool is_rate = member.key == "mean_firing_rate" || member.key == "firing_rate";
    const auto is_declared = [&](const std::string& key) {
      return std::find(keys.begin(), keys.end(), key) != keys.end();
    };
    if (is_rate && is_declared("rate") && mapping.find("rate") == nullptr) meant_.try_emplace("rate", &member.value);
    return elsewhere;
  }
  // One key that does not exist in place of the one that is needed.
  std::vector<std::string> missing;
  for (const FieldDoc& doc : docs_) {
    const bool is_here = doc.name.starts_with(prefix) && doc.name.find('.', prefix.size()) == std::string_view::npos;
    if (is_here && doc.fallback.empty() && mapping.find(last_component(doc.name)) == nullptr)
      missing.emplace_back(doc.name);
  }
  if (missing.size() == 1 && meant_.try_emplace(missing.front(), &member.value).second) {
    return fmt::format("it needs '{}': did you mean that?", last_component(missing.front()));
  }
  return keys.empty() ? "it takes no keys" : fmt::format("its keys are {}", fmt::join(keys, ", "));
}

void Fields::check_missing() {
  for (const FieldDoc& doc : docs_) {
    if (!doc.fallback.empty()) continue;
    // Follows the dotted name as far as the recipe goes: a wrong or empty value on the way is reported already.
    const Value* mapping = value_;
    std::string_view rest = doc.name;
    bool missing = false;
    while (!rest.empty()) {
      const std::string_view key = rest.substr(0, rest.find('.'));
      const Value* next = mapping->find(key);
      if (next == nullptr) {
        missing = mapping->is_mapping() || mapping->is_null();
        break;
      }
      if (next->is_null()) break;
      mapping = next;
      rest.remove_prefix(std::min(rest.size(), key.size() + 1));
    }
    if (missing && !meant_.contains(doc.name)) {
      diagnostics_->error(mapping->loc.file ? mapping->loc : loc_, "recipe.missing-key",
                          fmt::format("{} needs '{}' ({})", owner_, doc.name, expectation(doc)));
    }
  }
}

const FieldDoc& Fields::doc(std::string_view name) const {
  for (const FieldDoc& doc : docs_) {
    if (doc.name == name) return doc;
  }
  throw std::logic_error(fmt::format("{} does not declare the field '{}'", owner_, name));
}

const Value* Fields::look_up(std::string_view name) const {
  if (const auto meant = meant_.find(name); meant != meant_.end()) {
    return meant->second->is_null() ? nullptr : meant->second;
  }
  const Value* value = value_;
  while (!name.empty() && value != nullptr) {
    const std::string_view key = name.substr(0, name.find('.'));
    value = value->find(key);
    name.remove_prefix(std::min(name.size(), key.size() + 1));
  }
  return value == nullptr || value->is_null() ? nullptr : value;
}

const Value* Fields::value_or_fallback(std::string_view name) {
  if (const Value* given = value(name)) return given;
  if (!has_fallback(doc(name))) return nullptr;
  fallbacks_.push_back(std::make_unique<Value>(parse_fallback(doc(name).fallback, loc_)));
  return fallbacks_.back().get();
}

bool Fields::has(std::string_view name) const {
  doc(name);
  return look_up(name) != nullptr;
}

const Value* Fields::written(std::string_view name) const {
  doc(name);
  return look_up(name);
}

const Value* Fields::value(std::string_view name) {
  doc(name);
  read_.emplace(name);
  return look_up(name);
}

SourceLoc Fields::loc(std::string_view name) const {
  doc(name);
  const Value* found = look_up(name);
  return found == nullptr ? loc_ : found->loc;
}

double Fields::rate_hz(std::string_view name) {
  return optional_rate_hz(name).value_or(0);
}

double Fields::time_ms(std::string_view name) {
  return optional_time_ms(name).value_or(0);
}

double Fields::number(std::string_view name) {
  return optional_number(name).value_or(0);
}

double Fields::fraction(std::string_view name) {
  const Value* found = value_or_fallback(name);
  if (found == nullptr) return 0;
  return read_fraction(*found, name, *diagnostics_).value_or(0);
}

std::int64_t Fields::integer(std::string_view name) {
  const Value* found = value_or_fallback(name);
  return found == nullptr ? 0 : read_integer(*found, name, *diagnostics_).value_or(0);
}

std::uint64_t Fields::count(std::string_view name) {
  return optional_count(name).value_or(1);
}

bool Fields::boolean(std::string_view name) {
  const Value* found = value_or_fallback(name);
  return found != nullptr && read_boolean(*found, name, *diagnostics_).value_or(false);
}

std::string Fields::text(std::string_view name) {
  return optional_text(name).value_or(std::string());
}

std::string Fields::name(std::string_view name) {
  const Value* found = value_or_fallback(name);
  return found == nullptr ? std::string() : read_name(*found, name, *diagnostics_).value_or(std::string());
}

std::string Fields::choice(std::string_view name) {
  const Value* found = value_or_fallback(name);
  const std::vector<std::string> words = choice_words(doc(name).type);
  const std::string harmless = words.empty() ? std::string() : words.front();
  if (found == nullptr) return harmless;
  if (found->is_scalar() && std::find(words.begin(), words.end(), found->text) != words.end()) return found->text;
  std::string list;
  for (std::size_t i = 0; i < words.size(); ++i) {
    list += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + words[i];
  }
  const std::string nearest = found->is_scalar() ? nearest_name(found->text, words) : std::string();
  diagnostics_->error(
      found->loc, "recipe.unknown-choice",
      fmt::format("{} is {}, not {}", name, list,
                  found->is_scalar() ? fmt::format("'{}'", printable(found->text, 60)) : describe(*found)),
      nearest.empty() ? std::string() : fmt::format("did you mean '{}'?", nearest));
  return harmless;
}

std::filesystem::path Fields::path(std::string_view name) {
  const Value* found = value_or_fallback(name);
  return found == nullptr ? std::filesystem::path() : read_path(*found, name, *diagnostics_);
}

namespace {

template <class Item, class Read>
std::vector<Item> read_list(const Value* value, Read read) {
  std::vector<Item> result;
  if (value == nullptr) return result;
  if (!value->is_sequence()) {
    if (auto item = read(*value)) result.push_back(std::move(*item));
    return result;
  }
  for (const Value& element : value->items) {
    if (auto item = read(element)) result.push_back(std::move(*item));
  }
  return result;
}

}  // namespace

std::vector<std::string> Fields::texts(std::string_view name) {
  return read_list<std::string>(value_or_fallback(name),
                                [&](const Value& item) { return read_text(item, name, *diagnostics_); });
}

std::vector<std::int64_t> Fields::integers(std::string_view name) {
  return read_list<std::int64_t>(value_or_fallback(name),
                                 [&](const Value& item) { return read_integer(item, name, *diagnostics_); });
}

std::vector<std::filesystem::path> Fields::paths(std::string_view name) {
  return read_list<std::filesystem::path>(value_or_fallback(name), [&](const Value& item) {
    std::filesystem::path path = read_path(item, name, *diagnostics_);
    return path.empty() ? std::nullopt : std::optional(std::move(path));
  });
}

std::optional<double> Fields::optional_rate_hz(std::string_view name) {
  const Value* found = value_or_fallback(name);
  return found == nullptr ? std::nullopt : read_rate_hz(*found, name, *diagnostics_);
}

std::optional<double> Fields::optional_time_ms(std::string_view name) {
  const Value* found = value_or_fallback(name);
  return found == nullptr ? std::nullopt : read_time_ms(*found, name, *diagnostics_);
}

std::optional<double> Fields::optional_number(std::string_view name) {
  const Value* found = value_or_fallback(name);
  return found == nullptr ? std::nullopt : read_number(*found, name, *diagnostics_);
}

std::optional<std::uint64_t> Fields::optional_count(std::string_view name) {
  const Value* found = value_or_fallback(name);
  if (found == nullptr) return std::nullopt;
  return read_count(*found, name, *diagnostics_);
}

std::optional<std::uint64_t> Fields::optional_size_bytes(std::string_view name) {
  const Value* found = value_or_fallback(name);
  return found == nullptr ? std::nullopt : read_size_bytes(*found, name, *diagnostics_);
}

std::optional<std::string> Fields::optional_text(std::string_view name) {
  const Value* found = value_or_fallback(name);
  return found == nullptr ? std::nullopt : read_text(*found, name, *diagnostics_);
}

Diagnostic& Fields::error(std::string_view name, ErrorCode code, std::string message, std::string help) {
  return diagnostics_->error(loc(name), code, std::move(message), std::move(help));
}

Said Fields::said() const {
  Said said;
  for (const FieldDoc& doc : docs_) {
    if (read_.find(doc.name) == read_.end()) continue;
    if (const Value* given = look_up(doc.name)) {
      say(*given, declared(doc), std::string(doc.name), said);
    } else if (has_fallback(doc)) {
      say(parse_fallback(doc.fallback, loc_), declared(doc), std::string(doc.name), said);
    }
  }
  sort_said(said);
  return said;
}

std::vector<std::string> Fields::unread() const {
  std::vector<std::string> names;
  for (const FieldDoc& doc : docs_) {
    if (read_.find(doc.name) == read_.end()) names.emplace_back(doc.name);
  }
  return names;
}

}  // namespace stimgen
