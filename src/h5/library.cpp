// HDF5's one lock and its settings, handles, and the reasons in its error stack.
#include "h5/library.hpp"

#include <pthread.h>

#include <cstdint>
#include <type_traits>

#include <fmt/format.h>

#include "stimgen/diagnostic.hpp"

namespace stimgen::h5 {
namespace {

static_assert(std::is_same_v<hid_t, std::int64_t>);

std::recursive_mutex& library_mutex() {
  static auto& mutex = *new std::recursive_mutex;  // never destroyed: handles may outlive statics
  return mutex;
}

// A forked child has one thread, which would wait for ever: the mutex knows its owner by the parent's thread id.
bool in_forked_child = false;

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

}  // namespace

Library::Library() {
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

Reason last_reason() {
  Reason reason;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, collect_reason, &reason);
  return reason;
}

std::string shown(std::string_view object) {
  return object.empty() ? "" : fmt::format(" ({})", printable(object));
}

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

}  // namespace stimgen::h5
