// Explanations of the whole language.
#include <doctest/doctest.h>

#include <algorithm>

#include "recipe/explain.hpp"
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
    CHECK_MESSAGE(mean.find("  example  rate: {mean: 20 Hz, stdev: 2 Hz}") != std::string::npos, mean);
  }
}

}  // namespace
}  // namespace stimgen
