// Explanations of the whole language.
#include <doctest/doctest.h>

#include <algorithm>

#include "stimgen/language.hpp"
#include "stimgen/plan.hpp"

namespace stimgen {
namespace {

TEST_SUITE("plan") {
  TEST_CASE("every key that may be asked for has a text, those inside values too") {
    const std::vector<std::string> keys = explainable_keys(language_tables());
    for (const std::string& key : keys) CHECK_MESSAGE(explain(key, language_tables()), key);
    for (const char* key : {"mean", "uniform", "csv", "at", "shift", "$gt"}) {
      CHECK_MESSAGE(std::find(keys.begin(), keys.end(), key) != keys.end(), key);
    }
    const std::string mean = explain("mean", language_tables()).value_or("");
    CHECK_MESSAGE(mean.find("mean — inside rate, rates, others (backgrounds)\n  Mean of the resulting rates") == 0,
                  mean);
    CHECK_MESSAGE(mean.find("  type     a rate in Hz") != std::string::npos, mean);
    CHECK_MESSAGE(mean.find("  needs    stdev beside it") != std::string::npos, mean);
    CHECK_MESSAGE(mean.find("  example  rate: {mean: 20 Hz, stdev: 2 Hz}") != std::string::npos, mean);
  }

  TEST_CASE("a key is found in every spelling that a recipe or a lock can have") {
    const std::vector<std::pair<const char*, const char*>> spellings = {
        {"ramp.start", "ramp.start — patterns: ramp, join, fade\n  When the change begins"},
        {"bounds", "bounds — assemblies: grid\n  A mapping of the keys x, y."},
        {"in", "rates.in — patterns: fade\n  A mapping of the keys from, to."},
        {"rates.out", "rates.out — patterns: fade\n  A mapping of the keys from, to."},
        {"patterns.my_task.rates.burst", "rates.burst — patterns: long, short\n"},
        {"defaults.patterns.rates.off", "rates.off — patterns: long"},
        {"backgrounds.shell.rates.PN.mean", "mean — inside rates (backgrounds)\n"},
        {"where.layer.$gt", "$gt — inside where (backgrounds)"},
        {"values.csv", "csv — inside rate, rates, others (backgrounds)\n"},
        {"combine.all.from.2.shift", "shift — inside from (combine)\n"},
        {"networks.populations.thalamus.properties.layer.cycle", "cycle — inside populations (networks)\n"},
        {"networks.files.nodes", "nodes — inside files (networks)\n"},
        {"seeds.network", "network — seeds\n"},
    };
    for (const auto& [key, start] : spellings) {
      const std::string text = explain(key, language_tables()).value_or("nothing");
      CHECK_MESSAGE(text.find(start) == 0, key, " gives ", text);
    }
    for (const char* key : {"PN.mean", "layer.$gt", "patterns.my_task.rates.brust", "my_task"}) {
      CHECK_MESSAGE(!explain(key, language_tables()), key);
    }
  }
}

}  // namespace
}  // namespace stimgen
