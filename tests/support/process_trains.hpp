// Point processes as a recipe names them, and the train of one node.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "stimgen/process.hpp"
#include "support/recipe_parts.hpp"

namespace stimgen::test {

// "{gamma: {shape: 4}}", drawing from `streams`.
inline std::unique_ptr<const PointProcess> process_of(const std::string& yaml, Streams& streams) {
  const Value value = parse_yaml(yaml);
  Diagnostics diagnostics;
  ChosenProcess chosen = make_process(&value, streams, diagnostics);
  REQUIRE_MESSAGE(!diagnostics.has_errors(), messages(diagnostics));
  return std::move(chosen.process);
}

inline std::vector<double> train_of(const PointProcess& process, const RateFunction& rate, StreamKey key, NodeId node) {
  std::vector<double> times_ms;
  const std::uint32_t function = 0;
  process.prepare({{&node, 1}, {}, {}, {&function, 1}, {&rate, 1}}, key)->append_train(0, times_ms);
  return times_ms;
}

}  // namespace stimgen::test
