// Many warnings as one text, without looking through their file anew for each.
#pragma once

#include <string>

#include "stimgen/diagnostic.hpp"

namespace stimgen {

// The warnings among them in their order, each as render() of it alone; empty if there is none.
std::string warnings_text(const Diagnostics& diagnostics, bool colour = false);

}  // namespace stimgen
