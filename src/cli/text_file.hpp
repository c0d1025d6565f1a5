// Writing a small text file whole or not at all.
#pragma once

#include <filesystem>
#include <string_view>

namespace stimgen::cli {

// Replaces an older file of the kind, but no other: UsageError if it begins otherwise. Throws EnvironmentError naming
// the file and what could not be done.
void write_text_file(const std::filesystem::path& path, std::string_view text);

}  // namespace stimgen::cli
