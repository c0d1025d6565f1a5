// The table of the keys inside `connected_to`.
#pragma once

#include <span>

#include "stimgen/network.hpp"

namespace stimgen {

std::span<const FieldDoc> connected_fields();

}  // namespace stimgen
