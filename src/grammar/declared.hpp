// What the tables declare of each value of a recipe: the one walk that checks, schema, help, records and fingerprints
// share.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stimgen/grammar.hpp"

namespace stimgen {

template <class Result>
using ReadScalar = std::optional<Result>(const Value& value, std::string_view key, Diagnostics& diagnostics);

struct ScalarType {
  // What the value is in JSON, where a recipe is written anew: a number with its unit as text, a number, …
  enum class Written : std::uint8_t { as_quantity, as_number, as_truth, as_text, as_literal, as_path };
  Written written;
  // JSON Schema: the types, set apart by blanks, and the bounds of numbers, as JSON text.
  std::string_view json_types;
  std::string_view minimum;
  std::string_view maximum;
  // Of text; %decimal%, %unsigned%, %name% and %variable% stand for the expressions in schema.cpp.
  std::string_view pattern;
  // The value in its one form, or nullopt after reporting what is wrong with it in the words of the strict reader.
  ReadScalar<std::string>* canonical;
  // The words that it takes, set apart by blanks; empty: any text, or numbers only.
  std::string_view words{};
};

// nullptr if no scalar may stand at a key of this type. A choice has one, too.
const ScalarType* find_scalar_type(std::string_view type);
// The words that a value of this type may be: those of a choice, "none" of a time or none.
std::vector<std::string> words_of(std::string_view type);

// False if an absent key is required, or means nothing, or something that is computed. 'none' is a value where the type
// has this word.
bool has_fallback(const FieldDoc& doc);

// What is declared of one value.
struct Declared {
  std::string_view type;                          // empty: a mapping of the keys of `tables`
  std::vector<std::span<const FieldDoc>> tables;  // that declare the keys inside
  std::string prefix;                             // "rates.": only the keys that begin so, without it

  const FieldType* field_type() const { return find_field_type(type); }
  // The rows of the tables under the prefix.
  std::vector<FieldDoc> docs() const;
};

Declared declared(const FieldDoc& doc);
Declared declared_items(const Declared& list);
// nullopt: no such key is declared.
std::optional<Declared> declared_member(const Declared& mapping, std::string_view key);

// A key that may stand somewhere inside the value of another.
struct KeyInside {
  std::string way;            // from the outer key on: "rates.*.mean", "points.*.at"; * is a name or a place in a list
  FieldDoc doc;               // "mean"
  bool one_of_forms = false;  // it belongs to one form of several: demanded in that alone
};
// All of them, outer ones first.
std::vector<KeyInside> keys_inside(const FieldDoc& doc);

// A place inside the value of a key that the user names, as a group of `rates`, or counts, as a point of `points`.
struct MemberInside {
  std::string way;       // from the outer key on: "rates.*", "points.*"; ** at the end: whatever is inside
  FieldDoc of;           // the key whose members or items they are: "points"
  Declared what;         // what may stand there
  bool is_item = false;  // its name is a number, from 0 on
};
std::vector<MemberInside> members_inside(const FieldDoc& doc);

}  // namespace stimgen
