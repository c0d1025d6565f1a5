// output.resolution: timestamps on a grid.
#pragma once

#include <vector>

namespace stimgen {

// Rounds timestamps up to a multiple k · resolution_ms (k ≥ 1, one correctly rounded product), so that no spike
// moves before its cause and none becomes 0. A time on the grid stays. 0: no grid. The last spikes of a window may land
// on its end.
double round_up_to_grid(double timestamp_ms, double resolution_ms);
void round_up_to_grid(std::vector<double>& timestamps_ms, double resolution_ms);
// The same for recorded times: one within a millionth of a step of the grid is on it. Another program's 0.9 is no later
// than three steps of 0.3, whatever binary fractions make of them.
void round_recorded_up_to_grid(std::vector<double>& timestamps_ms, double resolution_ms);

}  // namespace stimgen
