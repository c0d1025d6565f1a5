// `stimgen explain`: what a key of the recipe language means.
#include "recipe/explain.hpp"

#include "cli/options.hpp"
#include "cli/terminal.hpp"
#include "stimgen/plan.hpp"

namespace stimgen::cli {

namespace {

int run_explain(const Arguments& arguments, Terminal& terminal) {
  const std::string key = arguments.text("KEY");
  const SchemaTables& tables = language_tables();
  if (const std::optional<std::string> text = explain(key, tables)) {
    terminal.out(*text);
    return 0;
  }
  const std::string near = nearest_name(key, explainable_keys(tables));
  throw UsageError(
      fmt::format("the recipe language has no key '{}'", printable(key)),
      near.empty() ? "'stimgen explain patterns' names the keys of a section" : fmt::format("did you mean '{}'?", near),
      "explain");
}

constexpr Positional kPositionals[] = {
    {"KEY", Presence::required, "a key (on_time, rates.burst), a section (patterns) or a kind (patterns.ramp)"},
};

}  // namespace

extern const Command kExplain;
constinit const Command kExplain{.name = "explain",
                                 .summary = "say what a key of the recipe means: its type, unit, default, an example",
                                 .example = "stimgen explain on_time\nstimgen explain patterns.ramp",
                                 .positionals = kPositionals,
                                 .run = run_explain};

}  // namespace stimgen::cli
