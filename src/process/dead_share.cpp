// The largest share of dead nodes along a rate.
#include "process/dead_share.hpp"

namespace stimgen {
namespace {

// Where W stops growing between two times that no change of the rate lies between. Requires: it grows at the first and
// falls at the second.
double summit_ms(const DeadShare& share, double rising_ms, double falling_ms) {
  for (int step = 0; step < 60; ++step) {
    const double middle_ms = rising_ms + (falling_ms - rising_ms) / 2;
    (share.growth_at(middle_ms) > 0 ? rising_ms : falling_ms) = middle_ms;
  }
  return rising_ms;
}

}  // namespace

MostDead most_dead(const RateWalk& rate, DeadTime dead) {
  DeadShare share(rate, dead);
  double at_ms = rate.start_ms();
  share.go_to(at_ms);
  MostDead most{at_ms, share.at(at_ms)};
  const auto look_at = [&](double time_ms) {
    const double dead_share = share.at(time_ms);
    if (dead_share > most.share * (1 + 0x1p-40)) most = {time_ms, dead_share};  // the first of equals
  };
  while (!share.now().finished()) {
    // Settled, W is a parabola up to the next change; else short pieces tell one summit from the next.
    double end_ms = share.next_change_ms(at_ms);
    if (!share.is_settled(at_ms)) end_ms = std::min(end_ms, at_ms + dead.relative_ms / 4);
    if (share.growth_at(at_ms) > 0 && share.growth_at(end_ms) < 0) look_at(summit_ms(share, at_ms, end_ms));
    look_at(end_ms);
    at_ms = end_ms;
    share.go_to(at_ms);
  }
  return most;
}

}  // namespace stimgen
