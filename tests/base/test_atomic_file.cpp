// Files appear whole or not at all, whichever system call fails.
#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <optional>
#include <string>

#include "base/atomic_file.hpp"
#include "stimgen/diagnostic.hpp"
#include "support/temp_folder.hpp"

namespace stimgen {
namespace {

using namespace stimgen::testing;

// Fails the k-th call that could change the disk; removing always works.
class DiskFailingAt final : public Disk {
 public:
  explicit DiskFailingAt(int call) : left_(call) {}
  bool has_failed() const { return left_ < 0; }
  int open_exclusively(const std::filesystem::path& path) override {
    return fails() ? -EDQUOT : real_disk().open_exclusively(path);
  }
  int write(int descriptor, std::string_view text) override {
    return fails() ? (real_disk().write(descriptor, text.substr(0, text.size() / 2)), -ENOSPC)
                   : real_disk().write(descriptor, text);
  }
  int close(int descriptor) override {
    const int closed = real_disk().close(descriptor);
    return fails() ? -EIO : closed;
  }
  int sync_file(const std::filesystem::path& path) override { return fails() ? -EIO : real_disk().sync_file(path); }
  int rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
    return fails() ? -EROFS : real_disk().rename(from, to);
  }
  int sync_folder(const std::filesystem::path& folder) override {
    return fails() ? -EIO : real_disk().sync_folder(folder);
  }
  int remove(const std::filesystem::path& path) override { return real_disk().remove(path); }

 private:
  bool fails() { return --left_ < 0 && left_ == -1; }
  int left_;
};

// TMPDIR while it lives.
class TemporaryFolderIs {
 public:
  explicit TemporaryFolderIs(const std::filesystem::path& folder) {
    if (const char* const before = std::getenv("TMPDIR")) before_ = before;
    ::setenv("TMPDIR", folder.c_str(), 1);
  }
  ~TemporaryFolderIs() {
    if (before_) {
      ::setenv("TMPDIR", before_->c_str(), 1);
    } else {
      ::unsetenv("TMPDIR");
    }
  }
  TemporaryFolderIs(const TemporaryFolderIs&) = delete;
  TemporaryFolderIs& operator=(const TemporaryFolderIs&) = delete;

