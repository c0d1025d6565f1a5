// What is said of an entry that has no end.
#include <fmt/format.h>

#include "stimgen/grammar.hpp"

namespace stimgen {

void report_no_stop(Fields& fields) {
  if (fields.diagnostics().error_again("recipe.no-stop", fields.loc(),
                                       fmt::format("{} has none, too", fields.owner()))) {
    return;
  }
  fields.error("stop", "recipe.no-stop",
               fmt::format("{} has no 'stop', and the recipe has no 'time.stop'", fields.owner()),
               "write 'stop: 15 s' under 'time', for all tasks, or here");
}

}  // namespace stimgen
