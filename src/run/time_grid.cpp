// Grid rounding with exact operations only (ceil, one division, one product).
#include "run/time_grid.hpp"

#include <cmath>

namespace stimgen {

double round_up_to_grid(double timestamp_ms, double resolution_ms) {
  if (resolution_ms <= 0) return timestamp_ms;
  double k = std::ceil(timestamp_ms / resolution_ms);
  // The quotient is rounded: one step either way puts k on the smallest multiple that is not before the spike.
  if ((k - 1) * resolution_ms >= timestamp_ms) k -= 1;
  if (k * resolution_ms < timestamp_ms) k += 1;
  if (k < 1) k = 1;
  const double rounded_ms = k * resolution_ms;
  // Beyond the last multiple that a double holds a time stays, and after all that were rounded.
  return std::isfinite(rounded_ms) ? rounded_ms : timestamp_ms;
}

void round_up_to_grid(std::vector<double>& timestamps_ms, double resolution_ms) {
  if (resolution_ms <= 0) return;
  for (double& time_ms : timestamps_ms) time_ms = round_up_to_grid(time_ms, resolution_ms);
}

void round_recorded_up_to_grid(std::vector<double>& timestamps_ms, double resolution_ms) {
  if (resolution_ms <= 0) return;
  constexpr double kTolerance = 1e-6;  // of a step
  for (double& time_ms : timestamps_ms) {
    const double nearest_ms = std::floor(time_ms / resolution_ms + 0.5) * resolution_ms;
    const bool on_grid = nearest_ms > 0 && std::abs(time_ms - nearest_ms) <= kTolerance * resolution_ms;
    time_ms = on_grid ? nearest_ms : round_up_to_grid(time_ms, resolution_ms);
  }
}

}  // namespace stimgen
