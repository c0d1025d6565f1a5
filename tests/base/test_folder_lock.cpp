// One run at a time in a folder.
#include "base/folder_lock.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <sys/wait.h>
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

  TEST_CASE("those who share a folder exclude only who wants it alone, and the last removes the marker") {
    const TempFolder folder;
    using enum FolderLock::Use;
    auto first = std::make_unique<FolderLock>(folder.path(), shared);
    auto second = std::make_unique<FolderLock>(folder.path(), shared);
    CHECK_THROWS_AS(FolderLock(folder.path()), EnvironmentError);
    first.reset();
    CHECK(folder.entries() == 1);
    CHECK_THROWS_AS(FolderLock(folder.path()), EnvironmentError);
    const FolderLock third(folder.path(), shared);
    second.reset();
    CHECK_THROWS_AS(FolderLock(folder.path()), EnvironmentError);
  }

  TEST_CASE("after all who shared a folder have gone it is empty, and can be held alone") {
    const TempFolder folder;
    {
      const FolderLock one(folder.path(), FolderLock::Use::shared);
      const FolderLock other(folder.path(), FolderLock::Use::shared);
    }
    CHECK(folder.entries() == 0);
    const FolderLock alone(folder.path());
    CHECK_THROWS_AS(FolderLock(folder.path(), FolderLock::Use::shared), EnvironmentError);
  }

  TEST_CASE("who wants to share waits for one that holds the folder alone for a moment, as the last of others does") {
    const TempFolder folder;
    auto alone = std::make_unique<FolderLock>(folder.path());
    const std::jthread last([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      alone.reset();
    });
    CHECK_NOTHROW(FolderLock(folder.path(), FolderLock::Use::shared));
  }

  TEST_CASE("coming and going of those who share is never refused") {
    const TempFolder folder;
    std::atomic<int> refused = 0;
    std::vector<std::jthread> runs;
    for (int i = 0; i < 8; ++i) {
      runs.emplace_back([&] {
        for (int k = 0; k < 200; ++k) {
          try {
            const FolderLock held(folder.path(), FolderLock::Use::shared);
          } catch (const EnvironmentError&) {
            ++refused;
          }
        }
      });
    }
    runs.clear();
    CHECK(refused == 0);
    CHECK(folder.entries() == 0);
  }

  TEST_CASE("a held folder is waited for as long as told, and that is said once") {
    const TempFolder folder;
    auto held = std::make_unique<FolderLock>(folder.path());
    int said = 0;
    std::string who;
    Patience patience = Patience::endless();
    patience.on_wait = [&](const std::string& holder) {
      ++said;
      who = holder;
    };
    SUBCASE("until it is let go") {
      patience.on_wait = [&](const std::string&) {
        ++said;
        held.reset();
      };
      const FolderLock second(folder.path(), FolderLock::Use::alone, patience);
      CHECK(said == 1);
    }
    SUBCASE("for some time") {
      patience.most = std::chrono::milliseconds(300);
      CHECK_THROWS_AS(FolderLock(folder.path(), FolderLock::Use::alone, patience), EnvironmentError);
      CHECK(said == 1);
      CHECK(who == "another run (process " + std::to_string(::getpid()) + ")");
    }
    SUBCASE("until the user wants to stop") {
      patience.stop = [&] { return said > 0; };
      CHECK_THROWS_AS(FolderLock(folder.path(), FolderLock::Use::alone, patience), Interrupted);
    }
    SUBCASE("not at all") {
      patience.most = std::chrono::seconds(0);
      CHECK_THROWS_AS(FolderLock(folder.path(), FolderLock::Use::alone, patience), EnvironmentError);
      CHECK(said == 0);
    }
  }

  TEST_CASE("the lock of a file is another one than that of its folder, and one at a time") {
    const TempFolder folder;
    const FolderLock run(folder.path());
    std::atomic<int> inside = 0, most = 0;
    std::vector<std::jthread> writers;
    for (int i = 0; i < 6; ++i) {
      writers.emplace_back([&] {
        for (int k = 0; k < 30; ++k) {
          const FolderLock turn = FolderLock::for_file(folder.path(), "stimgen.lock");
          most = std::max(most.load(), ++inside);
          --inside;
        }
      });
    }
    writers.clear();
    CHECK(most == 1);
    CHECK(folder.entries() == 1);
  }

  TEST_CASE("of two runs that find a dead run's marker in the same instant one gets the folder") {
    const TempFolder folder;
    const std::filesystem::path marker = folder / ".stimgen-running-alone";
    std::array<char, 256> host{};
    REQUIRE(::gethostname(host.data(), host.size() - 1) == 0);
    const pid_t dead = ::fork();
    if (dead == 0) ::_exit(0);
    REQUIRE(::waitpid(dead, nullptr, 0) == dead);
    testing::write_text(marker, std::to_string(dead) + "\n" + host.data() + "\n");

    std::string holder, other_holder;
    bool other_got_it = false;
    const bool got_it = try_make_marker(marker, holder, [&] {
      if (!other_got_it) other_got_it = try_make_marker(marker, other_holder);
    });
    CHECK(other_got_it);
    CHECK_FALSE(got_it);
    CHECK(holder.find("another run (process " + std::to_string(::getpid()) + ")") != holder.npos);
    CHECK(testing::read_text(marker) == std::to_string(::getpid()) + "\n" + host.data() + "\n");
    CHECK(folder.entries() == 1);
  }

  TEST_CASE("a dead run's marker is taken away, and who is alive keeps the folder") {
    const TempFolder folder;
    const std::filesystem::path marker = folder / ".stimgen-running-alone";
    std::array<char, 256> host{};
    REQUIRE(::gethostname(host.data(), host.size() - 1) == 0);
    const pid_t dead = ::fork();
    if (dead == 0) ::_exit(0);
    REQUIRE(::waitpid(dead, nullptr, 0) == dead);
    testing::write_text(marker, std::to_string(dead) + "\n" + host.data() + "\n");
    std::string holder;
    CHECK(try_make_marker(marker, holder));
    CHECK_FALSE(try_make_marker(marker, holder));
    CHECK(folder.entries() == 1);
  }
}
