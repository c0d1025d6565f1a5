// The grammar of recipes: a located tree of values, scalars with units, and the strict reader of one mapping (Fields).
//
// Bytes become a located tree (anchors, aliases and << resolved, duplicates refused); a table of FieldDoc rows says
// what may stand in a mapping, and Fields reads it so. What the words mean is the business of the modules that own the
// tables.
#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "stimgen/diagnostic.hpp"
#include "stimgen/kind.hpp"

namespace stimgen {

// ---- the located tree ----------------------------------------------------------------------------------------------

// One YAML value with its place; an alias has the place of its use. Copyable; immutable after loading.
struct Value {
  enum class Kind : std::uint8_t { null, scalar, sequence, mapping };
  struct Member;

  Kind kind = Kind::null;
  bool quoted = false;  // a quoted scalar is always text
  SourceLoc loc;
  std::string text;             // of a scalar, as written (without the quotes)
  std::vector<Value> items;     // of a sequence
  std::vector<Member> members;  // of a mapping, in file order, keys unique

  bool is_null() const { return kind == Kind::null; }
  bool is_scalar() const { return kind == Kind::scalar; }
  bool is_sequence() const { return kind == Kind::sequence; }
  bool is_mapping() const { return kind == Kind::mapping; }
  // The member's value, or nullptr (also if this is no mapping).
  const Value* find(std::string_view key) const;
  const Member* find_member(std::string_view key) const;
};

struct Value::Member {
  std::string key;
  SourceLoc key_loc;
  Value value;
};

// "a mapping", "a list", "text 'abc'", "nothing": how a value is called in messages.
std::string describe(const Value& value);

// Parses one YAML document. Problems go to `diagnostics`; on an error the result is null.
// Bounds: 64 MiB, depth 64, a million values (aliases counted where used).
Value parse_document(std::shared_ptr<const SourceFile> file, Diagnostics& diagnostics);

// What the stages of loading do to trees before they become immutable:
// Gives a value and all in it one place: that of the alias or variable that stands for it.
void relocate(Value& value, const SourceLoc& loc);
// The value itself and all in it.
std::size_t count_values(const Value& value);
// Removes a member of a mapping and returns it, if it is there.
std::optional<Value::Member> take_member(Value& mapping, std::string_view key);

// Parses the text of `file` from byte `offset` on as one YAML value of any kind; places count from the start of the
// text. Problems go to `diagnostics`; nullopt after one. An empty text is a null value.
std::optional<Value> parse_value(const std::shared_ptr<const SourceFile>& file, std::size_t offset,
                                 Diagnostics& diagnostics);

// ---- scalars with units ---------------------------------------------------------------------------------------------

// Each reads one value, or reports what was expected at the value's place and gives nullopt. Decimal numbers are read
// exactly: "0.1 s" is the double nearest to 100 (ms).
std::optional<double> read_rate_hz(const Value& value, Diagnostics& diagnostics);  // finite, >= 0; bare: Hz; Hz, kHz
std::optional<double> read_time_ms(const Value& value, Diagnostics& diagnostics);  // finite; bare: s; s, ms, us
std::optional<double> read_number(const Value& value, Diagnostics& diagnostics);   // finite
std::optional<std::int64_t> read_integer(const Value& value, Diagnostics& diagnostics);
std::optional<std::uint64_t> read_unsigned(const Value& value, Diagnostics& diagnostics);
std::optional<bool> read_boolean(const Value& value, Diagnostics& diagnostics);      // only true and false
std::optional<std::string> read_text(const Value& value, Diagnostics& diagnostics);  // any scalar
std::optional<std::string> read_name(const Value& value, Diagnostics& diagnostics);  // [A-Za-z_][A-Za-z0-9_.-]*
bool is_name(std::string_view text);
// The same for a named key, so that messages can say which key wanted what. `key` may be empty.
std::optional<double> read_rate_hz(const Value& value, std::string_view key, Diagnostics& diagnostics);
std::optional<double> read_time_ms(const Value& value, std::string_view key, Diagnostics& diagnostics);
std::optional<double> read_number(const Value& value, std::string_view key, Diagnostics& diagnostics);
std::optional<std::int64_t> read_integer(const Value& value, std::string_view key, Diagnostics& diagnostics);
std::optional<std::uint64_t> read_unsigned(const Value& value, std::string_view key, Diagnostics& diagnostics);
std::optional<std::uint64_t> read_count(const Value& value, std::string_view key, Diagnostics& diagnostics);  // >= 1
// >= 1; bare: bytes; B, kB, MB, GB, TB in powers of 1000.
std::optional<std::uint64_t> read_size_bytes(const Value& value, std::string_view key, Diagnostics& diagnostics);
std::optional<bool> read_boolean(const Value& value, std::string_view key, Diagnostics& diagnostics);
std::optional<std::string> read_text(const Value& value, std::string_view key, Diagnostics& diagnostics);
std::optional<std::string> read_name(const Value& value, std::string_view key, Diagnostics& diagnostics);
// In [0, 1].
std::optional<double> read_fraction(const Value& value, std::string_view key, Diagnostics& diagnostics);
// Relative paths start at the folder of the file the value is written in. Empty after an error.
std::filesystem::path read_path(const Value& value, std::string_view key, Diagnostics& diagnostics);
// Shortest text that reads back to the same double, and the same with a unit: "0.5", "50 Hz", "1.5 s".
std::string format_number(double value);
std::string format_rate(double rate_hz);
std::string format_time(double time_ms);

// Values that are numbers or text by how they are written: those of node properties, and what conditions compare with.
enum class LiteralKind : std::uint8_t { integer, real, text };

// "4" is an integer, "4.0" and "1e3" are reals, all else (also "inf", "nan" and numbers beyond a double) is text.
struct LiteralNumber {
  LiteralKind kind = LiteralKind::text;
  std::int64_t integer = 0;  // of an integer
  double real = 0;           // of an integer and a real
};
LiteralNumber parse_literal_number(std::string_view text);

// ---- one mapping against its table ----------------------------------------------------------------------------------

struct ScalarType;  // how one scalar is written and read: recipe/declared.hpp

// The types a FieldDoc may name. A type says what may stand at a key: a scalar, a list, members that the user names, or
// the keys of FieldDoc::inside. Adding one is one row; schema, help, checks, records and fingerprints follow from it.
struct FieldType {
  std::string_view name;               // "rate"
  std::string_view noun;               // for messages: "a rate in Hz"
  std::string_view description;        // for help: "a number with the unit Hz or kHz; a bare number is Hz"
  const ScalarType* scalar = nullptr;  // nullptr: no scalar may stand here
  std::string_view item{};             // the type of a list's items; empty: no list may stand here
  std::string_view named{};            // the type of members with names of the user's choice; empty: no such members
  // A mapping of the keys of FieldDoc::inside. A list beside it is short for the first of these keys.
  bool keys = false;
  bool one_key = false;   // exactly one of them
  std::size_t least = 0;  // items of a list, or members
  std::size_t most = 0;   // items; 0: any number
};
// All types but choices. A choice lists its words in the type itself: "choice: join | quit".
std::span<const FieldType> field_types();
// nullptr if there is none (also for a choice).
const FieldType* find_field_type(std::string_view name);
// The words of a choice, empty if `type` is none.
std::vector<std::string> choice_words(std::string_view type);

// A file that is read, and the place that names it.
struct NamedFile {
  std::filesystem::path path;
  SourceLoc loc;
};

// What a reader took from a recipe. Canonical: whatever the order of keys, the style of lists and mappings and the
// spelling of numbers and units, one meaning has one text, and two meanings never share one.
struct Said {
  std::vector<std::pair<std::string, std::string>> keys;  // sorted: ("rates.burst", "50 Hz"); long ones by their digest
  std::vector<NamedFile> files;                           // what paths among them lead to, sorted, each once
  // Names among the keys of paths and conditions: a task is determined by what these lead to (the content of the file,
  // the nodes that are chosen), which whoever reads them must say beside them.
  std::vector<std::string> by_content;

