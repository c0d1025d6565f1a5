// Objects behind soft and external links, which HDF5 itself is never let follow: it would open whatever file they name.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "h5/read.hpp"

namespace stimgen::h5 {

// Where an object lies, behind all links.
struct LinkEnd {
  std::shared_ptr<const ReadFile> file;  // nullptr: in the file that was asked
  std::string object;
  std::string problem;  // why it is not followed, as the end of a sentence on the object; empty: it is
};

// Whether a file lies in a folder or below it, links of the file system followed.
bool is_within(const std::filesystem::path& file, const std::filesystem::path& folder);

// Follows links that stay in `folder` and in what is below it; relative ones start where their file is. `expected`: as
// for ReadFile. Errors: those of ReadFile but for files that are not there.
LinkEnd follow_links(const ReadFile& file, const std::string& object, const std::filesystem::path& folder,
                     const std::string& expected);

}  // namespace stimgen::h5
