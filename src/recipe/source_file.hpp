// Reading files that a recipe names, with the reason in words if that fails.
#pragma once

#include "stimgen/recipe.hpp"

namespace stimgen {

// nullptr if the file cannot be read: then `problem` says why, as in "there is no file 'x.yaml'". Does not check UTF-8.
std::shared_ptr<const SourceFile> open_source_file(const std::filesystem::path& path, std::string& problem);

}  // namespace stimgen
