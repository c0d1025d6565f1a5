// Reading attributes.
#include <algorithm>
#include <array>
#include <cstring>

#include "h5/origin.hpp"

namespace stimgen::h5 {
namespace {

// The name that an enumeration gives to a value; empty: none. H5Tenum_nameof would need the raw value in the file's own
// width. nullopt: HDF5 failed.
std::optional<std::string> member_name(hid_t type, std::int64_t wanted) {
  const Handle base(H5Tget_super(type), H5Tclose);
  const int members = H5Tget_nmembers(type);
  for (int i = 0; i < members; ++i) {
    std::array<std::byte, 8> value{};
    std::int64_t number = 0;
    if (H5Tget_member_value(type, static_cast<unsigned>(i), value.data()) < 0) return std::nullopt;
    if (H5Tconvert(base.id(), H5T_NATIVE_INT64, 1, value.data(), nullptr, H5P_DEFAULT) < 0) return std::nullopt;
    std::memcpy(&number, value.data(), sizeof number);
    if (number != wanted) continue;
    char* const name = H5Tget_member_name(type, static_cast<unsigned>(i));
    std::string result = name == nullptr ? "" : name;
    H5free_memory(name);
    return result;
  }
  return "";
}

// The values of `count` elements that HDF5 itself can read. False if it failed.
bool read_values(hid_t attribute, hid_t type, const DatasetInfo& info, std::size_t count, Attribute& result) {
  if (info.is_integer()) {
    result.integers.resize(count);
    if (H5Aread(attribute, H5T_NATIVE_INT64, result.integers.data()) < 0) return false;
    if (info.type != TypeClass::enumeration) return true;
    std::optional<std::string> name = member_name(type, result.integers[0]);
    if (name) result.text = std::move(*name);
    return name.has_value();
  }
  if (info.type == TypeClass::floating) {
    result.reals.resize(count);
    return H5Aread(attribute, H5T_NATIVE_DOUBLE, result.reals.data()) >= 0;
  }
  std::string text(count * info.element_bytes, '\0');
  if (H5Aread(attribute, type, text.data()) < 0) return false;
  result.text = trimmed(text.data(), info.element_bytes, H5Tget_strpad(type));
  return true;
}

}  // namespace

bool ReadFile::has_attribute(const std::string& object, const std::string& name) const {
  const Library library;
  const Handle handle = origin_->open_object(object).handle;
  return handle.is_open() && H5Aexists(handle.id(), name.c_str()) > 0;
}

std::vector<std::string> ReadFile::attribute_names(const std::string& object) const {
  const Library library;
  std::vector<std::string> names;
  const Handle handle = origin_->open_object(object).handle;
  if (!handle.is_open()) return names;
  const auto visit = [](hid_t, const char* name, const H5A_info_t*, void* data) -> herr_t {
    static_cast<std::vector<std::string>*>(data)->emplace_back(name);
    return 0;
  };
  if (H5Aiterate2(handle.id(), H5_INDEX_NAME, H5_ITER_INC, nullptr, visit, &names) < 0) origin_->fail(object);
  std::sort(names.begin(), names.end());
  return names;
}

std::optional<Attribute> ReadFile::read_attribute(const std::string& object, const std::string& name) const {
  const Library library;
  const std::string place = object + "@" + name;
  const Handle handle = origin_->open_object(object).handle;
  if (!handle.is_open() || H5Aexists(handle.id(), name.c_str()) <= 0) return std::nullopt;
  const Handle attribute(H5Aopen(handle.id(), name.c_str(), H5P_DEFAULT), H5Aclose);
  if (!attribute.is_open()) origin_->fail(place);
  const Handle type(H5Aget_type(attribute.id()), H5Tclose);
  const Handle space(H5Aget_space(attribute.id()), H5Sclose);
  DatasetInfo info;
  if (!type.is_open() || !space.is_open() || !read_type_and_extent(type.id(), space.id(), info)) origin_->fail(place);

  Attribute result;
  result.type = info.type;
  const std::uint64_t row = info.row_elements();
  if (info.rows() == 0 || row == 0 || info.type == TypeClass::other) return result;
  const std::uint64_t count = info.rows() > kSmallBytes / row ? kSmallBytes : info.rows() * row;
  if (count >= kSmallBytes || info.element_bytes > kSmallBytes / count) {
    origin_->refuse("file.damaged", fmt::format("{} is damaged: attribute {} claims an absurd size", origin_->quoted(),
                                                printable(place)));
  }
  if (info.type == TypeClass::variable_string) {
    std::optional<std::string> text = read_string_forked(origin_->identity, object, name, count);
    if (!text) {
      origin_->refuse("file.damaged",
                      fmt::format("{} is damaged: attribute {} cannot be read", origin_->quoted(), printable(place)));
    }
    result.text = std::move(*text);
  } else if (!read_values(attribute.id(), type.id(), info, static_cast<std::size_t>(count), result)) {
    origin_->fail(place);
  }
  return result;
}

}  // namespace stimgen::h5