  // All of `inner` under a key: "process" and "shape" make "process.shape".
  void add(std::string_view key, const Said& inner);
};

// A name of the user's as one part of a longer text, "rates.PN" or "column layer of cells": in quotes unless it
// consists of letters, digits, _ - and $, so that two different lists of names never make one text.
std::string canonical_name(std::string_view name);

// Reads the keys of one mapping as its table declares them. Construction reports unknown keys (with suggestions), keys
// without a value and missing required ones; accessors report wrong values; every problem goes to the same Diagnostics
// and a harmless value is returned, so that one pass finds everything. A misspelt key is reported once and then read as
// the one it seems to mean, so that nothing follows from it. Reading an undeclared field is a logic_error;
// unread() finds declared ones that are never read.
class Fields {
 public:
  // `owner` is how the mapping is called in messages: "'ramp' pattern", "time". A value that is not a mapping is
  // reported; nothing at all reads as an empty mapping. The tables are joined; `value` must outlive this.
  Fields(const Value& value, std::string owner, std::initializer_list<std::span<const FieldDoc>> tables,
         Diagnostics& diagnostics);

  // True if the user wrote the key. Does not count as reading it.
  bool has(std::string_view name) const;
  // The value as written, without reading it: to find mistakes in what may turn out to be needed for nothing.
  const Value* written(std::string_view name) const;
  // The value as written, nullptr if absent (a key without a value is reported and reads as absent). Counts as reading.
  const Value* value(std::string_view name);
  // Where the key's value stands; the mapping itself if absent.
  SourceLoc loc(std::string_view name) const;
  SourceLoc loc() const { return loc_; }

