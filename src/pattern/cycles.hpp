// The clock of patterns: cycles of on-time and off-time counted and placed in whole picoseconds, without rounding.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/exact.hpp"
#include "stimgen/pattern.hpp"

namespace stimgen {

// Which part of the last cycle must end before `stop`.
enum class CycleFit : std::uint8_t { whole_cycle, on_time };

// A window and the cycles in it. Every time it gives is the double nearest to the exact one.
struct CycleTiming {
  std::int64_t window_start_ps = 0;  // input exists from here …
  std::int64_t start_ps = 0;         // the first cycle
  std::int64_t stop_ps = 0;          // … to here
  std::int64_t on_ps = 0;
  std::int64_t off_ps = 0;
  std::int64_t count = 0;

  std::int64_t period_ps() const { return on_ps + off_ps; }
  double window_start_ms() const;
  double stop_ms() const;
  // numerator/denominator picoseconds after the start of a cycle. Requires: 0 < denominator <= 10^9.
  double at_ms(std::int64_t cycle, Int128 numerator_ps, std::int64_t denominator = 1) const;
  double on_start_ms(std::int64_t cycle) const { return at_ms(cycle, 0); }
  double on_stop_ms(std::int64_t cycle) const { return at_ms(cycle, on_ps); }
};

// How many cycles fit into start … stop.
std::int64_t cycles_that_fit(std::int64_t start_ps, std::int64_t stop_ps, std::int64_t on_ps, std::int64_t off_ps,
                             CycleFit fit);

// A time key in picoseconds; nullopt if it is absent or wrong (which is then reported).
std::optional<std::int64_t> read_picoseconds(Fields& fields, std::string_view key);

// Reads start, stop, off_time, cycles and fit. `on_ps` is nullopt after an error with the on-time.
CycleTiming read_cycles(Fields& fields, const PatternDefaults& defaults, std::optional<std::int64_t> on_ps);

}  // namespace stimgen
