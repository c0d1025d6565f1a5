// SONATA network files made with the HDF5 C API, sharing no code with ours.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <variant>
#include <vector>

namespace stimgen::testing {

struct FixedTexts {
  std::vector<std::string> texts;
};
struct Booleans {  // as h5py writes them: an enum of FALSE and TRUE
  std::vector<std::int8_t> values;
};

struct FixtureDataset {
  std::string name;  // absolute; parents are created
  std::variant<std::vector<std::int64_t>, std::vector<std::uint64_t>, std::vector<std::int32_t>, std::vector<double>,
               std::vector<float>, std::vector<std::string>, FixedTexts, Booleans>
      values;
  std::vector<std::uint64_t> dims = {};  // empty: one dimension
  std::string node_population = {};      // attribute of this name; empty: none
};

using Integers = std::vector<std::int64_t>;
using Reals = std::vector<double>;
using Texts = std::vector<std::string>;  // of variable length, as BMTK writes them

void write_sonata(const std::filesystem::path& path, const std::vector<FixtureDataset>& datasets);

// node_id 0 … count - 1, node_type_id 100, all in group 0, as NetworkBuilder writes them.
std::vector<FixtureDataset> plain_population(const std::string& name, std::uint64_t count);

}  // namespace stimgen::testing
