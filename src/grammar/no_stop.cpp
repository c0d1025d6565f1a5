// What is said of an entry that has no end.
#include <fmt/format.h>

#include "stimgen/grammar.hpp"

namespace stimgen {

void report_no_stop(Fields& fields) {
  fields.error("stop", "recipe.no-stop",
               fmt::format("{} has no 'stop', and the recipe has no 'time.stop'", fields.owner()),
               "add 'stop: 15 s' here or 'time: {stop: 15 s}' at the top");
}

}  // namespace stimgen
