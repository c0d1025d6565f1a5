// Exact arithmetic on the numbers a person writes: counts and borders that floating point would get wrong.
//
// A double stands for the shortest decimal that reads back as it: 0.1 is one tenth here, although the double is not.
#pragma once

#include <cstdint>

namespace stimgen {

__extension__ typedef __int128 Int128;

// The integer nearest to value · 10^power, halves up. Requires: finite, |result| < 10^18.
std::int64_t scaled_integer(double value, int power);
// The integer nearest to share · count, halves up. Requires: 0 <= share <= 1.
std::uint64_t nearest_share(double share, std::uint64_t count);
// The smallest integer that is not below factor · count. Requires: factor >= 0, factor · count < 10^18.
std::uint64_t ceiling_product(double factor, std::uint64_t count);

// The double nearest to numerator / denominator, ties to even.
// Requires: 0 < denominator < 2^70.
double nearest_quotient(Int128 numerator, Int128 denominator);
// low + (high - low) · part / parts: the double nearest to it, but rounded on the way where one of the two has more
// than about 12 decimals or digits. Requires: finite, part <= parts, 0 < parts < 2^24.
double point_between(double low, double high, std::uint64_t part, std::uint64_t parts);

}  // namespace stimgen
