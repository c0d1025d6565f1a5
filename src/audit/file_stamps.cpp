// Size, times and inode of files at the last look, kept as JSON in the output folder.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <unordered_map>

#include "audit/entry_json.hpp"
#include "audit/state_file.hpp"
#include "base/atomic_file.hpp"
#include "base/digest.hpp"
#include "base/source_file.hpp"

namespace stimgen {
namespace {

// The change time is there because the modification time can be set back.
std::optional<std::string> stamp_of(const std::filesystem::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return fmt::format("{} {}.{:09} {}.{:09} {}", status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec,
                     status.st_ctim.tv_sec, status.st_ctim.tv_nsec, status.st_ino);
}

FileDigest digest_bytes(const std::filesystem::path& path) {
  if (const std::string problem = ordinary_file_problem(path); !problem.empty()) {
    throw InputError("file.unreadable", problem);
  }
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const auto fail = [&] {
    throw InputError("file.unreadable",
                     fmt::format("cannot read '{}': {}", printable(path.string()), std::strerror(errno)));
  };
  if (descriptor < 0) fail();
  std::vector<std::byte> buffer(1U << 20U);
  Blake3 hash;
  FileDigest file;
  for (;;) {
    const ssize_t got = ::read(descriptor, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      ::close(descriptor);
      fail();
    }
    if (got == 0) break;
    hash.update(std::span(buffer.data(), static_cast<std::size_t>(got)));
    file.bytes += static_cast<std::uint64_t>(got);
  }
  ::close(descriptor);
  file.blake3 = to_hex(hash.finish());
  return file;
}

struct Known {
  std::string stamp;  // empty: nothing is known
  std::string content;
  std::uint64_t bytes = 0;
  bool believed = false;  // by this object: the file had this stamp when something was concluded from it
};

std::string key_of(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::absolute(path, ignored).lexically_normal().string();
}

}  // namespace

struct FileStamps::State {
  std::filesystem::path path;  // of state.json; empty: none
  std::unordered_map<std::string, Known> known;
  bool changed = false;
};

FileStamps::FileStamps(std::filesystem::path folder) : state_(std::make_unique<State>()) {
  if (folder.empty()) return;
  state_->path = folder / kStateFolder / "state.json";
  std::ifstream file = open_state(state_->path);
  if (!file.is_open()) return;
  // Damaged, old or foreign: nothing is known.
  const auto json = SortedJson::parse(file, nullptr, false);
  if (!json.is_object() || json.value("version", 0) != 1 || !json.contains("files") || !json["files"].is_object())
    return;
  for (const auto& [name, value] : json["files"].items()) {
    if (!value.is_array() || value.size() != 3 || !value[0].is_string() || !value[1].is_string() ||
        !value[2].is_number_unsigned()) {
      continue;
    }
    state_->known[name] = {value[0].get<std::string>(), value[1].get<std::string>(), value[2].get<std::uint64_t>()};
  }
}
FileStamps::~FileStamps() = default;

namespace {

// A file that someone is writing to moves under every look; a few are enough to see that.
constexpr int kMostLooks = 3;

// `read` runs between two looks at the stamp: what it gives belongs to that stamp only if the file stayed. False: it
// never did.
template <typename Read>
bool read_in_peace(const std::filesystem::path& path, std::string& stamp, Read read) {
  for (int look = 0; look < kMostLooks; ++look) {
    const auto before = stamp_of(path);
    try {
      read();
    } catch (const FileReplaced&) {
      continue;
    }
    stamp = before.value_or("");
    if (before == stamp_of(path)) return true;
  }
  return false;
}

}  // namespace

FileDigest FileStamps::digest(const std::filesystem::path& path) {
  Known& known = state_->known[key_of(path)];
  // What was remembered of it as a spike file has no bytes; an empty file is soon digested again.
  if (const auto stamp = stamp_of(path); stamp && known.stamp == *stamp && known.bytes > 0) {
    known.believed = true;
    return {known.bytes, known.content};
  }
  FileDigest file;
  std::string stamp;
  if (!read_in_peace(path, stamp, [&] { file = digest_bytes(path); })) stamp.clear();
  known = {stamp, file.blake3, file.bytes, !stamp.empty()};
  state_->changed = true;
  return file;
}

std::string FileStamps::recall(const std::filesystem::path& path) {
  const auto found = state_->known.find(key_of(path));
  if (found == state_->known.end()) return {};
  const auto stamp = stamp_of(path);
  if (!stamp || *stamp != found->second.stamp) return {};
  found->second.believed = true;
  return found->second.content;
}

bool FileStamps::look(const std::filesystem::path& path, const std::string& expected,
                      const std::function<std::string()>& read) {
  std::string stamp, content;
  if (!read_in_peace(path, stamp, [&] { content = read(); })) return false;
  if (content != expected || stamp.empty()) return false;
  state_->known[key_of(path)] = {stamp, content, 0, true};
  state_->changed = true;
  return true;
}

void FileStamps::remember(const std::filesystem::path& path, const std::string& content) {
  const auto stamp = stamp_of(path);
  if (!stamp) return;
  state_->known[key_of(path)] = {*stamp, content, 0, true};
  state_->changed = true;
}

std::string FileStamps::stamp(const std::filesystem::path& path) {
  return stamp_of(path).value_or("");
}

bool FileStamps::untouched() const {
  return std::all_of(state_->known.begin(), state_->known.end(), [](const auto& item) {
    return !item.second.believed || stamp_of(item.first) == item.second.stamp;
  });
}

void FileStamps::save() noexcept {
  if (state_->path.empty() || !state_->changed) return;
  try {
    SortedJson files = SortedJson::object();
    for (const auto& [name, known] : state_->known) {
      if (!known.stamp.empty()) files[name] = SortedJson::array({known.stamp, known.content, known.bytes});
    }
    create_folders(state_->path.parent_path());
    write_cache_file(state_->path, SortedJson{{"version", 1}, {"files", std::move(files)}}.dump());
    state_->changed = false;
  } catch (const std::exception&) {
    // The next run looks at the files themselves.
  }
}

}  // namespace stimgen
