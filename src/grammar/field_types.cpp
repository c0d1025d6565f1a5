// The types of recipe values: what may stand at a key, and how messages and help call it.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "grammar/declared.hpp"
#include "grammar/literal_text.hpp"
#include "stimgen/grammar.hpp"

namespace stimgen {

namespace {

using Text = std::optional<std::string>;

Text rate_text(const Value& value, std::string_view key, Diagnostics& diagnostics) {
  const auto rate_hz = read_rate_hz(value, key, diagnostics);
  return rate_hz ? Text(format_rate(*rate_hz)) : std::nullopt;
}

Text time_text(const Value& value, std::string_view key, Diagnostics& diagnostics) {
  const auto time_ms = read_time_ms(value, key, diagnostics);
  return time_ms ? Text(format_time(*time_ms)) : std::nullopt;
}

bool is_word(const Value& value, std::string_view word) {
  return value.is_scalar() && value.text == word;
}

Text time_or_none_text(const Value& value, std::string_view key, Diagnostics& diagnostics) {
  return is_word(value, "none") ? Text("none") : time_text(value, key, diagnostics);
}

Text rate_or_silent_text(const Value& value, std::string_view key, Diagnostics& diagnostics) {
  return is_word(value, "silent") ? Text("silent") : rate_text(value, key, diagnostics);
}

template <auto read>
Text number_text(const Value& value, std::string_view key, Diagnostics& diagnostics) {
  const auto number = read(value, key, diagnostics);
  return number ? Text(format_number(*number)) : std::nullopt;
}

Text fraction_or_random_text(const Value& value, std::string_view key, Diagnostics& diagnostics) {
  if (is_word(value, "random")) return "random";
  return number_text<static_cast<ReadScalar<double>*>(read_fraction)>(value, key, diagnostics);
}

template <auto read>
Text whole_text(const Value& value, std::string_view key, Diagnostics& diagnostics) {
  const auto number = read(value, key, diagnostics);
  return number ? Text(std::to_string(*number)) : std::nullopt;
}

Text truth_text(const Value& value, std::string_view key, Diagnostics& diagnostics) {
  const auto truth = read_boolean(value, key, diagnostics);
  return truth ? Text(*truth ? "true" : "false") : std::nullopt;
}

// A file elsewhere goes by its name: where it lies on a machine is not part of an experiment.
Text path_text(const Value& value, std::string_view key, Diagnostics& diagnostics) {
  if (read_path(value, key, diagnostics).empty()) return std::nullopt;
  const std::filesystem::path path = std::filesystem::path(value.text).lexically_normal();
  return path.is_absolute() ? path.filename().string() : path.generic_string();
}

Text literal_text(const Value& value, std::string_view key, Diagnostics& diagnostics) {
  const auto text = read_text(value, key, diagnostics);
  return text ? Text(canonical_literal(value)) : std::nullopt;
}

using enum ScalarType::Written;
constexpr std::string_view kRatePattern = R"(^%unsigned%[ \t]*k?Hz$|%variable%)";
constexpr std::string_view kVariable = "%variable%";

// clang-format off
constexpr ScalarType kRate{as_quantity, "number string", "0", "1e9", kRatePattern, rate_text};
constexpr ScalarType kRateOrSilent{as_quantity, "number string", "0", "1e9",
                                   R"(^silent$|^%unsigned%[ \t]*k?Hz$|%variable%)", rate_or_silent_text, "silent"};
constexpr ScalarType kTime{as_quantity, "number string", "-9e6", "9e6", R"(^%decimal%[ \t]*(s|ms|us)$|%variable%)",
                           time_text};
constexpr ScalarType kTimeOrNone{as_quantity, "number string", "0", "9e6",
                                 R"(^none$|^%unsigned%[ \t]*(s|ms|us)$|%variable%)", time_or_none_text, "none"};
constexpr ScalarType kNumber{as_number, "number string", "", "", kVariable,
                             number_text<static_cast<ReadScalar<double>*>(read_number)>};
constexpr ScalarType kFraction{as_number, "number string", "0", "1", kVariable,
                               number_text<static_cast<ReadScalar<double>*>(read_fraction)>};
constexpr ScalarType kFractionOrRandom{as_number, "number string", "0", "1", "^random$|%variable%",
                                       fraction_or_random_text, "random"};
constexpr ScalarType kInteger{as_number, "integer string", "", "", kVariable,
                              whole_text<static_cast<ReadScalar<std::int64_t>*>(read_integer)>};
constexpr ScalarType kUnsigned{as_number, "integer string", "0", "18446744073709551615", kVariable,
                               whole_text<static_cast<ReadScalar<std::uint64_t>*>(read_unsigned)>};
constexpr ScalarType kCount{as_number, "integer string", "1", "", kVariable,
                            whole_text<static_cast<ReadScalar<std::uint64_t>*>(read_count)>};
constexpr ScalarType kSize{as_number, "integer string", "1", "", R"(^%unsigned%[ \t]*[kMGT]?B$|%variable%)",
                           whole_text<static_cast<ReadScalar<std::uint64_t>*>(read_size_bytes)>};
constexpr ScalarType kLevel{as_number, "integer string", "1", "9", kVariable,
                            whole_text<static_cast<ReadScalar<std::uint64_t>*>(read_count)>};
constexpr ScalarType kVersion{as_number, "integer", "1", "1", "",
                              whole_text<static_cast<ReadScalar<std::uint64_t>*>(read_count)>};
constexpr ScalarType kBoolean{as_truth, "boolean string", "", "", kVariable, truth_text, "true false"};
constexpr ScalarType kText{as_text, "string number boolean", "", "", "",
                           static_cast<ReadScalar<std::string>*>(read_text)};
constexpr ScalarType kName{as_text, "string", "", "", "%name%|%variable%",
                           static_cast<ReadScalar<std::string>*>(read_name)};
constexpr ScalarType kPath{as_path, "string number", "", "", "", path_text};
constexpr ScalarType kLiteral{as_literal, "string number boolean", "", "", "", literal_text};

constexpr std::string_view kRateForms =
    "a rate; {mean, stdev, distribution} or for short [mean, stdev]; a distribution's own key, as in {uniform: [lo, hi]}; "
    "{values: {property: …}} or {values: {csv: …}}";
constexpr std::string_view kOthersForms =
    "the word silent; a rate; {mean, stdev, distribution} or for short [mean, stdev]; a distribution's own key, as in "
    "{uniform: [lo, hi]}; {values: {property: …}} or {values: {csv: …}}";

constexpr std::array kTypes{
FieldType{"rate", "a rate in Hz", "a number with the unit Hz or kHz; a bare number is Hz", &kRate},
FieldType{"time", "a time", "a number with the unit s, ms or us; a bare number is seconds", &kTime},
FieldType{"time-or-none", "a time or none",
          "a number with the unit s, ms or us (a bare number is seconds), or the word none", &kTimeOrNone},
FieldType{"number", "a number", "a number without a unit", &kNumber},
FieldType{"integer", "a whole number", "a whole number, negative ones too", &kInteger},
FieldType{"unsigned", "a whole number from 0 up", "a whole number from 0 up", &kUnsigned},
FieldType{"count", "a whole number from 1 up", "a whole number from 1 up", &kCount},
FieldType{"size", "a size", "a number of bytes, or one with the unit kB, MB, GB or TB", &kSize},
FieldType{"fraction", "a number from 0 to 1", "a number from 0 to 1", &kFraction},
FieldType{"fraction-or-random", "a number from 0 to 1 or random", "a number from 0 to 1, or the word random",
          &kFractionOrRandom},
FieldType{"boolean", "true or false", "true or false", &kBoolean},
FieldType{"text", "a text", "any text", &kText},
FieldType{"name", "a name", "letters, digits, _ . and -, starting with a letter or _", &kName},
FieldType{"path", "a path", "a path, relative to the folder of the recipe", &kPath},
FieldType{"literal", "a number or a text", "a number, or a text; a number in quotes is text", &kLiteral},
FieldType{"task-sets", "sets of tasks", "a list of task names, or a list of such lists",
          nullptr, "names", {}, false, false, 1},
FieldType{"texts", "a text or a list of texts", "a text, or a list of texts", &kText, "text"},
FieldType{"names", "a name or a list of names", "a name, or a list of names", &kName, "name"},
FieldType{"integers", "a list of whole numbers", "a list of whole numbers, such as [2, 0]", &kInteger, "integer"},
FieldType{"paths", "a path or a list of paths", "a path or a list of paths, relative to the folder of the recipe",
          &kPath, "path"},
FieldType{"literals", "a list of numbers or texts", "a list of numbers or texts, such as [L4, L5]", nullptr, "literal"},
FieldType{"selected-groups", "a list of groups",
          "a list of groups: their numbers from 0, or their labels; a number in quotes is a label", &kLiteral,
          "literal"},
FieldType{.name = "matrix", .noun = "a matrix of whole numbers",
          .description = "a list of rows, each a list of whole numbers", .item = "matrix-row", .least = 1},
FieldType{.name = "matrix-row", .noun = "a row of whole numbers", .description = "a list of whole numbers",
          .item = "integer", .least = 1},
FieldType{.name = "range", .noun = "two numbers [low, high]", .description = "two numbers in a list: [low, high]",
          .item = "number", .least = 2, .most = 2},
FieldType{.name = "where", .noun = "a condition on node properties",
          .description = "node properties and the values they must have: SONATA node-set syntax, all must hold",
          .named = "condition"},
FieldType{.name = "condition", .noun = "a value, a list of values, or {operator: value}",
          .description = "a value, a list of values of which one must hold, or {operator: value}",
          .scalar = &kLiteral, .item = "literal", .keys = true},
FieldType{.name = "connected", .noun = "an edges file {edges, population}",
          .description = "a SONATA edges file; only nodes that are the source of an edge of it are kept", .keys = true},
FieldType{.name = "rate-or-distribution", .noun = "a rate or a distribution of rates", .description = kRateForms,
          .scalar = &kRate, .item = "rate", .keys = true, .least = 2, .most = 2},
FieldType{.name = "others", .noun = "silent, a rate or a distribution of rates", .description = kOthersForms,
          .scalar = &kRateOrSilent, .item = "rate", .keys = true, .least = 2, .most = 2},
FieldType{.name = "rate-range", .noun = "two rates [low, high]", .description = "two rates in a list: [low, high]",
          .item = "rate", .least = 2, .most = 2},
FieldType{.name = "listed-rates", .noun = "{property} or {csv}", .description = "{property: …} or {csv: …}",
          .keys = true, .one_key = true},
FieldType{.name = "group-rates", .noun = "rates by group {group: rate}",
          .description = "one rate or distribution of rates for each group", .named = "rate-or-distribution",
          .least = 1},
FieldType{.name = "points", .noun = "a list of points {at, rate}",
          .description = "a list of {at: time, rate: rate} in order of time", .item = "point", .least = 1},
FieldType{.name = "point", .noun = "a point {at, rate}", .description = "{at: time, rate: rate}", .keys = true},
// Its keys are those of the point processes, which the layers above declare.
FieldType{.name = "process", .noun = "the name of a point process",
          .description = "the name of a point process, or {name: {its keys}}", .scalar = &kText, .named = "any"},
FieldType{.name = "combine-sources", .noun = "a list of tasks and files",
          .description = "a list of task names and of {file, population, shift, where}", .item = "combine-source",
          .least = 1},
FieldType{.name = "combine-source", .noun = "a task or a file",
          .description = "the name of a task, or {file, population, shift, where}", .scalar = &kName, .keys = true},
FieldType{.name = "network-files", .noun = "a list of node files",
          .description = "a list of {nodes: …, node_types: …}", .item = "network-file"},
FieldType{.name = "network-file", .noun = "a nodes file", .description = "{nodes: …, node_types: …}", .keys = true},
FieldType{.name = "property", .noun = "a property of nodes",
          .description = "one value for every node; {blocks: […]}, {cycle: […]} or {values: […]}; {uniform: [lo, hi]} "
                         "or {linspace: [lo, hi]}",
          .scalar = &kLiteral, .keys = true, .one_key = true},
FieldType{.name = "node-properties", .noun = "node properties by name",
          .description = "the values of each node property", .named = "property"},
FieldType{.name = "inline-populations", .noun = "populations {name: {nodes, properties}}",
          .description = "populations that need no file: {name: {nodes, properties}}", .named = "inline-population"},
FieldType{.name = "inline-population", .noun = "a population {nodes, properties}",
          .description = "{nodes: …, properties: …}", .keys = true},
FieldType{.name = "groups", .noun = "a list of lists of node ids", .description = "one list of node ids for each group",
          .item = "group", .least = 1},
FieldType{.name = "group", .noun = "a list of node ids", .description = "a list of node ids", .item = "unsigned"},
FieldType{"format-version", "the version of the recipe format", "the version of the recipe format: 1", &kVersion},
FieldType{"level", "a whole number from 1 to 9", "a whole number from 1 to 9", &kLevel},
FieldType{.name = "seeds", .noun = "a whole number from 0 up, or {network, spikes}",
          .description = "a whole number from 0 up, or one for each of {network, spikes}", .scalar = &kUnsigned,
          .keys = true},
FieldType{.name = "report", .noun = "true, false or {path}",
          .description = "true for report.html, or {path} for another name", .scalar = &kBoolean, .keys = true},
FieldType{.name = "variables", .noun = "variables {name: value}", .description = "names and their values", .named = "any"},
FieldType{"any", "a value", "any value", &kLiteral, "any", "any"},
FieldType{.name = "mapping", .noun = "a mapping", .description = "keys and their values", .keys = true},
};
// clang-format on

constexpr ScalarType kWord{as_text, "string", "", "", "", static_cast<ReadScalar<std::string>*>(read_text)};

}  // namespace

std::span<const FieldType> field_types() {
  return kTypes;
}

const FieldType* find_field_type(std::string_view name) {
  for (const FieldType& type : kTypes) {
    if (type.name == name) return &type;
  }
  return nullptr;
}

const ScalarType* find_scalar_type(std::string_view type) {
  if (const FieldType* found = find_field_type(type)) return found->scalar;
  return choice_words(type).empty() ? nullptr : &kWord;
}

namespace {

// The words of a text between `separator`, without blanks around them.
std::vector<std::string> split_words(std::string_view text, char separator) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    std::string_view word = text.substr(0, end);
    while (!word.empty() && word.front() == ' ') word.remove_prefix(1);
    while (!word.empty() && word.back() == ' ') word.remove_suffix(1);
    if (!word.empty()) words.emplace_back(word);
    text.remove_prefix(std::min(text.size(), end + 1));
  }
  return words;
}

}  // namespace

std::vector<std::string> choice_words(std::string_view type) {
  constexpr std::string_view kPrefix = "choice:";
  if (!type.starts_with(kPrefix)) return {};
  return split_words(type.substr(kPrefix.size()), '|');
}

std::vector<std::string> words_of(std::string_view type) {
  if (auto words = choice_words(type); !words.empty()) return words;
  const ScalarType* scalar = find_scalar_type(type);
  return scalar == nullptr ? std::vector<std::string>() : split_words(scalar->words, ' ');
}

}  // namespace stimgen
