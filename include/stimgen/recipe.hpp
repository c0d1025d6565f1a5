// The recipe: a located tree of values, the strict reader of one mapping (Fields), and the typed top level.
//
// Stages: bytes → located tree (`document`: anchors, aliases and << resolved, duplicates refused) → include, --set and
// ${vars} resolved (`load`) → Recipe with typed top-level settings. The entries of the open sections (backgrounds,
// assemblies, patterns, combine) stay values: the module that owns a section reads them through Fields.
#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
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
#include "stimgen/streams.hpp"
#include "stimgen/types.hpp"

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
// Reads a file for parse_document(): InputError if it is missing, a folder, too large, or not UTF-8.
std::shared_ptr<const SourceFile> read_source_file(const std::filesystem::path& path);

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
// Shortest text that reads back to the same double, and the same with a unit: "0.5", "50 Hz", "1.5 s".
std::string format_number(double value);
std::string format_rate(double rate_hz);
std::string format_time(double time_ms);

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

// What a reader took from a recipe. Canonical: whatever the order of keys, the style of lists and mappings and the
// spelling of numbers and units, one meaning has one text, and two meanings never share one.
struct Said {
  std::vector<std::pair<std::string, std::string>> keys;  // sorted: ("rates.burst", "50 Hz"); long ones by their digest
  std::vector<std::filesystem::path> files;               // what paths among them lead to
  // Names among the keys of paths and conditions: a task is determined by what these lead to (the content of the file,
  // the nodes that are chosen), which whoever reads them must say beside them.
  std::vector<std::string> by_content;

  // All of `inner` under a key: "process" and "shape" make "process.shape".
  void add(std::string_view key, const Said& inner);
};

// Reads the keys of one mapping as its table declares them. Construction reports unknown keys (with suggestions), keys
// without a value and missing required ones; accessors report wrong values; every problem goes to the same Diagnostics
// and a harmless value is returned, so that one pass finds everything. Reading an undeclared field is a logic_error;
// unread() finds declared ones that are never read.
class Fields {
 public:
  // `owner` is how the mapping is called in messages: "'ramp' pattern", "time". A value that is not a mapping is
  // reported; nothing at all reads as an empty mapping. The tables are joined; `value` must outlive this.
  Fields(const Value& value, std::string owner, std::initializer_list<std::span<const FieldDoc>> tables,
         Diagnostics& diagnostics);

  // True if the user wrote the key. Does not count as reading it.
  bool has(std::string_view name) const;
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
  void check_missing();
  std::string mapping_name(const std::string& prefix) const;
  // The value to read: the user's, or one made from the fallback text; nullptr if absent.
  const Value* value_or_fallback(std::string_view name);

  const Value* value_;
  SourceLoc loc_;
  std::string owner_;
  std::vector<FieldDoc> docs_;
  std::set<std::string, std::less<>> read_;
  std::vector<std::unique_ptr<Value>> fallbacks_;
  Diagnostics* diagnostics_;
  std::size_t errors_before_;
};

// Reports that an entry has no end: neither its own 'stop' nor the recipe's.
void report_no_stop(Fields& fields);

// ---- the typed top level --------------------------------------------------------------------------------------------

struct OutputSettings {
  std::filesystem::path directory;  // resolved against the recipe's folder
  std::string directory_text;       // as written
  SpikeOrder sort = SpikeOrder::by_id;
  Compression compression = Compression::gzip;
  int level = 4;
  double resolution_ms = 0;  // 0: none
  std::optional<std::uint64_t> max_spikes;
  std::optional<std::uint64_t> max_bytes;  // absent: what the disk has free
};

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

struct Recipe {
  std::shared_ptr<const SourceFile> file;
  std::filesystem::path path;
  std::string name;
  Seeds seeds;
  std::optional<double> start_ms;  // time.start (default 0) …
  std::optional<double> stop_ms;   // … and time.stop; absent if the recipe has no default window
  Value networks;
  Section backgrounds, assemblies, patterns, combine;
  OutputSettings output;
  // Where a run writes its report: inside output.directory; absent: nowhere.
  std::optional<std::filesystem::path> report;
};

struct LoadOptions {
  std::vector<std::string> sets;                          // "vars.burst=80 Hz"
  std::optional<std::filesystem::path> output_directory;  // --output, relative to the working folder
};

// Reads, merges and checks the top level. Problems go to `diagnostics`; the Recipe is usable for further checks as far
// as it goes. Throws InputError if there is no tree at all.
Recipe load_recipe(const std::filesystem::path& path, const LoadOptions& options, Diagnostics& diagnostics);
// The same for a text that is in memory; `path` is what the recipe is called.
Recipe load_recipe(std::shared_ptr<const SourceFile> file, const std::filesystem::path& path,
                   const LoadOptions& options, Diagnostics& diagnostics);

// The entry's mapping with the section's defaults merged under it: mappings are merged key by key, anything else of the
// entry wins. Only those defaults are taken that `tables` declare (a kind that has no such key does not get it).
Value with_defaults(const Entry& entry, const Value& defaults, std::initializer_list<std::span<const FieldDoc>> tables);
// Reports every default of a section that no table declares, with suggestions: it would apply to nothing.
void check_defaults(const Value& defaults, std::string_view section,
                    const std::vector<std::span<const FieldDoc>>& tables, Diagnostics& diagnostics);

// ---- the tables of the top level (schema, explain and docs use them too) --------------------------------------------

// One table of keys with its title: "recipe", "seeds", "time", "output", "networks", …
struct SectionDoc {
  std::string_view name;
  std::string_view summary;
  std::span<const FieldDoc> fields;
};
std::span<const SectionDoc> top_level_docs();

}  // namespace stimgen
