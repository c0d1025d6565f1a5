// Entries of folders, compared as the file system sees them.
#include "plan/claims.hpp"

#include <sys/stat.h>

#include <optional>
#include <system_error>

#include <fmt/format.h>

#include "stimgen/store.hpp"

namespace stimgen {
namespace {

namespace fs = std::filesystem;

fs::path resolved(const fs::path& path) {
  std::error_code error;
  const fs::path absolute = fs::absolute(path, error);
  fs::path result = fs::weakly_canonical(absolute, error);
  return error ? absolute.lexically_normal() : result;
}

// The name in its folder, whose own links are followed; the last one is not.
fs::path entry_of(const fs::path& path) {
  std::error_code ignored;
  const fs::path full = fs::absolute(path, ignored);
  const fs::path name = full.filename();
  if (name.empty() || name == "." || name == "..") return resolved(full);
  return resolved(full.parent_path()) / name;
}

std::optional<std::pair<unsigned long long, unsigned long long>> inode_of(const fs::path& path, bool follow) {
  struct stat status {};
  if ((follow ? ::stat(path.c_str(), &status) : ::lstat(path.c_str(), &status)) != 0) return std::nullopt;
  return std::pair<unsigned long long, unsigned long long>(status.st_dev, status.st_ino);
}

constexpr const char* kOtherFolder = "choose another output.directory (or --output)";

}  // namespace

Claims::Claims(const Recipe& recipe) : recipe_(recipe) {
  const fs::path folder = entry_of(recipe.output.directory / "x").parent_path();
  for (const Section* section : {&recipe.backgrounds, &recipe.patterns, &recipe.combine}) {
    for (const Entry& entry : section->entries) {
      claim({folder / fmt::format("{}{}", entry.name, kSpikeFileExtension),
             fmt::format("the file of task '{}'", printable(entry.name, 60)), entry.loc,
             "give the task another name, or choose another output.directory; a combination takes a task by its name"});
    }
  }
  claim({folder / kStateFolder, "what it remembers of files", recipe.output.directory_loc, kOtherFolder});
  claim({folder / kPartsFolder, "parts of tasks (--shard)", recipe.output.directory_loc, kOtherFolder});
  claim({entry_of(lock_path(recipe)), "the lock", {}, "give it another name"});
  if (recipe.report) claim({entry_of(*recipe.report), "the report", recipe.report_loc, "name another report.path"});
}

void Claims::claim(Claim claim) {
  if (const auto inode = inode_of(claim.path, false)) by_inode_.emplace(*inode, claims_.size());
  by_entry_.emplace(claim.path, claims_.size());
  claims_.push_back(std::move(claim));
}

const Claims::Claim* Claims::at(const fs::path& entry) const {
  if (const auto found = by_entry_.find(entry); found != by_entry_.end()) return &claims_[found->second];
  // Another spelling where the file system knows no capitals. A hard link has another folder or is a file of its own.
  const auto inode = inode_of(entry, false);
  const auto found = inode ? by_inode_.find(*inode) : by_inode_.end();
  if (found == by_inode_.end()) return nullptr;
  const Claim& claim = claims_[found->second];
  return inode_of(claim.path.parent_path(), true) == inode_of(entry.parent_path(), true) ? &claim : nullptr;
}

const Claims::Claim* Claims::on_the_way(fs::path entry, const fs::path& top) const {
  for (; entry != top && entry.has_relative_path(); entry = entry.parent_path()) {
    if (const Claim* claim = at(entry)) return claim;
  }
  return nullptr;
}

bool Claims::report(const fs::path& entry, const Claim* claim, const std::string& subject, const SourceLoc& loc,
                    Diagnostics& diagnostics) const {
  if (claim == nullptr) return false;
  const std::string where =
      at(entry) == claim ? "is" : fmt::format("lies in '{}',", printable(claim->path.filename().string(), 60));
  Diagnostic& error = diagnostics.error(
      loc, "plan.overwrites", fmt::format("{} {} where a run writes {}", subject, where, claim->what), claim->help);
  if (claim->loc.file) error.notes.push_back({claim->loc, fmt::format("{} is asked for here", claim->what)});
  return true;
}

void Claims::check(Diagnostics& diagnostics) const {
  refuse({recipe_.file->path, {recipe_.file, 1, 1, 1}}, diagnostics);
  for (const NamedFile& file : recipe_.included) refuse(file, diagnostics);
  const fs::path folder = entry_of(recipe_.output.directory / "x").parent_path();
  std::error_code ignored;
  // A file in its place was reported where the folder is named.
  if (!fs::exists(folder, ignored) || fs::is_directory(folder, ignored)) {
    const std::string subject = fmt::format("the output folder '{}'", printable(recipe_.output.directory_text));
    // As it is written, too: making "b.h5/.." makes b.h5.
    for (fs::path path = fs::absolute(recipe_.output.directory, ignored); path.has_relative_path();
         path = path.parent_path()) {
      const fs::path entry = entry_of(path);
      if (report(entry, on_the_way(entry), subject, recipe_.output.directory_loc, diagnostics)) break;
    }
  }
  if (!recipe_.report) return;
  const fs::path page = entry_of(*recipe_.report);
  report(page, on_the_way(page.parent_path(), folder),
         fmt::format("the report '{}'", printable(page.lexically_relative(folder).string())), recipe_.report_loc,
         diagnostics);
}

bool Claims::refuse(const NamedFile& read, Diagnostics& diagnostics) const {
  constexpr int kMostLinks = 40;  // as Linux has it
  fs::path path = read.path;
  for (int links = 0; links < kMostLinks; ++links) {
    const fs::path entry = entry_of(path);
    if (report(entry, on_the_way(entry), fmt::format("'{}', which this recipe reads,", printable(read.path.string())),
               read.loc, diagnostics)) {
      return true;
    }
    std::error_code error;
    const fs::path target = fs::read_symlink(entry, error);
    if (error) return false;
    path = entry.parent_path() / target;
  }
  return false;
}

}  // namespace stimgen
