// `stimgen check`: reports every problem of a recipe, or nothing; with --statistics holds made files against it.
#include <exception>
#include <filesystem>
#include <limits>
#include <vector>

#include "cli/batch_report.hpp"
#include "cli/format.hpp"
#include "cli/load.hpp"
#include "stimgen/audit.hpp"
#include "stimgen/run.hpp"
#include "stimgen/stats.hpp"

namespace stimgen::cli {

namespace {

std::string verdict(const GroupCheck& group) {
  return group.problems.empty() ? std::string("ok") : fmt::format("{}", fmt::join(group.problems, "; "));
}

// "1.9±1.8 asked, 1.87±1.71 drawn"
std::string rates_cell(const GroupCheck& group) {
  if (!group.asked) return "-";
  return fmt::format("{}±{} ({}±{})", format_rounded(group.drawn_mean_hz, 3), format_rounded(group.drawn_stdev_hz, 3),
                     format_rounded(group.asked->mean_hz, 3), format_rounded(group.asked->stdev_hz, 3));
}

std::string statistics_table(const StatisticsCheck& check) {
  using enum Table::Align;
  Table table({left, left, right, right, right, right, right, right, left, left, left});
  table.add({"TASK", "GROUP", "NODES", "EXPECTED", "SPIKES", "Z", "CV_RESCALED", "KS_P", "SILENT (EXPECTED)",
             "RATES IN HZ (ASKED)", "VERDICT"});
  for (const GroupCheck& group : check.groups) {
    const bool combined = group.nodes == 0;
    table.add(
        {group.task, group.group, combined ? "-" : std::to_string(group.nodes),
         format_rounded(group.expected_spikes, 7), std::to_string(group.spikes),
         group.z ? fmt::format("{:.2f}", *group.z) : "-",
         group.cv_rescaled ? fmt::format("{:.3f}", *group.cv_rescaled) : "-",
         group.ks_p ? fmt::format("{:.3f}", *group.ks_p) : "-",
         combined ? "-" : fmt::format("{} ({})", group.silent_nodes, format_rounded(group.expected_silent_nodes, 3)),
         rates_cell(group), verdict(group)});
  }
  std::string text = table.text();
  for (const StatisticsCheck::Unfed& unfed : check.unfed) {
    const std::string population = escaped(unfed.population);
    if (unfed.unfed == 0) {
      text += fmt::format("population {}: each of the {} nodes gets input\n", population, unfed.nodes);
    } else {
      text += fmt::format("population {}: {} of {} nodes get no input from any task: {}{}\n", population, unfed.unfed,
                          unfed.nodes, fmt::join(unfed.first, ", "), unfed.unfed > unfed.first.size() ? ", …" : "");
    }
  }
  return text;
}

std::string statistics_json(const StatisticsCheck& check) {
  Json groups = Json::array();
  for (const GroupCheck& group : check.groups) {
    Json entry = {{"task", group.task},
                  {"group", group.group},
                  {"nodes", group.nodes},
                  {"expected_spikes", group.expected_spikes},
                  {"spikes", group.spikes},
                  {"z", optional_json(group.z)},
                  {"cv_rescaled", optional_json(group.cv_rescaled)},
                  {"ks_p", optional_json(group.ks_p)},
                  {"ks_intervals", group.ks_intervals},
                  {"silent_nodes", group.silent_nodes},
                  {"expected_silent_nodes", group.expected_silent_nodes}};
    if (group.asked) {
      entry["asked"] = {{"mean_hz", group.asked->mean_hz}, {"stdev_hz", group.asked->stdev_hz}};
      entry["drawn"] = {{"mean_hz", group.drawn_mean_hz}, {"stdev_hz", group.drawn_stdev_hz}};
      entry["rates_p"] = optional_json(group.rates_p);
    }
    entry["ok"] = group.problems.empty();
    entry["problems"] = group.problems;
    groups.push_back(std::move(entry));
  }
  Json unfed = Json::array();
  for (const StatisticsCheck::Unfed& population : check.unfed) {
    unfed.push_back(
        Json{{"population", population.population}, {"nodes", population.nodes}, {"without_input", population.unfed}});
  }
  return to_text(Json{
      {"ok", check.ok()}, {"level", kCheckLevel}, {"tests", check.tests}, {"groups", groups}, {"populations", unfed}});
}

// All that `run` would refuse, with its words. Limits of the recipe are held against all of its tasks.
void refuse_what_run_refuses(const Plan& plan) {
  const std::vector<TaskIndex> all = wanted_tasks(plan, {});
  check_limits(plan, all, std::numeric_limits<std::uint64_t>::max());
  refuse_report(plan);
  const std::filesystem::path lock_file = lock_path(plan.recipe);
  read_all_locks(lock_file);  // whole: what a run writes it puts beside the blocks of others
  const FileStamps stamps(plan.recipe.output.directory);
  refuse_foreign_files(plan, all);
  refuse_foreign_report(plan);
  try {
    refuse_hopeless(plan, {}, all);
  } catch (const std::exception&) {
    // A run makes only what is not up to date. To tell, files may have to be read, so it is not asked before.
    Standing standing(plan, lock_file, all, true, false);
    standing.look();
    std::vector<TaskIndex> to_make;
    for (const auto& [index, why] : standing.to_make()) to_make.push_back(index);
    refuse_hopeless(plan, {}, to_make);
  }
}

int run_check(const Arguments& arguments, Terminal& terminal) {
  for (const std::string name : {"json", "only"}) {
    if (!arguments.has(name) || arguments.has("statistics")) continue;
    throw UsageError("usage.missing", fmt::format("'--{}' belongs to '--statistics'", name), {}, "check");
  }
  const Plan& plan = load_plan(arguments, terminal);
  refuse_what_run_refuses(plan);
  if (!arguments.has("statistics")) return 0;

  const StatisticsCheck check = check_statistics(plan, arguments.list("only"));
  if (!arguments.has("json")) terminal.note(fmt::format("CV_RESCALED: {}", kRescaledCvMeaning));
  terminal.out(arguments.has("json") ? statistics_json(check) : statistics_table(check));
  terminal.note(
      fmt::format("a group is off if one of {} tests has p below {:.2g}, so that a batch made as asked is called "
                  "off with a chance of {}",
                  check.tests, check.threshold, kCheckLevel));
  return check.ok() ? 0 : 1;
}

constexpr Term kCheckTerms[] = {{"cv_rescaled", kRescaledCvMeaning}};
constexpr Positional kCheckPositionals[] = {{"RECIPE", Presence::required, "the recipe, a YAML file"}};
constexpr Option kCheckOptions[] = {
    {"statistics", 0, Words::none, "", "read the made files and hold them against what the recipe asks for"},
    {"only", 0, Words::several, "TASK…",
     "hold these tasks and all they need against it; words or a comma-separated list"},
    {"json", 0, Words::none, "", "print the statistics as JSON"},
};

}  // namespace

extern const Command kCheck;
constinit const Command kCheck{.name = "check",
                               .summary = "read a recipe and its networks, and report every problem",
                               .example = "stimgen check recipe.yaml\nstimgen check recipe.yaml --statistics",
                               .terms = kCheckTerms,
                               .positionals = kCheckPositionals,
                               .options = kCheckOptions,
                               .reads_recipe = true,
                               .run = run_check};

}  // namespace stimgen::cli
