// `stimgen run`: makes the spike files of a recipe.
#include <algorithm>
#include <charconv>
#include <chrono>
#include <exception>
#include <filesystem>
#include <map>
#include <optional>
#include <system_error>

#include "base/folder_lock.hpp"
#include "base/format_bytes.hpp"
#include "base/profile.hpp"
#include "cli/batch_report.hpp"
#include "cli/format.hpp"
#include "cli/load.hpp"
#include "cli/orphans.hpp"
#include "cli/profile_table.hpp"
#include "cli/progress.hpp"
#include "cli/signals.hpp"
#include "stimgen/audit.hpp"
#include "stimgen/process.hpp"
#include "stimgen/run.hpp"

namespace stimgen::cli {

unsigned read_threads(const Arguments& arguments) {
  if (!arguments.has("threads")) return 0;
  const std::string word = arguments.text("threads");
  unsigned threads = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), threads);
  if (error != std::errc() || end != word.data() + word.size() || threads == 0 || threads > kMostThreads) {
    throw UsageError(
        "usage.wrong-value",
        fmt::format("option '--threads' needs a number from 1 to {}, not '{}'", kMostThreads, printable(word)), {},
        std::string(arguments.command().name));
  }
  return threads;
}

namespace {

std::optional<Shard> read_shard(const Arguments& arguments) {
  if (!arguments.has("shard")) return std::nullopt;
  const std::string word = arguments.text("shard");
  const std::string own(arguments.command().name);
  if (arguments.has("locked")) {
    throw UsageError("usage.exclusive", "option '--shard' makes files and '--locked' lets none be made",
                     "leave out one of them", own);
  }
  const char* const end = word.data() + word.size();
  Shard shard;
  const auto [slash, index_error] = std::from_chars(word.data(), end, shard.index);
  bool good = index_error == std::errc() && slash != end && *slash == '/';
  if (good) {
    const auto [after, count_error] = std::from_chars(slash + 1, end, shard.count);
    good = count_error == std::errc() && after == end;
  }
  if (good && shard.count >= 1 && shard.count <= kMostShards) {
    if (shard.index >= 1 && shard.index <= shard.count) return shard;
    throw UsageError("usage.wrong-value",
                     fmt::format("option '--shard' has no part {} of {}", shard.index, shard.count),
                     fmt::format("parts are counted from 1: the first is 1/{0}, the last {0}/{0}", shard.count), own);
  }
  throw UsageError("usage.wrong-value",
                   fmt::format("option '--shard' needs a part and the number of parts, up to {}, not '{}'", kMostShards,
                               printable(word)),
                   "for the first of four write 1/4", own);
}

std::string_view status_name(TaskStatus status) {
  switch (status) {
    case TaskStatus::made:
      return "made";
    case TaskStatus::current:
      return "current";
    case TaskStatus::failed:
      return "failed";
    case TaskStatus::not_run:
      return "not_run";
    case TaskStatus::interrupted:
      return "interrupted";
  }
  return "";
}

// For people.
std::string_view status_text(TaskStatus status) {
  switch (status) {
    case TaskStatus::current:
      return "up to date";
    case TaskStatus::not_run:
      return "not made";
    default:
      return status_name(status);
  }
}

std::string what_happened(TaskStatus status) {
  switch (status) {
    case TaskStatus::not_run:
      return "since a task it needs was not";
    case TaskStatus::failed:
      return "see above";
    default:
      return {};
  }
}

// Of a task, or of its part if that is what is made.
std::string shown_path(const Plan& plan, const Task& task, const std::optional<Shard>& shard) {
  // As the user wrote the folder, from the working folder: a path to click or copy.
  return (shard ? part_path(plan, task, *shard) : plan.output_path(task)).lexically_normal().string();
}

using ToMake = Standing::ToMake;

std::string dry_run_table(const Plan& plan, const ToMake& tasks, const std::optional<Shard>& shard) {
  const double share = 1.0 / (shard ? shard->count : 1);
  const bool compressed = plan.recipe.output.compression == Compression::gzip;
  using enum Table::Align;
  Table table({left, right, right, left, left});
  for (const auto& [index, why] : tasks) {
    const Task& task = plan.tasks[index];
    const auto bytes = static_cast<std::uint64_t>(static_cast<double>(task.expected_bytes) * share);
    table.add({task.name, fmt::format("~{:.0f} spikes", task.expected_spikes * share),
               fmt::format("{} {}", compressed ? "at most" : "about", format_bytes(bytes)),
               shown_path(plan, task, shard), why});
  }
  return table.text();
}

std::string dry_run_json(const Plan& plan, const ToMake& tasks, const std::optional<Shard>& shard) {
  const double share = 1.0 / (shard ? shard->count : 1);
  Json entries = Json::array();
  for (const auto& [index, why] : tasks) {
    const Task& task = plan.tasks[index];
    entries.push_back(
        Json{{"name", task.name},
             {"file", shown_path(plan, task, shard)},
             {"expected_spikes", task.expected_spikes * share},
             {"expected_bytes", static_cast<std::uint64_t>(static_cast<double>(task.expected_bytes) * share)},
             {"why", why}});
  }
  return to_text(Json{{"tasks", entries}});
}

// Of a task whose file is up to date no part is made.
using PartsMade = std::map<TaskIndex, Shard>;
PartsMade parts_made(const std::vector<TaskIndex>& tasks, const std::map<TaskIndex, TaskState>& states,
                     const RunOptions& options) {
  PartsMade parts;
  for (const TaskIndex index : tasks) {
    if (options.shard && (options.force || !states.at(index).fresh)) parts.emplace(index, *options.shard);
  }
  return parts;
}
std::optional<Shard> part_of(const PartsMade& parts, TaskIndex index) {
  const auto found = parts.find(index);
  return found == parts.end() ? std::nullopt : std::optional(found->second);
}

// Files that are up to date are of interest while they are few.
constexpr std::size_t kMostCurrentLines = 20;

std::size_t count_of(const RunSummary& summary, TaskStatus status) {
  return static_cast<std::size_t>(std::count_if(summary.results.begin(), summary.results.end(),
                                                [&](const auto& each) { return each.second.status == status; }));
}

// "3 made, 1,997 up to date"
std::string counts_line(const RunSummary& summary) {
  std::string line;
  for (const TaskStatus status :
       {TaskStatus::made, TaskStatus::current, TaskStatus::failed, TaskStatus::not_run, TaskStatus::interrupted}) {
    const std::size_t count = count_of(summary, status);
    if (count == 0) continue;
    line += fmt::format("{}{} {}", line.empty() ? "" : ", ", grouped(count), status_text(status));
  }
  return line.empty() ? line : line + "\n";
}

// One line a task, then how many were made.
std::string summary_table(const Plan& plan, const RunSummary& summary, const PartsMade& parts) {
  using enum Table::Align;
  Table table({left, left, right, right, right, right, left});
  const bool few_current = count_of(summary, TaskStatus::current) <= kMostCurrentLines;
  for (const auto& [index, result] : summary.results) {
    const Task& task = plan.tasks[index];
    if (result.status == TaskStatus::current && !few_current) continue;
    if (result.status == TaskStatus::made || result.status == TaskStatus::current) {
      table.add({task.name, std::string(status_text(result.status)), fmt::format("{} spikes", result.spikes),
                 result.nodes > 0 ? fmt::format("{} Hz", format_rounded(result.mean_rate_hz, 4)) : "-",
                 format_bytes(result.bytes), fmt::format("{:.2f} s", result.seconds),
                 shown_path(plan, task, part_of(parts, index))});
    } else {
      table.add({task.name, std::string(status_text(result.status)), "-", "-", "-", "-", what_happened(result.status)});
    }
  }
  return table.text() + counts_line(summary);
}

std::string summary_json(const Plan& plan, const RunSummary& summary, const PartsMade& parts) {
  Json tasks = Json::array();
  for (const auto& [index, result] : summary.results) {
    const bool combined = plan.tasks[index].combined() != nullptr;
    Json entry = {{"name", plan.tasks[index].name},
                  {"status", status_name(result.status)},
                  {"file", shown_path(plan, plan.tasks[index], part_of(parts, index))},
                  {"spikes", result.spikes},
                  {"nodes", combined ? Json(nullptr) : Json(result.nodes)},
                  {"mean_rate_hz", combined ? Json(nullptr) : Json(result.mean_rate_hz)},
                  {"bytes", result.bytes},
                  {"seconds", result.seconds}};
    if (result.status == TaskStatus::failed) entry["problem"] = result.problem;
    tasks.push_back(std::move(entry));
  }
  return to_text(Json{{"interrupted", summary.interrupted}, {"tasks", tasks}});
}

// What remains to be done of a shard: parts that are not there yet, or no use.
ToMake parts_to_make(const Plan& plan, const ToMake& tasks, Shard shard, bool force) {
  ToMake result;
  for (const auto& [index, why] : tasks) {
    const std::string problem = part_problem(plan, plan.tasks[index], shard);
    if (!problem.empty() || force) result.emplace_back(index, problem.empty() ? "--force" : "part " + problem);
  }
  return result;
}

// --locked: nothing may change. True if all is well.
bool check_locked(const Plan& plan, Standing& standing, bool still, bool whole, Terminal& terminal) {
  if (!still) {
    terminal.error("run.locked", "--locked: the files change while they are looked at",
                   "wait until the other run is done");
    return false;
  }
  std::error_code ignored;
  if (!std::filesystem::exists(lock_path(plan.recipe), ignored)) {
    terminal.error(
        "run.locked",
        fmt::format("--locked: there is no lock: '{}' does not exist", printable(lock_path(plan.recipe).string())),
        "'stimgen run' without --locked makes the files and writes it");
    return false;
  }
  const ToMake to_make = standing.to_make();
  const LockLog& log = standing.log();
  for (const auto& [index, why] : to_make) {
    terminal.error("run.locked", fmt::format("--locked: '{}' would be made: {}", plan.tasks[index].name, why));
  }
  const auto edited = log.entries(EntryState::edited), missing = log.entries(EntryState::missing);
  for (const std::string& what : edited) {
    terminal.error("run.locked", fmt::format("--locked: {} in the lock is not as a run writes it", what),
                   "the lock was edited or merged; 'stimgen run' mends it");
  }
  for (const std::string& what : missing) {
    terminal.error("run.locked",
                   fmt::format("--locked: all it stands for is up to date, but the lock does not have {}", what));
  }
  const auto dropped = whole ? log.dropped() : std::vector<std::string>();
  for (const std::string& name : dropped) {
    terminal.error("run.locked",
                   fmt::format("--locked: the lock has '{}', which the recipe no longer has", printable(name)),
                   "'stimgen run' removes it from the lock");
  }
  for (const std::string& what : log.entries(EntryState::reworded)) {
    terminal.note(fmt::format("{} says the same as the recipe in other words; 'stimgen run' renews it", what));
  }
  return to_make.empty() && edited.empty() && missing.empty() && dropped.empty();
}

// The recipe's key `report`. Of a part of the files there is none: the others may be of another time, or not there.
bool wants_report(const Plan& plan, const RunSummary& summary, bool whole) {
  return plan.recipe.report && whole && summary.exit_code() == 0;
}

void refuse_page(const Plan& plan, bool force) {
  refuse_report(plan);
  if (!force) refuse_foreign_report(plan);
}

// Of an idle run, which holds no folder unless the page is not of what is there now.
void renew_report(const Plan& plan, const Arguments& arguments, const Patience& patience) {
  const std::vector<std::string> sets = arguments.texts("set");
  if (is_batch_report(plan, sets, *plan.recipe.report)) return;
  const FolderLock held(plan.recipe.output.directory, FolderLock::Use::alone, patience);
  if (!arguments.has("force")) refuse_foreign_report(plan);
  write_batch_report(plan, sets, *plan.recipe.report);
  own_report(plan);
}

void say_report(const Plan& plan, const RunOptions& options, const RunSummary& summary, bool whole,
                Terminal& terminal) {
  if (!plan.recipe.report || options.shard || summary.exit_code() != 0) return;
  terminal.note(whole ? "report: " + plan.recipe.report->lexically_normal().string()
                      : "no report: it is made when all tasks are");
}

// How long to wait while another run has the folder, and what is said then.
Patience read_patience(const Arguments& arguments, const std::filesystem::path& folder, Terminal& terminal) {
  Patience patience = Patience::endless();
  const std::string own(arguments.command().name);
  if (arguments.has("wait") && arguments.has("no-wait")) {
    throw UsageError("usage.exclusive", "'--wait' and '--no-wait' exclude each other", {}, own);
  }
  if (arguments.has("no-wait")) patience.most = std::chrono::duration<double>(0);
  if (arguments.has("wait")) {
    const std::string word = arguments.text("wait");
    double seconds = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), seconds);
    if (error != std::errc() || end != word.data() + word.size() || !(seconds >= 0 && seconds <= 1e9)) {
      throw UsageError("usage.wrong-value",
                       fmt::format("option '--wait' needs a number of seconds, not '{}'", printable(word)), {}, own);
    }
    patience.most = std::chrono::duration<double>(seconds);
  }
  patience.on_wait = [&terminal, folder](const std::string& holder) {
    terminal.note(fmt::format("{} is writing to '{}': waiting until it is done", holder, printable(folder.string())));
  };
  return patience;
}

