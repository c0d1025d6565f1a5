// What every point process of the table must do.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "base/digest.hpp"
#include "plan/build.hpp"
#include "plan/keys.hpp"
#include "stimgen/background.hpp"
#include "stimgen/pattern.hpp"
#include "stimgen/process.hpp"
#include "support/planned_recipe.hpp"
#include "support/recipe_parts.hpp"
#include "support/statistics.hpp"

using namespace stimgen;
using namespace stimgen::test;
using stimgen::testing::PlannedRecipe;

namespace {

using Times = std::vector<double>;
using Names = std::vector<std::string>;

// A process of the table: a mapping of its keys; for each key a mapping in which that one has another value; the digest
// of the spikes that its version makes. A new process adds its row here.
struct Sample {
  std::string keys;
  std::map<std::string, std::string> changed;
  int version;
  std::string digest;
};
const std::map<std::string, Sample> kSamples{
    {"poisson", {"{}", {}, 1, "86b49c6fba1211d4bcfe5055ef44a47a7371dd549f1512ae5f862ac9ca418feb"}},
    {"gamma",
     {"{shape: 4}",
      {{"shape", "{shape: 4.5}"}},
      1,
      "c464af7fd032ffb53d6c5e5f364ae7846d581e4162c85e75538fcd8e7d504712"}},
    {"lognormal",
     {"{cv: 0.8}", {{"cv", "{cv: 0.9}"}}, 1, "21c5c6b6a0dd0318b51d948eb44a1a6cb990f5ecc779785b650ae088fef570d4"}},
    {"refractory",
     {"{absolute: 1 ms, relative: 1 ms}",
      {{"absolute", "{absolute: 0.5 ms, relative: 1 ms}"}, {"relative", "{absolute: 1 ms, relative: 1.5 ms}"}},
      1,
      "2fabed2287ef6a3a65f033f5163900f7e146e467abcf6b852507987bc89bd6d6"}},
    {"regular",
     {"{phase: random, jitter: 0.3}",
      {{"phase", "{phase: 0.5, jitter: 0.3}"}, {"jitter", "{phase: random, jitter: 0.4}"}},
      1,
      "911c3e0a3bd14c885b0a866f3a650a17356248a22466776048706a2c36893eb9"}},
    {"correlated",
     {"{c: 0.1, jitter: 2 ms, copy: 0.3}",
      {{"c", "{c: 0.2, jitter: 2 ms, copy: 0.3}"},
       {"jitter", "{c: 0.1, jitter: 3 ms, copy: 0.3}"},
       {"kernel", "{c: 0.1, jitter: 2 ms, copy: 0.3, kernel: gaussian}"},
       {"copy", "{c: 0.1, jitter: 2 ms, copy: 0.4}"},
       {"reference", "{c: 0.1, jitter: 2 ms, copy: 0.3, reference: 6 Hz}"}},
      1,
      "741e7729bc5396474968ab681eb21e2c50b96358c0d880c4d8f141936386cd45"}},
    {"inverse_gaussian",
     {"{cv: 0.5}", {{"cv", "{cv: 0.6}"}}, 1, "24b68f05ee96832613c3862a8ab231f2d2d5685219cf89d9a5b4977cc910fbbf"}},
};

const Sample& sample(const ProcessKind& kind) {
  const auto found = kSamples.find(std::string(kind.info.name));
  REQUIRE_MESSAGE(found != kSamples.end(), "no sample for process ", kind.info.name);
  return found->second;
}

struct Made {
  Streams streams;
  std::unique_ptr<const PointProcess> process;

