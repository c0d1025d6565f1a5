// A value's text depends on what the key holds: under a rate, 50 and 0.05 kHz are both "50 Hz".
#include "plan/keys.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/digest.hpp"
#include "recipe/document.hpp"

namespace stimgen {
namespace {

constexpr std::size_t kLongestText = 200;

bool is_rate_type(std::string_view type) {
  return type == "others" || type == "group-rates" || type.starts_with("rate") || type == "distribution-rate";
}

// What a value inside a structure of its own is: points are {at, rate}; rates by group are rates.
std::string_view type_inside(std::string_view type, std::string_view key) {
  if (key == "values" || key == "property" || key == "csv" || key == "distribution") return "text";
  if (type == "points") return key == "at" ? "time" : "rate";
  if (type == "combine-sources") return key == "shift" ? "time" : "text";
  return type;
}

std::string plain_text(const Value& value) {
  // Most texts are names: nothing is worth trying that does not start like a number.
  if (value.quoted || value.text.find_first_of("+-.0123456789") != 0) return value.text;
  Diagnostics ignored;
  if (const auto number = read_number(value, ignored)) return format_number(*number);
  return value.text;
}

std::string scalar_text(const Value& value, std::string_view type) {
  Diagnostics ignored;
  if (is_rate_type(type)) {
    if (const auto rate_hz = read_rate_hz(value, ignored)) return format_rate(*rate_hz);
  } else if (type.starts_with("time")) {
    if (const auto time_ms = read_time_ms(value, ignored)) return format_time(*time_ms);
  } else if (type == "number" || type == "fraction") {
    if (const auto number = read_number(value, ignored)) return format_number(*number);
  }
  return plain_text(value);
}

bool all_scalars(const Value& value) {
  return std::all_of(value.items.begin(), value.items.end(), [](const Value& item) { return item.is_scalar(); });
}

std::string cut(std::string text) {
  if (text.size() <= kLongestText) return text;
  return fmt::format("{} characters, sha256 {}", text.size(), to_hex(sha256(text)));
}

// The value at a dotted name; nullptr if absent.
const Value* look_up(const Value& body, std::string_view name) {
  const Value* value = &body;
  while (!name.empty() && value != nullptr) {
    const std::string_view key = name.substr(0, name.find('.'));
    value = value->find(key);
    name.remove_prefix(std::min(name.size(), key.size() + 1));
  }
  return value == nullptr || value->is_null() ? nullptr : value;
}

void sort_unique(KeyList& list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

}  // namespace

void append_canonical(const Value& value, const std::string& key, std::string_view type, KeyList& keys) {
  switch (value.kind) {
    case Value::Kind::null:
      return;
    case Value::Kind::scalar:
      keys.emplace_back(key, cut(scalar_text(value, type)));
      return;
    case Value::Kind::sequence:
      if (is_rate_type(type) && value.items.size() == 2 && all_scalars(value)) {  // [5, 6] is {mean: 5, stdev: 6}
        keys.emplace_back(key + ".mean", scalar_text(value.items[0], type));
        keys.emplace_back(key + ".stdev", scalar_text(value.items[1], type));
      } else if (all_scalars(value)) {
        std::vector<std::string> texts;
        for (const Value& item : value.items) texts.push_back(scalar_text(item, type));
        keys.emplace_back(key, cut(fmt::format("[{}]", fmt::join(texts, ", "))));
      } else {
        for (std::size_t i = 0; i < value.items.size(); ++i) {
          append_canonical(value.items[i], fmt::format("{}.{}", key, i), type, keys);
        }
      }
      return;
    case Value::Kind::mapping:
      for (const Value::Member& member : value.members) {
        append_canonical(member.value, key.empty() ? member.key : fmt::format("{}.{}", key, member.key),
                         type_inside(type, member.key), keys);
      }
      return;
  }
}

KeyList canonical_keys(const Value& body, std::initializer_list<std::span<const FieldDoc>> tables) {
  KeyList keys;
  for (const auto& table : tables) {
    for (const FieldDoc& doc : table) {
      if (const Value* value = look_up(body, doc.name)) {
        append_canonical(*value, std::string(doc.name), doc.type, keys);
      } else if (!doc.fallback.empty() && doc.fallback != "none" && doc.fallback.front() != '<') {
        append_canonical(parse_fallback(doc.fallback, body.loc), std::string(doc.name), doc.type, keys);
      }
    }
  }
  sort_unique(keys);
  return keys;
}

void add_shared_keys(const Recipe& recipe, Task& task) {
  const auto own = [&](std::string_view name) {
    return std::any_of(task.keys.begin(), task.keys.end(), [&](const auto& key) { return key.first == name; });
  };
  for (const UsedStream& stream : task.streams) {
    task.keys.emplace_back(stream.seed_name(), fmt::format("{}", stream.seed));
  }
  if (task.kind == TaskKind::background || task.kind == TaskKind::pattern) {
    // A pattern is silent from time.start to its own start.
    if (task.kind == TaskKind::pattern || !own("start")) {
      task.keys.emplace_back("time.start", format_time(recipe.start_ms.value_or(0)));
    }
    if (!own("stop") && recipe.stop_ms) task.keys.emplace_back("time.stop", format_time(*recipe.stop_ms));
  }
  if (task.makes_file()) {
    const OutputSettings& output = recipe.output;
    task.keys.emplace_back("output.sort", output.sort == SpikeOrder::by_time ? "by_time" : "by_id");
    task.keys.emplace_back("output.resolution", output.resolution_ms > 0 ? format_time(output.resolution_ms) : "none");
    task.keys.emplace_back("output.compression", output.compression == Compression::gzip
                                                     ? fmt::format("gzip {}", output.level)
                                                     : std::string("none"));
  }
  sort_unique(task.keys);
  sort_unique(task.inputs);
}

void InputDigests::add_columns(const NodePopulation& population, Task& task) {
  for (const std::string& column : population.take_columns_used()) {
    if (column == "node_id" || column == "population") continue;
    std::string& digest = columns_[{&population, column}];
    if (digest.empty()) digest = to_hex(population.column_digest(column));
    const auto& drawn = population.column(column)->streams;
    task.streams.insert(task.streams.end(), drawn.begin(), drawn.end());
    task.inputs.emplace_back(fmt::format("column {} of {}", column, population.name()), digest);
  }
  population.take_columns_used();  // digesting asks for them
}

void add_files(const Value& body, Task& task) {
  for (const Value::Member& member : body.members) {
    const bool names_file = member.key == "csv" || member.key == "edges";
    if (names_file && member.value.is_scalar()) {
      std::filesystem::path path = member.value.text;
      if (path.is_relative() && member.value.loc.file) path = member.value.loc.file->directory / path;
      task.files.push_back(path.lexically_normal());
    } else {
      add_files(member.value, task);
    }
  }
  for (const Value& item : body.items) add_files(item, task);
}

std::string shown_from_recipe(const Recipe& recipe, const std::filesystem::path& path) {
  std::error_code ignored;
  const auto folder = std::filesystem::absolute(recipe.path, ignored).lexically_normal().parent_path();
  const auto relative = std::filesystem::absolute(path, ignored).lexically_normal().lexically_relative(folder);
  return relative.empty() ? path.generic_string() : relative.generic_string();
}

}  // namespace stimgen
