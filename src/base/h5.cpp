// The HDF5 C API behind h5.hpp: every call checked once, every failure turned into a message about the file.
#include "base/h5.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <limits>
#include <mutex>
#include <stdexcept>
#include <string_view>
#include <type_traits>

#include <fmt/format.h>

#include "base/chunk_codec.hpp"
#include "base/fletcher32.hpp"
#include "base/hdf5_api.hpp"
#include "stimgen/diagnostic.hpp"

namespace stimgen::h5 {
namespace {

static_assert(std::is_same_v<hid_t, std::int64_t>);
static_assert(std::endian::native == std::endian::little, "file bytes are taken from memory as they are");

// No dataset is read whose values would take more than this, unless the file holds bytes for them.
constexpr std::uint64_t kSmallBytes = std::uint64_t{16} << 20;
// Deflate cannot shrink further than 1032 : 1.
constexpr std::uint64_t kLargestRatio = 1100;
constexpr std::size_t kLongestString = std::size_t{1} << 20;
constexpr std::uint64_t kVlenRows = 65536;
constexpr std::size_t kLongestAttribute = 60000;

std::recursive_mutex& library_mutex() {
  static auto& mutex = *new std::recursive_mutex;  // never destroyed: handles may outlive statics
  return mutex;
}

// A forked child has one thread, which would wait for ever: the mutex knows its owner by the parent's thread id.
bool in_forked_child = false;

// Holds HDF5 for this thread, prepared: no atexit handler (it crashes after a failed close), no plugins, no printing.
class Library {
 public:
  Library() {
    if (!in_forked_child) lock_ = std::unique_lock(library_mutex());
    static const bool prepared = [] {
      pthread_atfork(nullptr, nullptr, [] { in_forked_child = true; });
      H5dont_atexit();
      H5open();
      H5PLset_loading_state(0);
      return true;
    }();
    thread_local const bool quiet = H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr) >= 0;  // the setting is per thread
    static_cast<void>(prepared);
    static_cast<void>(quiet);
  }

 private:
  std::unique_lock<std::recursive_mutex> lock_;
};

// Why the last call failed, from HDF5's error stack.
struct Reason {
  std::string system;   // the errno text, if the system refused
  std::string deepest;  // what HDF5 says closest to the cause
  bool truncated = false;
  bool in_use = false;
  bool unknown_version = false;
};

// What HDF5 says of a part of a file in a version that it does not know: "bad superblock version number", "wrong
// version number in dataspace message".
bool says_unknown_version(std::string_view text) {
  return (text.starts_with("bad ") || text.starts_with("wrong ")) && text.find("version") != text.npos;
}

herr_t collect_reason(unsigned depth, const H5E_error2_t* entry, void* data) {
  auto& reason = *static_cast<Reason*>(data);
  const std::string_view text = entry->desc != nullptr ? entry->desc : "";
  if (depth == 0) reason.deepest = text;
  constexpr std::string_view kMark = "error message = '";
  if (const auto at = text.find(kMark); at != text.npos && reason.system.empty()) {
    const auto rest = text.substr(at + kMark.size());
    reason.system = rest.substr(0, rest.find('\''));
  }
  if (text.find("truncated file") != text.npos) reason.truncated = true;
  if (text.find("already open for") != text.npos || text.find("unable to lock file") != text.npos) reason.in_use = true;
  if (says_unknown_version(text)) {
    reason.unknown_version = true;
    reason.deepest = text;
  }
  return 0;
}

Reason last_reason() {
  Reason reason;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, collect_reason, &reason);
  return reason;
}

std::string shown(std::string_view object) {
  return object.empty() ? "" : fmt::format(" ({})", printable(object));
}

Handle own(hid_t id, Handle::Close close) {
  return {id, close};
}

template <std::size_t N>
const char* type_word(const std::array<const char*, N>& words, TypeClass type) {
  return words.at(static_cast<std::size_t>(type));
}

std::string describe(const DatasetInfo& info) {
  constexpr std::array<const char*, 6> kWords = {
      "integers",    "floating-point numbers", "fixed-length strings", "variable-length strings", "enumerated values",
      "another type"};
  return type_word(kWords, info.type);
}

}  // namespace

Handle& Handle::operator=(Handle&& other) noexcept {
  if (this != &other) {
    close();
    id_ = std::exchange(other.id_, -1);
    close_ = other.close_;
  }
  return *this;
}

bool Handle::close() noexcept {
  if (id_ < 0) return true;
  const Library library;
  return close_(std::exchange(id_, -1)) >= 0;
}

std::string library_version() {
  const Library library;
  unsigned major = 0, minor = 0, release = 0;
  H5get_libversion(&major, &minor, &release);
  return fmt::format("{}.{}.{}", major, minor, release);
}

// ---- reading -------------------------------------------------------------------------------------------------------

namespace {

ObjectKind kind_of(hid_t id) {
  switch (H5Iget_type(id)) {
    case H5I_GROUP:
      return ObjectKind::group;
    case H5I_DATASET:
      return ObjectKind::dataset;
    default:
      return ObjectKind::other;
  }
}

struct Opened {
  Handle handle;         // empty: nothing has this name, or a link is in the way
  bool on_link = false;  // a soft or external one, which is not followed

