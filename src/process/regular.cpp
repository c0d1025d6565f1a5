// `regular`: spikes at equal distances in time rescaled by the rate, each moved by a jitter of its own.
//
// Point n lies at (n - 1 + phase) + jitter·(v - 1/2), v uniform of block n: no error adds up over them. A random phase
// is a uniform of block 2^63, one of each node, and one spike is then expected in each unit of time from 0 on.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/random.hpp"
#include "process/poisson_kernel.hpp"
#include "process/rescaled.hpp"
#include "process/unit_times.hpp"
#include "stimgen/process.hpp"

namespace stimgen {

extern const ProcessKind kRegularKind;

namespace {

constexpr std::uint64_t kPhaseBlock = std::uint64_t{1} << 63;

struct Regularity {
  std::optional<double> phase;  // of all nodes; nullopt: each its own
  double jitter = 0;
};

class RegularTimes final : public UnitTimes {
 public:
  RegularTimes(Regularity regularity, const RenewalKernel& kernel, StreamKey key)
      : regularity_(regularity), kernel_(&kernel), key_(key) {}

  void fill(NodeId node, std::uint64_t first_group, double, double* out, std::size_t groups) const override {
    const double phase =
        regularity_.phase ? *regularity_.phase : uniform_open01(philox_block(key_, node, kPhaseBlock)[0]);
    // Points at or before 0 do not exist: the jitter moves as many as the first two there.
    std::array<double, 2> first;
    fill_points(node, phase, 0, first.data(), first.size());
    std::uint64_t n = first_group * kGroupSpikes;
    for (const double point : first) n += point > 0 ? 0 : 1;
    fill_points(node, phase, n, out, groups * kGroupSpikes);
  }

 private:
  void fill_points(NodeId node, double phase, std::uint64_t n, double* out, std::size_t count) const {
    for (std::size_t i = 0; i < count; ++i)
      out[i] = static_cast<double>(static_cast<std::int64_t>(n + i)) - 1.0 + phase;
    if (regularity_.jitter == 0) return;
    std::array<std::uint64_t, kMostDraws> nodes, numbers;
    std::array<double, kMostDraws> moved;
    std::fill_n(nodes.begin(), std::min(count, kMostDraws), node);
    for (std::size_t done = 0; done < count; done += kMostDraws) {
      const std::size_t more = std::min(count - done, kMostDraws);
      for (std::size_t i = 0; i < more; ++i) numbers[i] = n + done + i;
      kernel_->uniform({key_.value, nodes.data(), numbers.data(), more}, moved.data());
      for (std::size_t i = 0; i < more; ++i) out[done + i] += regularity_.jitter * (moved[i] - 0.5);
    }
  }

  Regularity regularity_;
  const RenewalKernel* kernel_;
  StreamKey key_;
};

// The time to the first spike, of a random phase: what is left of an interval 1 + jitter·(v - v'). Intervals after it
// depend on each other, so their law alone says little.
class RegularLaw final : public IntervalLaw {
 public:
  RegularLaw(const RateFunction& rate, double jitter) : rate_(&rate), jitter_(jitter) {}
  std::optional<double> no_spike_by(std::optional<double> from_ms, double to_ms) override {
    if (from_ms) return std::nullopt;
    const double expected = rate_->cumulative_intensity_at(to_ms);
    if (expected <= 1.0 - jitter_) return 1.0 - expected;
    if (expected >= 1.0 + jitter_) return 0.0;
    const double t = (expected - 1.0) / jitter_;
    const double left = t < 0 ? 1.0 + t : 1.0 - t;
    return jitter_ * (left * left * left / 6.0 + (t < 0 ? -t : 0.0));
  }

 private:
  const RateFunction* rate_;
  double jitter_;
};

class RegularProcess final : public PointProcess {
 public:
  explicit RegularProcess(Regularity regularity) : regularity_(regularity) {}
  // With one phase for all, nodes fire together.
  Scatter scatter() const override { return regularity_.phase ? Scatter::shared : Scatter::independent; }
  std::unique_ptr<IntervalLaw> interval_law(const RateFunction& rate) const override {
    if (regularity_.phase) return nullptr;
    return std::make_unique<RegularLaw>(rate, regularity_.jitter);
  }
  std::unique_ptr<const PreparedProcess> prepare(const TrainRates& rates, StreamKey key) const override {
    return prepare_rescaled(std::make_unique<RegularTimes>(regularity_, active_kernel().renewal, key), rates);
  }

 private:
  Regularity regularity_;
};

constexpr FieldDoc kFields[] = {
    {"phase", "fraction-or-random", "", "random",
     "Share of an interval that passes before the first spike, above 0: the same for all nodes, which then fire "
     "together "
     "and whose mean rate is the one asked for only over whole intervals; random: each node has its own.",
     "0.5"},
    {"jitter", "fraction", "", "0",
     "How far a spike is moved, evenly drawn, as a share of the interval; their coefficient of variation is jitter/√6.",
     "0.3"},
};

std::unique_ptr<const PointProcess> make(Fields& fields, Streams& streams) {
  Regularity regularity;
  if (const Value* phase = fields.value("phase");
      phase != nullptr && !(phase->is_scalar() && phase->text == "random")) {
    regularity.phase = read_fraction(*phase, "phase", fields.diagnostics()).value_or(1);
    if (*regularity.phase == 0) {
      fields.error("phase", "recipe.out-of-range",
                   "'phase' is above 0: a spike at the start would lie outside the window",
                   "1 is a whole interval before the first spike");
    }
  }
  regularity.jitter = fields.fraction("jitter");
  if (!regularity.phase || regularity.jitter > 0) streams.key(Purpose::spikes);
  return std::make_unique<RegularProcess>(regularity);
}

}  // namespace

const ProcessKind kRegularKind = {
    .info = {.name = "regular",
             .summary = "spikes at equal distances in time rescaled by the rate, with or without jitter",
             .version = 1,
             .fields = kFields},
    .make = make,
};

}  // namespace stimgen
