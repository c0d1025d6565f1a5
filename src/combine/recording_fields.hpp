// The keys of an existing file among the sources of a combination.
#pragma once

#include <span>

#include "stimgen/grammar.hpp"

namespace stimgen {

std::span<const FieldDoc> recording_fields();

}  // namespace stimgen
