// How named things (patterns, groupings, processes, distributions, sections) are declared and documented: one row each.
// The rows drive the strict reader, the JSON Schema, `stimgen explain` and the reference documentation.
#pragma once

#include <span>
#include <string_view>

namespace stimgen {

// One key of a recipe mapping.
struct FieldDoc {
  std::string_view name;  // "on_time"; a dotted name is a key of a nested mapping: "rates.burst", "ramp.start"
  std::string_view type;  // a name of field_types() (grammar.hpp), or the words themselves: "choice: join | quit"
  std::string_view unit;  // "Hz", "s", or empty
  // The value taken when the key is absent, written as a user would ("0.5 s"). Empty: the key is required.
  // "none": the key may be absent and then nothing is set. Text in angle brackets describes a computed default
  // ("<all groups, in order>") and reads as absent too.
  std::string_view fallback;
  std::string_view meaning;  // one sentence
  std::string_view example;  // a value as a user would write it
  // The keys inside the value: of a mapping, of the items of a list, of the members that the user names; the type says
  // which. This is the only place where they are declared.
  std::span<const FieldDoc> inside{};
  std::string_view goes_with{};  // another key of the same mapping, which this one needs beside it
};

struct KindInfo {
  std::string_view name;
  std::string_view summary;  // one sentence
  int version;               // raised when the same recipe would give different spikes; enters the task fingerprint
  std::span<const FieldDoc> fields;
};

}  // namespace stimgen
