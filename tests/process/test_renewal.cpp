// Renewal processes against their mathematics: intervals, the start in equilibrium, counts, and frozen bits.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "base/maths.hpp"
#include "base/probability.hpp"
#include "stimgen/process.hpp"
#include "support/process_trains.hpp"
#include "support/statistics.hpp"

using namespace stimgen;
using namespace stimgen::test;

namespace {

using Times = std::vector<double>;

std::unique_ptr<const PointProcess> make(const std::string& yaml) {
  Streams streams;
  return process_of(yaml, streams);
}

// Of 1000 Hz: a millisecond is a unit of operational time.
RateFunction unit_rate(double duration) {
  return constant_rate(1000, {0, duration});
}

// F(x) of the intervals of mean 1, and of those preferred in proportion to their length.
struct Law {
  std::string yaml;
  double (*cdf)(double x, double parameter);
  double (*long_cdf)(double x, double parameter);
  double parameter;
  double variance;
};

double gamma_law(double x, double shape) {
  return probability::gamma_cdf(x * shape, shape);
}
double long_gamma(double x, double shape) {
  return probability::gamma_cdf(x * shape, shape + 1);
}
double lognormal_law(double x, double cv) {
  const double variance = std::log1p(cv * cv);
  return probability::lognormal_cdf(x, -variance / 2, std::sqrt(variance));
}
double long_lognormal(double x, double cv) {
  const double variance = std::log1p(cv * cv);
  return probability::lognormal_cdf(x, variance / 2, std::sqrt(variance));
}
double inverse_gaussian_part(double x, double cv, double sign) {
  const double lambda = 1 / (cv * cv);
  const double root = std::sqrt(lambda / x);
  return probability::normal_cdf(root * (x - 1)) +
         sign * std::exp(2 * lambda) * probability::normal_cdf(-root * (x + 1));
}
double inverse_gaussian_law(double x, double cv) {
  return x > 0 ? inverse_gaussian_part(x, cv, 1) : 0;
}
double long_inverse_gaussian(double x, double cv) {
  return x > 0 ? inverse_gaussian_part(x, cv, -1) : 0;
}

const std::vector<Law>& laws() {
  static const std::vector<Law> all = [] {
    std::vector<Law> made;
    for (const double shape : {0.1, 0.5, 1.0, 1.5, 2.0, 4.0, 10.0, 100.0}) {
      made.push_back({"{gamma: {shape: " + std::to_string(shape) + "}}", gamma_law, long_gamma, shape, 1 / shape});
    }
    for (const double cv : {0.1, 0.5, 1.0, 2.0}) {
      made.push_back({"{lognormal: {cv: " + std::to_string(cv) + "}}", lognormal_law, long_lognormal, cv, cv * cv});
    }
    for (const double cv : {0.2, 0.5, 1.0, 2.0}) {
      made.push_back({"{inverse_gaussian: {cv: " + std::to_string(cv) + "}}", inverse_gaussian_law,
                      long_inverse_gaussian, cv, cv * cv});
    }
    return made;
  }();
  return all;
}

}  // namespace

