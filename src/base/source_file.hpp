// Reading files that a recipe names, with the reason in words if that fails.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "stimgen/diagnostic.hpp"

namespace stimgen {

// Why `path` is no ordinary file, as in "there is no file 'x.yaml'"; empty: it is one, perhaps behind links. What is
// none (a folder, a FIFO, a device) must not be opened: reading it could wait, or go on, for ever.
std::string ordinary_file_problem(const std::filesystem::path& path);

// nullptr if the file cannot be read: then `problem` says why, as in "there is no file 'x.yaml'". Does not check UTF-8.
std::shared_ptr<const SourceFile> open_source_file(const std::filesystem::path& path, std::string& problem);

// Reads a file for parse_document() (grammar.hpp): InputError if it is missing, a folder, too large, or not UTF-8.
std::shared_ptr<const SourceFile> read_source_file(const std::filesystem::path& path);

}  // namespace stimgen
