// The source of every kernel of intervals: included by poisson_kernel_impl.hpp.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/exp_kernel.hpp"
#include "base/log_kernel.hpp"
#include "base/normal_kernel.hpp"
#include "process/kernel_lanes.hpp"
#include "process/renewal_kernel.hpp"

namespace stimgen {
namespace {

// The gammas that are yet to be drawn, closed up: variate number places[i] from block blocks[i] of nodes[i].
struct Pending {
  std::uint64_t nodes[kMostDraws];
  std::uint64_t blocks[kMostDraws];
  std::size_t places[kMostDraws];
  std::size_t count;
};

// One attempt of Best's rejection XG (Devroye, Non-Uniform Random Variate Generation, 1986, IX.3): a block, no normal.
struct Attempt {
  D x;
  U is_taken;  // not 0 in the lanes that end here
};

STIMGEN_INLINE Attempt attempt_xg(const RoundKeys& keys, double shape, U node, U number) {
  const Block block = philox(keys, node, number);
  const double b = shape - 1.0;
  const double c = 3.0 * shape - 0.75;
  const D u = block.uniform0();
  const D v = block.uniform1();
  const D w = u * (1.0 - u);
  const D y = maths::sqrt_kernel(c / w) * (u - 0.5);
  const D x = b + y;
  const D log_z = maths::log_kernel<U>(64.0 * (w * w * w) * (v * v));
  if (b > 0) {
    const D q = y / b;
    const D most = 2.0 * b * maths::log_one_plus_minus_kernel<U>(q);
    return {x, lanes_where((x > 0.0) & (q > -1.0) & (log_z <= most))};
  }
  return {x, lanes_where((x > 0.0) & (log_z <= -2.0 * y))};
}

// One attempt at each, after which those that failed are left.
STIMGEN_INLINE void attempt_all(const RoundKeys& keys, double shape, Pending& pending, double* out) {
  std::size_t left = 0;
  for (std::size_t done = 0; done < pending.count; done += kWidth) {
    const std::size_t lanes = pending.count - done < kWidth ? pending.count - done : kWidth;
    const Attempt attempt =
        attempt_xg(keys, shape, load<U>(pending.nodes + done, lanes), load<U>(pending.blocks + done, lanes));
    double x[kWidth];
    std::uint64_t is_taken[kWidth];
    __builtin_memcpy(x, &attempt.x, sizeof x);
    __builtin_memcpy(is_taken, &attempt.is_taken, sizeof is_taken);
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      const std::size_t i = done + lane;
      const std::size_t place = pending.places[i];
      out[place] = x[lane];
      pending.nodes[left] = pending.nodes[i];
      pending.blocks[left] = pending.blocks[i] + kAttemptBlocks;
      pending.places[left] = place;
      left += is_taken[lane] == 0 ? 1 : 0;
    }
  }
  pending.count = left;
}

void draw_gamma(double shape, const IntervalDraws& draws, double* out) {
  RoundKeys keys;
  schedule(draws.key, keys);
  Pending pending;
  pending.count = draws.count;
  for (std::size_t i = 0; i < draws.count; ++i) {
    pending.nodes[i] = draws.nodes[i];
    pending.blocks[i] = draws.numbers[i];
    pending.places[i] = i;
  }
  while (pending.count != 0) attempt_all(keys, shape, pending, out);
}

// out[i] = interval(keys, node, number) of each draw, a vector at a time.
template <class Interval>
STIMGEN_INLINE void draw_all(const IntervalDraws& draws, double* out, Interval interval) {
  RoundKeys keys;
  schedule(draws.key, keys);
  for (std::size_t done = 0; done < draws.count; done += kWidth) {
    const std::size_t lanes = draws.count - done < kWidth ? draws.count - done : kWidth;
    const D x = interval(keys, load<U>(draws.nodes + done, lanes), load<U>(draws.numbers + done, lanes));
    __builtin_memcpy(out + done, &x, lanes * sizeof *out);
  }
}

void draw_power_of_uniform(double shape, const IntervalDraws& draws, double* out) {
  draw_all(draws, out, [shape](const RoundKeys& keys, U node, U number) {
    const D exponent = maths::log_kernel<U>(philox(keys, node, number + kExtraBlock).uniform0()) / shape;
    return exponent < -700.0 ? D{} : maths::exp_kernel<U>(exponent);
  });
}

void draw_lognormal(double mean, double deviation, const IntervalDraws& draws, double* out) {
  draw_all(draws, out, [mean, deviation](const RoundKeys& keys, U node, U number) {
    const D z = maths::normal_quantile_kernel<U>(philox(keys, node, number).uniform0());
    return maths::exp_kernel<U>(deviation * z + mean);
  });
}

void draw_inverse_gaussian(double half_squared_cv, const IntervalDraws& draws, double* out) {
  draw_all(draws, out, [half_squared_cv](const RoundKeys& keys, U node, U number) {
    const Block block = philox(keys, node, number);
    const D z = maths::normal_quantile_kernel<U>(block.uniform0());
    const D w = half_squared_cv * (z * z);
    const D x = 1.0 / (1.0 + w + maths::sqrt_kernel(w * (2.0 + w)));
    return block.uniform1() > 1.0 / (1.0 + x) ? 1.0 / x : x;
  });
}

void draw_uniform(const IntervalDraws& draws, double* out) {
  draw_all(draws, out, [](const RoundKeys& keys, U node, U number) { return philox(keys, node, number).uniform0(); });
}

void draw_exponential(const IntervalDraws& draws, double* out) {
  draw_all(draws, out, [](const RoundKeys& keys, U node, U number) {
    return -maths::log_kernel<U>(philox(keys, node, number).uniform0());
  });
}

constexpr RenewalKernel kRenewalKernel = {draw_gamma,   draw_power_of_uniform, draw_lognormal, draw_inverse_gaussian,
                                          draw_uniform, draw_exponential};

}  // namespace
}  // namespace stimgen
