// Loading recipes for commands.
#include "cli/load.hpp"

namespace stimgen::cli {

Recipe load_from(const Arguments& arguments, Diagnostics& diagnostics, std::string_view positional) {
  LoadOptions options;
  options.sets = arguments.texts("set");
  if (arguments.has("output")) {
    options.output_directory = arguments.text("output");
    if (options.output_directory->empty())
      throw UsageError("usage.wrong-value", "option '--output' needs the name of a folder", {});
  }
  return load_recipe(arguments.text(positional), options, diagnostics);
}

std::unique_ptr<Network> open_config(const std::string& config, Diagnostics& diagnostics) {
  Value from;
  from.kind = Value::Kind::scalar;
  from.quoted = true;
  from.text = config;
  Value networks;
  networks.kind = Value::Kind::mapping;
  networks.members.push_back({"from", {}, std::move(from)});
  return open_network(networks, 0, diagnostics);
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

InputError unknown_task(const Plan& plan, const std::string& name, const std::vector<std::string>& known) {
  return {"recipe.unknown-task", fmt::format("{} has no task '{}'", plan.recipe.path.string(), printable(name)),
          suggest(name, known)};
}

const AssemblySet& assembly_set_of(const Plan& plan, std::string_view name) {
  const auto found = plan.assembly_sets.find(name);
  if (found != plan.assembly_sets.end()) return found->second;
  std::vector<std::string> known;
  for (const auto& [set, groups] : plan.assembly_sets) known.push_back(set);
  throw InputError("recipe.unknown-set",
                   fmt::format("{} has no assembly set '{}'", plan.recipe.path.string(), printable(name)),
                   suggest(name, known));
}

}  // namespace stimgen::cli
