// The HDF5 C API used directly.
#include "support/hdf5_fixture.hpp"

#include <hdf5.h>

#include <array>
#include <stdexcept>

namespace stimgen::testing {

std::int64_t checked(std::int64_t returned, const char* what) {
  if (returned < 0) throw std::runtime_error(std::string("trusted HDF5 code failed: ") + what);
  return returned;
}

namespace {

bool has_attribute(hid_t object, const char* name) {
  return H5Aexists(object, name) > 0;
}

std::string string_attribute(hid_t object, const char* name) {
  if (!has_attribute(object, name)) return {};
  const hid_t attribute = checked(H5Aopen(object, name, H5P_DEFAULT), name);
  const hid_t type = checked(H5Aget_type(attribute), name);
  if (H5Tis_variable_str(type) > 0) {
    char* pointer = nullptr;
    checked(H5Aread(attribute, type, &pointer), name);
    std::string text = pointer;
    H5free_memory(pointer);
    H5Tclose(type);
    H5Aclose(attribute);
    return text;
  }
  std::string text(H5Tget_size(type), '\0');
  checked(H5Aread(attribute, type, text.data()), name);
  H5Tclose(type);
  H5Aclose(attribute);
  return text.substr(0, text.find('\0'));
}

std::string type_name(hid_t dataset) {
  const hid_t type = checked(H5Dget_type(dataset), "type");
  const char letter = H5Tget_class(type) == H5T_FLOAT ? 'f' : H5Tget_sign(type) == H5T_SGN_NONE ? 'u' : 'i';
  std::string name = letter + std::to_string(H5Tget_size(type));
  if (H5Tget_order(type) != H5T_ORDER_LE) name += "be";
  H5Tclose(type);
  return name;
}

std::string filter_names(hid_t dataset, std::uint64_t& chunk) {
  const hid_t list = checked(H5Dget_create_plist(dataset), "plist");
  std::string names;
  if (H5Pget_layout(list) == H5D_CHUNKED) {
    hsize_t length = 0;
    checked(H5Pget_chunk(list, 1, &length), "chunk");
    chunk = length;
  }
  for (int i = 0; i < H5Pget_nfilters(list); ++i) {
    std::array<unsigned, 8> values{};
    std::size_t count = values.size();
    unsigned flags = 0, config = 0;
    const auto id = H5Pget_filter2(list, static_cast<unsigned>(i), &flags, &count, values.data(), 0, nullptr, &config);
    names += names.empty() ? "" : ",";
    names += id == H5Z_FILTER_SHUFFLE ? "shuffle" : id == H5Z_FILTER_DEFLATE ? "deflate" : "fletcher32";
  }
  H5Pclose(list);
  return names;
}

bool stores_times(hid_t object) {
#if H5_VERSION_GE(1, 12, 0)
  H5O_info2_t info;
  checked(H5Oget_info3(object, &info, H5O_INFO_TIME), "object info");
#else
  H5O_info_t info;
  checked(H5Oget_info2(object, &info, H5O_INFO_TIME), "object info");
#endif
  return info.ctime != 0 || info.mtime != 0;
}

template <typename T>
std::vector<T> read_all(hid_t dataset, hid_t type) {
  const hid_t space = checked(H5Dget_space(dataset), "space");
  if (H5Sget_simple_extent_ndims(space) != 1) throw std::runtime_error("not one dimension");
  std::vector<T> values(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
  H5Sclose(space);
  T nothing{};
  checked(H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.empty() ? &nothing : values.data()), "read");
  return values;
}

TrustedPopulation read_population(hid_t spikes, const std::string& name) {
  TrustedPopulation population;
  population.name = name;
  const hid_t group = checked(H5Gopen2(spikes, name.c_str(), H5P_DEFAULT), "group");
  if (has_attribute(group, "sorting")) {
    const hid_t attribute = checked(H5Aopen(group, "sorting", H5P_DEFAULT), "sorting");
    const hid_t type = checked(H5Aget_type(attribute), "sorting type");
    if (H5Tget_class(type) == H5T_ENUM && H5Tget_size(type) == 1) {
      std::uint8_t value = 0;
      checked(H5Aread(attribute, type, &value), "sorting value");
      population.sorting = value;
      for (int i = 0; i < H5Tget_nmembers(type); ++i) {
        char* member = H5Tget_member_name(type, static_cast<unsigned>(i));
        std::uint8_t number = 0;
        checked(H5Tget_member_value(type, static_cast<unsigned>(i), &number), "member");
        population.sorting_members += (i > 0 ? "," : "") + std::string(member) + "=" + std::to_string(number);
        H5free_memory(member);
      }
    }
    H5Tclose(type);
    H5Aclose(attribute);
  }
  const hid_t ids = checked(H5Dopen2(group, "node_ids", H5P_DEFAULT), "node_ids");
  const hid_t times = checked(H5Dopen2(group, "timestamps", H5P_DEFAULT), "timestamps");
  population.node_ids_sorting = string_attribute(ids, "sorting");
  population.units = string_attribute(times, "units");
  population.node_ids_type = type_name(ids);
  population.timestamps_type = type_name(times);
  population.node_ids_filters = filter_names(ids, population.chunk);
  population.timestamps_filters = filter_names(times, population.chunk);
  population.has_times = stores_times(group) || stores_times(ids) || stores_times(times);
  population.node_ids = read_all<std::uint64_t>(ids, H5T_NATIVE_UINT64);
  population.timestamps = read_all<double>(times, H5T_NATIVE_DOUBLE);
  H5Dclose(ids);
  H5Dclose(times);
  H5Gclose(group);
  return population;
}

void write_string_attribute(hid_t object, const char* name, const std::string& text, bool variable) {
  const hid_t type = H5Tcopy(H5T_C_S1);
  checked(H5Tset_size(type, variable ? H5T_VARIABLE : text.size()), "string size");
  if (!variable) H5Tset_strpad(type, H5T_STR_NULLPAD);
  H5Tset_cset(type, H5T_CSET_UTF8);
  const hid_t space = H5Screate(H5S_SCALAR);
  const hid_t attribute = checked(H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT), name);
  const char* pointer = text.c_str();
  checked(variable ? H5Awrite(attribute, type, &pointer) : H5Awrite(attribute, type, pointer), name);
  H5Aclose(attribute);
  H5Sclose(space);
  H5Tclose(type);
}

void write_integer_attribute(hid_t object, const char* name, hid_t type, const void* value, hsize_t count) {
  const hid_t space = count == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &count, nullptr);
  const hid_t attribute = checked(H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT), name);
  checked(H5Awrite(attribute, type, value), name);
  H5Aclose(attribute);
  H5Sclose(space);
}

