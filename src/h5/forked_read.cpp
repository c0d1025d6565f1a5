// The process that reads for others, and what passes between: a request of fixed numbers and texts, and its answer,
// texts and a closing word.
#include "h5/forked_read.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "h5/library.hpp"
#include "h5/types.hpp"
#include "stimgen/diagnostic.hpp"

namespace stimgen::h5 {
namespace {

// Wall time without a sign of the process after which it ends itself; its CPU time is limited far below.
constexpr unsigned kLongestSilence_s = 30;
constexpr std::uint64_t kRowsAtOnce = 65536;
// Take the place of a text's size in an answer.
constexpr std::uint32_t kDone = 0xffffffff;
constexpr std::uint32_t kFailed = 0xfffffffe;

enum class Work : std::uint32_t { walk, dataset, attribute };

struct Request {
  Work work = Work::walk;
  FileIdentity file;
  std::string object{}, attribute{};
  std::uint64_t first = 0, count = 0;
};

// One end of the two connected sockets. False: the other end is gone.
class Channel {
 public:
  explicit Channel(int descriptor) : descriptor_(descriptor) {}

  void put(const void* bytes, std::size_t size) { pending_.append(static_cast<const char*>(bytes), size); }
  void put_text(std::string_view text) {
    const auto size = static_cast<std::uint32_t>(text.size());
    put(&size, sizeof size);
    put(text.data(), text.size());
  }
  bool flush() {
    for (std::size_t at = 0; at < pending_.size();) {
      const ssize_t sent = ::send(descriptor_, pending_.data() + at, pending_.size() - at, MSG_NOSIGNAL);
      if (sent < 0 && errno != EINTR) return false;
      if (sent > 0) at += static_cast<std::size_t>(sent);
    }
    pending_.clear();
    return true;
  }
  std::size_t pending() const { return pending_.size(); }

  bool take(void* bytes, std::size_t size) {
    while (received_.size() - taken_ < size) {
      received_.erase(0, std::exchange(taken_, 0));
      const std::size_t had = received_.size();
      received_.resize(had + std::max<std::size_t>(size - had, 65536));
      const ssize_t got = ::recv(descriptor_, received_.data() + had, received_.size() - had, 0);
      received_.resize(had + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
      if (got == 0 || (got < 0 && errno != EINTR)) return false;
    }
    std::memcpy(bytes, received_.data() + taken_, size);
    taken_ += size;
    return true;
  }
  bool take_text(std::string& text, std::uint32_t size) {
    text.resize(size);
    return take(text.data(), size);
  }
  bool take_text(std::string& text) {
    std::uint32_t size = 0;
    return take(&size, sizeof size) && take_text(text, size);
  }

 private:
  int descriptor_;
  std::string pending_, received_;
  std::size_t taken_ = 0;  // of received_
};

void put_request(Channel& channel, const Request& request) {
  channel.put(&request.work, sizeof request.work);
  channel.put(&request.file.device, sizeof request.file.device);
  channel.put(&request.file.inode, sizeof request.file.inode);
  channel.put(&request.first, sizeof request.first);
  channel.put(&request.count, sizeof request.count);
  for (const std::string* text : {&request.file.path, &request.object, &request.attribute}) channel.put_text(*text);
}

bool take_request(Channel& channel, Request& request) {
  return channel.take(&request.work, sizeof request.work) &&
         channel.take(&request.file.device, sizeof request.file.device) &&
         channel.take(&request.file.inode, sizeof request.file.inode) &&
         channel.take(&request.first, sizeof request.first) && channel.take(&request.count, sizeof request.count) &&
         channel.take_text(request.file.path) && channel.take_text(request.object) &&
         channel.take_text(request.attribute);
}

bool is_in_place(const FileIdentity& file) {
  struct stat status {};
  return ::stat(file.path.c_str(), &status) == 0 && status.st_dev == file.device && status.st_ino == file.inode;
}

// ---- in the other process ------------------------------------------------------------------------------------------

constexpr int kChannel = 3;

// A crash ends the process at once, without the handlers, the core file or the last words of this program; Ctrl-C is
// the parent's matter. It keeps nothing of the parent open but its channel, so that it holds no lock and no pipe.
void leave_the_parent(int channel) {
  for (const int signal : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGTRAP, SIGXCPU, SIGALRM})
    std::signal(signal, SIG_DFL);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) std::signal(signal, SIG_IGN);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  if (channel != kChannel && ::dup2(channel, kChannel) < 0) _exit(1);
  if (const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC); nowhere >= 0) {
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(nowhere, stream);
  }
  ::closefrom(kChannel + 1);
}

