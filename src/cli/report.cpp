// `stimgen report`: one HTML page about a batch or about spike files, and the same charts as figures.
#include <array>
#include <filesystem>
#include <fstream>

#include "base/atomic_file.hpp"
#include "cli/batch_report.hpp"
#include "cli/file_groups.hpp"
#include "cli/text_file.hpp"
#include "stimgen/report.hpp"
#include "stimgen/store.hpp"

namespace stimgen::cli {

namespace {

// Spike files are HDF5, recipes are text: the first bytes tell (HDF5 File Format Specification, "Superblock").
bool is_hdf5(const std::string& path) {
  constexpr std::array<char, 8> kSignature{'\x89', 'H', 'D', 'F', '\r', '\n', '\x1a', '\n'};
  std::array<char, 8> start{};
  std::ifstream file;
  if (std::filesystem::is_regular_file(path)) file.open(path, std::ios::binary);
  file.read(start.data(), start.size());
  return (file && start == kSignature) || std::filesystem::path(path).extension() == kSpikeFileExtension;
}

// A page may be made beside its recipe, but what it shows is in the output folder.
Report report_of_batch(const Arguments& arguments, const ReportOptions& options, Terminal& terminal) {
  Diagnostics diagnostics;
  const Plan plan = build_plan(load_from(arguments, diagnostics, "INPUT"), diagnostics);
  diagnostics.throw_if_errors();
  terminal.detail(fmt::format("reading the files of {} tasks", plan.file_task_names().size()));
  return report_of_plan(plan, arguments.texts("set"), options);
}

Report report_of_files(const Arguments& arguments, const std::vector<std::string>& files, const ReportOptions& options,
                       Terminal& terminal) {
  const FileContext context = open_file_context(arguments, terminal);
  std::vector<ReportFileSource> sources;
  for (const std::string& path : files) {
    const std::unique_ptr<SpikeReader> reader = open_spikes(path, context);
    const CountedWindows windows = windows_for(*reader, context);
    const std::optional<double> piece_ms = find_shortest_piece_ms(context, *reader);
    for (const FileGroups& groups : group_file(*reader, context)) {
      say_whose_spikes(context, groups.info, terminal);
      ReportFileSource& source = sources.emplace_back();
      source.path = path;
      source.population = groups.info;
      source.window = windows.all.front();
      source.grid_ms = windows.grid_ms;
      source.shortest_piece_ms = piece_ms;
      if (groups.population == nullptr) continue;
      source.node_ids = groups.population->node_ids();
      source.group_of_node = groups.group_of_node();
      source.grouped_by = context.assembly != nullptr ? fmt::format("assembly set '{}'", context.assembly->name)
                                                      : fmt::format("{}", fmt::join(groups.keys.names, ", "));
      for (std::size_t i = 0; i < groups.groups.size(); ++i) source.labels.push_back(groups.label_of(i));
    }
  }
  return Report::of_files(sources, producer(), options);
}

void write_figures(const Report& report, const std::filesystem::path& folder, Terminal& terminal) {
  create_folders(folder);
  for (const Report::Figure& figure : report.figures()) {
    const std::filesystem::path path = folder / (figure.name + ".svg");
    write_text_file(path, figure.svg);
    terminal.out(escaped(path.string()) + "\n");
  }
}

int run_report(const Arguments& arguments, Terminal& terminal) {
  const std::vector<std::string> inputs = arguments.texts("INPUT");
  const bool files = is_hdf5(inputs.front());
  for (const std::string& input : inputs) {
    if (is_hdf5(input) == files && (files || inputs.size() == 1)) continue;
    throw UsageError("usage.exclusive",
                     fmt::format("a report is about one recipe or about spike files, not both: '{}'", printable(input)),
                     {}, "report");
  }
  for (const char* option : {"recipe", "config", "by", "assembly", "window"}) {
    if (!files && arguments.has(option)) {
      throw UsageError("usage.exclusive",
                       fmt::format("'--{}' is for reports about spike files; a recipe says this itself", option), {},
                       "report");
    }
  }
  for (const char* option : {"set", "output"}) {
    if (files && arguments.has(option)) {
      throw UsageError("usage.exclusive", fmt::format("'--{}' is for reports about a recipe", option), {}, "report");
    }
  }
  if (const std::filesystem::path folder = arguments.text("output");
      folder.extension() == ".html" || folder.extension() == ".htm") {
    throw UsageError("usage.wrong-value", "'--output' is the folder of the spike files, not the page",
                     fmt::format("write -o {} for the page", printable(folder.string())), "report");
  }
  const ReportOptions options{.smoothing = read_smoothing(arguments), .bin_ms = read_bin_ms(arguments)};
  const Report report =
      files ? report_of_files(arguments, inputs, options, terminal) : report_of_batch(arguments, options, terminal);
  if (arguments.has("svg")) write_figures(report, arguments.text("svg"), terminal);
  if (arguments.has("svg") && !arguments.has("file")) return 0;
  const std::filesystem::path path =
      arguments.has("file") ? std::filesystem::path(arguments.text("file")) : std::filesystem::path("report.html");
  write_text_file(path, report.html());
  terminal.out(escaped(path.string()) + "\n");
  return 0;
}

constexpr Positional kReportPositionals[] = {{"INPUT", Presence::one_or_more, "a recipe, or spike files"}};
constexpr Option kReportOptions[] = {
    {"file", 'o', Words::one, "FILE", "write the page to this file (default: report.html)"},
    {"svg", 0, Words::one, "DIR", "draw the charts as SVG figures into this folder; a page only with --file too"},
    {"smooth", 0, Words::one, "KERNEL",
     "of rates over time: σ of a Gaussian in ms, boxcar:50, exponential:50 (width, τ) or none (default: a σ that "
     "follows "
     "the stimulus, 2 to 50 ms)"},
    {"bin", 0, Words::one, "TIME", "width of their bins; a bare number is ms (default: as fits the window and σ)"},
    {"recipe", 0, Words::one, "RECIPE",
     "of spike files: take nodes, their properties and the time window from this recipe"},
    {"config", 0, Words::one, "CONFIG",
     "of spike files: take nodes, their properties and run.tstop from this SONATA config"},
    {"by", 0, Words::several, "PROPERTY…", "of spike files: group nodes by these properties"},
    {"assembly", 0, Words::one, "SET", "of spike files: group nodes as this assembly set of the recipe does"},
    {"window", 0, Words::two, "A B", "of spike files: show spikes from A to before B; bare numbers are seconds"},
};

}  // namespace

extern const Command kReport;
constinit const Command kReport{.name = "report",
                                .summary = "one HTML page with the spikes of a batch or of files; figures with --svg",
                                .example =
                                    "stimgen report recipe.yaml -o report.html\n"
                                    "stimgen report stimulus/shell.h5 --recipe recipe.yaml --by pop_name\n"
                                    "stimgen report recipe.yaml --svg figures",
                                .positionals = kReportPositionals,
                                .options = kReportOptions,
                                .reads_recipe = true,
                                .run = run_report};

}  // namespace stimgen::cli