hid_t file_type(hid_t like, int bytes, const ForeignPopulation& population) {
  const hid_t type = checked(H5Tcopy(like), "type");
  checked(H5Tset_size(type, static_cast<std::size_t>(bytes)), "size");
  checked(H5Tset_order(type, population.big_endian ? H5T_ORDER_BE : H5T_ORDER_LE), "byte order");
  return type;
}

hid_t write_dataset(hid_t group, const char* name, hid_t file_type, hid_t memory_type, const void* values,
                    hsize_t count, const ForeignPopulation& population) {
  const hid_t list = H5Pcreate(H5P_DATASET_CREATE);
  const hsize_t chunk = population.chunk;
  const hsize_t most = chunk > 0 ? H5S_UNLIMITED : count;
  if (chunk > 0) checked(H5Pset_chunk(list, 1, &chunk), "chunk");
  if (population.deflate > 0) checked(H5Pset_deflate(list, static_cast<unsigned>(population.deflate)), "deflate");
  const hid_t space = H5Screate_simple(1, &count, &most);
  const hid_t dataset = checked(H5Dcreate2(group, name, file_type, space, H5P_DEFAULT, list, H5P_DEFAULT), name);
  if (count > 0) checked(H5Dwrite(dataset, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), name);
  H5Sclose(space);
  H5Pclose(list);
  return dataset;
}

void write_population(hid_t file, const ForeignPopulation& population) {
  using Sorting = ForeignPopulation::Sorting;
  const hid_t links = H5Pcreate(H5P_LINK_CREATE);
  H5Pset_create_intermediate_group(links, 1);
  const hid_t group = checked(H5Gcreate2(file, population.group.c_str(), links, H5P_DEFAULT, H5P_DEFAULT), "group");
  H5Pclose(links);
  const std::uint8_t value = population.order == "by_id" ? 1 : population.order == "by_time" ? 2 : 0;
  if (population.sorting == Sorting::string_on_group) {
    write_string_attribute(group, "sorting", population.order, population.variable_strings);
  }
  if (population.sorting == Sorting::integer_on_group) {
    const std::int64_t number = value;
    write_integer_attribute(group, "sorting", H5T_NATIVE_INT64, &number, 0);
  }
  if (population.sorting == Sorting::enum_on_group) {
    const hid_t type = H5Tenum_create(H5T_STD_U8LE);
    std::uint8_t number = 0;
    for (const char* name : {"none", "by_id", "by_time"}) {
      H5Tenum_insert(type, name, &number);
      ++number;
    }
    write_integer_attribute(group, "sorting", type, &value, 0);
    H5Tclose(type);
  }
  const hid_t id_type =
      file_type(population.signed_ids ? H5T_STD_I64LE : H5T_STD_U64LE, population.id_bytes, population);
  const hid_t ids = write_dataset(group, population.ids_name.c_str(), id_type, H5T_NATIVE_INT64,
                                  population.node_ids.data(), population.node_ids.size(), population);
  const hid_t time_type =
      file_type(population.time_bytes == 4 ? H5T_IEEE_F32LE : H5T_IEEE_F64LE, population.time_bytes, population);
  const hid_t times = write_dataset(group, "timestamps", time_type, H5T_NATIVE_DOUBLE, population.timestamps.data(),
                                    population.timestamps.size(), population);
  H5Tclose(id_type);
  H5Tclose(time_type);
  if (population.sorting == Sorting::string_on_node_ids) {
    write_string_attribute(ids, "sorting", population.order, population.variable_strings);
  }
  if (!population.units.empty()) write_string_attribute(times, "units", population.units, population.variable_strings);
  H5Dclose(ids);
  H5Dclose(times);
  H5Gclose(group);
}

}  // namespace

