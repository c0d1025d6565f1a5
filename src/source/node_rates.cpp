// Nodes with rates that are constant or functions, asked in one way.
#include <span>

#include "stimgen/source.hpp"

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

}  // namespace stimgen
