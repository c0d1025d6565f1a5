// All kernels of intervals give the same bits on this machine, and those of the definition.
#include "process/renewal_kernel.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <string>
#include <vector>

#include "base/maths.hpp"
#include "base/random.hpp"
#include "process/poisson_kernel.hpp"

TEST_SUITE("process") {
  using namespace stimgen;

  namespace {

  // The definitions, number by number.
  double defined_gamma(double shape, StreamKey key, NodeId node, std::uint64_t n) {
    const double b = shape - 1.0, c = 3.0 * shape - 0.75;
    for (std::uint64_t block = n;; block += std::uint64_t{1} << 48) {
      const auto words = philox_block(key, node, block);
      const double u = uniform_open01(words[0]), v = uniform_open01(words[1]);
      const double w = u * (1.0 - u);
      const double y = maths::sqrt(c / w) * (u - 0.5);
      const double x = b + y;
      if (!(x > 0)) continue;
      const double log_z = maths::log(64.0 * (w * w * w) * (v * v));
      if (b == 0) {
        if (log_z <= -2.0 * y) return x;
      } else if (y / b > -1 && log_z <= 2.0 * b * maths::log_one_plus_minus(y / b)) {
        return x;
      }
    }
  }

  double defined_power(double shape, StreamKey key, NodeId node, std::uint64_t n) {
    const std::uint64_t word = philox_block(key, node, (std::uint64_t{1} << 63) + n)[0];
    const double exponent = maths::log(uniform_open01(word)) / shape;
    return exponent < -700 ? 0.0 : maths::exp(exponent);
  }

  double normal(StreamKey key, NodeId node, std::uint64_t n) {
    return maths::normal_quantile(uniform_open01(philox_block(key, node, n)[0]));
  }

  double defined_inverse_gaussian(double half_squared_cv, StreamKey key, NodeId node, std::uint64_t n) {
    const double z = normal(key, node, n);
    const double w = half_squared_cv * (z * z);
    const double x = 1.0 / (1.0 + w + maths::sqrt(w * (2.0 + w)));
    return uniform_open01(philox_block(key, node, n)[1]) > 1.0 / (1.0 + x) ? 1.0 / x : x;
  }

  // Ordinary and extreme counters, in a number that does and does not fill vectors.
  struct Draws {
    explicit Draws(std::size_t count) {
      const std::uint64_t all = ~std::uint64_t{0};
      for (std::size_t i = 0; i < count; ++i) {
        nodes.push_back(i % 3 == 0 ? all - i : i % 3 == 1 ? i : (std::uint64_t{1} << 32) - i);
        numbers.push_back(i % 4 == 0   ? i
                          : i % 4 == 1 ? (std::uint64_t{1} << 32) - 2 + i % 5
                          : i % 4 == 2 ? (std::uint64_t{1} << 48) - 1 - i
                                       : 1000 * i);
      }
    }
    // What `draw` makes is `defined` of each, and nothing is written past the end.
    template <class Draw, class Defined>
    void check(const Draw& draw, const Defined& defined) const {
      const StreamKey key{0xfedcba9876543210};
      std::vector<double> drawn(nodes.size() + 1, -1), expected;
      draw(IntervalDraws{key.value, nodes.data(), numbers.data(), nodes.size()}, drawn.data());
      for (std::size_t i = 0; i < nodes.size(); ++i) expected.push_back(defined(key, nodes[i], numbers[i]));
      expected.push_back(-1);
      CHECK(std::memcmp(drawn.data(), expected.data(), expected.size() * sizeof(double)) == 0);
    }
    std::vector<std::uint64_t> nodes, numbers;
  };

  }  // namespace

  TEST_CASE("every kernel draws gamma variates by the definition to the bit") {
    for (const PoissonKernel* kernel : available_kernels()) {
      CAPTURE(std::string(kernel->isa));
      for (const std::size_t count : {1U, 2U, 7U, 8U, 9U, 33U, 256U}) {
        for (const double shape : {1.0, 1.0 + 0x1p-40, 1.05, 1.5, 2.0, 2.5, 11.0, 1e3, 1e6}) {
          CAPTURE(shape);
          Draws(count).check([&](const auto& draws, double* out) { kernel->renewal.gamma(shape, draws, out); },
                             [&](auto... number) { return defined_gamma(shape, number...); });
        }
        for (const double shape : {0.05, 0.3, 0.999}) {
          CAPTURE(shape);
          Draws(count).check(
              [&](const auto& draws, double* out) { kernel->renewal.power_of_uniform(shape, draws, out); },
              [&](auto... number) { return defined_power(shape, number...); });
        }
      }
    }
  }

  TEST_CASE("every kernel draws uniform and exponential numbers by the definition to the bit") {
    for (const PoissonKernel* kernel : available_kernels()) {
      CAPTURE(std::string(kernel->isa));
      for (const std::size_t count : {1U, 7U, 8U, 9U, 256U}) {
        const Draws draws(count);
        const auto uniform = [](StreamKey key, NodeId node, std::uint64_t n) {
          return uniform_open01(philox_block(key, node, n)[0]);
        };
        draws.check([&](const auto& of, double* out) { kernel->renewal.uniform(of, out); }, uniform);
        draws.check([&](const auto& of, double* out) { kernel->renewal.exponential(of, out); },
                    [&](auto... number) { return -maths::log(uniform(number...)); });
      }
    }
  }

  TEST_CASE("every kernel draws lognormal and inverse Gaussian intervals by the definition to the bit") {
    for (const PoissonKernel* kernel : available_kernels()) {
      CAPTURE(std::string(kernel->isa));
      for (const std::size_t count : {1U, 2U, 7U, 8U, 9U, 33U, 256U}) {
        for (const double cv : {0.001, 0.1, 0.8, 1.0, 3.0, 10.0}) {
          CAPTURE(cv);
          const Draws draws(count);
          draws.check([&](const auto& of, double* out) { kernel->renewal.lognormal(-0.5 * cv, cv, of, out); },
                      [&](auto... number) { return maths::exp(cv * normal(number...) - 0.5 * cv); });
          draws.check([&](const auto& of, double* out) { kernel->renewal.inverse_gaussian(0.5 * cv * cv, of, out); },
                      [&](auto... number) { return defined_inverse_gaussian(0.5 * cv * cv, number...); });
        }
      }
    }
  }
}