// With --set the recipe is another one, but without --output its files are the same.
void say_what_set_replaces(const Plan& plan, const Arguments& arguments, const ToMake& to_make, Terminal& terminal) {
  if (!arguments.has("set") || arguments.has("output") || to_make.empty()) return;
  std::size_t there = 0;
  std::error_code ignored;
  for (const auto& [index, why] : to_make)
    there += std::filesystem::exists(plan.output_path(plan.tasks[index]), ignored);
  if (there == 0) return;
  terminal.note(fmt::format("--set without --output: {} of the recipe itself in '{}' {} replaced",
                            counted(there, "file"), printable(plan.recipe.output.directory.string()),
                            there == 1 ? "is" : "are"));
}

// Looks again until no file moves between the judgement and its end. False: they keep moving, someone is writing.
bool look_until_still(Standing& standing) {
  constexpr int kMostLooks = 3;
  for (int look = 0; look < kMostLooks; ++look) {
    if (standing.untouched()) return true;
    standing.look();
  }
  return standing.untouched();
}

void say_what_was_found(const LockLog& log, Terminal& terminal) {
  for (const std::string& what : log.entries(EntryState::edited)) {
    terminal.note(fmt::format("mended in the lock: {}, which had been edited", what));
  }
  for (const auto& [name, edited] : log.contradicted()) {
    terminal.error(
        "run.other-spikes",
        fmt::format("'{}' holds other spikes than the lock says, though nothing it is made from changed", name),
        edited ? "the lock was edited; 'git diff' shows what changed"
               : "the lock was made by another build of stimgen; 'git diff' shows what changed");
  }
}

