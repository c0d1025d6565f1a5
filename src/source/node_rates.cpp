// Nodes with rates that are constant or functions, asked in one way.
#include "base/digest.hpp"
#include "stimgen/source.hpp"

namespace stimgen {

std::uint64_t train_group_id(std::string_view what, std::string_view label) {
  const Digest digest = blake3(length_prefixed({what, label}));
  std::uint64_t id = 0;
  for (std::size_t i = 0; i < sizeof id; ++i) id |= std::uint64_t{digest.bytes[i]} << (8 * i);
  return id;
}

const RateFunction& NodeRates::rate_of(std::size_t i, RateFunction& scratch) const {
  if (!functions.empty()) return functions[function_of_node[i]];
  scratch = constant_rate(constant_hz[i], window);
  return scratch;
}

double NodeRates::expected_spikes(std::size_t i) const {
  return train_rates().expected_spikes(i);
}

TrainRates NodeRates::train_rates() const {
  return {node_ids, window, constant_hz, function_of_node, functions, groups, group_of_node, group_of_function};
}

}  // namespace stimgen
