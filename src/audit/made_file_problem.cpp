// What is wrong with a file that stimgen made, beside its numbers: its form, and its record.
#include <fmt/format.h>

#include "audit/provenance.hpp"
#include "stimgen/diagnostic.hpp"

namespace stimgen {
namespace {

std::string record_problem(const SpikeReader& file, const LockedTask& entry) {
  try {
    const Provenance record = read_provenance(file);
    const LockedTask* const own = record.lock.find(entry.kind, entry.name);
    if (record.task != entry.name || own == nullptr || own->fingerprint != entry.fingerprint ||
        own->populations != entry.populations) {
      return "its record is that of something else";
    }
    if (!record.intact) return "its record was edited";
  } catch (const InputError& error) {
    const bool missing = error.diagnostics().items().front().code == "audit.no-record";
    return missing ? "it has no record of how it was made" : "its record is damaged";
  }
  return {};
}

// The order in which a run wrote the spikes of this entry. An outline does not say: that of the plan.
SpikeOrder written_order(const LockedTask& entry, const Plan& plan) {
  const auto sort = entry.keys.find("output.sort");
  if (sort == entry.keys.end()) return plan.recipe.output.sort;
  return sort->second == "by_time" ? SpikeOrder::by_time : SpikeOrder::by_id;
}

}  // namespace

std::string form_problem(const SpikeReader& file, const LockedTask& entry, const Plan& plan) {
  for (const PopulationInfo& population : file.populations()) {
    if (entry.populations.contains(population.name)) continue;
    return fmt::format("it has /spikes/{}, which stimgen does not write", printable(population.name));
  }
  for (const auto& item : entry.populations) {
    if (find_population(file, item.first) == nullptr) return fmt::format("/spikes/{} is gone", printable(item.first));
  }
  try {
    return file.form_problem(written_order(entry, plan));
  } catch (const InputError& error) {
    return error.diagnostics().items().front().message;
  }
}

FileProblem made_file_problem(const SpikeReader& file, const LockedTask& entry, const Plan& plan) {
  if (std::string form = form_problem(file, entry, plan); !form.empty()) return {Cause::form, std::move(form)};
  if (std::string record = record_problem(file, entry); !record.empty()) return {Cause::damaged, std::move(record)};
  return {};
}

}  // namespace stimgen
