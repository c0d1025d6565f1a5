// The reference as one Markdown document: keys, commands, error codes.
#pragma once

#include <string>

namespace stimgen::cli {

std::string reference();

}  // namespace stimgen::cli