  StreamKey key() const { return streams.key_if_used(Purpose::spikes); }
  Times train(const RateFunction& rate, NodeId node = 0) const {
    Times times;
    const std::uint32_t function = 0, group = 0;
    const TrainGroup groups[] = {{}};
    process->prepare({{&node, 1}, {}, {}, {&function, 1}, {&rate, 1}, groups, {}, {&group, 1}}, key())
        ->append_train(0, times);
    return times;
  }
};

Made make(const ProcessKind& kind, const std::string& keys, const Seeds& seeds = {1, 2}) {
  Made made{Streams(seeds, "sample"), nullptr};
  const Value body = parse_yaml(keys);
  Diagnostics diagnostics;
  Fields fields(body, "sample", {kind.info.fields}, diagnostics);
  made.process = kind.make(fields, made.streams);
  REQUIRE_MESSAGE(!diagnostics.has_errors(), messages(diagnostics));
  REQUIRE(made.process != nullptr);
  return made;
}

// Steps, silence, ramps up and down.
RateFunction varied_rate() {
  return RateFunctionBuilder(100)
      .hold(20, 500)
      .hold(100, 800)
      .hold(5, 1000)
      .hold(0, 1200)
      .ramp(0, 120, 1500)
      .ramp(120, 10, 1900)
      .hold(60, 2100)
      .build();
}

const std::vector<RateFunction>& some_rates() {
  static const std::vector<RateFunction> rates{varied_rate(), constant_rate(40, {0, 2100}),
                                               RateFunctionBuilder(0).ramp(0, 300, 2000).hold(0, 2100).build(),
                                               constant_rate(0, {0, 2100})};
  return rates;
}

// Of each node of some_rates(), the spikes of windows of this length.
std::vector<Times> in_windows(const Made& made, double window_ms) {
  const std::vector<NodeId> nodes{0, 7, NodeId{1} << 40, 8};
  const std::vector<std::uint32_t> functions{0, 1, 2, 3};  // each of a group of its own
  const std::vector<TrainGroup> groups(functions.size());
  const auto prepared =
      made.process->prepare({nodes, {}, {}, functions, some_rates(), groups, {}, functions}, made.key());
  const auto trains = prepared->open_trains(0, nodes.size());
  std::vector<Spike> spikes;
  for (double until_ms = window_ms; until_ms < 2200; until_ms += window_ms) {
    trains->append_until(until_ms, spikes);
    for (const Spike& spike : spikes) REQUIRE(spike.timestamp_ms < until_ms);
  }
  trains->append_until(std::numeric_limits<double>::infinity(), spikes);
  std::vector<Times> result(nodes.size());
  for (const Spike& spike : spikes) {
    const auto node = std::find(nodes.begin(), nodes.end(), spike.node_id) - nodes.begin();
    result.at(static_cast<std::size_t>(node)).push_back(spike.timestamp_ms);
  }
  return result;
}

using Keys = std::vector<std::pair<std::string, std::string>>;

struct PlannedTask {
  Settings settings;
  Keys keys;
  Digest fingerprint;
};

// The task of an entry that asks for a process with these keys.
PlannedTask planned(const ProcessKind& kind, const std::string& keys) {
  const PlannedRecipe recipe(testing::recipe_head() + "backgrounds: {b: {population: cells, rate: 5, process: {" +
                             std::string(kind.info.name) + ": " + keys + "}}}\n");
  REQUIRE_MESSAGE(recipe.problems() == "", recipe.problems());
  const Task& task = *recipe.plan().find("b");
  return {task.settings, task.keys, task.fingerprint};
}

// A source of nothing but its process.
class BareSource final : public SampledSource {
 public:
  std::string kind() const override { return "bare"; }
  std::string entry_json() const override { return "{}"; }
  NodeRates node_rates(WorkerPool*) const override { return {}; }
  SourceGroups groups() const override { return {}; }
  std::uint64_t node_count() const override { return 0; }
  double expected_spikes() const override { return 0; }
  Settings settings() const override { return {}; }
};

// The same for a process that is not in the table.
PlannedTask task_with(const ProcessKind& kind, const std::string& keys) {
  const std::string name(kind.info.name);
  const Value value = parse_yaml("{" + name + ": " + keys + "}");
  const std::vector<const ProcessKind*> kinds{&kind};
  BareSource source;
  Diagnostics diagnostics;
  source.said.keys = {{"process", name}};
  source.take_process(make_process(&value, source.streams, diagnostics, kinds));
  REQUIRE_MESSAGE(!diagnostics.has_errors(), messages(diagnostics));
  Task task;
  task.settings = source.process_settings();
  task.keys = source.said.keys;
  Plan plan;
  add_task(plan, std::move(task));
  return {plan.tasks.front().settings, plan.tasks.front().keys, plan.tasks.front().fingerprint};
}

// The keys that can be changed without another fingerprint, or without another word under their name.
Names keys_left_out(const ProcessKind& kind, const Sample& sample, decltype(&planned) make_task) {
  const PlannedTask as_is = make_task(kind, sample.keys);
  Names left_out;
  for (const FieldDoc& field : kind.info.fields) {
    const auto changed = sample.changed.find(std::string(field.name));
    REQUIRE_MESSAGE(changed != sample.changed.end(), "no other value for key ", field.name);
    const PlannedTask task = make_task(kind, changed->second);
    Keys differ;
    std::set_symmetric_difference(task.keys.begin(), task.keys.end(), as_is.keys.begin(), as_is.keys.end(),
                                  std::back_inserter(differ));
    const bool said = !differ.empty() && std::all_of(differ.begin(), differ.end(), [&](const auto& key) {
      return key.first.starts_with("process." + std::string(field.name));
    });
    if (!said || task.fingerprint == as_is.fingerprint) left_out.emplace_back(field.name);
  }
  return left_out;
}

// A process with keys, for what no process of the table has.
constexpr FieldDoc kShapedFields[] = {
    {"shape", "number", "", "", "How regular the intervals are.", "2"},
    {"dead.time", "time", "s", "2 ms", "Silence after every spike.", "2 ms"},
};
const ProcessKind kShaped{.info = {"shaped", "Stands for a process with keys.", 3, kShapedFields},
                          .make = [](Fields& fields, Streams& streams) {
                            fields.number("shape");
                            fields.time_ms("dead.time");
                            return process_kinds().front()->make(fields, streams);
                          }};
const Sample kShapedSample{
    "{shape: 2, dead: {time: 1 ms}}",
    {{"shape", "{shape: 2.5, dead: {time: 1 ms}}"}, {"dead.time", "{shape: 2, dead: {time: 3 ms}}"}},
    3,
    ""};

}  // namespace