// HDF5 can loop for ever on a damaged heap: lets the process compute for at most two seconds more.
void limit_computing() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = static_cast<rlim_t>(used.ru_utime.tv_sec + used.ru_stime.tv_sec + 2);
  // The hard limit stays as it is (ulimit -t): whoever raises it without the right to has set no limit at all.
  rlimit limit{};
  if (getrlimit(RLIMIT_CPU, &limit) != 0) limit.rlim_max = RLIM_INFINITY;
  limit.rlim_cur = std::min(seconds, limit.rlim_max);
  setrlimit(RLIMIT_CPU, &limit);
  ::alarm(kLongestSilence_s);
}

// Files are opened by another driver than the parent's: HDF5 would otherwise find those that were open there at the
// fork, whose descriptors are closed here.
Handle open_here(const FileIdentity& file) {
  if (!is_in_place(file)) return {};
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  if (H5Pset_fapl_stdio(access.id()) < 0) return {};
  return {H5Fopen(file.path.c_str(), H5F_ACC_RDONLY, access.id()), H5Fclose};
}

bool send_string(Channel& channel, const char* text) {
  const std::size_t length = text == nullptr ? 0 : strnlen(text, kLongestString + 1);
  if (length > kLongestString) return false;
  channel.put_text({text == nullptr ? "" : text, length});
  if (channel.pending() < 65536) return true;
  ::alarm(kLongestSilence_s);
  return channel.flush();
}

// A memory type that HDF5 gives char* for.
Handle variable_string_type(hid_t file_type) {
  Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type.id(), H5T_VARIABLE);
  H5Tset_cset(type.id(), H5Tget_cset(file_type));
  return type;
}

bool walk(hid_t file) {
  const auto visit = [](hid_t, const char*, const ObjectInfo*, void*) -> herr_t { return 0; };
  // What fails without a crash is found, and named, when it is needed.
  static_cast<void>(visit_objects(file, visit, nullptr));
  return true;
}

bool send_dataset(Channel& channel, hid_t file, const Request& request) {
  const Handle dataset(H5Dopen2(file, request.object.c_str(), H5P_DEFAULT), H5Dclose);
  if (!dataset.is_open()) return false;
  const Handle type(H5Dget_type(dataset.id()), H5Tclose);
  const Handle memory_type = variable_string_type(type.id());
  for (std::uint64_t at = 0; at < request.count; at += kRowsAtOnce) {
    limit_computing();
    const hsize_t start = request.first + at, length = std::min(kRowsAtOnce, request.count - at);
    std::vector<char*> texts(length, nullptr);
    const Handle memory(H5Screate_simple(1, &length, nullptr), H5Sclose);
    const Handle space(H5Dget_space(dataset.id()), H5Sclose);
    if (H5Sget_simple_extent_ndims(space.id()) > 0 &&
        H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, &start, nullptr, &length, nullptr) < 0) {
      return false;
    }
    if (H5Dread(dataset.id(), memory_type.id(), memory.id(), space.id(), H5P_DEFAULT, texts.data()) < 0) return false;
    for (const char* text : texts) {
      if (!send_string(channel, text)) return false;
    }
    free_strings(memory_type.id(), memory.id(), texts.data());
  }
  return true;
}

