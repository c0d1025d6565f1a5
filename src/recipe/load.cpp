// From a recipe file to the typed top level: include, --set, variables, then the strict reader.
#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <system_error>

#include <fmt/format.h>

#include "base/source_file.hpp"
#include "recipe/include.hpp"
#include "recipe/overrides.hpp"
#include "recipe/variables.hpp"
#include "stimgen/recipe.hpp"

namespace stimgen {

namespace {

std::span<const FieldDoc> table(std::string_view name) {
  for (const SectionDoc& section : top_level_docs()) {
    if (section.name == name) return section.fields;
  }
  throw std::logic_error(fmt::format("there is no table '{}'", name));
}

// The value of a section, or nothing at the place of the recipe.
Value section_value(Fields& recipe, std::string_view name) {
  if (const Value* value = recipe.value(name)) return *value;
  Value nothing;
  nothing.loc = recipe.loc();
  return nothing;
}

Seeds read_seeds(const Value& value, Diagnostics& diagnostics) {
  Seeds seeds;
  if (value.is_null()) return seeds;  // reported as missing
  if (!value.is_mapping()) {
    if (value.is_sequence()) {
      diagnostics.error(value.loc, "recipe.wrong-type", "seeds is a number or {network, spikes}, not a list",
                        "write seeds: {network: 123, spikes: 2}");
      return seeds;
    }
    seeds.network = seeds.spikes = read_unsigned(value, "seeds", diagnostics).value_or(0);
    return seeds;
  }
  Fields fields(value, "'seeds'", {table("seeds")}, diagnostics);
  if (const Value* network = fields.value("network")) {
    seeds.network = read_unsigned(*network, "seeds.network", diagnostics).value_or(0);
  }
  if (const Value* spikes = fields.value("spikes")) {
    seeds.spikes = read_unsigned(*spikes, "seeds.spikes", diagnostics).value_or(0);
  }
  return seeds;
}

// A number without a unit is in seconds; where it is large for one, milliseconds were meant, as in other configs.
void warn_of_missing_unit(const Value* written, double time_ms, double doubtful_ms, std::string_view meant,
                          Diagnostics& diagnostics) {
  if (written == nullptr || time_ms < doubtful_ms || !written->is_scalar()) return;
  if (written->text.find_first_not_of("0123456789.+-eE") != std::string::npos) return;
  diagnostics.warning(
      written->loc, "recipe.wrong-unit",
      fmt::format("'{}' has no unit, so it is in seconds: {}", printable(written->text, 60), meant),
      fmt::format("if milliseconds are meant, write {0} ms; else write {0} s", printable(written->text, 60)));
}

// "4 h 10 min"
std::string long_time(double time_ms) {
  const auto minutes = static_cast<std::int64_t>(time_ms / 60'000);
  return minutes < 60 ? fmt::format("{} min", minutes) : fmt::format("{} h {} min", minutes / 60, minutes % 60);
}

void read_time(const Value& value, Recipe& recipe, Diagnostics& diagnostics) {
  Fields fields(value, "'time'", {table("time")}, diagnostics);
  recipe.start_ms = fields.time_ms("start");
  recipe.stop_ms = fields.optional_time_ms("stop");
  if (fields.has("start")) recipe.start_loc = fields.loc("start");
  if (fields.has("stop")) recipe.stop_loc = fields.loc("stop");
  constexpr double kLongMs = 1e6;  // in milliseconds it is an ordinary trial
  if (recipe.stop_ms) {
    warn_of_missing_unit(fields.value("stop"), *recipe.stop_ms, kLongMs, long_time(*recipe.stop_ms), diagnostics);
  }
  // Wrong ones are reported here, and not again by everything that takes its times from them.
  constexpr double kStandIn_ms = 1e6;
  if (!recipe.stop_ms && fields.has("stop")) recipe.stop_ms = std::max(*recipe.start_ms, 0.0) + kStandIn_ms;
  if (*recipe.start_ms < 0) {
    fields.error("start", "recipe.out-of-range",
                 fmt::format("time.start is {}, before 0 s", format_time(*recipe.start_ms)),
                 "spike files begin at 0 s");
  }
  if (recipe.stop_ms && *recipe.stop_ms <= *recipe.start_ms) {
    fields.error("stop", "recipe.empty-window",
                 fmt::format("time.stop ({}) is not after time.start ({})", format_time(*recipe.stop_ms),
                             format_time(*recipe.start_ms)));
    recipe.stop_ms = std::max(*recipe.start_ms, 0.0) + kStandIn_ms;
  }
  recipe.start_ms = std::max(*recipe.start_ms, 0.0);
}

// A nanosecond: multiples of it up to the longest stimulus, 104 days, are told apart in double precision.
constexpr double kFinestGridMs = 1e-6;

void read_output(const Value& value, const LoadOptions& options, Recipe& recipe, Diagnostics& diagnostics) {
  Fields fields(value, "'output'", {table("output")}, diagnostics);
  OutputSettings& output = recipe.output;
  const std::size_t errors_before = diagnostics.error_count();
  output.directory_text = fields.text("directory");
  if (diagnostics.error_count() == errors_before) output.directory = fields.path("directory");
  if (!fields.has("directory"))
    output.directory = std::filesystem::path(recipe.file->directory) / output.directory_text;
  if (options.output_directory) {
    output.directory = *options.output_directory;
    output.directory_text = options.output_directory->string();
  } else if (fields.has("directory")) {
    output.directory_loc = fields.loc("directory");
  }
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(output.directory, error);
  const bool too_long = error == std::errc::filename_too_long;
  if (too_long ||
      (!output.directory.empty() && std::filesystem::exists(status) && !std::filesystem::is_directory(status))) {
    std::string message = fmt::format("the output directory '{}' {}", printable(output.directory_text),
                                      too_long ? "has a longer name than the system takes" : "is a file");
    if (options.output_directory) {
      diagnostics.error({}, "recipe.bad-output", std::move(message));
    } else {
      fields.error("directory", "recipe.bad-output", std::move(message),
                   "name a folder, or one that does not exist yet");
    }
  }
  output.sort = fields.choice("sort") == "by_time" ? SpikeOrder::by_time : SpikeOrder::by_id;
  output.compression = fields.choice("compression") == "gzip" ? Compression::gzip : Compression::none;
  const std::uint64_t level = fields.count("level");
  if (level > 9) {
    fields.error("level", "recipe.out-of-range", fmt::format("level is a whole number from 1 to 9, not {}", level));
  } else {
    output.level = static_cast<int>(level);
    if (fields.has("level") && output.compression == Compression::none) {
      diagnostics.warning(fields.loc("level"), "recipe.no-effect",
                          "'level' is how hard gzip tries, but the files are not compressed",
                          "write 'compression: gzip' beside it, or remove it");
    }
  }
  const Value* resolution = fields.value("resolution");
  if (resolution != nullptr && !(resolution->is_scalar() && resolution->text == "none")) {
    if (const auto grid_ms = read_time_ms(*resolution, "resolution", diagnostics)) {
      output.resolution_ms = *grid_ms;
      constexpr double kCoarseMs = 10;  // simulators take steps of 0.01 to 1 ms
      warn_of_missing_unit(resolution, *grid_ms, kCoarseMs, "a grid of " + format_time(*grid_ms), diagnostics);
      if (*grid_ms < kFinestGridMs) {
        fields.error("resolution", "recipe.out-of-range",
                     *grid_ms <= 0 ? fmt::format("resolution is a time above 0, or none, not {}", format_time(*grid_ms))
                                   : fmt::format("resolution is at least {}, not '{}'", format_time(kFinestGridMs),
                                                 printable(resolution->text, 60)));
        output.resolution_ms = 0;
      }
    }
  }
  output.max_spikes = fields.optional_count("max_spikes");
  output.max_bytes = fields.optional_size_bytes("max_bytes");
}

// true, false or {path}. The page stays inside the output folder.
void read_report(const Value& value, Recipe& recipe, Diagnostics& diagnostics) {
  if (value.is_null()) return;
  std::filesystem::path path;
  SourceLoc loc = value.loc;
  if (value.is_scalar() && value.text.find(".htm") != std::string::npos) {
    diagnostics.error(loc, "recipe.wrong-type",
                      fmt::format("report is true, false or {{path}}, not '{}'", printable(value.text, 60)),
                      fmt::format("write report: {{path: {}}}", printable(value.text, 60)));
    return;
  }
  if (value.is_scalar()) {
    const std::optional<bool> wanted = read_boolean(value, "report", diagnostics);
    if (!wanted.value_or(false)) return;
    path = "report.html";
  } else {
    Fields fields(value, "'report'", {table("report")}, diagnostics);
    path = fields.text("path");
    loc = fields.loc("path");
  }
  const std::filesystem::path shown = path.lexically_normal();
  const bool inside = !shown.empty() && !shown.is_absolute() && *shown.begin() != "..";
  // Of another ending it may be one of the spike files, or the recipe.
  if (!inside || (shown.extension() != ".html" && shown.extension() != ".htm")) {
    diagnostics.error(loc, "recipe.bad-output",
                      fmt::format("report.path is the name of an HTML file inside output.directory, not '{}'",
                                  printable(path.string(), 60)),
                      "write report: {path: report.html}");
    return;
  }
  constexpr std::size_t kLongestFileName = 255;  // on the file systems there are
  if (shown.filename().string().size() > kLongestFileName) {
    diagnostics.error(loc, "recipe.bad-output",
                      fmt::format("the name in report.path has {} letters, but file names have at most {}",
                                  shown.filename().string().size(), kLongestFileName),
                      "shorten it");
    return;
  }
  recipe.report = recipe.output.directory / shown;
  recipe.report_loc = loc;
}

Section read_section(Fields& fields, std::string_view name, const Value& defaults, Diagnostics& diagnostics) {
  Section section;
  if (const Value* own = defaults.find(name)) section.defaults = *own;
  const Value value = section_value(fields, name);
  if (!value.is_mapping()) {
    if (!value.is_null()) {
      diagnostics.error(value.loc, "recipe.wrong-type",
                        fmt::format("'{}' is a mapping of names, not {}", name, describe(value)),
                        fmt::format("write {}: {{name: {{…}}}}", name));
    }
    return section;
  }
  const auto is_scalar = [](const Value::Member& member) { return member.value.is_scalar(); };
  if (value.members.size() > 1 && std::all_of(value.members.begin(), value.members.end(), is_scalar)) {
    const std::string& key = value.members.front().key;
    diagnostics.error(value.members.front().key_loc, "recipe.wrong-type",
                      fmt::format("'{}' holds entries by name, and each has keys, but '{}' is {}", name,
                                  printable(key, 60), describe(value.members.front().value)),
                      fmt::format("put a name above these keys: {}: {{my_name: {{{}: …}}}}", name, printable(key, 60)));
    return section;
  }
  for (const Value::Member& member : value.members) {
    if (!is_name(member.key)) {
      diagnostics.error(member.key_loc, "recipe.bad-name", fmt::format("'{}' is not a name", printable(member.key, 60)),
                        "a name starts with a letter or _ and goes on with letters, digits, _ . or -");
    }
    section.entries.push_back({member.key, member.key_loc, member.value});
  }
  return section;
}

// [long, short] or [[long, short], [a, b]].
void read_alternatives(const Value* value, Recipe& recipe, Diagnostics& diagnostics) {
  if (value == nullptr) return;
  std::vector<std::string> names;
  for (const Section* section : {&recipe.backgrounds, &recipe.patterns, &recipe.combine}) {
    for (const Entry& entry : section->entries) names.push_back(entry.name);
  }
  const auto read_set = [&](const Value& set) {
    std::set<std::string>& read = recipe.alternatives.emplace_back();
    for (const Value& item : set.items) {
      const auto name = read_text(item, "alternatives", diagnostics);
      if (!name) continue;
      read.insert(*name);
      if (std::find(names.begin(), names.end(), *name) != names.end()) continue;
      diagnostics.error(item.loc, "recipe.unknown-task", fmt::format("there is no task '{}'", printable(*name, 60)),
                        suggest(*name, names));
    }
  };
  const auto is_list = [](const Value& item) { return item.is_sequence(); };
  if (!value->is_sequence()) {
    diagnostics.error(value->loc, "recipe.wrong-type",
                      fmt::format("'alternatives' is a list of tasks, not {}", describe(*value)),
                      "write alternatives: [long, short]");
  } else if (!value->items.empty() && std::all_of(value->items.begin(), value->items.end(), is_list)) {
    for (const Value& set : value->items) read_set(set);
  } else {
    read_set(*value);
  }
}

// File names end at 255 bytes, and ".4096-of-4096.h5" or ".h5" with the suffix of a temporary is a part of them.
constexpr std::size_t kLongestTaskName = 200;

constexpr const char* kLockName = "stimgen.lock";

void check_task_names(const Recipe& recipe, Diagnostics& diagnostics) {
  std::map<std::string_view, const Entry*> tasks;
  for (const Section* section : {&recipe.backgrounds, &recipe.patterns, &recipe.combine}) {
    for (const Entry& entry : section->entries) {
      if (entry.name.size() > kLongestTaskName) {
        diagnostics.error(entry.loc, "recipe.bad-name",
                          fmt::format("the name of a task has at most {} letters, since its files are called by it; "
                                      "'{}' has {}",
                                      kLongestTaskName, printable(entry.name, 20), entry.name.size()),
                          "shorten it");
      }
      const auto [first, is_new] = tasks.try_emplace(entry.name, &entry);
      if (is_new) continue;
      diagnostics
          .error(entry.loc, "recipe.duplicate-name",
                 fmt::format("two tasks are called '{}'", printable(entry.name, 60)),
                 "backgrounds, patterns and combinations share their names: rename one")
          .notes.push_back({first->second->loc, "the other is here"});
    }
  }
}

// A section without a value is an empty one: what is commented out may leave nothing.
void drop_empty_sections(Value& root) {
  for (const std::string_view name : {"vars", "defaults", "time", "networks", "backgrounds", "assemblies", "patterns",
                                      "combine", "alternatives", "output", "report"}) {
    if (const Value* value = root.find(name); value != nullptr && value->is_null()) take_member(root, name);
  }
}

}  // namespace

std::filesystem::path own_lock_path(const Recipe& recipe) {
  return recipe.path.parent_path() / kLockName;
}

std::filesystem::path lock_path(const Recipe& recipe) {
  if (!recipe.changed_by_set) return own_lock_path(recipe);
  std::error_code ignored;
  const std::filesystem::path& folder = recipe.output.directory;
  // Never the lock of the recipe itself, which its own values stand in.
  const bool same = std::filesystem::weakly_canonical("." / folder, ignored) ==
                    std::filesystem::weakly_canonical("." / recipe.path.parent_path(), ignored);
  return same ? folder / kStateFolder / kLockName : folder / kLockName;
}

std::string seen_from_output(const Recipe& recipe) {
  std::error_code ignored;
  const auto full = [&](const std::filesystem::path& path) {
    return std::filesystem::weakly_canonical(std::filesystem::absolute(path, ignored), ignored);
  };
  const std::filesystem::path to = full(recipe.path);
  const std::string name = to.lexically_relative(full(recipe.output.directory)).string();
  return name.empty() ? to.string() : name;
}

Recipe load_recipe(const std::filesystem::path& path, const LoadOptions& options, Diagnostics& diagnostics) {
  return load_recipe(read_source_file(path), path, options, diagnostics);
}

Recipe load_recipe(std::shared_ptr<const SourceFile> file, const std::filesystem::path& path,
                   const LoadOptions& options, Diagnostics& diagnostics) {
  Recipe recipe;
  recipe.file = std::move(file);
  recipe.path = path;
  recipe.changed_by_set = !options.sets.empty();
  Value root = parse_document(recipe.file, diagnostics);
  if (!root.is_mapping()) diagnostics.throw_if_errors();
  if (const Value* version = root.find("stimgen"); version != nullptr && !version->is_null()) {
    // Another format may mean anything: nothing else that could be said would help.
    if (!check_format_version(*version, diagnostics) && version->is_scalar()) diagnostics.throw_if_errors();
  }
  recipe.included = merge_includes(root, recipe.file, diagnostics);
  for (const std::string& setting : options.sets) apply_override(root, setting, recipe.file->directory, diagnostics);
  drop_empty_sections(root);
  substitute_variables(root, diagnostics);

  if (const auto sweep = take_member(root, "sweep")) {
    diagnostics.error(sweep->key_loc, "recipe.not-yet", "sweeps are not part of this version",
                      "run the recipe once for each value: --set vars.name=value --output DIR");
  }
  Fields fields(root, "the recipe", {table("recipe")}, diagnostics);
  recipe.name = fields.has("name") ? fields.text("name") : path.stem().string();
  recipe.seeds = read_seeds(section_value(fields, "seeds"), diagnostics);
  read_time(section_value(fields, "time"), recipe, diagnostics);
  recipe.networks = section_value(fields, "networks");
  const Value defaults = section_value(fields, "defaults");
  Fields default_sections(defaults, "'defaults'", {table("defaults")}, diagnostics);
  for (const Value::Member& member : defaults.members) {
    if (!member.value.is_mapping() && !member.value.is_null()) {
      diagnostics.error(
          member.value.loc, "recipe.wrong-type",
          fmt::format("'defaults.{}' is a mapping of keys, not {}", printable(member.key, 60), describe(member.value)));
    }
  }
  recipe.backgrounds = read_section(fields, "backgrounds", defaults, diagnostics);
  recipe.assemblies = read_section(fields, "assemblies", defaults, diagnostics);
  recipe.patterns = read_section(fields, "patterns", defaults, diagnostics);
  recipe.combine = read_section(fields, "combine", defaults, diagnostics);
  read_alternatives(fields.value("alternatives"), recipe, diagnostics);
  check_task_names(recipe, diagnostics);
  read_output(section_value(fields, "output"), options, recipe, diagnostics);
  read_report(section_value(fields, "report"), recipe, diagnostics);
  return recipe;
}

}  // namespace stimgen
