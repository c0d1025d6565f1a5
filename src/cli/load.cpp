// Loading recipes for commands.
#include "cli/load.hpp"

namespace stimgen::cli {

namespace {

void append(Diagnostics& to, const Diagnostics& from) {
  for (const Diagnostic& item : from.items()) {
    Diagnostic& added = item.severity == Severity::error ? to.error(item.loc, item.code, item.message, item.help)
                                                         : to.warning(item.loc, item.code, item.message, item.help);
    added.notes = item.notes;
  }
}

}  // namespace

Recipe load_from(const Arguments& arguments, Diagnostics& diagnostics) {
  LoadOptions options;
  options.sets = arguments.texts("set");
  if (arguments.has("output")) {
    options.output_directory = arguments.text("output");
    if (options.output_directory->empty()) throw UsageError("option '--output' needs the name of a folder", {});
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
    append(diagnostics, error.diagnostics());
  }
  diagnostics.throw_if_errors();
  if (warnings == Warnings::shown) terminal.warnings(diagnostics);
  terminal.detail(fmt::format("planned {} tasks", plan.tasks.size()));
  return plan;
}

InputError unknown_name(std::string_view code, std::string_view what, const std::string& name, const std::string& where,
                        const std::vector<std::string>& known) {
  return {std::string(code), fmt::format("{} has no {} '{}'", where, what, printable(name)), suggest(name, known)};
}

}  // namespace stimgen::cli
