// Opening what a run keeps for the next one in <output>/.stimgen.
#pragma once

#include <filesystem>
#include <fstream>

namespace stimgen {

// Not open if there is no such file, or it cannot be read: then nothing is known. Errors: EnvironmentError if something
// else than a file stands in its place, which a run would neither read nor replace.
std::ifstream open_state(const std::filesystem::path& path);

}  // namespace stimgen
