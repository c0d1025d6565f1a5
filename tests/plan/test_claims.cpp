// What a run may not write over: entries of folders, whatever leads to them.
#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "plan/claims.hpp"
#include "support/planned_recipe.hpp"
#include "support/temp_folder.hpp"

namespace stimgen {
namespace {

namespace fs = std::filesystem;
using testing::TempFolder;
using testing::write_text;

class Folder {
 public:
  Folder() {
    fs::create_directories(folder_ / "out/deep");
    write_text(folder_ / "r.yaml", "stimgen: 1\nseeds: 1\nbackgrounds: {b: {}, Late: {}}\noutput: {directory: out}\n");
    Diagnostics diagnostics;
    recipe_ = load_recipe(folder_ / "r.yaml", {}, diagnostics);
    REQUIRE(!diagnostics.has_errors());
  }
  fs::path operator/(const std::string& name) const { return folder_ / name; }
  // The message for a file that is read; empty: none.
  std::string refusal(const std::string& name) const {
    Diagnostics diagnostics;
    const bool refused = Claims(recipe_).refuse({folder_ / name, {recipe_.file, 2, 1, 1}}, diagnostics);
    CHECK(refused == diagnostics.has_errors());
    return refused ? render(diagnostics) : "";
  }

 private:
  TempFolder folder_;
  Recipe recipe_;
};

}  // namespace

TEST_SUITE("plan") {
  TEST_CASE("a file that is read is refused where a run writes, by whatever way it is named") {
    const Folder folder;
    fs::create_directory_symlink(folder / "out", folder / "link");
    for (const char* name : {"out/b.h5", "out/deep/../b.h5", "link/b.h5", "link/deep/../Late.h5", "stimgen.lock",
                             "out/shards/b.1-of-2.h5", "out/.stimgen/state.json", "out/b.h5/below.h5"}) {
      CAPTURE(name);
      CHECK(folder.refusal(name).find("[plan.overwrites]") != std::string::npos);
    }
    for (const char* name : {"b.h5", "out/late.h5", "out/deep/b.h5", "r.yaml", "out/stimgen.lock", "shards/b.h5"}) {
      CAPTURE(name);
      CHECK(folder.refusal(name) == "");
    }
    const std::string message = folder.refusal("out/b.h5");
    CHECK_MESSAGE(message.find("r.yaml:2:1: error") != std::string::npos, message);
    CHECK_MESSAGE(message.find("r.yaml:3:15: note: the file of task 'b' is asked for here") != std::string::npos,
                  message);
  }

  TEST_CASE("a link that a run would replace is refused, and so is one that leads to its file; a hard link is not") {
    const Folder folder;
    write_text(folder / "data.h5", "");
    fs::create_symlink("../data.h5", folder / "out/b.h5");
    fs::create_symlink("out/b.h5", folder / "first.h5");
    CHECK(folder.refusal("out/b.h5") != "");
    CHECK(folder.refusal("first.h5") != "");
    CHECK(folder.refusal("data.h5") == "");  // the run replaces the link, not what it leads to
    write_text(folder / "out/Late.h5", "");
    fs::create_hard_link(folder / "out/Late.h5", folder / "kept.h5");
    CHECK(folder.refusal("out/Late.h5") != "");
    CHECK(folder.refusal("kept.h5") == "");
  }
}

}  // namespace stimgen
