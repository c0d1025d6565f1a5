// What spike files hold, as one page or as figures.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "stimgen/plan.hpp"
#include "stimgen/stats.hpp"
#include "stimgen/store.hpp"
#include "stimgen/types.hpp"

namespace stimgen {

// A population of a spike file that is not a task of a recipe.
struct ReportFileSource {
  std::string path;
  PopulationInfo population;
  std::optional<TimeWindow> window;                 // absent: to the last spike
  double grid_ms = 0;                               // as for statistics
  std::optional<std::span<const NodeId>> node_ids;  // all nodes, ascending; absent: those with spikes
  std::vector<std::uint32_t> group_of_node;         // of each node, kNoGroup for others; empty: one group
  std::vector<std::string> labels;                  // of the groups
  std::string grouped_by;                           // "pop_name"
  std::optional<double> shortest_piece_ms = {};     // of what was asked for (task_nodes.hpp), if that is known
};

// How rates over time are shown; absent: as fits the window and what was asked for (smoothing_for()).
struct ReportOptions {
  std::optional<Smoothing> smoothing = {};
  std::optional<double> bin_ms = {};
};

struct ReportModel;

// What is shown of a batch or of spike files: computed once, then written as one HTML page or as figures.
class Report {
 public:
  // Of every made file of a plan. Errors: as check_statistics(), and InputError for more than kMostReportBins bins.
  // `producer`: "stimgen 0.1.0"; `notes`: lines to show beside the recipe, such as the settings that were changed for
  // this run.
  static Report of_batch(const Plan& plan, const std::string& producer, const std::vector<std::string>& notes,
                         const ReportOptions& options = {});
  // Errors: InputError also for spikes of nodes that are not among those given.
  static Report of_files(const std::vector<ReportFileSource>& sources, const std::string& producer,
                         const ReportOptions& options = {});
  ~Report();
  Report(Report&&) noexcept;

  // One page that needs nothing else and asks for nothing: script, style and data are in it. User text is escaped.
  std::string html() const;

  struct Figure {
    std::string name;  // "long-raster"
    std::string svg;
  };
  // One column of a journal wide (85 mm), vector but for rasters of more than kMaxVectorSpikes.
  std::vector<Figure> figures() const;

 private:
  explicit Report(std::unique_ptr<ReportModel> model);
  std::unique_ptr<ReportModel> model_;
};

inline constexpr std::size_t kMaxVectorSpikes = 20'000;
// Of rates over time: what a page can hold and draw.
inline constexpr double kMostReportBins = 100'000;
// Rasters show at most so many spikes each, and all together three times that; a random sample of more, and they say
// so.
inline constexpr std::uint64_t kMaxRasterSpikes = 1'000'000;

}  // namespace stimgen
