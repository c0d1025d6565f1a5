// What every pattern of the table must do.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>

#include "support/recipe_parts.hpp"

using namespace stimgen;
using namespace stimgen::test;

namespace {

// One recipe a kind, with values for every key it has. A new kind adds its row here.
const std::map<std::string, std::string> kSamples{
    {"long", "on_time: 1 s, fit: cycle, rates: {burst: 50 Hz, off: 2 Hz, silent: 1 Hz}"},
    {"short", "on_time: 0.7 s, fit: cycle, rounds: 1.5, rates: {burst: 50 Hz, off: 2 Hz, silent: 1 Hz}"},
    {"ramp",
     "on_time: 1 s, fit: on_time, ramp: {start: 0.1 s, stop: 0.7 s}, rates: {from: 5 Hz, to: 60 Hz, off: 2, silent: "
     "1}"},
    {"join",
     "on_time: 1 s, fit: cycle, steps: 2, ramp: {start: 0.1 s, stop: 0.7 s}, direction: quit, low: 0.1, high: 0.9, "
     "order: "
     "random, rates: {on: 50 Hz, waiting: 3 Hz, off: 2 Hz, silent: 1 Hz}"},
    {"fade",
     "on_time: 1 s, fit: cycle, ramp: {start: 0.1 s, stop: 0.7 s}, rates: {out: {from: 50, to: 5}, in: {from: 4, to: "
     "40}, off: "
     "2, silent: 1}"},
    {"loop",
     "fit: on_time, points: [{at: 0 s, rate: 1 Hz}, {at: 0.3 s, rate: 50 Hz}, {at: 0.3 s, rate: 0 Hz}, {at: 1 s, rate: "
     "20 Hz}], "
     "rates: {off: 2, silent: 1}"},
};

std::string sample(const PatternKind& kind, const std::string& stop = "11.3 s") {
  const std::string name(kind.info.name);
  REQUIRE_MESSAGE(kSamples.count(name) == 1, "no sample for pattern ", name);
  return "{type: " + name + ", assemblies: a, start: 0.5 s, stop: " + stop +
         ", off_time: 0.4 s, select: [3, 1], stream: s, process: poisson, " + kSamples.at(name) + "}";
}

Groups some_groups() {
  return {{0, 2, 4, 6, 8}, {1, 3}, {5}, {7, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19}};
}

}  // namespace

