// The start-up self-test: this build on this machine computes the promised bits, or nothing is generated.
#include "process/self_test.hpp"

#include <bit>
#include <cfenv>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/digest.hpp"
#include "base/maths.hpp"
#include "base/random.hpp"
#include "process/poisson.hpp"
#include "process/poisson_kernel.hpp"
#include "stimgen/diagnostic.hpp"
#include "stimgen/process.hpp"

namespace stimgen {
namespace {

// It changes only with kFormatVersion, or with what it is taken over.
constexpr std::string_view kExpectedDigest = "21508980758c35674009f0ff0791cb35bcd216b1c6267f3d67de4beb621e093c";

constexpr StreamKey kKey = {0x0123456789abcdef};

RateFunction test_rate() {
  return RateFunctionBuilder(100)
      .hold(20, 600)
      .hold(0, 800)
      .ramp(0, 90, 1300)
      .ramp(90, 1.5, 1700)
      .hold(1200, 1900)
      .build();
}

// A process by its name, with one key.
std::unique_ptr<const PointProcess> process_with(std::string name, std::string key, std::string text) {
  const auto mapping = [](std::string member, Value value) {
    Value result;
    result.kind = Value::Kind::mapping;
    result.members.push_back({std::move(member), {}, std::move(value)});
    return result;
  };
  Value number;
  number.kind = Value::Kind::scalar;
  number.text = std::move(text);
  const Value value = mapping(std::move(name), mapping(std::move(key), std::move(number)));
  Streams streams;
  Diagnostics diagnostics;
  return make_process(&value, streams, diagnostics).process;
}

void append_other_processes(const RateFunction& rate, std::vector<double>& values) {
  const NodeId nodes[] = {0, NodeId{1} << 40};
  const std::uint32_t function_of_node[] = {0, 0};
  const TrainRates rates{nodes, {}, {}, function_of_node, {&rate, 1}};
  for (const auto& process :
       {process_with("gamma", "shape", "0.5"), process_with("gamma", "shape", "4"),
        process_with("lognormal", "cv", "0.8"), process_with("refractory", "absolute", "0.5 ms")}) {
    const auto prepared = process->prepare(rates, kKey);
    for (std::size_t i = 0; i < rates.size(); ++i) prepared->append_train(i, values);
  }
}

}  // namespace

Digest self_test_digest(const PoissonKernel& kernel) {
  std::vector<double> values;
  RandomStream stream(kKey, 1);
  for (int i = 0; i < 4096; ++i) {
    const double u = stream.next_uniform_open01();
    values.push_back(u);
    values.push_back(maths::log(u));
    values.push_back(maths::exp(1400.0 * u - 700.0));
  }
  for (int i = 0; i < 256; ++i) {
    const double z = stream.next_normal();
    values.push_back(z);
    values.push_back(maths::normal_tail(4.0 * z));
  }
  const RateFunction rate = test_rate();
  const RateWalk walk(rate);
  for (NodeId node = 0; node < 8; ++node) {
    append_poisson_train(kernel, walk, rate.total_intensity(), kKey, node << 30, values);
  };
  append_other_processes(rate, values);
  static_assert(std::endian::native == std::endian::little, "numbers are digested as they lie in memory");
  return Blake3().update(std::as_bytes(std::span(values))).finish();
}

std::string floating_point_problem() {
  if (std::fegetround() != FE_TONEAREST) return "the rounding mode is not 'to nearest'";
  // volatile: computed here and now, under the thread's settings.
  volatile double smallest = std::numeric_limits<double>::denorm_min();
  volatile double normal = std::numeric_limits<double>::min();
  const volatile double kept = smallest * 1.0;
  const volatile double halved = normal * 0.5;
  if (!(kept > 0) || !(halved > 0))
    return "very small numbers are flushed to zero (a library built with -ffast-math does that)";
  return {};
}

void self_test() {
  if (const std::string problem = floating_point_problem(); !problem.empty()) {
    throw EnvironmentError("system.self-test",
                           "self-test: " + problem + "; spikes would differ from those of other machines");
  }
  const PoissonKernel& kernel = active_kernel();
  const std::string digest = to_hex(self_test_digest(kernel));
  if (digest != kExpectedDigest) {
    throw EnvironmentError("system.self-test",
                           "self-test: this build computes other numbers than it must (digest " + digest +
                               ", instruction set " + kernel.isa +
                               "); it was compiled with wrong options, or the processor or emulator is faulty");
  }
}

}  // namespace stimgen