  bool is(ObjectKind kind) const { return handle.is_open() && kind_of(handle.id()) == kind; }
};

}  // namespace

struct Dataset::Origin {
  std::string path;
  std::string expected;
  std::uint64_t file_bytes = 0;
  unsigned superblock_version = 0;
  Handle file;

  [[noreturn]] void refuse(ErrorCode code, const std::string& problem) const {
    throw InputError(code, fmt::format("{}; expected {}", problem, expected));
  }
  // A failed HDF5 call on `object`: the system's trouble or the file's.
  [[noreturn]] void fail(const std::string& object) const {
    const Reason reason = last_reason();
    if (!reason.system.empty()) {
      throw EnvironmentError("disk.cannot-read",
                             fmt::format("cannot read '{}'{}: {}", printable(path), shown(object), reason.system));
    }
    if (reason.unknown_version) refuse_version(object, reason.deepest);
    refuse("file.damaged", fmt::format("'{}' is damaged: {} cannot be read ({})", printable(path),
                                       object.empty() ? "it" : printable(object), printable(reason.deepest)));
  }
  [[noreturn]] void refuse_version(const std::string& object, const std::string& reason) const;
  std::string quoted() const { return fmt::format("'{}'", printable(path)); }

  // Goes to `object` link by link so that no soft or external link is followed.
  Opened open_object(const std::string& object) const;
};

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
  Handle current = own(H5Oopen(file.id(), "/", H5P_DEFAULT), H5Oclose);
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
    Handle next = own(H5Oopen(current.id(), name.c_str(), H5P_DEFAULT), H5Oclose);
    if (!next.is_open()) fail(object);
    current = std::move(next);
  }
  return {.handle = std::move(current)};
}

namespace {

TypeClass class_of(hid_t type) {
  const std::size_t size = H5Tget_size(type);
  const bool machine_size = size == 1 || size == 2 || size == 4 || size == 8;
  switch (H5Tget_class(type)) {
    case H5T_INTEGER:
      return machine_size ? TypeClass::integer : TypeClass::other;
    case H5T_ENUM:
      return machine_size ? TypeClass::enumeration : TypeClass::other;
    case H5T_FLOAT:
      return machine_size ? TypeClass::floating : TypeClass::other;
    case H5T_STRING:
      return H5Tis_variable_str(type) > 0 ? TypeClass::variable_string : TypeClass::fixed_string;
    default:
      return TypeClass::other;
  }
}

// False if HDF5 failed.
bool read_extent(hid_t space, std::vector<std::uint64_t>& dims) {
  switch (H5Sget_simple_extent_type(space)) {
    case H5S_NULL:
      dims = {0};
      return true;
    case H5S_SCALAR:
      dims.clear();
      return true;
    case H5S_SIMPLE:
      break;
    default:
      return false;
  }
  const int rank = H5Sget_simple_extent_ndims(space);
  if (rank < 0 || rank > H5S_MAX_RANK) return false;
  std::array<hsize_t, H5S_MAX_RANK> lengths{};
  if (H5Sget_simple_extent_dims(space, lengths.data(), nullptr) < 0) return false;
  dims.assign(lengths.begin(), lengths.begin() + rank);
  return true;
}

bool read_type_and_extent(hid_t type, hid_t space, DatasetInfo& info) {
  info.type = class_of(type);
  info.element_bytes = H5Tget_size(type);
  info.is_signed = info.is_integer() && H5Tget_sign(type) == H5T_SGN_2;
  return info.element_bytes > 0 && read_extent(space, info.dims);
}

std::string trimmed(const char* text, std::size_t size, H5T_str_t padding) {
  std::string_view view(text, size);
  if (padding == H5T_STR_SPACEPAD) {
    while (!view.empty() && (view.back() == ' ' || view.back() == '\0')) view.remove_suffix(1);
  } else {
    view = view.substr(0, view.find('\0'));
  }
  return std::string(view);
}

// What crashes or hangs HDF5 1.10 in a damaged file, since it does not check its heaps, a forked child does: it reads
// variable-length strings and sends the bytes, and walks through old groups. The child touches nothing but HDF5, whose
// lock this thread holds.
class ForkedRead {
 public:
  // Runs `produce` in the child; it calls send() and returns success. A child that stood still is tried once more: a
  // lock that another thread held at the moment of the fork is no fault of the file.
  template <typename Produce>
  bool run(Produce produce) {
    int status = run_once(produce);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) status = run_once(produce);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }

  // In the child: sends one string, or ends the child where the other side is gone.
  void send(const char* text) {
    const std::size_t length = text == nullptr ? 0 : strnlen(text, kLongestString + 1);
    if (length > kLongestString) _exit(1);
    const auto size = static_cast<std::uint32_t>(length);
    put(&size, sizeof size);
    put(text, length);
  }
  void flush() {
    ::alarm(kLongestSilence_s);
    for (std::size_t at = 0; at < pending_.size();) {
      const ssize_t put_now = ::write(output_, pending_.data() + at, pending_.size() - at);
      if (put_now < 0 && errno != EINTR) _exit(1);
      if (put_now > 0) at += static_cast<std::size_t>(put_now);
    }
    pending_.clear();
  }