TEST_SUITE("conformance") {
  TEST_CASE("patterns: kinds and fields are documented, names unique") {
    std::set<std::string_view> kinds;
    for (const PatternKind* kind : pattern_kinds()) {
      CAPTURE(kind->info.name);
      CHECK(kinds.insert(kind->info.name).second);
      CHECK(kind->info.version >= 1);
      CHECK(kind->info.summary.size() > 20);
      CHECK(kind->info.summary.back() == '.');
      std::set<std::string_view> names;
      for (const auto table : {pattern_common_fields(), kind->info.fields}) {
        for (const FieldDoc& field : table) {
          CAPTURE(field.name);
          CHECK(names.insert(field.name).second);
          CHECK(field.meaning.size() > 10);
          CHECK(field.meaning.back() == '.');
          CHECK(!field.example.empty());
          CHECK(!field.type.empty());
        }
      }
    }
  }

  TEST_CASE("patterns: the type of a field is known") {
    std::set<std::string_view> types;
    for (const FieldType& type : field_types()) types.insert(type.name);
    for (const PatternKind* kind : pattern_kinds()) {
      for (const auto table : {pattern_common_fields(), kind->info.fields}) {
        for (const FieldDoc& field : table) {
          CAPTURE(field.name);
          CHECK((types.count(field.type) == 1 || field.type.substr(0, 7) == "choice:"));
        }
      }
    }
  }

  TEST_CASE("patterns: the choices of 'type' are the kinds") {
    std::vector<std::string> names;
    for (const PatternKind* kind : pattern_kinds()) names.emplace_back(kind->info.name);
    const FieldDoc& type = pattern_common_fields().front();
    CHECK(type.name == "type");
    CHECK(choice_words(type.type) == names);
    for (const std::string& name : names) CHECK(type.meaning.find(name) != type.meaning.npos);
  }

  // read_pattern() throws if a declared field was not read.
  TEST_CASE("patterns: what is declared is read, and nothing else") {
    for (const PatternKind* kind : pattern_kinds()) {
      CAPTURE(kind->info.name);
      const auto run = run_pattern(sample(*kind), some_groups());
      CHECK(messages(run.diagnostics) == "");
      REQUIRE(run.definition != nullptr);
      CHECK(run.definition->kind == kind);
    }
  }

  TEST_CASE("patterns: unknown keys are refused at every level") {
    for (const PatternKind* kind : pattern_kinds()) {
      for (const char* key : {"ramp_up: 1 s, ", "hold_time: 1 s, ", "fade_time: 1 s, "}) {
        std::string recipe = sample(*kind);
        recipe.insert(1, key);
        const auto run = run_pattern(recipe, some_groups());
        CHECK(run.definition == nullptr);
        CHECK(has_code(run.diagnostics, "recipe.unknown-key"));
      }
    }
  }

  TEST_CASE("patterns: every node of every group has exactly one rate, in order of group and sub-group") {
    for (const PatternKind* kind : pattern_kinds()) {
      CAPTURE(kind->info.name);
      const auto run = run_pattern(sample(*kind), some_groups());
      std::vector<std::vector<NodeId>> nodes(4);
      std::pair<std::size_t, std::size_t> last{0, 0};
      for (const GroupRate& rate : run.rates) {
        REQUIRE(rate.group < 4);
        CHECK(!rate.node_ids.empty());
        CHECK(std::is_sorted(rate.node_ids.begin(), rate.node_ids.end()));
        nodes[rate.group].insert(nodes[rate.group].end(), rate.node_ids.begin(), rate.node_ids.end());
        const std::pair<std::size_t, std::size_t> place{rate.group, rate.subgroup.value_or(0) + 1};
        CHECK(place > last);
        last = place;
      }
      for (auto& group : nodes) std::sort(group.begin(), group.end());
      CHECK(nodes == some_groups());
    }
  }

  TEST_CASE("patterns: rates are finite, not negative, ordered, and cover the window") {
    for (const PatternKind* kind : pattern_kinds()) {
      CAPTURE(kind->info.name);
      for (const GroupRate& rate : run_pattern(sample(*kind), some_groups(), {250, std::nullopt}).rates) {
        CHECK(rate.rate.window() == TimeWindow{250, 11300});
        const auto vertices = rate.rate.vertices();
        REQUIRE(!vertices.empty());
        CHECK(vertices.front().time_ms == 250);
        CHECK(vertices.back().time_ms == 11300);
        for (std::size_t i = 0; i < vertices.size(); ++i) {
          CHECK(std::isfinite(vertices[i].rate_hz));
          CHECK(vertices[i].rate_hz >= 0);
          if (i > 0) CHECK(vertices[i].time_ms >= vertices[i - 1].time_ms);
        }
        CHECK(rate.rate.rate_at(300) == 1);  // silent before start
      }
    }
  }

  TEST_CASE("patterns: groups that are not selected get off in on-times and silent otherwise") {
    for (const PatternKind* kind : pattern_kinds()) {
      CAPTURE(kind->info.name);
      for (const GroupRate& rate : run_pattern(sample(*kind), some_groups()).rates) {
        if (rate.group == 1 || rate.group == 3) continue;
        for (const RateSegment& segment : rate.rate.segments()) {
          CHECK(segment.slope_hz_per_ms == 0);
          CHECK((segment.rate_hz == 1 || segment.rate_hz == 2));
        }
      }
    }
  }

  TEST_CASE("patterns: the same recipe gives the same rates") {
    for (const PatternKind* kind : pattern_kinds()) {
      CAPTURE(kind->info.name);
      const auto first = run_pattern(sample(*kind), some_groups());
      const auto second = run_pattern(sample(*kind), some_groups());
      REQUIRE(first.rates.size() == second.rates.size());
      for (std::size_t i = 0; i < first.rates.size(); ++i) {
        CHECK(first.rates[i].node_ids == second.rates[i].node_ids);
        CHECK(first.rates[i].rate.vertices() == second.rates[i].rate.vertices());
      }
    }
  }

  TEST_CASE("patterns: a later stop changes nothing before the old one's last cycle ended") {
    for (const PatternKind* kind : pattern_kinds()) {
      CAPTURE(kind->info.name);
      const auto shorter = run_pattern(sample(*kind), some_groups());
      const auto longer = run_pattern(sample(*kind, "23.9 s"), some_groups());
      REQUIRE(shorter.rates.size() == longer.rates.size());
      // Cycles of 1.4 s (short: 1.1 s) from 0.5 s: the last whole one ends at 10.3 s or later.
      for (std::size_t i = 0; i < shorter.rates.size(); ++i) {
        const auto before = shorter.rates[i].rate.segments();
        const auto after = longer.rates[i].rate.segments();
        for (std::size_t k = 0; k < before.size() && before[k].start_ms < 9900; ++k) {
          CHECK(before[k].start_ms == after[k].start_ms);
          CHECK(before[k].rate_hz == after[k].rate_hz);
          CHECK(before[k].slope_hz_per_ms == after[k].slope_hz_per_ms);
          CHECK(before[k].intensity_at_start == after[k].intensity_at_start);
        }
      }
    }
  }
}
