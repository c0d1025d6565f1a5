// Canonical text and digests of what determines the content of a file.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "stimgen/network.hpp"
#include "stimgen/rate.hpp"
#include "stimgen/types.hpp"

namespace stimgen {

std::string canonical(StreamKey key);             // 16 hexadecimal digits
std::string canonical(const TimeWindow& window);  // "0 … 15000 ms"
std::string canonical_digest(std::span<const NodeId> node_ids);
std::string canonical_digest(std::span<const double> values);
std::string canonical_digest(const RateFunction& rate);  // window and segments
std::string canonical_digest(const std::string& text);

}  // namespace stimgen