  std::vector<std::string> strings() const {
    std::vector<std::string> result;
    for (std::size_t at = 0; at + sizeof(std::uint32_t) <= received_.size();) {
      std::uint32_t size = 0;
      std::memcpy(&size, received_.data() + at, sizeof size);
      at += sizeof size;
      result.push_back(received_.substr(at, size));
      at += size;
    }
    return result;
  }

 private:
  // Wall time between two pieces of text after which a child is given up; its CPU time is limited far below.
  static constexpr unsigned kLongestSilence_s = 30;

  // The child's wait status.
  template <typename Produce>
  int run_once(Produce& produce) {
    received_.clear();
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0)
      throw EnvironmentError("system.no-process", fmt::format("cannot make a pipe: {}", std::strerror(errno)));
    // What is buffered belongs to the parent: a child that dies by exit() would print it again.
    std::fflush(nullptr);
    const pid_t parent = getpid();
    const pid_t child = fork();
    if (child == 0) {
      prepare_to_die(parent);
      ::close(ends[0]);
      output_ = ends[1];
      _exit(produce(*this) ? 0 : 1);
    }
    const int fork_errno = errno;
    ::close(ends[1]);
    if (child < 0) {
      ::close(ends[0]);
      throw EnvironmentError("system.no-process", fmt::format("cannot start a process: {}", std::strerror(fork_errno)));
    }
    std::array<char, 65536> buffer{};
    for (;;) {
      const ssize_t got = ::read(ends[0], buffer.data(), buffer.size());
      if (got > 0) received_.append(buffer.data(), static_cast<std::size_t>(got));
      if (got == 0 || (got < 0 && errno != EINTR)) break;
    }
    ::close(ends[0]);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
  }

  // A crash ends the child at once, without the handlers, the core file or the last words of this program; Ctrl-C is
  // the parent's matter, and with the parent it ends.
  static void prepare_to_die(pid_t parent) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
    ::alarm(kLongestSilence_s);
    if (const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC); nowhere >= 0) {
      for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(nowhere, stream);
    }
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    for (const int signal : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGTRAP, SIGXCPU, SIGALRM})
      std::signal(signal, SIG_DFL);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) std::signal(signal, SIG_IGN);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
  }
  void put(const void* bytes, std::size_t size) {
    pending_.append(static_cast<const char*>(bytes), size);
    if (pending_.size() > 65536) flush();
  }
  int output_ = -1;
  std::string pending_;
  std::string received_;
};

// HDF5 can loop for ever on a damaged heap: lets the child compute for at most two seconds more.
void limit_computing() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = static_cast<rlim_t>(used.ru_utime.tv_sec + used.ru_stime.tv_sec + 2);
  const rlimit limit{seconds, RLIM_INFINITY};
  setrlimit(RLIMIT_CPU, &limit);
}

// A memory type that HDF5 gives char* for.
Handle variable_string_type(hid_t file_type) {
  Handle type = own(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type.id(), H5T_VARIABLE);
  H5Tset_cset(type.id(), H5Tget_cset(file_type));
  return type;
}

}  // namespace

std::uint64_t DatasetInfo::row_elements() const {
  std::uint64_t product = 1;
  for (std::size_t i = 1; i < dims.size(); ++i) {
    if (dims[i] != 0 && product > std::numeric_limits<std::uint64_t>::max() / dims[i]) {
      return std::numeric_limits<std::uint64_t>::max();
    }
    product *= dims[i];
  }
  return product;
}

namespace {

// Groups in the format before HDF5 1.8 keep names in heaps whose list of free places HDF5 1.10 follows without looking:
// a damaged one leads in a circle and takes all memory. So a forked child walks through all objects of such a file
// first.
bool can_be_walked(hid_t file) {
  ForkedRead child;
  return child.run([&](ForkedRead&) {
    limit_computing();
    const auto visit = [](hid_t, const char*, const ObjectInfo*, void*) -> herr_t { return 0; };
    // What fails without a crash is found, and named, when it is needed.
    static_cast<void>(visit_objects(file, visit, nullptr));
    return true;
  });
}

// nullopt: it is no HDF5 file. The superblock stands at byte 0, 512, 1024, 2048 …: before it a file may have other bytes.
std::optional<unsigned> read_superblock_version(const std::filesystem::path& path, const std::string& quoted,
                                                std::uint64_t file_bytes) {
  constexpr std::string_view kSignature = "\x89HDF\r\n\x1a\n";
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) throw EnvironmentError("disk.cannot-read", fmt::format("cannot open {}: {}", quoted, std::strerror(errno)));
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
  if (read_errno != 0) throw EnvironmentError("disk.cannot-read", fmt::format("cannot read {}: {}", quoted, std::strerror(read_errno)));
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