std::vector<TaskIndex> indices_of(const ToMake& tasks) {
  std::vector<TaskIndex> indices;
  for (const auto& [index, why] : tasks) indices.push_back(index);
  return indices;
}

struct Outcome {
  RunSummary summary;
  std::exception_ptr report_problem;  // said after the summary: the files are good
};

// In the held folder, where nothing moves: what is to be done is judged anew.
Outcome run_held(const Plan& plan, const Arguments& arguments, const RunOptions& options, bool whole,
                 Standing& standing, Patience patience, Terminal& terminal) {
  std::optional<StopRequest> stop(std::in_place);
  patience.stop = [&stop] { return stop->flag().load(); };
  const HeldOutput held(plan, options, standing.log(), patience);
  standing.look(&stop->flag());
  if (!options.force) refuse_foreign_files(plan, indices_of(standing.to_make()));
  if (!options.force && whole) refuse_foreign_report(plan);
  for (const auto& [index, why] : standing.to_make()) {
    terminal.detail(fmt::format("{} is stale: {}", plan.tasks[index].name, why));
  }
  Outcome outcome;
  RunSummary& summary = outcome.summary;
  {
    Progress progress(terminal, standing.tasks().size());
    summary = run_plan(held, plan, options, standing.log(), progress, stop->flag());
  }
  // Other shards are running; whoever joins them writes the lock.
  if (!options.shard) standing.record();
  standing.remember(summary.exit_code() == 0);
  stop.reset();  // what is made is on disk: from here on a signal ends the program at once
  if (wants_report(plan, summary, whole)) {
    try {
      write_batch_report(plan, arguments.texts("set"), *plan.recipe.report);
      own_report(plan);
    } catch (const std::exception&) {
      outcome.report_problem = std::current_exception();
    }
  }
  return outcome;
}

