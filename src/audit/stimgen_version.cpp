// The version of this program, alone: what includes it would be compiled anew for every one.
#include "stimgen/audit.hpp"

namespace stimgen {

std::string stimgen_version() {
  return STIMGEN_VERSION;
}

}  // namespace stimgen
