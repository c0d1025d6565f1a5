// Whether the record of a file is that of what it holds.
#include <algorithm>

#include "audit/provenance.hpp"

namespace stimgen {

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

}  // namespace stimgen
