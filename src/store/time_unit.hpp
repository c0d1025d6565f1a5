// Times of a file in milliseconds, whatever unit it says.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace stimgen {

// What a unit is, as a power of ten of a millisecond: 0 of "ms", 3 of "s", -3 of "us". nullopt: it is none.
std::optional<int> power_of_unit(std::string_view unit);

// times · 10^power, each the double nearest to it where a time is the decimal that its digits say: 0.0123 s is 12.3 ms.
// `single`: the times were stored in 4 bytes, and have only the digits that those hold.
void scale_times(std::vector<double>& times, int power, bool single);

}  // namespace stimgen