bool send_attribute(Channel& channel, hid_t file, const Request& request) {
  const Handle attribute(
      H5Aopen_by_name(file, request.object.c_str(), request.attribute.c_str(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  if (!attribute.is_open()) return false;
  const Handle type(H5Aget_type(attribute.id()), H5Tclose);
  const Handle memory_type = variable_string_type(type.id());
  const Handle space(H5Aget_space(attribute.id()), H5Sclose);
  // The other side asked for so many; a file that changed since may hold more.
  if (H5Sget_simple_extent_npoints(space.id()) != static_cast<hssize_t>(request.count)) return false;
  std::vector<char*> texts(static_cast<std::size_t>(request.count), nullptr);
  if (H5Aread(attribute.id(), memory_type.id(), texts.data()) < 0) return false;
  const bool sent = send_string(channel, texts[0]);
  free_strings(memory_type.id(), space.id(), texts.data());
  return sent;
}

bool answer(Channel& channel, const Request& request) {
  limit_computing();
  const Handle file = open_here(request.file);
  if (!file.is_open()) return false;
  switch (request.work) {
    case Work::walk:
      return walk(file.id());
    case Work::dataset:
      return send_dataset(channel, file.id(), request);
    case Work::attribute:
      return send_attribute(channel, file.id(), request);
  }
  return false;
}

// Until the other side is gone, or something failed: HDF5 may have lost its way then.
[[noreturn]] void serve(int descriptor) {
  leave_the_parent(descriptor);
  Channel channel(kChannel);
  for (;;) {
    Request request;
    ::alarm(0);
    if (!take_request(channel, request)) _exit(0);
    const std::uint32_t word = answer(channel, request) ? kDone : kFailed;
    channel.put(&word, sizeof word);
    if (!channel.flush() || word == kFailed) _exit(1);
  }
}

// ---- in this one ---------------------------------------------------------------------------------------------------

class Reader {
 public:
  // nullopt: a process of its own could not do it. Requires: HDF5's lock is held.
  static std::optional<std::vector<std::string>> ask(const Request& request) {
    static auto& reader = *new Reader;  // never destroyed: the process ends when this one is gone
    for (bool stood_still = false;;) {
      const bool fresh = !reader.is_running();
      if (fresh) reader.start();
      std::optional<std::vector<std::string>> texts = reader.answer_to(request);
      if (texts) return texts;
      const int signal = reader.stop();
      if (!is_in_place(request.file)) throw FileReplaced(request.file.path);
      if (!fresh) continue;
      // A lock that another thread held at the moment of the fork is no fault of the file.
      if (signal != SIGALRM || std::exchange(stood_still, true)) return std::nullopt;
    }
  }

 private:
  // A copy of this process, as fork() makes one, has no reader of its own.
  bool is_running() const { return process_ > 0 && owner_ == getpid(); }

  void start() {
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
      throw EnvironmentError("system.no-process", fmt::format("cannot connect to a process: {}", std::strerror(errno)));
    }
    // What is buffered belongs to this process: one that dies by exit() would print it again.
    std::fflush(nullptr);
    const pid_t process = fork();
    if (process == 0) serve(ends[1]);
    const int fork_errno = errno;
    ::close(ends[1]);
    if (process < 0) {
      ::close(ends[0]);
      throw EnvironmentError("system.no-process", fmt::format("cannot start a process: {}", std::strerror(fork_errno)));
    }
    process_ = process;
    owner_ = getpid();
    descriptor_ = ends[0];
    channel_.emplace(descriptor_);
  }

  // The signal that ended it; 0: none.
  int stop() {
    ::close(descriptor_);
    channel_.reset();
    int status = 0;
    while (waitpid(process_, &status, 0) < 0 && errno == EINTR) {
    }
    process_ = -1;
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  }

  std::optional<std::vector<std::string>> answer_to(const Request& request) {
    put_request(*channel_, request);
    if (!channel_->flush()) return std::nullopt;
    std::vector<std::string> texts;
    for (;;) {
      std::uint32_t size = 0;
      if (!channel_->take(&size, sizeof size) || size == kFailed) return std::nullopt;
      if (size == kDone) return texts;
      if (size > kLongestString || texts.size() == request.count) return std::nullopt;
      if (!channel_->take_text(texts.emplace_back(), size)) return std::nullopt;
    }
  }

  pid_t process_ = -1, owner_ = -1;
  int descriptor_ = -1;
  std::optional<Channel> channel_;
};

}  // namespace

bool can_be_walked(const FileIdentity& file) {
  const Library library;
  return Reader::ask({.work = Work::walk, .file = file}).has_value();
}

std::optional<std::vector<std::string>> read_strings_forked(const FileIdentity& file, const std::string& dataset,
                                                            std::uint64_t first, std::uint64_t count) {
  const Library library;
  auto texts = Reader::ask({.work = Work::dataset, .file = file, .object = dataset, .first = first, .count = count});
  if (texts && texts->size() != count) return std::nullopt;
  return texts;
}

std::optional<std::string> read_string_forked(const FileIdentity& file, const std::string& object,
                                              const std::string& attribute, std::uint64_t count) {
  const Library library;
  const auto texts =
      Reader::ask({.work = Work::attribute, .file = file, .object = object, .attribute = attribute, .count = count});
  if (!texts || texts->size() != 1) return std::nullopt;
  return texts->front();
}

}  // namespace stimgen::h5
