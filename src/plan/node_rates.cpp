// From a bound background or pattern to every node with its rate function.
#include <algorithm>
#include <numeric>
#include <span>

#include "stimgen/plan.hpp"

namespace stimgen {

const RateFunction& NodeRates::rate_of(std::size_t i, RateFunction& scratch) const {
  if (!functions.empty()) return functions[function_of_node[i]];
  scratch = constant_rate(constant_hz[i], window);
  return scratch;
}

double NodeRates::expected_spikes(std::size_t i) const {
  if (!functions.empty()) return functions[function_of_node[i]].total_intensity();
  return stimgen::expected_spikes(constant_hz[i], window.duration_ms());
}

TrainRates NodeRates::range(std::size_t first, std::size_t last) const {
  TrainRates part;
  part.node_ids = std::span(node_ids).subspan(first, last - first);
  part.window = window;
  part.functions = functions;
  if (functions.empty()) {
    part.constant_hz = std::span(constant_hz).subspan(first, last - first);
  } else {
    part.function_of_node = std::span(function_of_node).subspan(first, last - first);
  }
  return part;
}

NodeRates make_node_rates(const Plan::SpikeInput& input, WorkerPool* pool) {
  NodeRates rates;
  rates.window = input.window;
  if (input.background) {
    BackgroundRates drawn = draw_background_rates(*input.background, input.rate_key, pool);
    rates.node_ids = std::move(drawn.node_ids);
    rates.constant_hz = std::move(drawn.rates_hz);
    return rates;
  }
  std::size_t total = 0;
  for (const GroupRate& group : input.group_rates) total += group.node_ids.size();
  std::vector<std::pair<NodeId, std::uint32_t>> nodes;
  nodes.reserve(total);
  for (const GroupRate& group : input.group_rates) {
    const auto index = static_cast<std::uint32_t>(rates.functions.size());
    for (const NodeId id : group.node_ids) nodes.emplace_back(id, index);
    rates.functions.push_back(group.rate);
  }
  std::sort(nodes.begin(), nodes.end());
  std::vector<NodeId> ids;
  ids.reserve(total);
  rates.function_of_node.reserve(total);
  for (const auto& [id, index] : nodes) {
    ids.push_back(id);
    rates.function_of_node.push_back(index);
  }
  rates.node_ids = std::move(ids);
  return rates;
}

}  // namespace stimgen
