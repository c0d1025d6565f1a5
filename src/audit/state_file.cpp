// Ordinary files only: reading a FIFO or a device could wait, or go on, for ever.
#include "audit/state_file.hpp"

#include <system_error>

#include "base/source_file.hpp"
#include "stimgen/diagnostic.hpp"

namespace stimgen {

std::ifstream open_state(const std::filesystem::path& path) {
  std::error_code ignored;
  const std::filesystem::file_status status = std::filesystem::status(path, ignored);
  if (!std::filesystem::exists(status)) return {};
  if (!std::filesystem::is_regular_file(status)) {
    throw EnvironmentError("disk.cannot-read",
                           ordinary_file_problem(path) + ", but stimgen keeps a file there: remove it, then run again");
  }
  return std::ifstream(path, std::ios::binary);
}

}  // namespace stimgen