  const Library library;
  origin->file = own(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  if (!origin->file.is_open()) {
    const Reason reason = last_reason();
    if (reason.in_use) {
      origin->refuse("file.unfinished",
                     origin->quoted() + " is being written by another program, or was left unfinished by one");
    }
    if (reason.truncated) origin->refuse("file.truncated", origin->quoted() + " is damaged: its end is missing");
    origin->fail("");
  }
  if (origin->superblock_version < 2 && !can_be_walked(origin->file.id())) {
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
    const Handle object = own(H5Oopen(opened.handle.id(), child.name.c_str(), H5P_DEFAULT), H5Oclose);
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

bool ReadFile::has_attribute(const std::string& object, const std::string& name) const {
  const Library library;
  const Handle handle = origin_->open_object(object).handle;
  return handle.is_open() && H5Aexists(handle.id(), name.c_str()) > 0;
}

std::optional<Attribute> ReadFile::read_attribute(const std::string& object, const std::string& name) const {
  const Library library;
  const std::string place = object + "@" + name;
  const Handle handle = origin_->open_object(object).handle;
  if (!handle.is_open() || H5Aexists(handle.id(), name.c_str()) <= 0) return std::nullopt;
  const Handle attribute = own(H5Aopen(handle.id(), name.c_str(), H5P_DEFAULT), H5Aclose);
  if (!attribute.is_open()) origin_->fail(place);
  const Handle type = own(H5Aget_type(attribute.id()), H5Tclose);
  const Handle space = own(H5Aget_space(attribute.id()), H5Sclose);
  DatasetInfo info;
  if (!type.is_open() || !space.is_open() || !read_type_and_extent(type.id(), space.id(), info)) origin_->fail(place);

  Attribute result;
  result.type = info.type;
  const std::uint64_t row = info.row_elements();
  const std::uint64_t count = row == 0 || info.rows() > kSmallBytes / row ? kSmallBytes : info.rows() * row;
  if (info.rows() == 0 || row == 0 || info.type == TypeClass::other) return result;
  if (count >= kSmallBytes || info.element_bytes > kSmallBytes / count) {
    origin_->refuse("file.damaged", fmt::format("{} is damaged: attribute {} claims an absurd size", origin_->quoted(),
                                                printable(place)));
  }
  const auto size = static_cast<std::size_t>(count);
  switch (info.type) {
    case TypeClass::integer:
    case TypeClass::enumeration:
      result.integers.resize(size);
      if (H5Aread(attribute.id(), H5T_NATIVE_INT64, result.integers.data()) < 0) origin_->fail(place);
      if (info.type == TypeClass::enumeration) {
        // Member names by value; H5Tenum_nameof would need the raw value in the file's own width.
        const int members = H5Tget_nmembers(type.id());
        for (int i = 0; i < members; ++i) {
          std::array<std::byte, 8> value{};
          std::int64_t number = 0;
          if (H5Tget_member_value(type.id(), static_cast<unsigned>(i), value.data()) < 0) origin_->fail(place);
          const Handle base = own(H5Tget_super(type.id()), H5Tclose);
          if (H5Tconvert(base.id(), H5T_NATIVE_INT64, 1, value.data(), nullptr, H5P_DEFAULT) < 0) origin_->fail(place);
          std::memcpy(&number, value.data(), sizeof number);
          if (number != result.integers[0]) continue;
          char* member = H5Tget_member_name(type.id(), static_cast<unsigned>(i));
          if (member != nullptr) result.text = member;
          H5free_memory(member);
          break;
        }
      }
      break;
    case TypeClass::floating:
      result.reals.resize(size);
      if (H5Aread(attribute.id(), H5T_NATIVE_DOUBLE, result.reals.data()) < 0) origin_->fail(place);
      break;
    case TypeClass::fixed_string: {
      std::string text(size * info.element_bytes, '\0');
      if (H5Aread(attribute.id(), type.id(), text.data()) < 0) origin_->fail(place);
      result.text = trimmed(text.data(), info.element_bytes, H5Tget_strpad(type.id()));
      break;
    }
    case TypeClass::variable_string: {
      ForkedRead child;
      const bool read = child.run([&](ForkedRead& self) {
        limit_computing();
        std::vector<char*> texts(size, nullptr);
        const Handle memory = variable_string_type(type.id());
        if (H5Aread(attribute.id(), memory.id(), texts.data()) < 0) return false;
        self.send(texts[0]);
        self.flush();
        return true;
      });
      const std::vector<std::string> strings = child.strings();
      if (!read || strings.size() != 1) {
        origin_->refuse("file.damaged",
                        fmt::format("{} is damaged: attribute {} cannot be read", origin_->quoted(), printable(place)));
      }
      result.text = strings[0];
      break;
    }
    case TypeClass::other:
      break;
  }
  return result;
}

Dataset::Dataset(std::shared_ptr<const Origin> origin, std::string name, Handle handle)
    : origin_(std::move(origin)), name_(std::move(name)), handle_(std::move(handle)) {
  const auto refuse = [&](const std::string& problem) {
    origin_->refuse("file.dataset", fmt::format("{} of {} {}", printable(name_), origin_->quoted(), problem));
  };
  const Handle type = own(H5Dget_type(handle_.id()), H5Tclose);
  const Handle space = own(H5Dget_space(handle_.id()), H5Sclose);
  const Handle creation = own(H5Dget_create_plist(handle_.id()), H5Pclose);
  if (!type.is_open() || !space.is_open() || !creation.is_open() ||
      !read_type_and_extent(type.id(), space.id(), info_)) {
    origin_->fail(name_);
  }
  if (H5Pget_external_count(creation.id()) != 0) refuse("keeps its data in another file, which is not read");
  const H5D_layout_t layout = H5Pget_layout(creation.id());
  if (layout == H5D_VIRTUAL) refuse("is a view of other files (virtual dataset), which is not read");
  if (layout != H5D_COMPACT && layout != H5D_CONTIGUOUS && layout != H5D_CHUNKED) origin_->fail(name_);

  const int filters = H5Pget_nfilters(creation.id());
  if (filters < 0) origin_->fail(name_);
  int compressors = 0;
  std::vector<H5Z_filter_t> pipeline;
  std::size_t shuffled_bytes = 0;
  for (int i = 0; i < filters; ++i) {
    unsigned flags = 0, config = 0;
    std::array<unsigned, 4> values{};
    std::size_t value_count = values.size();
    std::array<char, 64> label{};
    const H5Z_filter_t filter = H5Pget_filter2(creation.id(), static_cast<unsigned>(i), &flags, &value_count,
                                               values.data(), label.size() - 1, label.data(), &config);
    if (filter < 0) origin_->fail(name_);
    if (H5Zfilter_avail(filter) <= 0) {
      refuse(fmt::format("is compressed by a filter that is not supported (number {}{}); gzip is",
                         static_cast<int>(filter), label[0] != '\0' ? ", " + printable(label.data()) : ""));
    }
    pipeline.push_back(filter);
    if (filter == H5Z_FILTER_SHUFFLE) shuffled_bytes = value_count > 0 ? values[0] : 0;
    if (filter != H5Z_FILTER_SHUFFLE && filter != H5Z_FILTER_FLETCHER32) ++compressors;
  }
  if (compressors > 1) refuse("is compressed twice, which is not supported");

  const std::uint64_t stored = std::min<std::uint64_t>(H5Dget_storage_size(handle_.id()), origin_->file_bytes);
  const std::uint64_t limit = std::max(kSmallBytes, compressors != 0 ? stored * kLargestRatio : stored);
  const auto too_large = [&](std::uint64_t rows, std::uint64_t row) {
    return row != 0 && (row > limit / info_.element_bytes || rows > limit / info_.element_bytes / row);
  };
  bool absurd = too_large(info_.rows(), info_.row_elements());
  if (layout == H5D_CHUNKED) {
    std::array<hsize_t, H5S_MAX_RANK> lengths{};
    const int rank = H5Pget_chunk(creation.id(), H5S_MAX_RANK, lengths.data());
    if (rank < 1) origin_->fail(name_);
    DatasetInfo chunk;
    chunk.dims.assign(lengths.begin(), lengths.begin() + rank);
    const std::uint64_t rows = chunk.rows(), row = chunk.row_elements();
    absurd = absurd || too_large(rows, row);
    const auto is = [&](hid_t plain) { return H5Tequal(type.id(), plain) > 0; };
    if (!absurd && rank == 1 && rows < kSmallBytes / 8 &&
        (is(H5T_STD_U64LE) || is(H5T_STD_I64LE) || is(H5T_IEEE_F64LE))) {
      const bool by_element = shuffled_bytes == info_.element_bytes;
      chunk_rows_ = rows;
      if (pipeline == std::vector{H5Z_FILTER_FLETCHER32}) chunk_filter_ = ChunkFilter::fletcher32;
      if (pipeline == std::vector{H5Z_FILTER_SHUFFLE, H5Z_FILTER_DEFLATE} && by_element) {
        chunk_filter_ = ChunkFilter::shuffle_deflate;
      }
    }
    // A chunk larger than HDF5's cache (1 MiB) would be decompressed again for every block read of it.
    const std::uint64_t bytes = absurd ? 0 : rows * row * info_.element_bytes;
    if (bytes > kSmallBytes / 16 && bytes < kSmallBytes * 16) {
      const Handle access = own(H5Pcreate(H5P_DATASET_ACCESS), H5Pclose);
      H5Pset_chunk_cache(access.id(), H5D_CHUNK_CACHE_NSLOTS_DEFAULT, static_cast<std::size_t>(bytes),
                         H5D_CHUNK_CACHE_W0_DEFAULT);
      Handle cached = own(H5Dopen2(origin_->file.id(), name_.c_str(), access.id()), H5Dclose);
      if (!cached.is_open()) origin_->fail(name_);
      handle_ = std::move(cached);
    }
  }
  if (absurd) {
    origin_->refuse("file.damaged", fmt::format("{} is damaged: {} claims more values than the file can hold",
                                                origin_->quoted(), printable(name_)));
  }
}

void Dataset::wrong_type(const std::string& wanted) const {
  throw InputError("file.dataset", fmt::format("{} of {} holds {} of {} dimensions; expected {}", printable(name_),
                                               origin_->quoted(), describe(info_), info_.rank(), wanted));
}

// Makes chunk_bytes_ those of a chunk and checks them, at several times the speed of HDF5's filters, and without its
// lock. False: something is not as expected, and HDF5 will say what.
bool Dataset::open_chunk(std::uint64_t chunk) const {
  if (chunk == chunk_) return true;
  chunk_ = kNoChunk;
  const std::size_t size = static_cast<std::size_t>(chunk_rows_) * info_.element_bytes;
  thread_local std::vector<std::byte> stored;
  {
    const Library library;
    const hsize_t first = chunk * chunk_rows_;
    hsize_t stored_bytes = 0;
    if (H5Dget_chunk_storage_size(handle_.id(), &first, &stored_bytes) < 0) return false;
    if (stored_bytes == 0 || stored_bytes > size + size / 8 + 1024) return false;
    stored.resize(static_cast<std::size_t>(stored_bytes));
    std::uint32_t skipped_filters = 0;
    if (read_stored_chunk(handle_.id(), first, skipped_filters, stored) < 0) return false;
    if (skipped_filters != 0) return false;
  }
  chunk_bytes_.resize(size);
  if (chunk_filter_ == ChunkFilter::shuffle_deflate) {
    if (!decode_deflated(stored, chunk_bytes_)) return false;
  } else {
    std::uint32_t checksum = 0;
    if (stored.size() != size + sizeof checksum) return false;
    std::memcpy(&checksum, stored.data() + size, sizeof checksum);
    std::memcpy(chunk_bytes_.data(), stored.data(), size);
    if (fletcher32(chunk_bytes_) != checksum) return false;
  }
  chunk_ = chunk;
  return true;
}

// Rows from `first` on, by chunks. False: they have to be read by HDF5.
bool Dataset::read_chunks(std::uint64_t first, std::span<std::byte> values) const {
  if (chunk_filter_ == ChunkFilter::other) return false;
  const std::size_t element = info_.element_bytes;
  for (std::size_t done = 0; done < values.size();) {
    const std::uint64_t row = first + done / element;
    if (!open_chunk(row / chunk_rows_)) return false;
    const std::size_t from = static_cast<std::size_t>(row % chunk_rows_) * element;
    const std::size_t bytes = std::min(values.size() - done, static_cast<std::size_t>(chunk_rows_) * element - from);
    std::memcpy(values.data() + done, chunk_bytes_.data() + from, bytes);
    done += bytes;
  }
  return true;
}

template <typename T>
std::vector<T> Dataset::read_numbers(std::uint64_t first, std::uint64_t count, std::int64_t memory_type) const {
  if (count > info_.rows() || first > info_.rows() - count) {
    throw std::logic_error(fmt::format("rows [{}, {}+{}) of {} are not in the dataset", first, first, count, name_));
  }
  if (info_.rank() > 2) wrong_type("1 or 2 dimensions");
  const std::uint64_t columns = info_.row_elements();
  std::vector<T> values(static_cast<std::size_t>(count * columns));
  if (values.empty()) return values;
  if (read_chunks(first, std::as_writable_bytes(std::span(values)))) return values;
  const Library library;
  const Handle space = own(H5Dget_space(handle_.id()), H5Sclose);
  if (!space.is_open()) origin_->fail(name_);
  const std::array<hsize_t, 2> start{first, 0}, length{count, columns};
  if (info_.rank() > 0 &&
      H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, start.data(), nullptr, length.data(), nullptr) < 0) {
    origin_->fail(name_);
  }
  const hsize_t total = values.size();
  const Handle memory = own(H5Screate_simple(1, &total, nullptr), H5Sclose);
  if (!memory.is_open() ||
      H5Dread(handle_.id(), memory_type, memory.id(), space.id(), H5P_DEFAULT, values.data()) < 0) {
    origin_->fail(name_);
  }
  return values;
}

template <typename To, typename From>
std::vector<To> Dataset::convert(std::vector<From> values, const char* wanted) const {
  if constexpr (std::is_same_v<To, From>) {
    return values;
  } else {
    std::vector<To> result;
    result.reserve(values.size());
    for (const From value : values) {
      bool fits = false;
      if constexpr (std::is_same_v<To, double>) {
        constexpr auto kExact = std::int64_t{1} << 53;
        fits = std::cmp_less_equal(value, kExact) && std::cmp_greater_equal(value, -kExact);
      } else {
        fits = std::in_range<To>(value);
      }
      if (!fits) {
        throw InputError("file.dataset", fmt::format("{} of {} holds the value {}; expected {}", printable(name_),
                                                     origin_->quoted(), value, wanted));
      }
      result.push_back(static_cast<To>(value));
    }
    return result;
  }
}

std::vector<std::int64_t> Dataset::read_int64(std::uint64_t first, std::uint64_t count) const {
  constexpr const char* kWanted = "integers from -2^63 to 2^63 - 1";
  if (!info_.is_integer()) wrong_type(kWanted);
  if (info_.is_signed) return read_numbers<std::int64_t>(first, count, H5T_NATIVE_INT64);
  return convert<std::int64_t>(read_numbers<std::uint64_t>(first, count, H5T_NATIVE_UINT64), kWanted);
}

std::vector<std::uint64_t> Dataset::read_uint64(std::uint64_t first, std::uint64_t count) const {
  constexpr const char* kWanted = "integers of at least 0";
  if (!info_.is_integer()) wrong_type(kWanted);
  if (!info_.is_signed) return read_numbers<std::uint64_t>(first, count, H5T_NATIVE_UINT64);
  return convert<std::uint64_t>(read_numbers<std::int64_t>(first, count, H5T_NATIVE_INT64), kWanted);
}

std::vector<double> Dataset::read_double(std::uint64_t first, std::uint64_t count) const {
  constexpr const char* kWanted = "numbers that a double holds exactly";
  if (info_.type == TypeClass::floating) return read_numbers<double>(first, count, H5T_NATIVE_DOUBLE);
  if (!info_.is_integer()) wrong_type("numbers");
  if (info_.is_signed) return convert<double>(read_numbers<std::int64_t>(first, count, H5T_NATIVE_INT64), kWanted);
  return convert<double>(read_numbers<std::uint64_t>(first, count, H5T_NATIVE_UINT64), kWanted);
}

std::vector<std::string> Dataset::read_strings(std::uint64_t first, std::uint64_t count) const {
  if (!info_.is_string() || info_.rank() > 1) wrong_type("strings in one dimension");
  if (count > info_.rows() || first > info_.rows() - count) {
    throw std::logic_error(fmt::format("rows [{}, {}+{}) of {} are not in the dataset", first, first, count, name_));
  }
  if (count == 0) return {};
  if (info_.element_bytes > kLongestString) wrong_type("strings of at most 1 MiB");
  if (info_.type == TypeClass::variable_string) return read_variable_strings(first, count);

  const Library library;
  const Handle type = own(H5Dget_type(handle_.id()), H5Tclose);
  const Handle space = own(H5Dget_space(handle_.id()), H5Sclose);
  if (!type.is_open() || !space.is_open()) origin_->fail(name_);
  const hsize_t start = first, length = count;
  const Handle memory = own(H5Screate_simple(1, &length, nullptr), H5Sclose);
  if (info_.rank() > 0 && H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, &start, nullptr, &length, nullptr) < 0) {
    origin_->fail(name_);
  }
  std::string text(static_cast<std::size_t>(count) * info_.element_bytes, '\0');
  if (!memory.is_open() || H5Dread(handle_.id(), type.id(), memory.id(), space.id(), H5P_DEFAULT, text.data()) < 0) {
    origin_->fail(name_);
  }
  const H5T_str_t padding = H5Tget_strpad(type.id());
  std::vector<std::string> result;
  result.reserve(static_cast<std::size_t>(count));
  for (std::size_t at = 0; at < text.size(); at += info_.element_bytes) {
    result.push_back(trimmed(text.data() + at, info_.element_bytes, padding));
  }
  return result;
}

std::vector<std::string> Dataset::read_variable_strings(std::uint64_t first, std::uint64_t count) const {
  const Library library;
  ForkedRead child;
  const bool read = child.run([&](ForkedRead& self) {
    const Handle type = own(H5Dget_type(handle_.id()), H5Tclose);
    const Handle memory_type = variable_string_type(type.id());
    for (std::uint64_t at = 0; at < count; at += kVlenRows) {
      limit_computing();
      const hsize_t start = first + at, length = std::min(kVlenRows, count - at);
      std::vector<char*> texts(length, nullptr);
      const Handle memory = own(H5Screate_simple(1, &length, nullptr), H5Sclose);
      const Handle space = own(H5Dget_space(handle_.id()), H5Sclose);
      if (info_.rank() > 0 && H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, &start, nullptr, &length, nullptr) < 0) {
        return false;
      }
      if (H5Dread(handle_.id(), memory_type.id(), memory.id(), space.id(), H5P_DEFAULT, texts.data()) < 0) return false;
      for (const char* text : texts) self.send(text);
      free_strings(memory_type.id(), memory.id(), texts.data());
    }
    self.flush();
    return true;
  });
  std::vector<std::string> strings = child.strings();
  if (!read || strings.size() != count) {
    origin_->refuse("file.damaged", fmt::format("{} is damaged: the strings of {} cannot be read", origin_->quoted(),
                                                printable(name_)));
  }
  return strings;
}

