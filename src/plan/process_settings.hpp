// What the spikes of a point process depend on besides rates and streams: the process and each of its keys.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "stimgen/process.hpp"

namespace stimgen {

// The `process` value of an entry in canonical form, defaults filled in: ("process", "gamma version 1"), ("process
// shape", "2"). `value` is what make_process() read without a problem, as a process of this kind.
std::vector<std::pair<std::string, std::string>> process_settings(const Value* value, const KindInfo& kind);

}  // namespace stimgen
