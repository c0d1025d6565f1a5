// `stimgen audit`: proves one spike file by the record inside it.
#include <filesystem>

#include "cli/load.hpp"
#include "cli/signals.hpp"
#include "cli/verdict.hpp"
#include "stimgen/process.hpp"

namespace stimgen::cli {

namespace {

// The recipe that was given, or the one in the file, with the network that was given.
Recipe audited_recipe(const Arguments& arguments, const Provenance& provenance, Diagnostics& diagnostics) {
  const std::string file = arguments.text("FILE");
  LoadOptions options;
  // Whatever is spilled while sorting is gone afterwards; nothing else is written. Empty where TMPDIR names no folder:
  // whoever spills says so.
  std::error_code ignored;
  options.output_directory = std::filesystem::temp_directory_path(ignored);
  if (arguments.has("recipe")) return load_recipe(arguments.text("recipe"), options, diagnostics);
  if (arguments.has("config")) {
    const std::string config = std::filesystem::absolute(arguments.text("config")).string();
    std::string quoted = "\"";
    for (const char c : config) quoted += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    options.sets.push_back("networks.from=" + quoted + "\"");
  }
  auto source = std::make_shared<SourceFile>();
  source->path = file + " (its record)";
  source->text = provenance.recipe_text;
  source->directory = ".";
  return load_recipe(std::move(source), file, options, diagnostics);
}

int run_audit(const Arguments& arguments, Terminal& terminal) {
  if (arguments.has("recipe") && arguments.has("config")) {
    throw UsageError("usage.exclusive", "'--recipe' and '--config' exclude each other",
                     "a recipe names its own network", "audit");
  }
  const VerifyOptions options{.threads = read_threads(arguments),
                              .warned = [&](const Diagnostics& warnings) { terminal.warnings(warnings); }};
  self_test();
  const std::string file = arguments.text("FILE");
  const Provenance provenance = read_provenance(file);
  Diagnostics diagnostics;
  Recipe recipe = audited_recipe(arguments, provenance, diagnostics);
  const Plan plan = build_plan(std::move(recipe), diagnostics);
  if (diagnostics.has_errors() && !arguments.has("recipe")) {
    terminal.note(
        "the recipe in the file does not fit; if its nodes or node sets come from files, name them with --config "
        "CONFIG "
        "or --recipe RECIPE");
  }
  diagnostics.throw_if_errors();
  const StopRequest stop;
  const std::vector<Verdict> verdicts{audit_file(plan, provenance, file, options, stop.flag())};
  terminal.out(arguments.has("json") ? verdict_json(verdicts) : verdict_lines(verdicts));
  return all_same(verdicts) ? 0 : 1;
}

constexpr Positional kAuditPositionals[] = {{"FILE", Presence::required, "a spike file that stimgen made"}};
constexpr Option kAuditOptions[] = {
    {"recipe", 0, Words::one, "RECIPE", "compare with what this recipe makes"},
    {"config", 0, Words::one, "CONFIG", "the SONATA config of the network, with the recipe inside the file"},
    {"threads", 'j', Words::one, "N", "use N threads (default: all cores)"},
    {"json", 0, Words::none, "", "as JSON"},
};

}  // namespace

extern const Command kAudit;
constinit const Command kAudit{.name = "audit",
                               .summary = "prove one spike file by the record of its making inside it",
                               .example =
                                   "stimgen audit stimulus/shell.h5\n"
                                   "stimgen audit stimulus/shell.h5 --config model/simulation_config.json",
                               .positionals = kAuditPositionals,
                               .options = kAuditOptions,
                               .run = run_audit};

}  // namespace stimgen::cli
