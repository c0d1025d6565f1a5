// Links are followed one by one, each file opened with all that ReadFile refuses.
#include "h5/links.hpp"

#include <system_error>

#include <fmt/format.h>

#include "stimgen/diagnostic.hpp"

namespace stimgen::h5 {
namespace fs = std::filesystem;
namespace {

constexpr int kMostLinks = 16;

}  // namespace

bool is_within(const fs::path& file, const fs::path& folder) {
  std::error_code ignored;
  const fs::path way = fs::weakly_canonical(fs::absolute(file), ignored)
                           .lexically_relative(fs::weakly_canonical(
                               folder.empty() ? fs::current_path() : fs::absolute(folder), ignored));
  return !way.empty() && *way.begin() != "..";
}

LinkEnd follow_links(const ReadFile& file, const std::string& object, const fs::path& folder,
                     const std::string& expected) {
  LinkEnd end{nullptr, object, {}};
  for (int count = 0;; ++count) {
    const ReadFile& now = end.file ? *end.file : file;
    const std::optional<Link> link = now.first_link(end.object);
    if (!link) return end;
    if (!link->readable || count == kMostLinks) {
      end.problem = count == kMostLinks ? "is behind too many links" : "is a link of an unknown kind";
      return end;
    }
    end.object = link->object;
    if (link->file.empty()) continue;
    const fs::path target = (fs::path(now.path()).parent_path() / link->file).lexically_normal();
    const std::string shown = printable(target.string());
    std::error_code ignored;
    if (!is_within(target, folder)) {
      end.problem = fmt::format("is a link to '{}', which is not in the folder '{}'", shown,
                                printable(folder.empty() ? std::string(".") : folder.string()));
    } else if (!fs::exists(target, ignored)) {
      end.problem = fmt::format("is a link to '{}', which does not exist", shown);
    } else {
      end.file = std::make_shared<const ReadFile>(target, expected);
      continue;
    }
    return end;
  }
}

}  // namespace stimgen::h5
