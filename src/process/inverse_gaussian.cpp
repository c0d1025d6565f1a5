// `inverse_gaussian`: intervals of a perfect integrate-and-fire cell with white noise.
//
// Drawn by Michael, Schucany & Haas (The American Statistician 30 (1976) 88): the smaller root of a quadratic, or its
// inverse, in a form that does not cancel.
#include <cstddef>

#include "base/probability.hpp"
#include "process/interval_cv.hpp"
#include "process/renewal.hpp"

namespace stimgen {

extern const ProcessKind kInverseGaussianKind;

namespace {

class InverseGaussianIntervals final : public RenewalIntervals {
 public:
  explicit InverseGaussianIntervals(double cv) : half_squared_cv_(0.5 * (cv * cv)) {}
  void draw(const RenewalKernel& kernel, const IntervalDraws& draws, double* out) const override {
    kernel.inverse_gaussian(half_squared_cv_, draws, out);
  }
  // Lengths that are preferred in proportion to themselves are those of the inverse.
  void draw_long(const RenewalKernel& kernel, const IntervalDraws& draws, double* out) const override {
    draw(kernel, draws, out);
    for (std::size_t i = 0; i < draws.count; ++i) out[i] = 1.0 / out[i];
  }
  double cdf(double x) const override { return probability::inverse_gaussian_cdf(x, 0.5 / half_squared_cv_); }
  double long_cdf(double x) const override { return x > 0 ? 1.0 - cdf(1.0 / x) : 0.0; }
  double variance() const override { return 2.0 * half_squared_cv_; }
  double third_cumulant() const override { return 3.0 * variance() * variance(); }

 private:
  double half_squared_cv_;
};

constexpr FieldDoc kFields[] = {
    {"cv", "number", "", "", "Coefficient of variation of the intervals; from 0.001 to 10.", "0.8"},
};

std::unique_ptr<const PointProcess> make(Fields& fields, Streams& streams) {
  streams.key(Purpose::spikes);
  return make_renewal_process(std::make_shared<InverseGaussianIntervals>(read_interval_cv(fields)));
}

}  // namespace

const ProcessKind kInverseGaussianKind = {
    .info = {.name = "inverse_gaussian",
             .summary = "independent inverse Gaussian intervals in time rescaled by the rate, as of a perfect "
                        "integrator with noise",
             .version = 1,
             .fields = kFields},
    .make = make,
};

}  // namespace stimgen