int run_run(const Arguments& arguments, Terminal& terminal) {
  const RunOptions options{.threads = read_threads(arguments),
                           .only = arguments.list("only"),
                           .shard = read_shard(arguments),
                           .force = arguments.has("force"),
                           .remove_parts = !arguments.has("locked")};
  if (arguments.has("profile")) start_profile();
  std::optional<ProfiledStage> stage(Stage::planning);
  self_test();
  const Plan& plan = load_plan(arguments, terminal);
  const std::vector<TaskIndex> tasks = wanted_tasks(plan, options);
  stage.reset();
  const bool whole = options.only.empty() && !options.shard;
  const Patience patience = read_patience(arguments, plan.recipe.output.directory, terminal);
  Standing standing(plan, lock_path(plan.recipe), tasks, whole, options.force);
  if (whole && !arguments.has("locked")) refuse_page(plan, options.force);
  standing.look();
  if (arguments.has("dry-run")) {
    if (!options.force) refuse_foreign_files(plan, indices_of(standing.to_make()));
    const ToMake to_make = standing.to_make();
    const ToMake files = options.shard ? parts_to_make(plan, to_make, *options.shard, options.force) : to_make;
    refuse_hopeless(plan, options, indices_of(files));
    terminal.out(arguments.has("json") ? dry_run_json(plan, files, options.shard)
                                       : dry_run_table(plan, files, options.shard));
    return 0;
  }
  if (tasks.empty()) {
    terminal.note(options.shard ? "nothing to make: only backgrounds and patterns are made in parts"
                                : "nothing to make: the recipe has no backgrounds, patterns or combinations");
  }
  const bool locked = arguments.has("locked");
  const bool still = look_until_still(standing);
  if (locked && !check_locked(plan, standing, still, whole, terminal)) return 1;
  Outcome outcome;
  RunSummary& summary = outcome.summary;
  const bool idle = locked || (still && standing.idle());
  if (idle) {
    summary = current_summary(plan, options, standing.log());
    if (!locked && !options.shard) tidy_output(plan, options);
    standing.remember(true);
  } else {
    if (!options.force) refuse_foreign_files(plan, indices_of(standing.to_make()));
    say_what_set_replaces(plan, arguments, standing.to_make(), terminal);
    outcome = run_held(plan, arguments, options, whole, standing, patience, terminal);
    say_what_was_found(standing.log(), terminal);
  }
  const PartsMade parts = parts_made(tasks, standing.states(), options);
  terminal.out(arguments.has("json") ? summary_json(plan, summary, parts) : summary_table(plan, summary, parts));
  if (arguments.has("profile")) terminal.raw_error(profile_table());
  say_what_is_left_over(plan, arguments, terminal);
  if (!idle) say_what_recipes_are_gone(plan, arguments, terminal);  // an idle run reads no long lock again
  if (outcome.report_problem) std::rethrow_exception(outcome.report_problem);
  if (idle && !locked && wants_report(plan, summary, whole)) renew_report(plan, arguments, patience);
  if (!locked) say_report(plan, options, summary, whole, terminal);
  if (summary.interrupted) {
    terminal.error("system.interrupted", "interrupted: finished files stay, unfinished ones were removed");
  }
  return summary.exit_code() == 0 && !standing.log().contradicted().empty() ? 1 : summary.exit_code();
}

