// Merging the sections of included files.
#include "recipe/include.hpp"

#include <algorithm>
#include <system_error>

#include <fmt/format.h>

#include "base/source_file.hpp"
#include "stimgen/grammar.hpp"

namespace stimgen {

namespace {

constexpr std::uint64_t kRecipeVersion = 1;

std::filesystem::path identity(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::path canonical = std::filesystem::weakly_canonical(path, error);
  return error ? path.lexically_normal() : canonical;
}

// Moves the members of `from` into `into`; mappings in both are merged `levels` deep.
void merge(Value& into, Value from, int levels, const std::string& prefix, Diagnostics& diagnostics) {
  for (Value::Member& member : from.members) {
    const auto own = std::find_if(into.members.begin(), into.members.end(),
                                  [&](const Value::Member& other) { return other.key == member.key; });
    if (own == into.members.end()) {
      into.members.push_back(std::move(member));
      continue;
    }
    const std::string name = prefix + member.key;
    // A section may stand empty in one of the files; an entry may not.
    if (prefix.empty() && own->value.is_null()) {
      *own = std::move(member);
    } else if (prefix.empty() && member.value.is_null()) {
      continue;
    } else if (levels > 0 && own->value.is_mapping() && member.value.is_mapping()) {
      const int deeper = prefix.empty() && !merges_two_levels(member.key) ? 0 : levels - 1;
      merge(own->value, std::move(member.value), deeper, name + ".", diagnostics);
    } else {
      diagnostics
          .error(member.key_loc, "recipe.duplicate-key", fmt::format("'{}' stands in two files", printable(name, 60)),
                 "remove or rename one of them")
          .notes.push_back({own->key_loc, "the other is here"});
    }
  }
}

class Includer {
 public:
  explicit Includer(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  void run(Value& root, const std::shared_ptr<const SourceFile>& file) {
    chain_.push_back({file->path, identity(file->path)});
    merged_.push_back(chain_.back().canonical);
    if (const std::optional<Value::Member> member = take_member(root, "include")) {
      const Value& include = member->value;
      if (include.is_null()) {
        diagnostics_.error(member->key_loc, "recipe.no-value", "'include' has no value",
                           "write a path, or remove the key");
      } else if (include.is_sequence()) {
        for (const Value& item : include.items) add(root, item);
      } else {
        add(root, include);
      }
    }
    chain_.pop_back();
  }
  const std::vector<NamedFile>& files() const { return files_; }

 private:
  struct Link {
    std::string shown;
    std::filesystem::path canonical;
  };

  void add(Value& root, const Value& item) {
    if (item.is_scalar() && item.text.find("${") != std::string::npos) {
      diagnostics_.error(item.loc, "recipe.bad-include", "an included path cannot have variables",
                         "files are included before variables are known");
      return;
    }
    const std::filesystem::path path = read_path(item, "include", diagnostics_);
    if (path.empty()) return;
    const std::filesystem::path canonical = identity(path);
    const auto is_it = [&](const Link& link) { return link.canonical == canonical; };
    if (const auto first = std::find_if(chain_.begin(), chain_.end(), is_it); first != chain_.end()) {
      std::string shown;
      for (auto link = first; link != chain_.end(); ++link) shown += printable(link->shown, 100) + " → ";
      diagnostics_.error(item.loc, "recipe.include-cycle", "files include one another in a circle",
                         shown + printable(first->shown, 100));
      return;
    }
    // A file that two others include is merged once.
    if (std::find(merged_.begin(), merged_.end(), canonical) != merged_.end()) return;
    std::string problem;
    const std::shared_ptr<const SourceFile> file = open_source_file(path, problem);
    if (!file) {
      diagnostics_.error(item.loc, "file.unreadable", problem, "paths start at the folder of the file that includes");
      return;
    }
    files_.push_back({path, item.loc});
    Value tree = parse_document(file, diagnostics_);
    if (!tree.is_mapping()) return;
    if (const auto version = take_member(tree, "stimgen")) check_format_version(version->value, diagnostics_);
    run(tree, file);
    merge(root, std::move(tree), 2, "", diagnostics_);
  }

  Diagnostics& diagnostics_;
  std::vector<Link> chain_;
  std::vector<std::filesystem::path> merged_;
  std::vector<NamedFile> files_;
};

}  // namespace

bool merges_two_levels(std::string_view section) {
  return section == "defaults" || section == "networks";
}

bool check_format_version(const Value& version, Diagnostics& diagnostics) {
  if (version.is_null()) {
    diagnostics.error(version.loc, "recipe.no-value", "'stimgen' has no value", "write stimgen: 1");
    return false;
  }
  const auto number = read_unsigned(version, "stimgen", diagnostics);
  if (!number) return false;
  if (*number > kRecipeVersion) {
    diagnostics.error(
        version.loc, "recipe.newer-format",
        fmt::format("this recipe has format {}, but this stimgen reads format {}", *number, kRecipeVersion),
        "use a newer stimgen");
  } else if (*number < kRecipeVersion) {
    diagnostics.error(version.loc, "recipe.bad-format", fmt::format("there is no recipe format {}", *number),
                      "write stimgen: 1");
  }
  return *number == kRecipeVersion;
}

std::vector<NamedFile> merge_includes(Value& root, const std::shared_ptr<const SourceFile>& file,
                                      Diagnostics& diagnostics) {
  Includer includer(diagnostics);
  includer.run(root, file);
  return includer.files();
}

}  // namespace stimgen
