// The kernels of jitter.
#include "process/displacement.hpp"

#include "base/maths.hpp"
#include "base/random.hpp"

namespace stimgen {
namespace {

constexpr double kMostDeviations = 4;
constexpr double kRootOfPi = 1.7724538509055160;

}  // namespace

Displacement::Displacement(std::string_view kernel, double scale_ms) : scale_ms_(scale_ms), span_ms_(2 * scale_ms) {
  if (kernel == "exponential") {
    kernel_ = Kernel::exponential;
    span_ms_ = 40 * scale_ms;  // -ln of the smallest number that is drawn is 36.8
  } else if (kernel == "gaussian") {
    kernel_ = Kernel::gaussian;
    span_ms_ = 2 * kMostDeviations * scale_ms;
  }
}

double Displacement::at_ms(std::uint64_t word) const {
  const double u = uniform_open01(word);
  if (kernel_ == Kernel::uniform) return 2.0 * scale_ms_ * u;
  if (kernel_ == Kernel::exponential) return -scale_ms_ * maths::log(u);
  const double tail = maths::normal_tail(kMostDeviations);
  return scale_ms_ * (kMostDeviations + maths::normal_quantile(tail + u * (1.0 - 2.0 * tail)));
}

double Displacement::mean_distance_ms() const {
  if (kernel_ == Kernel::uniform) return 2.0 * scale_ms_ / 3.0;
  return kernel_ == Kernel::exponential ? scale_ms_ : 2.0 * scale_ms_ / kRootOfPi;
}

}  // namespace stimgen
