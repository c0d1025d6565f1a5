// Finds keys of the language by any spelling that a recipe can have: by their own name, or by the way that leads to
// them, whole or its end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "grammar/declared.hpp"
#include "stimgen/language.hpp"

namespace stimgen {

// A part of the way to a key: a word of the language, a name of the user's, a place in a list, or whatever is inside.
struct Step {
  enum class Kind : std::uint8_t { word, name, number, rest };
  std::string word;
  Kind kind = Kind::word;
};
using Way = std::vector<Step>;

// One key where it is declared.
struct KeyPlace {
  std::string section;  // "patterns"; empty for the top level
  std::string kind;     // "long"; empty if the section has no kinds
  FieldDoc doc;
  std::vector<Way> ways;          // from the top level on; one for each spelling
  std::optional<FieldDoc> outer;  // the key whose value it stands in: "rate"; absent if it is one of the entry itself
  bool one_of_forms;              // demanded in one form of several only
};

// A mapping whose keys the tables spell with a dot: "rates" of "rates.burst".
struct NestedPlace {
  std::string section;
  std::string name;
  std::vector<Way> ways;
  std::vector<std::string> kinds;
  std::vector<FieldDoc> docs;
};

// What the user names or counts: a background, a variable, a group of `rates`, a point of `points`.
struct MemberPlace {
  std::string section;
  std::string kind;
  FieldDoc of;  // the key whose members they are
  std::vector<Way> ways;
  Declared what;  // what may stand there; without a type for entries
  bool is_item;   // its name is a number, from 0 on
};

struct KindPlace {
  std::string section;
  const KindInfo* info;
  std::vector<FieldDoc> docs;
  std::vector<Way> ways;
};

// What a key, or a word that is a value, stands for; all meanings.
struct FoundKeys {
  std::vector<const KeyPlace*> keys;    // of entries and sections
  std::vector<const KeyPlace*> inside;  // of values
  std::vector<const KindPlace*> kinds;
  std::vector<const NestedPlace*> nested;
  std::vector<const KeyPlace*> values;      // keys that take the word
  std::vector<const MemberPlace*> members;  // only where nothing else is meant
  std::string taken_as_name;                // the name of a kind that here can only be the name of an entry

  bool empty() const {
    return keys.empty() && inside.empty() && kinds.empty() && nested.empty() && values.empty() && members.empty();
  }
};

class KeyIndex {
 public:
  explicit KeyIndex(const SchemaTables& tables);

  FoundKeys find(std::string_view key) const;

  std::vector<KeyPlace> places;
  std::vector<NestedPlace> nested;
  std::vector<MemberPlace> members;
  std::vector<KindPlace> kinds;

 private:
  // Where a table stands.
  struct Context {
    std::string section;
    std::string kind;
    std::vector<Way> starts;
  };

  void add_section(const SectionDoc& section);
  void add_entries(const SchemaSection& section);
  void add(const Context& context, const FieldDoc& doc);
  void add_nested(const Context& context, const std::string& name, const FieldDoc& doc);
  void add_processes(const Context& context);
  KindPlace& kind_place(const std::string& section, const KindInfo& info);
  FoundKeys find(const Way& words, std::string_view key, const std::string& only_kind, bool dotted_names) const;

  const SchemaTables& tables_;
};

}  // namespace stimgen