constexpr Positional kRunPositionals[] = {{"RECIPE", Presence::required, "the recipe, a YAML file"}};
constexpr Option kRunOptions[] = {
    {"threads", 'j', Words::one, "N", "use N threads; the files do not depend on it (default: all cores)"},
    {"only", 0, Words::several, "TASK…", "make these tasks and all they need; words or a comma-separated list"},
    {"shard", 0, Words::one, "K/N",
     "make part K of N of each background and pattern; a run without it joins the parts"},
    {"wait", 0, Words::one, "SECONDS",
     "wait that long while another run writes to the folder (default: until it is done)"},
    {"no-wait", 0, Words::none, "", "end with 4 at once if another run writes to the folder"},
    {"locked", 0, Words::none, "", "exit with 1 and write nothing if a file or the lock would change"},
    {"force", 0, Words::none, "", "make files again that are up to date"},
    {"dry-run", 0, Words::none, "", "print what would be made, make nothing"},
    {"json", 0, Words::none, "", "print the result as JSON"},
    {"profile", 0, Words::none, "", "say on stderr which stages of the work took the CPU time"},
};

}  // namespace

extern const Command kRun;
constinit const Command kRun{.name = "run",
                             .summary = "make the spike files of a recipe that are missing or out of date",
                             .example =
                                 "stimgen run recipe.yaml\n"
                                 "stimgen run recipe.yaml -j 4 --only long short --set vars.burst='80 Hz'\n"
                                 "stimgen run recipe.yaml --shard 3/8",
                             .positionals = kRunPositionals,
                             .options = kRunOptions,
                             .reads_recipe = true,
                             .run = run_run};

}  // namespace stimgen::cli
