// What every rate distribution of the table must do.
#include <doctest/doctest.h>

#include "background/rate_value.hpp"

#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/digest.hpp"
#include "stimgen/rate.hpp"
#include "support/planned_recipe.hpp"
#include "support/statistics.hpp"

using namespace stimgen;
using namespace stimgen::test;
using stimgen::testing::PlannedRecipe;

namespace {

using Texts = std::vector<std::string>;

struct Moments {
  double mean_hz, stdev_hz;
};

// A distribution of the table: pairs of mean and stdev that it can have; a rate as recipes write it; for each key rates
// in which that key has another value; the digest of what its version draws. A new distribution adds its row here.
struct Sample {
  std::vector<Moments> moments;
  std::string rate;
  std::map<std::string, Texts> changed;
  int version;
  std::string digest;
};

Sample by_moments(const std::string& name, std::vector<Moments> moments, int version, std::string digest) {
  const auto rate = [&](const char* mean, const char* stdev) {
    return "{mean: " + std::string(mean) + ", stdev: " + stdev + ", distribution: " + name + "}";
  };
  return {std::move(moments),
          rate("5 Hz", "3 Hz"),
          {{"mean", {rate("5.5 Hz", "3 Hz")}}, {"stdev", {rate("5 Hz", "3.5 Hz")}}},
          version,
          std::move(digest)};
}

const std::map<std::string, Sample> kSamples{
    {"lognormal", by_moments("lognormal", {{20, 2}, {1.9, 1.8}, {5, 6}}, 1,
                             "2d46733a64de997e7d73c9a41f53bc0221d6405f7a5f764bad054334995b27d9")},
    {"normal", by_moments("normal", {{7.5, 6.4}, {20, 0.2}, {2, 1.99}}, 1,
                          "3d4c1fa9f52b16414813b17b6d7347bd95ec83c068e0ec74097e80dfea06857b")},
    {"gamma", by_moments("gamma", {{5, 6}, {20, 2}, {4, 4}}, 1,
                         "731c203c0e68adc25db53d4c73704e3a193a3cb7defda9d9c8d1cf392899dd03")},
    {"uniform",
     {{{10, 3}, {5, 2.8}},
      "{uniform: [2 Hz, 8 Hz]}",
      {{"uniform", {"{uniform: [2.5 Hz, 8 Hz]}", "{uniform: [2 Hz, 8.5 Hz]}"}}},
      1,
      "3b76a55f5fdf2d60c0ca310802b949ad5701795a44f2fa055da17ae63d36a5b8"}},
    {"exponential",
     {{{8, 8}},
      "{exponential: 5 Hz}",
      {{"exponential", {"{exponential: 6 Hz}"}}},
      1,
      "54aacf745d17e656c745bc11602cd27e487e5d282fca9faf658281377cc51c59"}},
};

const Sample& sample(const DistributionKind& kind) {
  const auto found = kSamples.find(std::string(kind.info.name));
  REQUIRE_MESSAGE(found != kSamples.end(), "no sample for distribution ", kind.info.name);
  return found->second;
}

struct Made {
  RateDistribution distribution;
  Streams streams;

  std::vector<double> draw(std::size_t count) const {
    std::vector<double> rates;
    for (NodeId node = 0; node < count; ++node) {
      rates.push_back(draw_rate_hz(distribution, streams.key_if_used(Purpose::rate), node));
    }
    return rates;
  }
};

Made make(const DistributionKind& kind, const Moments& moments, const Seeds& seeds = {1, 2}) {
  Made made{{}, Streams(seeds, "sample")};
  const DistributionResult result = make_distribution(kind, moments.mean_hz, moments.stdev_hz, made.streams);
  REQUIRE_MESSAGE(result.problem == "", result.problem);
  made.distribution = result.distribution;
  return made;
}

struct Planned {
  RateDistribution distribution;
  Digest fingerprint;
  bool draws_rates = false;
};

// A background with this rate, as a recipe gives it.
Planned planned(const std::string& rate) {
  const PlannedRecipe recipe(testing::recipe_head() + "backgrounds: {b: {population: cells, rate: " + rate + "}}\n");
  REQUIRE_MESSAGE(recipe.problems() == "", recipe.problems());
  const Plan& plan = recipe.plan();
  const TaskIndex task = *plan.index_of("b");
  return {*plan.tasks[task].sampled()->groups().drawn_from.at(0), plan.tasks[task].fingerprint,
          plan.tasks[task].streams.front().purpose == Purpose::rate};
}

}  // namespace