TEST_SUITE("conformance") {
  TEST_CASE("processes: kinds and fields are documented, names unique, types known") {
    std::set<std::string_view> types, kinds;
    for (const FieldType& type : field_types()) types.insert(type.name);
    for (const ProcessKind* kind : process_kinds()) {
      CAPTURE(kind->info.name);
      CHECK(kinds.insert(kind->info.name).second);
      CHECK(kind->info.version >= 1);
      CHECK(kind->info.summary.size() > 20);
      std::set<std::string_view> names;
      for (const FieldDoc& field : kind->info.fields) {
        CAPTURE(field.name);
        CHECK(names.insert(field.name).second);
        CHECK(field.meaning.size() > 10);
        CHECK(!field.example.empty());
        CHECK((types.count(field.type) == 1 || field.type.substr(0, 7) == "choice:"));
      }
    }
  }

  TEST_CASE("processes: the default of every key `process` is the first of the table") {
    for (const auto table : {background_fields(), pattern_common_fields()}) {
      const auto field =
          std::find_if(table.begin(), table.end(), [](const FieldDoc& other) { return other.name == "process"; });
      REQUIRE(field != table.end());
      CHECK(field->fallback == process_kinds().front()->info.name);
    }
  }

  TEST_CASE("processes: spikes ascend strictly inside the window, however time is cut") {
    for (const ProcessKind* kind : process_kinds()) {
      CAPTURE(kind->info.name);
      const Made made = make(*kind, sample(*kind).keys);
      const std::vector<Times> whole{made.train(some_rates()[0], 0), made.train(some_rates()[1], 7),
                                     made.train(some_rates()[2], NodeId{1} << 40), made.train(some_rates()[3], 8)};
      for (std::size_t i = 0; i < whole.size(); ++i) {
        CHECK(std::is_sorted(whole[i].begin(), whole[i].end()));
        if (i < 3) REQUIRE(whole[i].size() > 20);
        if (whole[i].empty()) continue;
        CHECK(whole[i].front() > some_rates()[i].window().start_ms);
        CHECK(whole[i].back() < some_rates()[i].window().stop_ms);
      }
      for (const double window_ms : {1.0, 7.0, 333.0, 5000.0}) CHECK(in_windows(made, window_ms) == whole);
    }
  }

  TEST_CASE("processes: a window that stops earlier takes no other spike away") {
    for (const ProcessKind* kind : process_kinds()) {
      CAPTURE(kind->info.name);
      const Made made = make(*kind, sample(*kind).keys);
      Times expected = made.train(varied_rate());
      const double stop_ms = 1333.3;  // inside a ramp
      std::erase_if(expected, [&](double time_ms) { return time_ms >= stop_ms; });
      REQUIRE(expected.size() > 10);
      CHECK(made.train(varied_rate().clipped(stop_ms)) == expected);
    }
  }

  TEST_CASE("processes: a rate of 0 is silence") {
    for (const ProcessKind* kind : process_kinds()) {
      CAPTURE(kind->info.name);
      for (std::uint64_t seed = 0; seed < 200; ++seed) {
        const Made made = make(*kind, sample(*kind).keys, {1, seed});
        CHECK(made.train(constant_rate(0, {0, 1e6})).empty());
        for (const double time_ms : made.train(varied_rate())) CHECK((time_ms < 1000 || time_ms > 1200));
      }
    }
  }

  // 40 bins of 2000 trains: a bound of 1e-5 for each bin is one of 4e-4 for all.
  TEST_CASE("processes: the mean count of every bin is the rate's (bound 1e-5 each)") {
    constexpr double kBin_ms = 50;
    constexpr std::size_t kTrains = 2000, kBins = 40;
    const RateFunction rate = varied_rate();
    for (const ProcessKind* kind : process_kinds()) {
      std::vector<Times> counts(kBins, Times(kTrains, 0));
      for (std::size_t i = 0; i < kTrains; ++i) {
        for (const double time_ms : make(*kind, sample(*kind).keys, {1, i}).train(rate, i)) {
          counts.at(static_cast<std::size_t>((time_ms - 100) / kBin_ms))[i] += 1;
        }
      }
      for (std::size_t bin = 0; bin < kBins; ++bin) {
        const double from_ms = 100 + kBin_ms * static_cast<double>(bin);
        const double expected = rate.cumulative_intensity_at(from_ms + kBin_ms) - rate.cumulative_intensity_at(from_ms);
        if (expected == 0) continue;  // silence has a test of its own
        CAPTURE(kind->info.name);
        CAPTURE(from_ms);
        const double error = stdev_of(counts[bin]) / std::sqrt(static_cast<double>(kTrains));
        CHECK(normal_p((mean_of(counts[bin]) - expected) / error) > 1e-5);
      }
    }
  }

  TEST_CASE("processes: counts and rescaled intervals scatter as the process says (bound 1e-4 each)") {
    constexpr std::size_t kTrains = 2000;
    const RateFunction rate = varied_rate();
    for (const ProcessKind* kind : process_kinds()) {
      Times counts, intervals;
      double carried = 0;  // what is left of a train continues in the next one
      for (std::size_t i = 0; i < kTrains; ++i) {
        const Times train = make(*kind, sample(*kind).keys, {1, i}).train(rate, i);
        counts.push_back(static_cast<double>(train.size()));
        double before = 0;
        for (const double time_ms : train) {
          const double now = rate.cumulative_intensity_at(time_ms);
          intervals.push_back(carried + now - before);
          before = now;
          carried = 0;
        }
        carried += rate.total_intensity() - before;
      }
      CAPTURE(kind->info.name);
      if (make(*kind, sample(*kind).keys).process->scatter() != Scatter::poisson) continue;
      CHECK(dispersion_p(counts, rate.total_intensity()) > 1e-4);
      CHECK(ks_exponential_p(intervals) > 1e-4);
    }
  }

  TEST_CASE("processes: the spikes follow from the streams that were asked for, and the node") {
    for (const ProcessKind* kind : process_kinds()) {
      CAPTURE(kind->info.name);
      const Made made = make(*kind, sample(*kind).keys);
      const auto uses = [&](std::string_view seed) {
        return std::any_of(made.streams.used().begin(), made.streams.used().end(),
                           [&](const UsedStream& stream) { return stream.seed_name() == seed; });
      };
      const Times train = made.train(varied_rate());
      CHECK(make(*kind, sample(*kind).keys).train(varied_rate()) == train);
      CHECK((make(*kind, sample(*kind).keys, {1, 3}).train(varied_rate()) != train) == uses("seeds.spikes"));
      CHECK((make(*kind, sample(*kind).keys, {3, 2}).train(varied_rate()) != train) == uses("seeds.network"));
      if (!made.streams.used().empty()) CHECK(made.train(varied_rate(), 1) != train);
    }
  }

  TEST_CASE("processes: every key is among what the task says, and in the fingerprint, which holds the version") {
    for (const ProcessKind* kind : process_kinds()) {
      CAPTURE(kind->info.name);
      CHECK(keys_left_out(*kind, sample(*kind), planned) == Names{});
      const std::pair<std::string, std::string> version{
          "process", std::string(kind->info.name) + " version " + std::to_string(kind->info.version)};
      const PlannedTask task = planned(*kind, sample(*kind).keys);
      CHECK(std::find(task.settings.begin(), task.settings.end(), version) != task.settings.end());
    }
    CHECK(keys_left_out(kShaped, kShapedSample, task_with) == Names{});
    ProcessKind newer = kShaped;
    ++newer.info.version;
    CHECK(task_with(newer, kShapedSample.keys).fingerprint != task_with(kShaped, kShapedSample.keys).fingerprint);
  }

  TEST_CASE("processes: a key is said as it is read, not as it is written, with its default") {
    const PlannedTask task = task_with(kShaped, "{shape: 2.50, dead: {time: 0.002 s}}");
    CHECK(task.keys ==
          Keys{{"process", "shaped"}, {"process.dead.time", format_time(2)}, {"process.shape", format_number(2.5)}});
    CHECK(task_with(kShaped, "{shape: 2.5}").keys == task.keys);
    CHECK(task_with(kShaped, "{shape: 2.5}").fingerprint == task.fingerprint);
  }

  TEST_CASE("processes: a key that is declared and not read is a mistake in the program") {
    ProcessKind forgetful = kShaped;
    forgetful.make = [](Fields& fields, Streams& streams) {
      fields.number("shape");
      return process_kinds().front()->make(fields, streams);
    };
    CHECK_THROWS_AS(task_with(forgetful, kShapedSample.keys), std::logic_error);
  }

  TEST_CASE("processes: the spikes of a version are frozen") {
    for (const ProcessKind* kind : process_kinds()) {
      CAPTURE(kind->info.name);
      Blake3 hash;
      for (std::uint64_t seed = 0; seed < 20; ++seed) {
        const Made made = make(*kind, sample(*kind).keys, {1, seed});
        for (const RateFunction& rate : some_rates()) {
          hash.update(std::as_bytes(std::span<const double>(made.train(rate, seed << 40 | seed))));
        }
      }
      CHECK(kind->info.version == sample(*kind).version);
      CHECK_MESSAGE(to_hex(hash.finish()) == sample(*kind).digest,
                    "raise the version of the process and freeze its spikes anew");
    }
  }
}
