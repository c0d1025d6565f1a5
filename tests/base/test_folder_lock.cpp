// One run at a time in a folder.
#include "base/folder_lock.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include <unistd.h>

#include "stimgen/diagnostic.hpp"
#include "support/temp_folder.hpp"

using namespace stimgen;
using stimgen::testing::TempFolder;

TEST_SUITE("base") {
  TEST_CASE("a held folder is refused, with the number of the holder, until it is let go") {
    const TempFolder folder;
    auto held = std::make_unique<FolderLock>(folder.path());
    std::string message;
    try {
      const FolderLock second(folder.path());
    } catch (const EnvironmentError& error) {
      message = error.what();
    }
    CHECK(message.find("another run (process " + std::to_string(::getpid()) + ")") != message.npos);
    CHECK(message.find(folder.path().string()) != message.npos);
    held.reset();
    CHECK(folder.entries() == 0);
    const FolderLock again(folder.path());
    CHECK(folder.entries() == 1);
  }

  TEST_CASE("a marker that a crash left stops nobody, and is removed") {
    const TempFolder folder;
    testing::write_text(folder / ".stimgen-running", "4711\n");
    { const FolderLock lock(folder.path()); }
    CHECK(folder.entries() == 0);
  }

  TEST_CASE("a folder that is not there, and a symbolic link for the marker") {
    const TempFolder folder;
    CHECK_THROWS_AS(FolderLock(folder / "absent"), EnvironmentError);
    testing::write_text(folder / "precious", "mine");
    std::filesystem::create_symlink("precious", folder / ".stimgen-running");
    CHECK_THROWS_AS(FolderLock(folder.path()), EnvironmentError);
    CHECK(testing::read_text(folder / "precious") == "mine");
  }
}