  // The value, or the declared fallback, or a harmless 0 / empty after an error.
  double rate_hz(std::string_view name);
  double time_ms(std::string_view name);
  double number(std::string_view name);
  double fraction(std::string_view name);  // in [0, 1]
  std::int64_t integer(std::string_view name);
  std::uint64_t count(std::string_view name);  // >= 1
  bool boolean(std::string_view name);
  std::string text(std::string_view name);
  std::string name(std::string_view name);
  std::string choice(std::string_view name);  // one of the words of its type
  // Relative paths start at the folder of the file they are written in. Empty path if absent.
  std::filesystem::path path(std::string_view name);
  // Lists; a single scalar reads as a list of one. Empty if absent.
  std::vector<std::string> texts(std::string_view name);
  std::vector<std::int64_t> integers(std::string_view name);
  std::vector<std::filesystem::path> paths(std::string_view name);

  // The same for keys whose fallback is "none" or computed: nullopt if absent.
  std::optional<double> optional_rate_hz(std::string_view name);
  std::optional<double> optional_time_ms(std::string_view name);
  std::optional<double> optional_number(std::string_view name);
  std::optional<std::uint64_t> optional_count(std::string_view name);
  std::optional<std::uint64_t> optional_size_bytes(std::string_view name);
  std::optional<std::string> optional_text(std::string_view name);

  // A problem with one key's value (or, if absent, with the mapping).
  Diagnostic& error(std::string_view name, ErrorCode code, std::string message, std::string help = {});
  Diagnostics& diagnostics() { return *diagnostics_; }
  const std::string& owner() const { return owner_; }
  // Errors reported through this object's Diagnostics since construction.
  bool ok() const { return diagnostics_->error_count() == errors_before_; }
  // The values read so far, fallbacks too.
  Said said() const;
  // Declared fields that were never read (for the conformance test "declared = read").
  std::vector<std::string> unread() const;

 private:
  const FieldDoc& doc(std::string_view name) const;
  const Value* look_up(std::string_view name) const;
  void check_keys(const Value& mapping, const std::string& prefix);
  std::string what_is_meant(const Value& mapping, const Value::Member& member, const std::string& prefix);
  void check_missing();
  std::string mapping_name(const std::string& prefix) const;
  // The value to read: the user's, or one made from the fallback text; nullptr if absent.
  const Value* value_or_fallback(std::string_view name);

  const Value* value_;
  SourceLoc loc_;
  std::string owner_;
  std::vector<FieldDoc> docs_;
  std::set<std::string, std::less<>> read_;
  std::map<std::string, const Value*, std::less<>> meant_;  // the values of misspelt keys by the keys they mean
  std::vector<std::unique_ptr<Value>> fallbacks_;
  Diagnostics* diagnostics_;
  std::size_t errors_before_;
};

// Reports that an entry has no end: neither its own 'stop' nor the recipe's.
void report_no_stop(Fields& fields);

// ---- entries and their defaults
// --------------------------------------------------------------------------------------

// One named entry of an open section.
struct Entry {
  std::string name;
  SourceLoc loc;  // of the name
  Value body;     // without the section's defaults
};

struct Section {
  std::vector<Entry> entries;  // in file order
  Value defaults;              // defaults.<section>, null if absent
};

// The entry's mapping with the section's defaults merged under it: mappings are merged key by key, anything else of the
// entry wins. Only those defaults are taken that `tables` declare (a kind that has no such key does not get it).
Value with_defaults(const Entry& entry, const Value& defaults, std::initializer_list<std::span<const FieldDoc>> tables);
// Reports every default of a section that no table declares, with suggestions: it would apply to nothing.
void check_defaults(const Value& defaults, std::string_view section,
                    const std::vector<std::span<const FieldDoc>>& tables, Diagnostics& diagnostics);

// One table of keys with its title: "recipe", "seeds", "time", "output", "networks", …
struct SectionDoc {
  std::string_view name;
  std::string_view summary;
  std::span<const FieldDoc> fields;
};

}  // namespace stimgen
