// `lognormal`: intervals whose logarithm is normal.
#include "base/maths.hpp"
#include "base/probability.hpp"
#include "process/interval_cv.hpp"
#include "process/renewal.hpp"

namespace stimgen {

extern const ProcessKind kLognormalKind;

namespace {

class LognormalIntervals final : public RenewalIntervals {
 public:
  explicit LognormalIntervals(double cv)
      : cv_(cv), variance_(maths::log_one_plus(cv * cv)), sigma_(maths::sqrt(variance_)) {}
  void draw(const RenewalKernel& kernel, const IntervalDraws& draws, double* out) const override {
    kernel.lognormal(-0.5 * variance_, sigma_, draws, out);
  }
  void draw_long(const RenewalKernel& kernel, const IntervalDraws& draws, double* out) const override {
    kernel.lognormal(0.5 * variance_, sigma_, draws, out);
  }
  double cdf(double x) const override { return probability::lognormal_cdf(x, -0.5 * variance_, sigma_); }
  double long_cdf(double x) const override { return probability::lognormal_cdf(x, 0.5 * variance_, sigma_); }
  double variance() const override { return cv_ * cv_; }
  double third_cumulant() const override { return cv_ * cv_ * cv_ * cv_ * (cv_ * cv_ + 3.0); }

 private:
  double cv_;
  double variance_;  // of the logarithm
  double sigma_;
};

constexpr FieldDoc kFields[] = {
    {"cv", "number", "", "", "Coefficient of variation of the intervals; from 0.001 to 10.", "0.8"},
};

std::unique_ptr<const PointProcess> make(Fields& fields, Streams& streams) {
  streams.key(Purpose::spikes);
  return make_renewal_process(std::make_shared<LognormalIntervals>(read_interval_cv(fields)));
}

}  // namespace

const ProcessKind kLognormalKind = {
    .info = {.name = "lognormal",
             .summary = "independent lognormal intervals in time rescaled by the rate",
             .version = 1,
             .fields = kFields},
    .make = make,
};

}  // namespace stimgen
