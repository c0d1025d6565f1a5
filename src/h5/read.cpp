// Opening a file, finding and listing its objects.
#include "h5/read.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include <fmt/format.h>

#include "h5/origin.hpp"

namespace stimgen::h5 {

// A version that HDF5 does not know is one of its future, unless the file was damaged: the parts of a file with a
// superblock of version 2 or later have checksums, so there it is the future.
void Dataset::Origin::refuse_version(const std::string& object, const std::string& reason) const {
  const std::string place = object.empty() ? "" : printable(object) + ": ";
  throw InputError(
      "file.newer-format",
      fmt::format("'{}' is {}in a newer HDF5 format than HDF5 {} can read ({}{}, superblock version {})",
                  printable(path), superblock_version < 2 ? "damaged, or " : "", library_version(), place,
                  printable(reason), superblock_version),
      "write it in the format of HDF5 1.10 (h5py: libver=('earliest', 'v110')), or convert it with the h5repack of the "
      "HDF5 that wrote it: h5repack --high=2 OLD.h5 NEW.h5");
}

Opened Dataset::Origin::open_object(const std::string& object) const {
  Handle current(H5Oopen(file.id(), "/", H5P_DEFAULT), H5Oclose);
  if (!current.is_open()) fail(object);
  for (std::size_t at = 0; at < object.size();) {
    const std::size_t end = std::min(object.find('/', at), object.size());
    const std::string name = object.substr(at, end - at);
    at = end + 1;
    if (name.empty()) continue;
    if (kind_of(current.id()) != ObjectKind::group) return {};
    const htri_t exists = H5Lexists(current.id(), name.c_str(), H5P_DEFAULT);
    if (exists < 0) fail(object);
    if (exists == 0) return {};
    LinkInfo link;
    if (read_link_info(current.id(), name.c_str(), link) < 0) fail(object);
    if (link.type != H5L_TYPE_HARD) return {.handle = {}, .on_link = true};
    // Why it failed is known until the next call of HDF5, which closing the group is.
    Handle next(H5Oopen(current.id(), name.c_str(), H5P_DEFAULT), H5Oclose);
    if (!next.is_open()) fail(object);
    current = std::move(next);
  }
  return {.handle = std::move(current)};
}

namespace {

// nullopt: it is no HDF5 file. The superblock stands at byte 0, 512, 1024, 2048 …: a file may have other bytes before
// it.
std::optional<unsigned> read_superblock_version(const std::filesystem::path& path, const std::string& quoted,
                                                std::uint64_t file_bytes) {
  constexpr std::string_view kSignature = "\x89HDF\r\n\x1a\n";
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0)
    throw EnvironmentError("disk.cannot-read", fmt::format("cannot open {}: {}", quoted, std::strerror(errno)));
  std::optional<unsigned> version;
  int read_errno = 0;
  std::array<char, kSignature.size() + 1> start{};
  for (std::uint64_t at = 0; !version && at + start.size() <= file_bytes; at = at == 0 ? 512 : 2 * at) {
    const ssize_t got = ::pread(descriptor, start.data(), start.size(), static_cast<off_t>(at));
    if (got < 0) read_errno = errno;
    if (got != static_cast<ssize_t>(start.size())) break;
    if (std::string_view(start.data(), kSignature.size()) == kSignature) {
      version = static_cast<unsigned char>(start.back());
    }
  }
  ::close(descriptor);
  if (read_errno != 0)
    throw EnvironmentError("disk.cannot-read", fmt::format("cannot read {}: {}", quoted, std::strerror(read_errno)));
  return version;
}

}  // namespace

ReadFile::ReadFile(const std::filesystem::path& path, std::string expected) {
  auto origin = std::make_shared<Dataset::Origin>();
  origin->path = path.string();
  origin->expected = std::move(expected);
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) origin->refuse("file.unreadable", origin->quoted() + " does not exist");
    throw EnvironmentError("disk.cannot-read",
                           fmt::format("cannot open {}: {}", origin->quoted(), std::strerror(errno)));
  }
  if (!S_ISREG(status.st_mode)) {
    const bool folder = S_ISDIR(status.st_mode);
    origin->refuse("file.not-hdf5", origin->quoted() + (folder ? " is a folder" : " is not a regular file"));
  }
  if (status.st_size == 0) origin->refuse("file.truncated", origin->quoted() + " is empty");
  origin->file_bytes = static_cast<std::uint64_t>(status.st_size);
  const std::optional<unsigned> version = read_superblock_version(path, origin->quoted(), origin->file_bytes);
  if (!version) origin->refuse("file.not-hdf5", origin->quoted() + " is not an HDF5 file");
  origin->superblock_version = *version;

  origin->identity = {std::filesystem::absolute(path).string(), status.st_dev, status.st_ino};

  const Library library;
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_fapl_sec2(access.id());  // whatever the environment sets HDF5_DRIVER to
  origin->file = Handle(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.id()), H5Fclose);
  if (!origin->file.is_open()) {
    const Reason reason = last_reason();
    if (reason.in_use) {
      origin->refuse("file.unfinished",
                     origin->quoted() + " is being written by another program, or was left unfinished by one");
    }
    if (reason.truncated) origin->refuse("file.truncated", origin->quoted() + " is damaged: its end is missing");
    origin->fail("");
  }
  // Groups in the format before HDF5 1.8 keep names in heaps whose list of free places HDF5 1.10 follows without
  // looking: a damaged one leads in a circle and takes all memory.
  if (origin->superblock_version < 2 && !can_be_walked(origin->identity)) {
    origin->refuse("file.damaged", origin->quoted() + " is damaged: HDF5 loses its way among its groups");
  }
  origin_ = std::move(origin);
}

