// Nodes with rates that are constant or functions, asked in one way.
#include "stimgen/source.hpp"

namespace stimgen {

const RateFunction& NodeRates::rate_of(std::size_t i, RateFunction& scratch) const {
  if (!functions.empty()) return functions[function_of_node[i]];
  scratch = constant_rate(constant_hz[i], window);
  return scratch;
}

double NodeRates::expected_spikes(std::size_t i) const {
  return train_rates().expected_spikes(i);
}

TrainRates NodeRates::train_rates() const {
  return {node_ids, window, constant_hz, function_of_node, functions};
}

}  // namespace stimgen
