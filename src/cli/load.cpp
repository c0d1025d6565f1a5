// Loading recipes for commands.
#include "cli/load.hpp"

namespace stimgen::cli {

Recipe load_from(const Arguments& arguments, Diagnostics& diagnostics) {
  LoadOptions options;
  options.sets = arguments.texts("set");
  if (arguments.has("output")) {
    options.output_directory = arguments.text("output");
    if (options.output_directory->empty())
      throw UsageError("usage.wrong-value", "option '--output' needs the name of a folder", {});
  }
  return load_recipe(arguments.text("RECIPE"), options, diagnostics);
}

const Plan& load_plan(const Arguments& arguments, Terminal& terminal, Warnings warnings) {
  Diagnostics diagnostics;
  Recipe recipe = load_from(arguments, diagnostics);
  terminal.detail(fmt::format("read {}", arguments.text("RECIPE")));
  // A command has one plan. Taking that of thousands of tasks apart would only delay the end of the process.
  static Plan& plan = *new Plan;
  try {
    plan = build_plan(std::move(recipe), diagnostics);
  } catch (const InputError& error) {
    diagnostics.add(error, {});
  }
  diagnostics.throw_if_errors();
  if (warnings == Warnings::shown) terminal.warnings(diagnostics);
  terminal.detail(fmt::format("planned {} tasks", plan.tasks.size()));
  return plan;
}

InputError unknown_name(ErrorCode code, std::string_view what, const std::string& name, const std::string& where,
                        const std::vector<std::string>& known) {
  return {code, fmt::format("{} has no {} '{}'", where, what, printable(name)), suggest(name, known)};
}

}  // namespace stimgen::cli
