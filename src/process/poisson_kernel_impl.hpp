// The source of every Poisson kernel: included by poisson_kernel_<isa>.cpp, which defines STIMGEN_KERNEL_ISA, the name,
// and what kernel_lanes.hpp asks for.
#include <cstddef>
#include <cstdint>

#include "base/log_kernel.hpp"
#include "process/kernel_lanes.hpp"
#include "process/poisson_kernel.hpp"
#include "process/renewal_kernel_impl.hpp"

namespace stimgen {
namespace {

// Stores lane 0 of a, b, c, d, then lane 1 of them, and so on.
STIMGEN_INLINE void store_interleaved(D a, D b, D c, D d, double* out) {
#if STIMGEN_KERNEL_WIDTH == 8
  const D ab_even = __builtin_shufflevector(a, b, 0, 8, 2, 10, 4, 12, 6, 14);
  const D ab_odd = __builtin_shufflevector(a, b, 1, 9, 3, 11, 5, 13, 7, 15);
  const D cd_even = __builtin_shufflevector(c, d, 0, 8, 2, 10, 4, 12, 6, 14);
  const D cd_odd = __builtin_shufflevector(c, d, 1, 9, 3, 11, 5, 13, 7, 15);
  const D even02 = __builtin_shufflevector(ab_even, cd_even, 0, 1, 8, 9, 2, 3, 10, 11);
  const D even46 = __builtin_shufflevector(ab_even, cd_even, 4, 5, 12, 13, 6, 7, 14, 15);
  const D odd13 = __builtin_shufflevector(ab_odd, cd_odd, 0, 1, 8, 9, 2, 3, 10, 11);
  const D odd57 = __builtin_shufflevector(ab_odd, cd_odd, 4, 5, 12, 13, 6, 7, 14, 15);
  const D rows[4] = {__builtin_shufflevector(even02, odd13, 0, 1, 2, 3, 8, 9, 10, 11),
                     __builtin_shufflevector(even02, odd13, 4, 5, 6, 7, 12, 13, 14, 15),
                     __builtin_shufflevector(even46, odd57, 0, 1, 2, 3, 8, 9, 10, 11),
                     __builtin_shufflevector(even46, odd57, 4, 5, 6, 7, 12, 13, 14, 15)};
#elif STIMGEN_KERNEL_WIDTH == 4
  const D ab_even = __builtin_shufflevector(a, b, 0, 4, 2, 6);
  const D ab_odd = __builtin_shufflevector(a, b, 1, 5, 3, 7);
  const D cd_even = __builtin_shufflevector(c, d, 0, 4, 2, 6);
  const D cd_odd = __builtin_shufflevector(c, d, 1, 5, 3, 7);
  const D rows[4] = {
      __builtin_shufflevector(ab_even, cd_even, 0, 1, 4, 5), __builtin_shufflevector(ab_odd, cd_odd, 0, 1, 4, 5),
      __builtin_shufflevector(ab_even, cd_even, 2, 3, 6, 7), __builtin_shufflevector(ab_odd, cd_odd, 2, 3, 6, 7)};
#elif STIMGEN_KERNEL_WIDTH == 1
  const D rows[4] = {a, b, c, d};
#else
  const D rows[4] = {{a[0], b[0]}, {c[0], d[0]}, {a[1], b[1]}, {c[1], d[1]}};
#endif
  __builtin_memcpy(out, rows, sizeof rows);
}

// The sums of logarithms of one group a lane: of its first, its first two, three and all four gaps. They are kept
// instead of sums of gaps: the sign is exact, so c − (l0 + l1) is c + (g0 + g1).
struct GroupSums {
  D of1, of2, of3, of4;
};

STIMGEN_INLINE GroupSums group_sums(const RoundKeys& keys, U node, U group) {
  const U block = group + group;
  const Block first = philox(keys, node, block), second = philox(keys, node, block + 1);
  const D l0 = maths::log_kernel<U>(first.uniform0()), l1 = maths::log_kernel<U>(first.uniform1());
  const D l2 = maths::log_kernel<U>(second.uniform0()), l3 = maths::log_kernel<U>(second.uniform1());
  const D l01 = l0 + l1;
  return {l0, l01, l01 + l2, l01 + (l2 + l3)};
}

// Stores the groups of the first `groups` lanes.
STIMGEN_INLINE void store_groups(D carries, const GroupSums& sums, double* out, std::size_t groups) {
  if (groups >= kWidth) {
    store_interleaved(carries - sums.of1, carries - sums.of2, carries - sums.of3, carries - sums.of4, out);
  } else {
    double rest[kGroupSpikes * kWidth];
    store_interleaved(carries - sums.of1, carries - sums.of2, carries - sums.of3, carries - sums.of4, rest);
    __builtin_memcpy(out, rest, groups * kGroupSpikes * sizeof(double));
  }
}

void fill_unit_rate_times(std::uint64_t key, std::uint64_t node, std::uint64_t first_group, double carry, double* out,
                          std::size_t groups) {
  RoundKeys keys;
  schedule(key, keys);
  U group = {};
  for (std::size_t lane = 0; lane < kWidth; ++lane) set_lane(group, lane, first_group + lane);
  for (std::size_t done = 0; done < groups; done += kWidth) {
    const GroupSums sums = group_sums(keys, broadcast(node), group);
    D carries = {};
    for (std::size_t lane = 0; lane < kWidth; ++lane) {
      set_lane(carries, lane, carry);
      carry -= lane_of(sums.of4, lane);
    }
    store_groups(carries, sums, out + done * kGroupSpikes, groups - done);
    group += kWidth;
  }
}

void fill_next_groups(std::uint64_t key, const std::uint64_t* nodes, const std::uint64_t* groups, const double* carries,
                      double* out, std::size_t count) {
  RoundKeys keys;
  schedule(key, keys);
  for (std::size_t done = 0; done < count; done += kWidth) {
    const std::size_t lanes = count - done < kWidth ? count - done : kWidth;
    const U node = load<U>(nodes + done, lanes), group = load<U>(groups + done, lanes);
    const D carry = load<D>(carries + done, lanes);
    store_groups(carry, group_sums(keys, node, group), out + done * kGroupSpikes, lanes);
  }
}

void map_constant(const SegmentInverse& inverse, const double* __restrict intensities, double* __restrict times_ms,
                  std::size_t count) {
  const SegmentInverse local = inverse;
  for (std::size_t i = 0; i < count; ++i) times_ms[i] = local.constant_time_at(intensities[i]);
}

void map_sloped(const SegmentInverse& inverse, const double* __restrict intensities, double* __restrict times_ms,
                std::size_t count) {
  const SegmentInverse local = inverse;
  for (std::size_t i = 0; i < count; ++i) times_ms[i] = local.sloped_time_at(intensities[i]);
}

constexpr PoissonKernel kKernel = {STIMGEN_KERNEL_ISA, fill_unit_rate_times, fill_next_groups,
                                   map_constant,       map_sloped,           kRenewalKernel};

}  // namespace
}  // namespace stimgen
