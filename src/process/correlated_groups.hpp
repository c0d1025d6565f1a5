// What the nodes of a correlated group have in common: a mother train, of which each node copies a share.
//
// Mother spikes come at κ·R(t), κ = c/p², R the reference rate of the group. A node of rate a·R copies each with
// probability p·√a and adds independent spikes at (a - p·√a·κ)·R: its train is Poisson with rate a·R, and the counts
// of any two nodes have the correlation c, whatever their rates. p, the share of a train of rate R that is copied, goes
// from c (no independent spikes: the multiple interaction process of Kuhn, Aertsen & Rotter, Neural Computation 15
// (2003) 67) to 1 (all nodes share the same spikes: the single interaction process).
#pragma once

#include <optional>
#include <vector>

#include "process/displacement.hpp"
#include "stimgen/process.hpp"

namespace stimgen {

struct Correlation {
  double c = 0;                // of the counts of two nodes
  std::optional<double> copy;  // p; absent: c where the nodes of a group have one rate, √c where they do not
  std::optional<double>
      reference_hz;  // of nodes with constant rates; absent: what their group is asked for in the mean
  Displacement displacement;

  double copy_of(const TrainGroup& group) const;
  // Of a group of nodes with constant rates. Requires: one of the two is known.
  double reference_hz_of(const TrainGroup& group) const { return reference_hz ? *reference_hz : *group.mean_hz; }
  double mothers_per_reference(const TrainGroup& group) const {
    const double copied = copy_of(group);
    return c / (copied * copied);
  }
};

// What a node takes.
struct NodeShare {
  double copied = 0;       // of the mother spikes
  double independent = 0;  // rate of its own, as a factor of the reference rate
};
// `relative_rate`: of the node's rate and the reference rate. Where p·√a is more than there is, or more than the node's
// rate has room for, it is less: the rate stays exact, and the correlation is what can be.
NodeShare share_of(double relative_rate, double copy, double mothers_per_reference);

struct MotherTrain {
  double copy = 0;
  double per_reference = 0;       // κ
  double reference_hz = 0;        // of nodes with constant rates
  std::vector<double> spikes_ms;  // ascending, from the span of a displacement before the window on
};

// Mothers of a task's groups, and the rates that go with them.
class CorrelatedGroups {
 public:
  // Only of groups that `rates` has nodes of.
  CorrelatedGroups(const Correlation& correlation, const TrainRates& rates, StreamKey mother_key);

  const MotherTrain& mother(std::uint32_t group) const { return mothers_[group]; }
  // Of groups of functions: R(t).
  const RateFunction& reference(std::uint32_t group) const {
    return joint_[group] ? *joint_[group] : *references_[group];
  }

 private:
  std::vector<MotherTrain> mothers_;
  std::vector<const RateFunction*> references_;     // the function of a group that has one
  std::vector<std::optional<RateFunction>> joint_;  // of those that have several
};

// What the mother spikes of all groups are expected to take.
double mother_bytes(const Correlation& correlation, const TrainRates& rates);

}  // namespace stimgen
