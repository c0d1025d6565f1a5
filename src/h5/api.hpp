// HDF5's C API as every version from 1.10.3 to 2.x has it: what changed is called here, by its number, under one name,
// so that neither the version nor the API that the library was built to default to chooses another function.
#pragma once

#include <hdf5.h>

#include <cstddef>
#include <cstdint>
#include <span>

namespace stimgen::h5 {

#if H5_VERSION_GE(1, 12, 0)
using LinkInfo = H5L_info2_t;
using ObjectInfo = H5O_info2_t;

inline herr_t read_link_info(hid_t group, const char* name, LinkInfo& info) {
  return H5Lget_info2(group, name, &info, H5P_DEFAULT);
}
inline herr_t visit_links(hid_t group, H5L_iterate2_t visit, void* data) {
  return H5Literate2(group, H5_INDEX_NAME, H5_ITER_INC, nullptr, visit, data);
}
inline herr_t visit_objects(hid_t file, H5O_iterate2_t visit, void* data) {
  return H5Ovisit3(file, H5_INDEX_NAME, H5_ITER_NATIVE, visit, data, H5O_INFO_BASIC);
}
inline htri_t is_hdf5(const char* path) {
  return H5Fis_accessible(path, H5P_DEFAULT);
}
inline herr_t free_strings(hid_t type, hid_t space, char** texts) {
  return H5Treclaim(type, space, H5P_DEFAULT, texts);
}
#else
using LinkInfo = H5L_info_t;
using ObjectInfo = H5O_info_t;

inline herr_t read_link_info(hid_t group, const char* name, LinkInfo& info) {
  return H5Lget_info(group, name, &info, H5P_DEFAULT);
}
inline herr_t visit_links(hid_t group, H5L_iterate_t visit, void* data) {
  return H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, nullptr, visit, data);
}
inline herr_t visit_objects(hid_t file, H5O_iterate_t visit, void* data) {
  return H5Ovisit2(file, H5_INDEX_NAME, H5_ITER_NATIVE, visit, data, H5O_INFO_BASIC);
}
inline htri_t is_hdf5(const char* path) {
  return H5Fis_hdf5(path);
}
inline herr_t free_strings(hid_t type, hid_t space, char** texts) {
  return H5Dvlen_reclaim(type, space, H5P_DEFAULT, texts);
}
#endif

// Reads the chunk that begins at row `first` as it is stored. `stored`: exactly its bytes.
inline herr_t read_stored_chunk(hid_t dataset, hsize_t first, std::uint32_t& skipped_filters,
                                std::span<std::byte> stored) {
#if H5_VERSION_GE(2, 0, 0)
  std::size_t size = stored.size();
  const herr_t result = H5Dread_chunk2(dataset, H5P_DEFAULT, &first, &skipped_filters, stored.data(), &size);
  return size == stored.size() ? result : -1;
#else
  return H5Dread_chunk(dataset, H5P_DEFAULT, &first, &skipped_filters, stored.data());
#endif
}

}  // namespace stimgen::h5
