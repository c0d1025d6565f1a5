// Which objects and attributes a spike file of ours has, beside its numbers: said here for the sink that writes them
// and for the check of a file that was made.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "h5/read.hpp"
#include "h5/write.hpp"
#include "stimgen/store.hpp"

namespace stimgen {

// An attribute with a SpikeOrder is an enumeration of the names of all orders.
struct AttributeForm {
  const char* name;
  std::variant<std::uint32_t, std::array<std::uint32_t, 2>, const char*, SpikeOrder> value;
};
using AttributeForms = std::vector<AttributeForm>;

inline constexpr const char* kSpikesGroup = "/spikes";
inline constexpr const char* kRecordGroup = "/stimgen";
inline constexpr const char* kRecordDataset = "/stimgen/provenance";
inline constexpr const char* kCompressorAttribute = "compressor";  // of the record's group, with any text
inline constexpr const char* kNodeIds = "node_ids";
inline constexpr const char* kTimestamps = "timestamps";

AttributeForms root_attributes();
AttributeForms population_attributes(SpikeOrder order);
AttributeForms timestamps_attributes();
AttributeForms node_ids_attributes(SpikeOrder order, bool has_spikes);

void write_attributes(h5::NewFile& file, const std::string& object, const AttributeForms& attributes);

// What is not as the sink writes it, as the end of a sentence; empty: nothing. Which populations there are and what
// they hold is not asked, nor whether there is a record. Errors: InputError if the file is damaged.
std::string form_problem_of(const h5::ReadFile& file, const std::vector<PopulationInfo>& populations, SpikeOrder order);

}  // namespace stimgen