// ---- writing -------------------------------------------------------------------------------------------------------

namespace {

[[noreturn]] void fail_write(const std::string& file, const std::string& object) {
  const Reason reason = last_reason();
  throw EnvironmentError("disk.cannot-write",
                         fmt::format("cannot write '{}'{}: {}", printable(file), shown(object),
                                     !reason.system.empty() ? reason.system : printable(reason.deepest)));
}

Handle without_times(hid_t property_class) {
  Handle list = own(H5Pcreate(property_class), H5Pclose);
  if (list.is_open()) H5Pset_obj_track_times(list.id(), false);
  return list;
}

}  // namespace

NewDataset::NewDataset(std::string file, std::string name, Handle handle)
    : file_(std::move(file)), name_(std::move(name)), handle_(std::move(handle)) {}

void NewDataset::extend(std::uint64_t length) {
  const Library library;
  const hsize_t size = length;
  if (H5Dset_extent(handle_.id(), &size) < 0) fail_write(file_, name_);
}

void NewDataset::write_chunk(std::uint64_t first, std::span<const std::byte> bytes) {
  const Library library;
  const hsize_t offset = first;
  if (H5Dwrite_chunk(handle_.id(), H5P_DEFAULT, 0, &offset, bytes.size(), bytes.data()) < 0) fail_write(file_, name_);
}

