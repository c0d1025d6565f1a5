// Rate distributions: the drawn rates have the mean and stdev asked for.
#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <string>

#include "base/random.hpp"
#include "stimgen/rate.hpp"
#include "support/statistics.hpp"

namespace stimgen {
extern const DistributionKind kConstantRates, kLognormalRates, kNormalRates, kGammaRates, kUniformRates,
    kExponentialRates;
}  // namespace stimgen

TEST_SUITE("rate") {
  using namespace stimgen;

  namespace {

  DistributionResult made(const DistributionKind* kind, double mean_hz, double stdev_hz) {
    Streams streams;
    return make_distribution(*kind, mean_hz, stdev_hz, streams);
  }

  DistributionResult uniform_made(double low_hz, double high_hz) {
    Streams streams;
    return make_uniform(low_hz, high_hz, streams);
  }

  std::vector<double> draw_many(const RateDistribution& distribution, std::uint64_t seed, std::size_t count) {
    const StreamKey key = make_stream_key("rate", seed, "test");
    std::vector<double> rates(count);
    for (std::size_t node = 0; node < count; ++node) rates[node] = draw_rate_hz(distribution, key, node);
    return rates;
  }

  // Two-sided p that mean and stdev of the sample are those asked for; the stdev's error is estimated from the sample.
  void check_moments(const RateDistribution& distribution, const std::vector<double>& rates) {
    const auto n = static_cast<double>(rates.size());
    const double mean = distribution.mean_hz;
    const double variance = distribution.stdev_hz * distribution.stdev_hz;
    std::vector<double> squares;
    for (const double rate : rates) {
      REQUIRE(std::isfinite(rate));
      REQUIRE(rate >= 0);
      squares.push_back((rate - mean) * (rate - mean));
    }
    CHECK(test::normal_p((test::mean_of(rates) - mean) / (distribution.stdev_hz / std::sqrt(n))) > 1e-4);
    CHECK(test::normal_p((test::mean_of(squares) - variance) / (test::stdev_of(squares) / std::sqrt(n))) > 1e-4);
  }

  }  // namespace

  TEST_CASE("drawn rates have the mean and stdev asked for (bound 1e-4 each)") {
    struct Case {
      const DistributionKind* kind;
      double mean_hz, stdev_hz;
    };
    for (const Case& c :
         {Case{&kLognormalRates, 20, 2}, Case{&kLognormalRates, 1.9, 1.8}, Case{&kLognormalRates, 5, 6},
          Case{&kNormalRates, 7.5, 6.4}, Case{&kNormalRates, 1.9, 1.8}, Case{&kNormalRates, 20, 2},
          Case{&kNormalRates, 10, 4}, Case{&kNormalRates, 2, 1.99}, Case{&kGammaRates, 5, 6}, Case{&kGammaRates, 20, 2},
          Case{&kGammaRates, 3, 0.003}, Case{&kGammaRates, 4, 4}, Case{&kUniformRates, 10, 3},
          Case{&kExponentialRates, 8, 8}, Case{&kLognormalRates, 2000, 700}}) {
      CAPTURE(c.kind->info.name);
      CAPTURE(c.mean_hz);
      const DistributionResult result = made(c.kind, c.mean_hz, c.stdev_hz);
      REQUIRE(result.problem.empty());
      CHECK(result.distribution.mean_hz == c.mean_hz);
      CHECK(result.distribution.stdev_hz == c.stdev_hz);
      check_moments(result.distribution, draw_many(result.distribution, 11, 40000));
    }
  }

  TEST_CASE("gamma and lognormal draws have the whole shape, not only the moments (bound 0.001)") {
    // Gamma of shape 1 is the exponential; the logarithm of a lognormal is normal.
    const auto gamma = made(&kGammaRates, 4, 4).distribution;
    std::vector<double> scaled;
    for (const double rate : draw_many(gamma, 5, 20000)) scaled.push_back(rate / 4);
    CHECK(test::ks_exponential_p(scaled) > 0.001);

    const auto lognormal = made(&kLognormalRates, 5, 6).distribution;
    std::vector<double> uniform;
    for (const double rate : draw_many(lognormal, 5, 20000)) {
      uniform.push_back(std::erfc(-(std::log(rate) - lognormal.a) / lognormal.b / std::sqrt(2.0)) / 2);
    }
    CHECK(test::ks_uniform_p(uniform) > 0.001);
  }

  TEST_CASE("a normal is truncated at zero and solved for the mean and stdev asked for, not clamped") {
    // Clamping a normal of mean 2 and stdev 3 would give a mean of 2.46.
    for (const double share : {0.03, 0.1, 0.3, 0.5, 0.7, 0.75, 0.9, 0.99, 0.998}) {
      CAPTURE(share);
      const double mean = 2;
      const RateDistribution d = made(&kNormalRates, mean, share * mean).distribution;
      // Moments of the truncated density by Simpson's rule in long double.
      const long double mu = d.a, sigma = d.b;
      const long double low = std::max(0.0L, mu - 40 * sigma);
      const long double high = std::min(mu + 40 * sigma, 60.0L * static_cast<long double>(mean));
      long double total = 0, first = 0, second = 0;
      const int steps = 40000;
      for (int i = 0; i <= steps; ++i) {
        const long double x = low + (high - low) * i / steps;
        const long double z = (x - mu) / sigma, z0 = (low - mu) / sigma;
        const long double weight =
            std::exp((std::min(z0 * z0, mu > 0 ? 0.0L : z0 * z0) - z * z) / 2) * (i == 0 || i == steps ? 1
                                                                                  : i % 2 == 1         ? 4
                                                                                                       : 2);
        total += weight;
        first += weight * x;
        second += weight * x * x;
      }
      const long double m = first / total;
      CHECK(static_cast<double>(m) == doctest::Approx(mean).epsilon(1e-7));
      CHECK(static_cast<double>(std::sqrt(second / total - m * m)) == doctest::Approx(share * mean).epsilon(1e-6));
    }
  }

  TEST_CASE("pairs that no distribution can have are refused with a sentence") {
    const auto problem = [](const DistributionKind* kind, double mean, double stdev) {
      return made(kind, mean, stdev).problem;
    };
    CHECK(problem(&kNormalRates, 2, 3).find("stdev must be below the mean") != std::string::npos);
    CHECK(problem(&kNormalRates, 2, 2).find("2 Hz") != std::string::npos);
    CHECK(problem(&kUniformRates, 2, 1.5).find("reaches below 0 Hz") != std::string::npos);
    CHECK_FALSE(problem(&kExponentialRates, 2, 1).empty());
    CHECK_FALSE(problem(&kLognormalRates, 0, 1).empty());
    CHECK_FALSE(problem(&kConstantRates, 2, 1).empty());
    CHECK_FALSE(uniform_made(5, 4).problem.empty());
    CHECK_FALSE(uniform_made(-1, 4).problem.empty());
    CHECK_THROWS_AS(made(&kNormalRates, -1, 1), std::logic_error);
  }

  TEST_CASE("no stdev is a constant rate; a mean of 0 is silence") {
    for (const DistributionKind* kind :
         {&kLognormalRates, &kNormalRates, &kGammaRates, &kUniformRates, &kExponentialRates, &kConstantRates}) {
      const RateDistribution d = made(kind, 3, 0).distribution;
      CHECK(draw_rate_hz(d, {1}, 1) == 3);
      CHECK(draw_rate_hz(made(kind, 0, 0).distribution, {1}, 1) == 0);
    }
    CHECK(draw_rate_hz(uniform_made(4, 4).distribution, {1}, 1) == 4);
  }

  TEST_CASE("extreme but possible pairs give finite rates that are not negative") {
    for (const DistributionKind* kind : {&kLognormalRates, &kNormalRates, &kGammaRates, &kUniformRates}) {
      for (const double mean : {1e-90, 1e-3, 1.0, 1e6, 1e90}) {
        for (const double share : {1e-300, 1e-30, 1e-17, 1e-12, 1e-8, 1e-4, 0.5, 0.9989, 1e3, 1e90}) {
          const DistributionResult result = made(kind, mean, mean * share);
          if (!result.problem.empty()) continue;
          for (NodeId node = 0; node < 50; ++node) {
            const double rate = draw_rate_hz(result.distribution, {7}, node);
            REQUIRE(std::isfinite(rate));
            REQUIRE(rate >= 0);
            if (share <= 1e-8) CHECK(rate == doctest::Approx(mean).epsilon(1e-7));
          }
        }
      }
    }
  }

  TEST_CASE("a very small stdev is still the stdev (bound 1e-4)") {
    for (const DistributionKind* kind : {&kLognormalRates, &kNormalRates, &kGammaRates}) {
      const RateDistribution d = made(kind, 10, 1e-7).distribution;
      check_moments(d, draw_many(d, 3, 10000));
    }
  }

  TEST_CASE("rates of nodes are drawn independently of each other and of the order of calls") {
    // A peer draws from one shared generator: calling twice, or in another order, changes every rate.
    const RateDistribution d = made(&kGammaRates, 5, 3).distribution;
    const StreamKey key = make_stream_key("rate", 0, "shell");
    const double of_7 = draw_rate_hz(d, key, 7);
    const double of_3 = draw_rate_hz(d, key, 3);
    CHECK(draw_rate_hz(d, key, 3) == of_3);
    CHECK(draw_rate_hz(d, key, 7) == of_7);
    CHECK(of_3 != of_7);
    CHECK(draw_rate_hz(d, make_stream_key("rate", 0, "baseline"), 7) != of_7);
    CHECK(draw_rate_hz(d, make_stream_key("rate", 1, "shell"), 7) != of_7);
  }
}
