// The process that reads for others: one serves all files, whatever becomes of it in a damaged one.
#include <doctest/doctest.h>

#include <hdf5.h>

#include <pthread.h>
#include <signal.h>
#include <sys/types.h>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include "h5/read.hpp"
#include "h5/write.hpp"
#include "stimgen/diagnostic.hpp"
#include "support/hdf5_fixture.hpp"
#include "support/temp_folder.hpp"

namespace stimgen {
namespace {

using namespace stimgen::testing;

int forks_so_far() {
  static int forks = 0;
  static const int registered = pthread_atfork(
      nullptr, [] { ++forks; }, nullptr);
  REQUIRE(registered == 0);
  return forks;
}

// A text of variable length as an attribute of the root group.
void write_text_attribute(const std::filesystem::path& path, const std::string& text) {
  h5::NewFile file(path, path.string());
  file.write_attribute("/", "text", text);
  file.close();
}

std::string text_attribute(const std::filesystem::path& path) {
  return h5::ReadFile(path, "a test file").read_attribute("/", "text").value().text;
}

void write_old_format(const std::filesystem::path& path) {
  make_hdf5(path, [](hid_t file) { H5Gclose(H5Gcreate2(file, "group", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT)); });
}

// Its heap of names has a list of free places that leads in a circle: HDF5 1.10 never comes back.
void write_endless(const std::filesystem::path& path) {
  write_old_format(path);
  std::string bytes = read_text(path);
  const std::size_t heap = bytes.find("HEAP");
  REQUIRE(heap != bytes.npos);
  std::uint64_t free_place = 0, data = 0;
  std::memcpy(&free_place, &bytes[heap + 16], sizeof free_place);
  std::memcpy(&data, &bytes[heap + 24], sizeof data);
  REQUIRE(data + free_place + 16 <= bytes.size());
  std::memcpy(&bytes[data + free_place], &free_place, sizeof free_place);
  write_text(path, bytes);
}

// Kills what this process has forked; how many processes that were.
int kill_children() {
  int killed = 0;
  for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream children(thread.path() / "children");
    for (pid_t child = 0; children >> child; ++killed) REQUIRE(kill(child, SIGKILL) == 0);
  }
  return killed;
}

bool is_damaged(const std::filesystem::path& path) {
  try {
    h5::ReadFile(path, "a test file").children("/");
  } catch (const InputError& error) {
    return std::string(error.what()).find("is damaged") != std::string::npos;
  }
  return false;
}

TEST_SUITE("h5") {
  TEST_CASE("one process looks at all files of the old format, and reads all texts") {
    const TempFolder folder;
    const int before = forks_so_far();
    for (int i = 0; i < 50; ++i) {
      const std::string number = std::to_string(i);
      write_old_format(folder / ("old" + number));
      CHECK(h5::ReadFile(folder / ("old" + number), "a test file").has_group("/group"));
      write_text_attribute(folder / ("new" + number), "text " + number);
      CHECK(text_attribute(folder / ("new" + number)) == "text " + number);
    }
    CHECK(forks_so_far() - before <= 1);
  }

  TEST_CASE("files before and after a damaged one are read") {
    const TempFolder folder;
    write_old_format(folder / "old");
    write_text_attribute(folder / "new", "text");
    write_endless(folder / "endless");
    for (int i = 0; i < 2; ++i) {
      CHECK_FALSE(is_damaged(folder / "old"));
      CHECK(text_attribute(folder / "new") == "text");
      CHECK(is_damaged(folder / "endless"));
    }
    CHECK(text_attribute(folder / "new") == "text");
  }

  TEST_CASE("a process that something else killed is no fault of the next file") {
    const TempFolder folder;
    write_old_format(folder / "old");
    write_text_attribute(folder / "new", "text");
    for (int i = 0; i < 3; ++i) {
      CHECK(text_attribute(folder / "new") == "text");
      CHECK(kill_children() == 1);
      CHECK_FALSE(is_damaged(folder / "old"));
      CHECK(kill_children() == 1);
    }
  }

  // The process must neither write what was being written when it was forked, nor believe what HDF5 knew of it then.
  TEST_CASE("a file that was being written when the process began is read as it became") {
    const TempFolder folder;
    write_endless(folder / "endless");
    write_old_format(folder / "old");
    h5::NewFile file(folder / "x.h5", "x.h5");
    CHECK(is_damaged(folder / "endless"));    // ends the process
    CHECK_FALSE(is_damaged(folder / "old"));  // begins one
    file.create_group("/group");
    file.write_attribute("/", "text", "written later");
    file.close();
    const std::string bytes = read_text(folder / "x.h5");
    CHECK(text_attribute(folder / "x.h5") == "written later");
    CHECK(is_damaged(folder / "endless"));
    CHECK((read_text(folder / "x.h5") == bytes));  // not printed
  }

  TEST_CASE("a file that took the place of an open one is not read for it") {
    const TempFolder folder;
    write_text_attribute(folder / "x.h5", "mine");
    write_text_attribute(folder / "other.h5", "not mine");
    const h5::ReadFile file(folder / "x.h5", "a test file");
    CHECK(file.read_attribute("/", "text").value().text == "mine");
    std::filesystem::rename(folder / "other.h5", folder / "x.h5");
    CHECK_THROWS_WITH_AS(file.read_attribute("/", "text"), doctest::Contains("was replaced while it was read"),
                         EnvironmentError);
  }
}

}  // namespace
}  // namespace stimgen
