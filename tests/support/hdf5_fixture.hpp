// A reader and a writer of HDF5 files that share no code with ours: the C API used directly, any failure throws.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace stimgen::testing {

// What a spike file says, by the trusted reader.
struct TrustedPopulation {
  std::string name;
  std::string sorting_members;   // of the enum on the group: "none=0,by_id=1,by_time=2"; empty: no enum
  int sorting = -1;              // its value
  std::string node_ids_sorting;  // string attribute on node_ids; empty: none
  std::string units;
  std::string node_ids_type, timestamps_type;        // "u8", "i8", "f8": class and bytes
  std::string node_ids_filters, timestamps_filters;  // "shuffle,deflate"
  std::uint64_t chunk = 0;                           // 0: not chunked
  bool has_times = false;                            // an object header that stores times
  std::vector<std::uint64_t> node_ids;
  std::vector<double> timestamps;
};

struct TrustedSpikes {
  std::uint64_t magic = 0;
  std::vector<std::uint64_t> version;
  std::string provenance, compressor;
  std::vector<TrustedPopulation> populations;
};

TrustedSpikes read_spikes_trusted(const std::filesystem::path& path);

// Spike files as other programs write them.
struct ForeignPopulation {
  enum class Sorting : std::uint8_t { absent, enum_on_group, string_on_group, string_on_node_ids, integer_on_group };
  std::string name = "pop";
  std::vector<std::int64_t> node_ids;
  std::vector<double> timestamps;
  Sorting sorting = Sorting::absent;
  std::string order = "by_id";
  bool variable_strings = true;  // of attributes, as h5py writes str
  bool signed_ids = true;
  int id_bytes = 8;    // 1, 2, 4 or 8
  int time_bytes = 8;  // 4 or 8
  bool big_endian = false;
  std::string ids_name = "node_ids";
  std::string units = "ms";  // empty: no attribute
  std::uint64_t chunk = 0;   // 0: contiguous
  int deflate = 0;
  std::string group = "/spikes/pop";
};

struct ForeignFile {
  bool magic = true;
  std::uint32_t magic_value = 0x0A7A;
  std::vector<ForeignPopulation> populations;
};

void write_spikes_foreign(const std::filesystem::path& path, const ForeignFile& file);

// A new HDF5 file whose content `fill` makes with the C API, given the file's id.
void make_hdf5(const std::filesystem::path& path, const std::function<void(std::int64_t file)>& fill);

// The same in a file that is there.
void change_hdf5(const std::filesystem::path& path, const std::function<void(std::int64_t file)>& change);

// Throws if an HDF5 call returned an error; returns its value otherwise.
std::int64_t checked(std::int64_t returned, const char* what);

}  // namespace stimgen::testing