TrustedSpikes read_spikes_trusted(const std::filesystem::path& path) {
  TrustedSpikes result;
  const hid_t file = checked(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), "open");
  const hid_t root = checked(H5Gopen2(file, "/", H5P_DEFAULT), "root");
  const hid_t magic = checked(H5Aopen(root, "magic", H5P_DEFAULT), "magic");
  const hid_t magic_type = H5Aget_type(magic);
  if (H5Tequal(magic_type, H5T_STD_U32LE) <= 0) throw std::runtime_error("magic is not uint32");
  std::uint32_t value = 0;
  checked(H5Aread(magic, H5T_NATIVE_UINT32, &value), "magic");
  result.magic = value;
  H5Tclose(magic_type);
  H5Aclose(magic);
  const hid_t version = checked(H5Aopen(root, "version", H5P_DEFAULT), "version");
  const hid_t space = H5Aget_space(version);
  result.version.resize(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
  checked(H5Aread(version, H5T_NATIVE_UINT64, result.version.data()), "version");
  H5Sclose(space);
  H5Aclose(version);
  bool root_times = stores_times(root);
  if (H5Lexists(root, "stimgen", H5P_DEFAULT) > 0) {
    const hid_t group = checked(H5Gopen2(root, "stimgen", H5P_DEFAULT), "stimgen");
    const hid_t text = checked(H5Dopen2(group, "provenance", H5P_DEFAULT), "provenance");
    const hid_t type = checked(H5Dget_type(text), "provenance");
    result.provenance.resize(H5Tget_size(type));
    checked(H5Dread(text, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, result.provenance.data()), "provenance");
    root_times |= stores_times(text);
    H5Tclose(type);
    H5Dclose(text);
    result.compressor = string_attribute(group, "compressor");
    H5Gclose(group);
  }
  const hid_t spikes = checked(H5Gopen2(file, "/spikes", H5P_DEFAULT), "/spikes");
  H5G_info_t info;
  checked(H5Gget_info(spikes, &info), "group info");
  for (hsize_t i = 0; i < info.nlinks; ++i) {
    std::array<char, 1024> name{};
    checked(H5Lget_name_by_idx(spikes, ".", H5_INDEX_NAME, H5_ITER_INC, i, name.data(), name.size(), H5P_DEFAULT),
            "name");
    result.populations.push_back(read_population(spikes, name.data()));
    result.populations.back().has_times |= root_times || stores_times(spikes);
  }
  H5Gclose(spikes);
  H5Gclose(root);
  checked(H5Fclose(file), "close");
  return result;
}

void make_hdf5(const std::filesystem::path& path, const std::function<void(std::int64_t file)>& fill) {
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  // The old format, which HDF5 writes by itself until 1.14 only.
  checked(H5Pset_libver_bounds(access, H5F_LIBVER_EARLIEST, H5F_LIBVER_LATEST), "bounds");
  const hid_t file = checked(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access), "create");
  H5Pclose(access);
  fill(file);
  checked(H5Fclose(file), "close");
}

void change_hdf5(const std::filesystem::path& path, const std::function<void(std::int64_t file)>& change) {
  const hid_t file = checked(H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), "open");
  change(file);
  checked(H5Fclose(file), "close");
}

void write_spikes_foreign(const std::filesystem::path& path, const ForeignFile& content) {
  make_hdf5(path, [&](std::int64_t file) {
    if (content.magic) write_integer_attribute(file, "magic", H5T_STD_U32LE, &content.magic_value, 0);
    const std::array<std::uint32_t, 2> version = {0, 1};
    if (content.magic) write_integer_attribute(file, "version", H5T_STD_U32LE, version.data(), 2);
    if (content.populations.empty()) {
      H5Gclose(checked(H5Gcreate2(file, "/spikes", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), "/spikes"));
    }
    for (const ForeignPopulation& population : content.populations) write_population(file, population);
  });
}

}  // namespace stimgen::testing
