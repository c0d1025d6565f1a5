// Writing SONATA network files for tests.
#include "support/sonata_fixture.hpp"

#include <hdf5.h>

#include <cstring>
#include <numeric>

#include "support/hdf5_fixture.hpp"

namespace stimgen::testing {
namespace {

struct Memory {
  hid_t type;  // closed by the caller
  const void* data;
};

hid_t text_type(std::size_t size) {
  const hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, size);
  H5Tset_cset(type, H5T_CSET_UTF8);
  return type;
}

// Keeps what `data` points to for as long as it lives.
class Buffer {
 public:
  Memory operator()(const std::vector<std::int64_t>& values) { return {H5Tcopy(H5T_NATIVE_INT64), values.data()}; }
  Memory operator()(const std::vector<std::uint64_t>& values) { return {H5Tcopy(H5T_NATIVE_UINT64), values.data()}; }
  Memory operator()(const std::vector<std::int32_t>& values) { return {H5Tcopy(H5T_NATIVE_INT32), values.data()}; }
  Memory operator()(const std::vector<double>& values) { return {H5Tcopy(H5T_NATIVE_DOUBLE), values.data()}; }
  Memory operator()(const std::vector<float>& values) { return {H5Tcopy(H5T_NATIVE_FLOAT), values.data()}; }
  Memory operator()(const std::vector<std::string>& values) {
    for (const auto& value : values) pointers_.push_back(value.c_str());
    return {text_type(H5T_VARIABLE), pointers_.data()};
  }
  Memory operator()(const FixedTexts& values) {
    std::size_t size = 1;
    for (const auto& text : values.texts) size = std::max(size, text.size());
    bytes_.assign(size * values.texts.size(), '\0');
    for (std::size_t i = 0; i < values.texts.size(); ++i) {
      std::memcpy(bytes_.data() + i * size, values.texts[i].data(), values.texts[i].size());
    }
    const hid_t type = text_type(size);
    H5Tset_strpad(type, H5T_STR_NULLPAD);
    return {type, bytes_.data()};
  }
  Memory operator()(const Booleans& values) {
    const hid_t type = H5Tenum_create(H5T_NATIVE_INT8);
    const std::int8_t no = 0, yes = 1;
    H5Tenum_insert(type, "FALSE", &no);
    H5Tenum_insert(type, "TRUE", &yes);
    return {type, values.values.data()};
  }

 private:
  std::vector<const char*> pointers_;
  std::string bytes_;
};

std::size_t length(const FixtureDataset& dataset) {
  return std::visit(
      [](const auto& values) -> std::size_t {
        using T = std::decay_t<decltype(values)>;
        if constexpr (std::is_same_v<T, FixedTexts>) {
          return values.texts.size();
        } else if constexpr (std::is_same_v<T, Booleans>) {
          return values.values.size();
        } else {
          return values.size();
        }
      },
      dataset.values);
}

void write(hid_t file, const FixtureDataset& dataset) {
  Buffer buffer;
  const Memory memory = std::visit(buffer, dataset.values);
  std::vector<hsize_t> dims(dataset.dims.begin(), dataset.dims.end());
  if (dims.empty()) dims = {length(dataset)};
  const hid_t space = checked(H5Screate_simple(static_cast<int>(dims.size()), dims.data(), nullptr), "space");
  const hid_t links = H5Pcreate(H5P_LINK_CREATE);
  H5Pset_create_intermediate_group(links, 1);
  const hid_t id =
      checked(H5Dcreate2(file, dataset.name.c_str(), memory.type, space, links, H5P_DEFAULT, H5P_DEFAULT), "create");
  if (length(dataset) != 0) {
    checked(H5Dwrite(id, memory.type, H5S_ALL, H5S_ALL, H5P_DEFAULT, memory.data), "write");
  }
  if (!dataset.node_population.empty()) {
    const hid_t type = text_type(dataset.node_population.size());
    const hid_t scalar = H5Screate(H5S_SCALAR);
    const hid_t attribute =
        checked(H5Acreate2(id, "node_population", type, scalar, H5P_DEFAULT, H5P_DEFAULT), "attribute");
    checked(H5Awrite(attribute, type, dataset.node_population.data()), "attribute");
    H5Aclose(attribute);
    H5Sclose(scalar);
    H5Tclose(type);
  }
  H5Dclose(id);
  H5Pclose(links);
  H5Sclose(space);
  H5Tclose(memory.type);
}

}  // namespace

void write_sonata(const std::filesystem::path& path, const std::vector<FixtureDataset>& datasets) {
  make_hdf5(path, [&](std::int64_t file) {
    for (const auto& dataset : datasets) write(file, dataset);
  });
}

std::vector<FixtureDataset> plain_population(const std::string& name, std::uint64_t count) {
  std::vector<std::uint64_t> counted(count);
  std::iota(counted.begin(), counted.end(), std::uint64_t{0});
  const std::string root = "/nodes/" + name + "/";
  return {{root + "node_id", counted},
          {root + "node_type_id", std::vector<std::uint64_t>(count, 100)},
          {root + "node_group_id", std::vector<std::uint64_t>(count, 0)},
          {root + "node_group_index", counted}};
}

}  // namespace stimgen::testing
