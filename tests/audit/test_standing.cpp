// What a run concludes from files, and what it no longer concludes once they moved.
#include <doctest/doctest.h>

#include "audit/project.hpp"

using namespace stimgen;
using stimgen::testing::kProjectRecipe;
using stimgen::testing::Project;
using stimgen::testing::read_text;
using stimgen::testing::TempFolder;
using stimgen::testing::write_text;

namespace {

Standing standing_of(const Project& project, const Plan& plan) {
  Standing standing(plan, project.lock_file(), wanted_tasks(plan, {}), true, false);
  standing.look();
  return standing;
}

void replace_file(const std::filesystem::path& file, const std::filesystem::path& by) {
  std::filesystem::copy_file(by, file.string() + ".new");
  std::filesystem::rename(file.string() + ".new", file);
}

// Puts another file in the place of one as soon as that is made.
class Meddler : public stimgen::testing::SilentObserver {
 public:
  Meddler(std::string task, std::filesystem::path file, std::filesystem::path by)
      : task_(std::move(task)), file_(std::move(file)), by_(std::move(by)) {}
  void task_finished(const Task& task, const TaskResult&) override {
    if (task.name == task_) replace_file(file_, by_);
  }

 private:
  std::string task_;
  std::filesystem::path file_, by_;
};

TaskResult run_beside(Meddler& meddler, const Plan& plan, const std::string& task) {
  NoTaskLog log;
  const std::atomic<bool> stop = false;
  const RunSummary summary = stimgen::testing::run_in_folder(plan, {2, {}}, log, meddler, stop);
  for (const auto& [index, result] : summary.results) {
    if (plan.tasks[index].name == task) return result;
  }
  throw std::logic_error("no task " + task);
}

}  // namespace

TEST_SUITE("audit") {
  TEST_CASE("a file that moves while it is read is not remembered") {
    const TempFolder folder;
    const std::filesystem::path file = folder / "spikes";
    write_text(file, "one");
    FileStamps stamps(folder.path());
    CHECK_FALSE(stamps.look(file, "one", [&] {
      write_text(folder / "other", "two");
      std::filesystem::rename(folder / "other", file);
      return std::string("one");
    }));
    CHECK(stamps.recall(file).empty());
    CHECK_FALSE(stamps.look(file, "one", [&] { return read_text(file); }));
    CHECK(stamps.look(file, "two", [&] { return read_text(file); }));
    CHECK(stamps.recall(file) == "two");
    CHECK(stamps.untouched());
    write_text(file, "three");
    CHECK_FALSE(stamps.untouched());
    CHECK(stamps.recall(file).empty());
  }

  TEST_CASE("a judgement holds only as long as no file and no lock moved") {
    Project project;
    project.run();
    const Plan plan = project.plan();
    const Standing standing = standing_of(project, plan);
    CHECK(standing.idle());
    CHECK(standing.untouched());
    SUBCASE("a spike file") {
      replace_file(project.file("base"), project.file("kinds"));
    }
    SUBCASE("a spike file that is gone") {
      std::filesystem::remove(project.file("all"));
    }
    SUBCASE("the lock") {
      write_text(project.lock_file(), project.lock_text() + " ");
    }
    CHECK_FALSE(standing.untouched());
  }

  TEST_CASE("a combination holds what it reads against what its parts made") {
    Project donor, project;
    donor.edit("rate: 20 Hz", "rate: 21 Hz");
    donor.run();
    const Plan plan = project.plan();
    Meddler meddler("base", project.file("base"), donor.file("base"));
    const TaskResult all = run_beside(meddler, plan, "all");
    CHECK(all.status == TaskStatus::failed);
    CHECK(all.problem.find("[combine.changed-source]") != std::string::npos);
    CHECK(all.problem.find("is not that of task 'base'") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(project.file("all")));
  }

  TEST_CASE("a combination holds recorded spikes against what they were when the recipe was read") {
    Project donor;
    donor.run();
    std::string recipe = kProjectRecipe;
    recipe.replace(recipe.find("from: [base, long]"), 18, "from: [base, {file: recorded.h5}]");
    Project project(recipe);
    std::filesystem::copy_file(donor.file("kinds"), project.folder() / "recorded.h5");
    const Plan plan = project.plan();
    Meddler meddler("base", project.folder() / "recorded.h5", donor.file("long"));
    const TaskResult all = run_beside(meddler, plan, "all");
    CHECK(all.status == TaskStatus::failed);
    CHECK(all.problem.find("is not as it was when the recipe was read") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(project.file("all")));
  }

  TEST_CASE("an entry is as written, of another version, in other words, or edited") {
    Project project;
    project.run();
    const Plan plan = project.plan();
    FileStamps stamps({});
    const Task& task = *plan.find("base");
    const LockedTask now = describe_task(plan, task, stamps);
    LockedTask entry = *project.lock()->find(TaskKind::background, "base");
    CHECK(compare_entry(entry, now) == EntryState::as_written);
    SUBCASE("another version") {
      LockedTask other = now;
      other.fingerprint[0] = other.fingerprint[0] == '0' ? '1' : '0';
      CHECK(compare_entry(entry, other) == EntryState::missing);
    }
    SUBCASE("other words in the recipe") {
      LockedTask reworded = now;
      reworded.keys["rate"] = "0.02 kHz";
      CHECK(compare_entry(entry, reworded) == EntryState::reworded);
    }
    SUBCASE("each field by hand") {
      const auto edited = [&](auto edit) {
        LockedTask changed = entry;
        edit(changed);
        return compare_entry(changed, now) == EntryState::edited;
      };
      CHECK(edited([](LockedTask& e) { e.keys["rate"] = "30 Hz"; }));
      CHECK(edited([](LockedTask& e) { e.inputs["column x of y"] = std::string(64, '0'); }));
      CHECK(edited([](LockedTask& e) { e.words["where.kind"] = "A"; }));
      CHECK(edited([](LockedTask& e) { e.needs.clear(); }));
      CHECK(edited([](LockedTask& e) { e.file = "other.h5"; }));
      CHECK(edited([](LockedTask& e) { e.fingerprint = std::string(64, '0'); }));
      CHECK(edited([](LockedTask& e) { ++e.populations.begin()->second.spikes; }));
      CHECK(edited([](LockedTask& e) { e.populations.begin()->second.content = std::string(64, '0'); }));
      CHECK(edited([](LockedTask& e) { e.seal = std::string(16, '0'); }));
    }
  }

  TEST_CASE("an entry that was edited keeps its seal through runs of other tasks") {
    Project project;
    project.run();
    project.edit_lock("\"rate\": \"20 Hz\"", "\"rate\": \"30 Hz\"");
    project.edit("burst: 50 Hz", "burst: 60 Hz");
    update_lock(project.lock_file(), "recipe.yaml", [&](const auto& now) { return *now; });
    CHECK(project.causes({2, {"base"}, false}).at("base") == "lock");
  }
}
