// The rest of a stream as one text.
#pragma once

#include <istream>
#include <string>

namespace stimgen {

// Works for pipes, too. Errors: the stream's bad().
std::string read_to_end(std::istream& in);

}  // namespace stimgen
