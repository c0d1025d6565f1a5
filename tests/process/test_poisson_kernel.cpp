// All Poisson kernels of this machine give the same bits, and those of the definition.
#include "process/poisson_kernel.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstring>
#include <vector>

#include "base/maths.hpp"
#include "base/random.hpp"
#include "process/poisson.hpp"
#include "process/rescaled_trains.hpp"

TEST_SUITE("process") {
  using namespace stimgen;

  namespace {

  // The definition, number by number.
  std::vector<double> defined_times(StreamKey key, NodeId node, std::uint64_t first_group, double carry,
                                    std::size_t groups) {
    std::vector<double> times;
    for (std::uint64_t group = first_group; group != first_group + groups; ++group) {
      std::array<double, 4> gap;
      for (std::uint64_t i = 0; i < 4; ++i) {
        const std::uint64_t word = philox_block(key, node, 2 * group + i / 2)[i % 2];
        gap[i] = -maths::log(uniform_open01(word));
      }
      const double b = gap[0] + gap[1];
      const double d = gap[2] + gap[3];
      times.push_back(carry + gap[0]);
      times.push_back(carry + b);
      times.push_back(carry + (b + gap[2]));
      times.push_back(carry + (b + d));
      carry = times.back();
    }
    return times;
  }

  bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0);
  }

  }  // namespace

  TEST_CASE("every kernel follows the definition to the bit, at ordinary and extreme counters") {
    const std::uint64_t all = ~std::uint64_t{0};
    for (const PoissonKernel* kernel : available_kernels()) {
      CAPTURE(kernel->isa);
      for (const std::uint64_t key :
           {std::uint64_t{0}, std::uint64_t{1} << 32, std::uint64_t{0xfedcba9876543210}, all}) {
        for (const NodeId node : {NodeId{0}, NodeId{0xffffffff}, NodeId{1} << 32, all}) {
          // The last but one makes the block counter carry from its low to its high half inside a vector.
          for (const std::uint64_t first :
               {std::uint64_t{0}, std::uint64_t{5}, (std::uint64_t{1} << 31) - 3, (all >> 1) - 40}) {
            for (const std::size_t groups : {1U, 2U, 3U, 7U, 8U, 9U, 33U}) {
              const double carry = groups == 9 ? 1e9 : 0.0;
              std::vector<double> times(groups * kGroupSpikes + 1, -1);
              kernel->fill_unit_rate_times(key, node, first, carry, times.data(), groups);
              CHECK(times.back() == -1);  // nothing is written past the end
              times.pop_back();
              CHECK(same_bits(times, defined_times({key}, node, first, carry, groups)));
            }
          }
        }
      }
    }
  }

  TEST_CASE("every kernel gives each of many nodes its own group") {
    RandomStream random({3}, 0);
    for (const PoissonKernel* kernel : available_kernels()) {
      CAPTURE(kernel->isa);
      for (const std::size_t count : {1U, 2U, 7U, 8U, 9U, 64U, 100U}) {
        std::vector<std::uint64_t> nodes, groups;
        std::vector<double> carries, expected;
        const StreamKey key{random.next_word()};
        for (std::size_t i = 0; i < count; ++i) {
          nodes.push_back(random.next_word() >> (i % 64));
          groups.push_back(random.next_word() >> (1 + i % 63));
          carries.push_back(i % 3 == 0 ? 0 : 1e6 * random.next_uniform_open01());
          for (const double time : defined_times(key, nodes[i], groups[i], carries[i], 1)) expected.push_back(time);
        }
        std::vector<double> times(count * kGroupSpikes + 1, -1);
        kernel->fill_next_groups(key.value, nodes.data(), groups.data(), carries.data(), times.data(), count);
        CHECK(times.back() == -1);  // nothing is written past the end
        times.pop_back();
        CHECK(same_bits(times, expected));
      }
    }
  }

  TEST_CASE("every kernel maps intensities to the same times, also out of range") {
    std::vector<double> intensities = {0, 1e-300, 1e-17, 0.5, 1, 2, 1e3, 1e17, 1e300};
    RandomStream stream(StreamKey{2});
    for (int i = 0; i < 500; ++i) intensities.push_back(100 * stream.next_uniform_open01());
    for (const RateSegment& segment :
         {RateSegment{0, 20, 0, 20, 0}, RateSegment{100, 20, 0.01, 30, 50}, RateSegment{100, 20, -0.02, 0, 50},
          RateSegment{1e6, 0, 1e-3, 10, 3}, RateSegment{0, 1e-310, 0, 1e-310, 0}, RateSegment{0, 0, 1e-320, 1e-300, 0},
          RateSegment{0, 1e100, 0, 1e100, 0}}) {
      const SegmentInverse inverse(segment);
      for (const PoissonKernel* kernel : available_kernels()) {
        CAPTURE(kernel->isa);
        std::vector<double> constant(intensities.size()), sloped(intensities.size());
        kernel->map_constant(inverse, intensities.data(), constant.data(), intensities.size());
        kernel->map_sloped(inverse, intensities.data(), sloped.data(), intensities.size());
        for (std::size_t i = 0; i < intensities.size(); ++i) {
          CHECK(constant[i] == inverse.constant_time_at(intensities[i]));
          CHECK(sloped[i] == inverse.sloped_time_at(intensities[i]));
          CHECK(sloped[i] >= segment.start_ms);
        }
      }
    }
  }

  TEST_CASE("whole trains are the same with every kernel") {
    const RateFunction rate =
        RateFunctionBuilder(0).hold(30, 900).ramp(0, 70, 2000).hold(0, 2500).ramp(90, 0, 3000).build();
    for (NodeId node = 0; node < 50; ++node) {
      std::vector<double> expected;
      append_poisson_train(*scalar_kernel(), RateWalk(rate), rate.total_intensity(), {11}, node, expected);
      for (const PoissonKernel* kernel : available_kernels()) {
        std::vector<double> times;
        append_poisson_train(*kernel, RateWalk(rate), rate.total_intensity(), {11}, node, times);
        CHECK(same_bits(times, expected));
        const std::uint32_t function = 0;
        std::vector<Spike> spikes;
        const auto trains = open_rescaled_trains(std::make_shared<PoissonTimes>(*kernel, StreamKey{11}),
                                                 {{&node, 1}, {}, {}, {&function, 1}, {&rate, 1}}, 0, 1);
        for (int window = 1; window <= 12; ++window) trains->append_until(250.0 * window, spikes);
        times.clear();
        for (const Spike& spike : spikes) times.push_back(spike.timestamp_ms);
        CHECK(same_bits(times, expected));
      }
    }
  }

  TEST_CASE("the instruction set in use is one of those available") {
    bool found = false;
    for (const PoissonKernel* kernel : available_kernels())
      found = found || std::string_view(kernel->isa) == active_isa();
    CHECK(found);
  }
}