ReadFile::~ReadFile() = default;
ReadFile::ReadFile(ReadFile&&) noexcept = default;
ReadFile& ReadFile::operator=(ReadFile&&) noexcept = default;

const std::string& ReadFile::path() const {
  return origin_->path;
}

std::optional<ObjectKind> ReadFile::find(const std::string& object) const {
  const Library library;
  const Opened opened = origin_->open_object(object);
  if (opened.on_link) return ObjectKind::link;
  if (!opened.handle.is_open()) return std::nullopt;
  return kind_of(opened.handle.id());
}

std::optional<Link> ReadFile::first_link(const std::string& object) const {
  const Library library;
  for (std::size_t at = 1; at <= object.size();) {
    const std::size_t end = std::min(object.find('/', at), object.size());
    const std::string name = object.substr(0, end);
    at = end + 1;
    if (!origin_->open_object(name).on_link) continue;
    const hid_t file = origin_->file.id();
    LinkInfo info;
    if (read_link_info(file, name.c_str(), info) < 0) origin_->fail(name);
    const bool external = info.type == H5L_TYPE_EXTERNAL;
    if (!external && info.type != H5L_TYPE_SOFT) return Link{.file = {}, .object = name, .readable = false};
    std::string value(info.u.val_size + 1, '\0');
    if (H5Lget_val(file, name.c_str(), value.data(), value.size(), H5P_DEFAULT) < 0) origin_->fail(name);
    Link link;
    const char* target = value.c_str();
    if (external) {
      const char* other = nullptr;
      if (H5Lunpack_elink_val(value.data(), info.u.val_size, nullptr, &other, &target) < 0) origin_->fail(name);
      link.file = other;
    }
    link.object = target;
    // A soft link that is relative starts at its own group.
    if (!link.object.starts_with('/')) link.object = name.substr(0, name.rfind('/') + 1) + link.object;
    link.object += object.substr(end);
    return link;
  }
  return std::nullopt;
}

std::vector<Child> ReadFile::children(const std::string& group) const {
  const Library library;
  const Opened opened = origin_->open_object(group);
  if (!opened.is(ObjectKind::group)) {
    origin_->refuse("file.object", fmt::format("{} has no group {}{}", origin_->quoted(), printable(group),
                                               opened.on_link ? " (there is a link, and links are not followed)" : ""));
  }
  std::vector<Child> children;
  const auto visit = [](hid_t, const char* name, const LinkInfo* link, void* data) -> herr_t {
    const auto kind = link->type == H5L_TYPE_HARD ? ObjectKind::other : ObjectKind::link;
    static_cast<std::vector<Child>*>(data)->push_back({name, kind});
    return 0;
  };
  if (visit_links(opened.handle.id(), visit, &children) < 0) origin_->fail(group);
  for (Child& child : children) {
    if (child.kind == ObjectKind::link) continue;
    const Handle object(H5Oopen(opened.handle.id(), child.name.c_str(), H5P_DEFAULT), H5Oclose);
    if (!object.is_open()) origin_->fail(group + "/" + child.name);
    child.kind = kind_of(object.id());
  }
  std::sort(children.begin(), children.end(), [](const Child& a, const Child& b) { return a.name < b.name; });
  return children;
}

Dataset ReadFile::open_dataset(const std::string& dataset) const {
  const Library library;
  Opened opened = origin_->open_object(dataset);
  if (!opened.is(ObjectKind::dataset)) {
    origin_->refuse("file.object", fmt::format("{} has no dataset {}{}", origin_->quoted(), printable(dataset),
                                               opened.on_link ? " (there is a link, and links are not followed)" : ""));
  }
  return Dataset(origin_, dataset, std::move(opened.handle));
}

}  // namespace stimgen::h5