TEST_SUITE("conformance") {
  TEST_CASE("distributions: kinds and fields are documented, names unique, types known, names in the schema") {
    std::set<std::string_view> types, kinds;
    for (const FieldType& type : field_types()) types.insert(type.name);
    std::vector<std::string> names;
    for (const DistributionKind* kind : distribution_kinds()) {
      CAPTURE(kind->info.name);
      CHECK(kinds.insert(kind->info.name).second);
      CHECK(kind->info.version >= 1);
      CHECK(kind->info.summary.size() > 20);
      CHECK(!kind->info.fields.empty());
      for (const FieldDoc& field : kind->info.fields) {
        CHECK(field.meaning.size() > 10);
        CHECK(!field.example.empty());
        CHECK(types.count(field.type) == 1);
      }
      names.emplace_back(kind->info.name);
    }
    CHECK(choice_words(distribution_type()) == names);
  }

  TEST_CASE("distributions: the keys of a rate are those of all distributions, each once, and nothing is left out") {
    std::vector<std::string> keys, expected{"mean", "stdev", "distribution"};
    for (const FieldDoc& field : rate_fields()) keys.emplace_back(field.name);
    for (const DistributionKind* kind : distribution_kinds()) {
      CAPTURE(kind->info.name);
      for (const FieldDoc& declared : kind->info.fields) {
        const auto field = std::find_if(rate_fields().begin(), rate_fields().end(),
                                        [&](const FieldDoc& other) { return other.name == declared.name; });
        REQUIRE(field != rate_fields().end());
        CHECK(field->type == declared.type);
        CHECK(field->meaning == declared.meaning);
        if (kind->read != nullptr) expected.emplace_back(declared.name);
      }
    }
    expected.emplace_back("values");
    CHECK(keys == expected);
  }

  TEST_CASE("distributions: drawn rates have the mean, the stdev and the whole shape asked for (bound 1e-4 each)") {
    constexpr std::size_t kDrawn = 20000;
    for (const DistributionKind* kind : distribution_kinds()) {
      for (const Moments& asked : sample(*kind).moments) {
        CAPTURE(kind->info.name);
        CAPTURE(asked.mean_hz);
        CAPTURE(asked.stdev_hz);
        const Made made = make(*kind, asked);
        CHECK(made.distribution.kind == kind);
        CHECK(made.distribution.mean_hz == asked.mean_hz);
        CHECK(made.distribution.stdev_hz == asked.stdev_hz);
        const std::vector<double> rates = made.draw(kDrawn);
        std::vector<double> squares, uniform;
        for (const double rate_hz : rates) {
          REQUIRE(std::isfinite(rate_hz));
          REQUIRE(rate_hz >= 0);
          squares.push_back((rate_hz - asked.mean_hz) * (rate_hz - asked.mean_hz));
          uniform.push_back(rate_cdf(made.distribution, rate_hz));
        }
        const double root = std::sqrt(static_cast<double>(kDrawn));
        CHECK(normal_p((mean_of(rates) - asked.mean_hz) / (asked.stdev_hz / root)) > 1e-4);
        CHECK(normal_p((mean_of(squares) - asked.stdev_hz * asked.stdev_hz) / (stdev_of(squares) / root)) > 1e-4);
        CHECK(ks_uniform_p(uniform) > 1e-4);
      }
    }
  }

  TEST_CASE("distributions: the cumulative distribution has the mean and stdev asked for") {
    for (const DistributionKind* kind : distribution_kinds()) {
      for (const Moments& asked : sample(*kind).moments) {
        CAPTURE(kind->info.name);
        CAPTURE(asked.mean_hz);
        const RateDistribution distribution = make(*kind, asked).distribution;
        CHECK(rate_cdf(distribution, -1) == 0);
        CHECK(rate_cdf(distribution, 1e6) == doctest::Approx(1));
        // ∫ (1 − F) = mean, ∫ 2x (1 − F) = E[x²].
        double mean = 0, square = 0, before = 0;
        constexpr double kStep = 0.002;
        for (double x = kStep / 2; x < 300; x += kStep) {
          const double below = rate_cdf(distribution, x);
          REQUIRE(below >= before);
          before = below;
          mean += (1 - below) * kStep;
          square += 2 * x * (1 - below) * kStep;
        }
        CHECK(mean == doctest::Approx(asked.mean_hz).epsilon(0.001));
        CHECK(std::sqrt(square - mean * mean) == doctest::Approx(asked.stdev_hz).epsilon(0.005));
      }
    }
  }

  TEST_CASE("distributions: what is drawn from is asked for; without a stdev nothing is") {
    for (const DistributionKind* kind : distribution_kinds()) {
      CAPTURE(kind->info.name);
      const Moments& asked = sample(*kind).moments.front();
      const Made made = make(*kind, asked);
      REQUIRE(made.streams.used().size() == 1);
      CHECK(made.streams.used()[0].purpose == Purpose::rate);
      CHECK(make(*kind, asked).draw(50) == made.draw(50));
      CHECK(make(*kind, asked, {3, 2}).draw(50) != made.draw(50));
      const Made constant = make(*kind, {asked.mean_hz, 0});
      CHECK(constant.streams.used().empty());
      CHECK(constant.distribution.is_constant());
      CHECK(constant.draw(3) == std::vector<double>(3, asked.mean_hz));
    }
  }

  TEST_CASE("distributions: a recipe's rate is of the kind it names, and the fingerprint holds every key") {
    for (const DistributionKind* kind : distribution_kinds()) {
      CAPTURE(kind->info.name);
      const Planned as_is = planned(sample(*kind).rate);
      CHECK(as_is.distribution.kind == kind);
      CHECK(as_is.draws_rates);
      CHECK(canonical(as_is.distribution).find(std::string(kind->info.name) + " version ") == 0);
      for (const FieldDoc& field : kind->info.fields) {
        CAPTURE(field.name);
        const auto changed = sample(*kind).changed.find(std::string(field.name));
        REQUIRE_MESSAGE(changed != sample(*kind).changed.end(), "no other value for this key");
        for (const std::string& rate : changed->second) CHECK(planned(rate).fingerprint != as_is.fingerprint);
      }
      // By its mean and stdev, in words or for short.
      const std::string name(kind->info.name);
      const std::string mean = std::to_string(sample(*kind).moments[0].mean_hz);
      const std::string stdev = std::to_string(sample(*kind).moments[0].stdev_hz);
      const Planned in_words = planned("{mean: " + mean + ", stdev: " + stdev + ", distribution: " + name + "}");
      CHECK(in_words.distribution.kind == kind);
      const RateDistribution in_short = planned("[" + mean + ", " + stdev + "], distribution: " + name).distribution;
      CHECK(in_short.kind == kind);
      CHECK(kind->describe(in_short) == kind->describe(in_words.distribution));
    }
  }

  TEST_CASE("distributions: the draws of a version are frozen") {
    for (const DistributionKind* kind : distribution_kinds()) {
      CAPTURE(kind->info.name);
      Blake3 hash;
      for (const Moments& moments : sample(*kind).moments) {
        hash.update(std::as_bytes(std::span<const double>(make(*kind, moments).draw(200))));
      }
      CHECK(kind->info.version == sample(*kind).version);
      CHECK_MESSAGE(to_hex(hash.finish()) == sample(*kind).digest,
                    "raise the version of the distribution and freeze its draws anew");
    }
  }
}
