// Grid rounding with exact operations only (ceil, one division, one product).
#include "run/time_grid.hpp"

#include <cmath>

namespace stimgen {

void round_up_to_grid(std::vector<double>& timestamps_ms, double resolution_ms) {
  if (resolution_ms <= 0) return;
  for (double& time_ms : timestamps_ms) {
    double k = std::ceil(time_ms / resolution_ms);
    // The quotient is rounded: one step either way puts k on the smallest multiple that is not before the spike.
    if ((k - 1) * resolution_ms >= time_ms) k -= 1;
    if (k * resolution_ms < time_ms) k += 1;
    if (k < 1) k = 1;
    time_ms = k * resolution_ms;
  }
}

}  // namespace stimgen
