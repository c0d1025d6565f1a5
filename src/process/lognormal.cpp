// `lognormal`: intervals whose logarithm is normal.
#include "base/maths.hpp"
#include "base/probability.hpp"
#include "base/random.hpp"
#include "process/interval_cv.hpp"
#include "process/renewal.hpp"

namespace stimgen {

extern const ProcessKind kLognormalKind;

namespace {

class LognormalIntervals final : public RenewalIntervals {
 public:
  explicit LognormalIntervals(double cv)
      : cv_(cv), variance_(maths::log_one_plus(cv * cv)), sigma_(maths::sqrt(variance_)) {}
  double interval(StreamKey key, NodeId node, std::uint64_t n) const override {
    return maths::exp(sigma_ * normal(key, node, n) - 0.5 * variance_);
  }
  double long_interval(StreamKey key, NodeId node) const override {
    return maths::exp(sigma_ * normal(key, node, 0) + 0.5 * variance_);
  }
  double cdf(double x) const override { return probability::lognormal_cdf(x, -0.5 * variance_, sigma_); }
  double long_cdf(double x) const override { return probability::lognormal_cdf(x, 0.5 * variance_, sigma_); }
  double variance() const override { return cv_ * cv_; }
  double third_cumulant() const override { return cv_ * cv_ * cv_ * cv_ * (cv_ * cv_ + 3.0); }

 private:
  static double normal(StreamKey key, NodeId node, std::uint64_t n) {
    return maths::normal_quantile(uniform_open01(philox_block(key, node, n)[0]));
  }

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