void NewDataset::close() {
  const Library library;
  if (!handle_.close()) fail_write(file_, name_);
}

NewFile::NewFile(const std::filesystem::path& path, std::string shown_path) : file_(std::move(shown_path)) {
  const Library library;
  const Handle access = own(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  const Handle creation = without_times(H5P_FILE_CREATE);
  if (!access.is_open() || !creation.is_open() ||
      H5Pset_libver_bounds(access.id(), H5F_LIBVER_V110, H5F_LIBVER_V110) < 0) {
    fail("");
  }
  handle_ = own(H5Fcreate(path.c_str(), H5F_ACC_EXCL, creation.id(), access.id()), H5Fclose);
  if (!handle_.is_open()) fail("");
}

void NewFile::fail(const std::string& object) const {
  fail_write(file_, object);
}

void NewFile::create_group(const std::string& group) {
  const Library library;
  const Handle creation = without_times(H5P_GROUP_CREATE);
  Handle handle = own(H5Gcreate2(handle_.id(), group.c_str(), H5P_DEFAULT, creation.id(), H5P_DEFAULT), H5Gclose);
  if (!handle.is_open() || !handle.close()) fail(group);
}

NewDataset NewFile::create_dataset(const std::string& dataset, const Layout& layout) {
  const Library library;
  const Handle creation = without_times(H5P_DATASET_CREATE);
  bool good = creation.is_open();
  if (layout.chunk_length > 0) {
    const hsize_t chunk = layout.chunk_length;
    good = good && H5Pset_chunk(creation.id(), 1, &chunk) >= 0;
    good = good && H5Pset_fill_time(creation.id(), H5D_FILL_TIME_NEVER) >= 0;
    good = good && H5Pset_alloc_time(creation.id(), H5D_ALLOC_TIME_INCR) >= 0;
    if (layout.filter == Layout::Filter::fletcher32) {
      good = good && H5Pset_fletcher32(creation.id()) >= 0;
    } else {
      good = good && H5Pset_shuffle(creation.id()) >= 0 && H5Pset_deflate(creation.id(), layout.deflate_level) >= 0;
    }
  }
  const hsize_t length = layout.length;
  const hsize_t most = layout.extendible ? H5S_UNLIMITED : length;
  const Handle space = own(H5Screate_simple(1, &length, &most), H5Sclose);
  const hid_t type = layout.type == ElementType::uint64 ? H5T_STD_U64LE : H5T_IEEE_F64LE;
  if (!good || !space.is_open()) fail(dataset);
  Handle handle = own(
      H5Dcreate2(handle_.id(), dataset.c_str(), type, space.id(), H5P_DEFAULT, creation.id(), H5P_DEFAULT), H5Dclose);
  if (!handle.is_open()) fail(dataset);
  return {file_, dataset, std::move(handle)};
}

void NewFile::write_attribute_value(const std::string& object, const std::string& name, std::int64_t type,
                                    std::int64_t space, const void* value) {
  const std::string place = object + "@" + name;
  const Handle owner = own(H5Oopen(handle_.id(), object.c_str(), H5P_DEFAULT), H5Oclose);
  if (!owner.is_open()) fail(place);
  Handle attribute = own(H5Acreate2(owner.id(), name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  if (!attribute.is_open() || H5Awrite(attribute.id(), type, value) < 0 || !attribute.close()) fail(place);
}

void NewFile::write_attribute(const std::string& object, const std::string& name, std::uint32_t value) {
  const Library library;
  const Handle space = own(H5Screate(H5S_SCALAR), H5Sclose);
  write_attribute_value(object, name, H5T_STD_U32LE, space.id(), &value);
}

void NewFile::write_attribute(const std::string& object, const std::string& name,
                              std::span<const std::uint32_t> values) {
  const Library library;
  const hsize_t length = values.size();
  const Handle space = own(H5Screate_simple(1, &length, nullptr), H5Sclose);
  write_attribute_value(object, name, H5T_STD_U32LE, space.id(), values.data());
}

void NewFile::write_attribute(const std::string& object, const std::string& name, const std::string& text) {
  if (text.size() > kLongestAttribute) {
    throw std::logic_error(fmt::format("attribute '{}' would have {} bytes", name, text.size()));
  }
  const Library library;
  // Of variable length: h5py gives a fixed-length attribute as bytes, which BMTK does not take for its `sorting`.
  const Handle type = own(H5Tcopy(H5T_C_S1), H5Tclose);
  const Handle space = own(H5Screate(H5S_SCALAR), H5Sclose);
  if (H5Tset_size(type.id(), H5T_VARIABLE) < 0 || H5Tset_cset(type.id(), H5T_CSET_UTF8) < 0) fail(object);
  const char* const value = text.c_str();
  write_attribute_value(object, name, type.id(), space.id(), &value);
}

void NewFile::write_enum_attribute(const std::string& object, const std::string& name,
                                   std::span<const char* const> members, std::uint8_t value) {
  const Library library;
  const Handle type = own(H5Tenum_create(H5T_STD_U8LE), H5Tclose);
  for (std::uint8_t i = 0; i < members.size(); ++i) {
    if (H5Tenum_insert(type.id(), members[i], &i) < 0) fail(object);
  }
  const Handle space = own(H5Screate(H5S_SCALAR), H5Sclose);
  write_attribute_value(object, name, type.id(), space.id(), &value);
}

void NewFile::close() {
  const Library library;
  if (!handle_.close()) fail("");
}

}  // namespace stimgen::h5
