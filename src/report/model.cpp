// What a section says of itself, in the page and in figures alike.
#include "report/model.hpp"

#include <fmt/format.h>

#include <numeric>

#include "base/format_bytes.hpp"

namespace stimgen {

std::string ReportSection::raster_words() const {
  const std::string shown =
      raster.ticks.size() < raster.total
          ? fmt::format("a random sample of {} of the {} spikes", grouped(raster.ticks.size()), grouped(raster.total))
          : fmt::format("all {} spikes", grouped(raster.total));
  const std::string rows = raster.node_ids.size() < nodes ? fmt::format("{} of {} nodes, those in a group",
                                                                        grouped(raster.node_ids.size()), grouped(nodes))
                                                          : fmt::format("all {} nodes", grouped(nodes));
  return fmt::format("{}; rows: {}{}", shown, rows, silent_nodes_known ? "" : " with spikes");
}

std::string ReportSection::short_intervals_words(std::size_t shown) const {
  std::uint64_t below = 0;
  std::uint64_t all = 0;
  for (std::size_t i = 0; i < shown; ++i) {
    below += groups[i].isi_below;
    all += std::accumulate(groups[i].isi.begin(), groups[i].isi.end(), groups[i].isi_below);
  }
  if (below == 0) return {};
  return fmt::format("not drawn: {} of {} intervals, shorter than {:.6g} ms", grouped(below), grouped(all),
                     isi_edges_ms.front());
}

}  // namespace stimgen
