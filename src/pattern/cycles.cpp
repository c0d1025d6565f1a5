// Counts cycles and places their borders in whole picoseconds.
#include "pattern/cycles.hpp"

#include <cmath>

#include <fmt/format.h>
#include "base/exact.hpp"

namespace stimgen {
namespace {

constexpr int kPicosecondsPerMs = 9;  // as a power of ten
constexpr std::int64_t kOneMs = 1'000'000'000;

std::string time_text(std::int64_t picoseconds) {
  return format_time(nearest_quotient(picoseconds, kOneMs));
}

std::string cycles_text(std::int64_t count) {
  return count == 1 ? "1 cycle" : fmt::format("{} cycles", count);
}

// A default of the recipe's window; those come checked from the recipe, but for their size.
std::optional<std::int64_t> window_picoseconds(Fields& fields, std::string_view key, double time_ms,
                                               const SourceLoc& loc) {
  if (std::abs(time_ms) <= kLongestTimeMs) return scaled_integer(time_ms, kPicosecondsPerMs);
  fields.diagnostics().error(loc.file ? loc : fields.loc(key), "pattern.time-too-long",
                             fmt::format("'time.{}' is {}, beyond the longest time of a pattern, {}", key,
                                         format_time(time_ms), format_time(kLongestTimeMs)));
  return std::nullopt;
}

}  // namespace

double CycleTiming::window_start_ms() const {
  return nearest_quotient(window_start_ps, kOneMs);
}

double CycleTiming::stop_ms() const {
  return nearest_quotient(stop_ps, kOneMs);
}

double CycleTiming::at_ms(std::int64_t cycle, Int128 numerator_ps, std::int64_t denominator) const {
  const Int128 cycle_start_ps = static_cast<Int128>(cycle) * period_ps() + start_ps;
  return nearest_quotient(cycle_start_ps * denominator + numerator_ps, static_cast<Int128>(denominator) * kOneMs);
}

std::int64_t cycles_that_fit(std::int64_t start_ps, std::int64_t stop_ps, std::int64_t on_ps, std::int64_t off_ps,
                             CycleFit fit) {
  const std::int64_t duration_ps = stop_ps - start_ps;
  const std::int64_t period_ps = on_ps + off_ps;
  if (fit == CycleFit::whole_cycle) return duration_ps / period_ps;
  return duration_ps < on_ps ? 0 : (duration_ps - on_ps) / period_ps + 1;
}

std::optional<std::int64_t> read_picoseconds(Fields& fields, std::string_view key) {
  const std::size_t errors_before = fields.diagnostics().error_count();
  const bool written = fields.has(key);
  const std::optional<double> time_ms = fields.optional_time_ms(key);
  if (!time_ms || fields.diagnostics().error_count() != errors_before) return std::nullopt;
  if (std::abs(*time_ms) > kLongestTimeMs) {
    fields.error(key, "pattern.time-too-long",
                 fmt::format("'{}' is {}, beyond the longest time of a pattern, {}", key, format_time(*time_ms),
                             format_time(kLongestTimeMs)));
    return std::nullopt;
  }
  const std::int64_t picoseconds = scaled_integer(*time_ms, kPicosecondsPerMs);
  if (written && picoseconds == 0 && *time_ms != 0) {
    fields.error(key, "pattern.time-too-short", fmt::format("'{}' is shorter than 1 picosecond", key),
                 "times count in whole picoseconds");
    return std::nullopt;
  }
  return picoseconds;
}

CycleTiming read_cycles(Fields& fields, const PatternDefaults& defaults, std::optional<std::int64_t> on_ps) {
  const std::size_t errors_before = fields.diagnostics().error_count();
  const auto window_start = window_picoseconds(fields, "start", defaults.start_ms, defaults.start_loc);
  auto start = read_picoseconds(fields, "start");
  if (!fields.has("start")) start = window_start;
  auto stop = read_picoseconds(fields, "stop");
  if (!fields.has("stop")) {
    if (defaults.stop_ms) {
      stop = window_picoseconds(fields, "stop", *defaults.stop_ms, defaults.stop_loc);
    } else {
      report_no_stop(fields);
    }
  }
  const auto off = read_picoseconds(fields, "off_time");
  if (off && *off < 0) fields.error("off_time", "recipe.out-of-range", "'off_time' must not be negative");
  const auto wanted = fields.optional_count("cycles");
  const CycleFit fit = fields.choice("fit") == "on_time" ? CycleFit::on_time : CycleFit::whole_cycle;

  if (start && window_start && *start < *window_start) {
    fields.error("start", "pattern.starts-early",
                 fmt::format("{} starts at {}, before 'time.start' at {}", fields.owner(), time_text(*start),
                             time_text(*window_start)),
                 "start it later or lower 'time.start'");
  }
  if (start && stop && *stop <= *start) {
    fields.error("stop", "recipe.empty-window",
                 fmt::format("'stop' at {} must be after 'start' at {}", time_text(*stop), time_text(*start)));
  }
  if (fields.diagnostics().error_count() != errors_before || !start || !stop || !on_ps || !off) return {};

  CycleTiming timing{*window_start, *start, *stop, *on_ps, *off, 0};
  const std::int64_t fitting = cycles_that_fit(*start, *stop, *on_ps, *off, fit);
  const std::string window = fmt::format("between {} and {}", time_text(*start), time_text(*stop));
  const std::string other_fit =
      fit == CycleFit::whole_cycle && cycles_that_fit(*start, *stop, *on_ps, *off, CycleFit::on_time) > fitting
          ? "; 'fit: on_time' lets the last off-time reach beyond 'stop'"
          : "";
  if (wanted && *wanted > static_cast<std::uint64_t>(fitting)) {
    fields.error(
        "cycles", "pattern.cycles-do-not-fit",
        fmt::format("{} cycles of {} on and {} off do not fit {}", *wanted, time_text(*on_ps), time_text(*off), window),
        fmt::format("{} fit{}{}", cycles_text(fitting), fitting == 1 ? "s" : "", other_fit));
  } else if (fitting == 0) {
    fields.error("stop", "pattern.no-cycle",
                 fmt::format("no cycle of {} on and {} off fits {}", time_text(*on_ps), time_text(*off), window),
                 "make 'stop' later or the cycle shorter" + other_fit);
  }
  timing.count = wanted ? static_cast<std::int64_t>(*wanted) : fitting;
  return timing;
}

}  // namespace stimgen
