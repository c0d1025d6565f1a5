// Makes the mothers of a task.
#include "process/correlated_groups.hpp"

#include <algorithm>

#include "base/maths.hpp"
#include "process/poisson.hpp"
#include "process/reference_rate.hpp"

namespace stimgen {
namespace {

std::vector<std::vector<const RateFunction*>> functions_of_groups(const TrainRates& rates) {
  std::vector<std::vector<const RateFunction*>> functions(rates.groups.size());
  for (std::size_t i = 0; i < rates.functions.size(); ++i) {
    functions[rates.group_of_function[i]].push_back(&rates.functions[i]);
  }
  return functions;
}

}  // namespace

double Correlation::copy_of(const TrainGroup& group) const {
  return copy ? *copy : group.is_drawn ? maths::sqrt(c) : c;
}

NodeShare share_of(double relative_rate, double copy, double mothers_per_reference) {
  const double copied = std::min({copy * maths::sqrt(relative_rate), 1.0, relative_rate / mothers_per_reference});
  return {copied, std::max(relative_rate - copied * mothers_per_reference, 0.0)};
}

CorrelatedGroups::CorrelatedGroups(const Correlation& correlation, const TrainRates& rates, StreamKey mother_key)
    : mothers_(rates.groups.size()), references_(rates.groups.size()), joint_(rates.groups.size()) {
  std::vector<bool> is_here(rates.groups.size(), false);
  for (std::size_t i = 0; i < rates.size(); ++i) is_here[rates.group_of(i)] = true;
  const auto functions = functions_of_groups(rates);
  const double before_ms = correlation.displacement.span_ms();
  for (std::uint32_t group = 0; group < mothers_.size(); ++group) {
    if (!is_here[group]) continue;
    MotherTrain& mother = mothers_[group];
    mother.copy = correlation.copy_of(rates.groups[group]);
    mother.per_reference = correlation.mothers_per_reference(rates.groups[group]);
    RateFunction rate;
    if (rates.functions.empty()) {
      mother.reference_hz = correlation.reference_hz_of(rates.groups[group]);
      rate = constant_rate(mother.reference_hz * mother.per_reference,
                           {rates.window.start_ms - before_ms, rates.window.stop_ms});
    } else {
      references_[group] = functions[group].front();
      if (functions[group].size() > 1) joint_[group] = largest_of(functions[group]);
      rate = scaled_with_past(reference(group), mother.per_reference, before_ms);
    }
    // Growing by doubling would hold three times as much as check_rates() allowed for.
    const double expected = rate.total_intensity();
    mother.spikes_ms.reserve(static_cast<std::size_t>(expected + 8 * maths::sqrt(expected)) + 8);
    append_poisson_train(active_kernel(), RateWalk(rate), expected, mother_key, rates.groups[group].id,
                         mother.spikes_ms);
  }
}

double mother_bytes(const Correlation& correlation, const TrainRates& rates) {
  double spikes = 0;
  const auto functions = functions_of_groups(rates);
  for (std::uint32_t group = 0; group < rates.groups.size(); ++group) {
    const double per_reference = correlation.mothers_per_reference(rates.groups[group]);
    if (rates.functions.empty()) {
      spikes +=
          per_reference * expected_spikes(correlation.reference_hz_of(rates.groups[group]), rates.window.duration_ms());
      continue;
    }
    // Of several functions, which take turns, at most the sum.
    double expected = 0;
    for (const RateFunction* function : functions[group]) expected += function->total_intensity();
    spikes += per_reference * expected;
  }
  return sizeof(double) * spikes;
}

}  // namespace stimgen