TEST_SUITE("process") {
  // 32 tests with a bound of 1e-4 each: a false alarm in 3 of 1000 keys.
  TEST_CASE("intervals follow their law, and the first one that of the time left when the start falls into one") {
    for (const Law& law : laws()) {
      CAPTURE(law.yaml);
      const auto process = make(law.yaml);
      Times intervals, first;
      for (const double time : train_of(*process, unit_rate(20000), {17}, 3)) {
        intervals.push_back(time - (first.empty() ? 0 : first.back()));
        first = {time};
      }
      intervals.erase(intervals.begin());
      // Differences of times near 10⁴ are known to 10⁻¹¹: what is shorter, a tenth of all at shape 0.1, is left out.
      const double shortest = law.cdf(1e-9, law.parameter);
      Times uniform;
      for (const double interval : intervals) {
        if (interval > 1e-9) uniform.push_back((law.cdf(interval, law.parameter) - shortest) / (1 - shortest));
      }
      CHECK(ks_uniform_p(uniform) > 1e-4);
      uniform.clear();
      for (NodeId node = 0; node < 4000; ++node) {
        const Times times = train_of(*process, unit_rate(200), {18}, node);
        REQUIRE(!times.empty());
        const double x = times.front();
        uniform.push_back(x * (1 - law.cdf(x, law.parameter)) + law.long_cdf(x, law.parameter));
      }
      CHECK(ks_uniform_p(uniform) > 1e-4);
    }
  }

  // Variance of counts in T = 20 from equilibrium (Cox, Renewal Theory, 1962, section 4.6): T/k + (1 - 1/k²)/6.
  TEST_CASE("counts of gamma trains have the mean and the variance of equilibrium (bound 1e-4 each)") {
    constexpr std::size_t kTrains = 20000;
    for (const double shape : {0.5, 2.0, 4.0, 10.0}) {
      CAPTURE(shape);
      const auto process = make("{gamma: {shape: " + std::to_string(shape) + "}}");
      Times counts;
      for (NodeId node = 0; node < kTrains; ++node) {
        counts.push_back(static_cast<double>(train_of(*process, unit_rate(20), {19}, node).size()));
      }
      const double variance = 20 / shape + (1 - 1 / (shape * shape)) / 6;
      CHECK(normal_p((mean_of(counts) - 20) / std::sqrt(variance / kTrains)) > 1e-4);
      const double measured = stdev_of(counts) * stdev_of(counts);
      // The counts are near enough to normal for the spread of their variance.
      CHECK(normal_p((measured / variance - 1) / std::sqrt(2.0 / kTrains)) > 1e-4);
    }
  }

  // The first six spikes; made by NumPy from the description of the process alone.
  TEST_CASE("gamma spikes are the bits of an independent program") {
    struct Golden {
      double shape;
      NodeId node;
      Times times_ms;
    };
    const std::vector<Golden> all{
        {0.5,
         NodeId{0},
         {0x1.fc10766cde737p+6, 0x1.0282c2f3cbd74p+7, 0x1.05ab6db31b23ap+8, 0x1.beefb5807171ap+8, 0x1.c5ce96916b443p+8,
          0x1.c5ced9693d72fp+8}},
        {0.5,
         NodeId{1099511627776},
         {0x1.ad3254de13c2dp+6, 0x1.0c039c18dc20ap+7, 0x1.3f77c7766c844p+7, 0x1.44f0380713126p+7, 0x1.5e4f98722b432p+7,
          0x1.5f82dd71a9bb5p+7}},
        {1.0,
         NodeId{0},
         {0x1.07a8ab4ee9642p+7, 0x1.27e323b90e550p+7, 0x1.2a67ea0ab36f0p+7, 0x1.c539f0ad99a38p+7, 0x1.2bf36f8f86de7p+8,
          0x1.46551c8a25078p+8}},
        {1.0,
         NodeId{1099511627776},
         {0x1.dcf3df9a4db0cp+6, 0x1.1a078e4676c0ap+7, 0x1.e0ba342890b20p+7, 0x1.fa1de5d0335f3p+7, 0x1.03b79aa259644p+8,
          0x1.2738cd4e3c930p+8}},
        {2.5,
         NodeId{0},
         {0x1.0e00a841977fap+7, 0x1.6054c0344353ap+7, 0x1.6cbf178c01abdp+7, 0x1.0a012ce137340p+8, 0x1.5ad081b7ad1cdp+8,
          0x1.8b17972a3fb95p+8}},
        {2.5,
         NodeId{1099511627776},
         {0x1.fc6c204d49e5ap+6, 0x1.3edcb7dbadebcp+7, 0x1.024315350d426p+8, 0x1.290ea49390cafp+8, 0x1.4baba9a252184p+8,
          0x1.693dce1aaef3bp+8}},
        {4.0,
         NodeId{0},
         {0x1.0fdc4c6cc15f6p+7, 0x1.6ce073a17a01ap+7, 0x1.917b6b01566b0p+7, 0x1.1983c18a62ba4p+8, 0x1.6803005c6265ep+8,
          0x1.7cc61efdbd7e3p+8}},
        {4.0,
         NodeId{1099511627776},
         {0x1.02d1d6f86767bp+7, 0x1.51928ba1aa6a4p+7, 0x1.05d2eedc7eec8p+8, 0x1.326ba71a3cc5bp+8, 0x1.5ba4957e90196p+8,
          0x1.80cbf16b384e2p+8}},
    };
    const RateFunction rate = RateFunctionBuilder(100)
                                  .hold(20, 600)
                                  .hold(0, 800)
                                  .ramp(0, 90, 1300)
                                  .ramp(90, 1.5, 1700)
                                  .hold(1200, 1900)
                                  .build();
    for (const Golden& golden : all) {
      Times times = train_of(*make("{gamma: {shape: " + std::to_string(golden.shape) + "}}"), rate,
                             {0x6ac4bec612d6109b}, golden.node);
      CAPTURE(golden.shape);
      REQUIRE(times.size() > 6);
      times.resize(6);
      CHECK(times == golden.times_ms);
    }
  }

  TEST_CASE("parameters that make no process are refused with what they mean") {
    for (const std::string yaml : {"{gamma: {shape: 0}}", "{gamma: {shape: 2000000}}", "{lognormal: {cv: 0}}",
                                   "{inverse_gaussian: {cv: 11}}", "{gamma: {}}"}) {
      CAPTURE(yaml);
      const Value value = parse_yaml(yaml);
      Streams streams;
      Diagnostics diagnostics;
      CHECK(make_process(&value, streams, diagnostics).process == nullptr);
      CHECK(diagnostics.has_errors());
    }
  }

  TEST_CASE("regular trains keep their distances, and count what is asked for to within one spike") {
    for (const double jitter : {0.0, 0.4, 1.0}) {
      CAPTURE(jitter);
      const auto process = make("{regular: {jitter: " + std::to_string(jitter) + "}}");
      Times intervals, first;
      for (NodeId node = 0; node < 200; ++node) {
        const Times times = train_of(*process, unit_rate(300), {20}, node);
        CHECK(std::abs(static_cast<double>(times.size()) - 300) <= 1 + jitter);
        CHECK(times.front() > 0);
        first.push_back(times.front());
        for (std::size_t i = 1; i < times.size(); ++i) intervals.push_back(times[i] - times[i - 1]);
      }
      CHECK(mean_of(intervals) == doctest::Approx(1).epsilon(0.001));
      // CV jitter/√6; 60,000 intervals, the bound is some five times what their number leaves open.
      CHECK(stdev_of(intervals) == doctest::Approx(jitter / std::sqrt(6.0)).epsilon(0.02));
      if (jitter == 0) CHECK(ks_uniform_p(first) > 1e-4);
    }
  }

  TEST_CASE("one phase for all nodes lets them fire together") {
    const auto process = make("{regular: {phase: 0.25}}");
    for (NodeId node : {NodeId{0}, NodeId{9}}) {
      CHECK(train_of(*process, unit_rate(4), {21}, node) == Times{0.25, 1.25, 2.25, 3.25});
    }
    CHECK(train_of(*make("{regular: {phase: 1}}"), unit_rate(4), {21}, 0) == Times{1, 2, 3});
  }
}
