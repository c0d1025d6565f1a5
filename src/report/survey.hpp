// From one population of a spike file to a section of the report.
#pragma once

#include "report/model.hpp"
#include "stimgen/task_nodes.hpp"

namespace stimgen {

// Nodes and their groups, with what was asked for where that is known.
struct SurveyRequest {
  std::optional<TimeWindow> window;
  double grid_ms = 0;
  std::optional<std::span<const NodeId>> node_ids;  // absent: those with spikes
  std::string nodes_are;                            // "driven by task 'long'"; empty: those of the population
  std::vector<std::uint32_t> group_of_node;         // kNoGroup: not shown; empty: one group
  std::vector<std::string> labels;
  const TaskNodes* asked = nullptr;         // of the same nodes and groups
  std::optional<double> shortest_piece_ms;  // of what was asked for, where that is known by other means
  ReportOptions options;
  std::uint64_t most_raster_spikes = kMaxRasterSpikes;
};

// Fills in all that follows from the spikes. Throws InputError for spikes of nodes that are not among those given.
void survey(const SpikeReader& reader, const PopulationInfo& population, const SurveyRequest& request,
            ReportSection& section);

// Of the rates that nodes of a group are expected to show: those asked for, with the scatter of Poisson counts.
class ExpectedRates {
 public:
  ExpectedRates(const TaskNodes& asked, std::size_t group);
  // Expected share of nodes with at most `spikes` spikes.
  double share_at(double spikes) const;
  // The number of spikes below which this share of nodes lies.
  double spikes_at(double share) const;

 private:
  struct Part {
    double mean_spikes = 0;
    double weight = 0;
  };
  bool scatter_ = true;
  std::vector<Part> parts_;
};

}  // namespace stimgen