 private:
  std::optional<std::string> before_;
};

TEST_SUITE("base") {
  TEST_CASE("a text file is written, replaced, and its folder named when it is not there") {
    const TempFolder folder;
    write_file_atomically(folder / "a.txt", "first");
    write_file_atomically(folder / "a.txt", "second");
    CHECK(read_text(folder / "a.txt") == "second");
    CHECK(folder.entries() == 1);
    const auto missing = folder.path() / "no" / "b.txt";
    CHECK_THROWS_WITH_AS(
        write_file_atomically(missing, "x"),
        ("cannot create '" + missing.string() + "': No such file or directory [disk.cannot-write]").c_str(),
        EnvironmentError);
    std::filesystem::create_directory(folder / "taken");
    CHECK_THROWS_AS(write_file_atomically(folder / "taken", "x"), EnvironmentError);
    CHECK(folder.entries() == 2);
    const std::string long_name(255, 'n');
    write_file_atomically(folder / long_name, "x");
    CHECK(read_text(folder / long_name) == "x");
  }

  TEST_CASE("whichever call fails, the old or the new file is there, whole and alone") {
    for (int call = 0;; ++call) {
      CAPTURE(call);
      const TempFolder folder;
      write_text(folder / "a.txt", "old");
      DiskFailingAt disk(call);
      std::string error;
      try {
        write_file_atomically(folder / "a.txt", "the new text", disk);
      } catch (const EnvironmentError& trouble) {
        error = trouble.what();
      }
      CHECK(folder.entries() == 1);
      if (!disk.has_failed()) {
        CHECK(error.empty());
        CHECK(read_text(folder / "a.txt") == "the new text");
        REQUIRE(call == 6);
        break;
      }
      CHECK(error.find("a.txt'") != error.npos);
      CHECK(read_text(folder / "a.txt") == (call < 5 ? "old" : "the new text"));
    }
  }

  TEST_CASE("a link planted where the temporary goes is not followed") {
    const TempFolder folder;
    write_text(folder / "precious", "keep");
    std::filesystem::create_symlink(folder / "precious", folder / "link");
    CHECK(real_disk().open_exclusively(folder / "link") == -EEXIST);
    CHECK(read_text(folder / "precious") == "keep");
  }

  TEST_CASE("only temporaries of dead processes that nobody holds are swept") {
    const TempFolder folder;
    const pid_t child = fork();
    if (child == 0) _exit(0);
    waitpid(child, nullptr, 0);
    const std::string dead = std::to_string(child), alive = std::to_string(getppid());
    const std::string stale = ".a.h5.tmp." + dead + ".0123456789abcdef";
    const std::string held = ".b.h5.tmp." + dead + ".0123456789abcdef";
    const std::string others = ".a.h5.tmp." + alive + ".0123456789abcdef";
    const std::vector<std::string> kept = {held,
                                           others,
                                           "a.h5.tmp." + dead + ".0123456789abcdef",
                                           ".a.h5.tmp." + dead,
                                           ".a.h5.tmp." + dead + ".xyz",
                                           ".a.h5.tmp.-1.0123456789abcdef",
                                           "a.h5"};
    write_text(folder / stale, "x");
    for (const std::string& name : kept) write_text(folder / name, "x");
    const int descriptor = open((folder / held).c_str(), O_RDONLY);
    REQUIRE(flock(descriptor, LOCK_EX) == 0);
    CHECK(sweep_stale_temporaries(folder.path()) == 1);
    CHECK_FALSE(std::filesystem::exists(folder / stale));
    for (const std::string& name : kept) CHECK(std::filesystem::exists(folder / name));
    close(descriptor);
    CHECK(sweep_stale_temporaries(folder.path()) == 1);
    CHECK(sweep_stale_temporaries(folder / "absent") == 0);
  }

  TEST_CASE("folders are made with those above them, or the trouble is named") {
    const TempFolder folder;
    create_folders(folder.path() / "a" / "b" / "c");
    create_folders(folder.path() / "a" / "b" / "c");
    create_folders("");
    CHECK(std::filesystem::is_directory(folder.path() / "a" / "b" / "c"));
    write_text(folder / "file", "x");
    CHECK_THROWS_AS(create_folders(folder / "file"), EnvironmentError);
    CHECK_THROWS_AS(create_folders(folder.path() / "file" / "below"), EnvironmentError);
  }

  TEST_CASE("a scratch file has no name and gives back what it got") {
    const TempFolder folder;
    ScratchFile file(folder.path());
    CHECK(folder.entries() == 0);
    const std::string text = "0123456789";
    file.append(text.data(), text.size());
    file.append(text.data(), 5);
    CHECK(file.size() == 15);
    std::string part(7, ' ');
    file.read(8, part.data(), part.size());
    CHECK(part == "8901234");
    CHECK_THROWS_AS(file.read(10, part.data(), part.size()), EnvironmentError);
  }

  TEST_CASE("where nothing can be written a scratch file is one of the system's temporary folder") {
    const TempFolder folder;
    const TempFolder temporary;
    const TemporaryFolderIs named(temporary.path());
    for (const std::filesystem::path& place : {folder / "absent", std::filesystem::path("/proc"), {}}) {
      ScratchFile file(place);
      file.append("abc", 3);
      std::string text(3, ' ');
      file.read(0, text.data(), text.size());
      CHECK(text == "abc");
    }
    CHECK(temporary_folder() == temporary.path());
    const TemporaryFolderIs nowhere("/no/such/folder");
    CHECK_NOTHROW(ScratchFile(folder.path()));
    const char* const message =
        "a temporary file is needed, but there is no folder '/no/such/folder', which TMPDIR names "
        "[disk.no-temporary-folder]";
    CHECK_THROWS_WITH_AS(ScratchFile(folder / "absent"), message, EnvironmentError);
    CHECK(folder.entries() == 0);
  }
}

}  // namespace
}  // namespace stimgen
