// Writing a small text file whole or not at all.
#pragma once

#include <filesystem>
#include <string_view>

namespace stimgen::cli {

// Whether there is a file of another kind than this text, as far as its first bytes say, or a page that stimgen did not
// make.
bool holds_something_else(const std::filesystem::path& path, std::string_view text);

// Replaces an older file of the kind, but no other: UsageError if there is one. Throws EnvironmentError naming
// the file and what could not be done.
void write_text_file(const std::filesystem::path& path, std::string_view text);

}  // namespace stimgen::cli
