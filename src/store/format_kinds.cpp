// The table of spike file formats.
#include <fmt/format.h>

#include "base/chunk_codec.hpp"
#include "h5/handle.hpp"
#include "stimgen/store.hpp"
#include "store/sonata_reader.hpp"
#include "store/sonata_sink.hpp"

namespace stimgen {

const std::vector<FormatKind>& format_kinds() {
  static const std::vector<FormatKind> kinds = {
      {"sonata", ".h5",
       [](const std::filesystem::path& path, const FileOptions& options, WorkerPool* pool) {
         return create_sonata_file(path, options, pool);
       },
       open_sonata_file},
  };
  return kinds;
}

std::unique_ptr<SpikeSink> create_spike_file(const std::filesystem::path& path, const FileOptions& options,
                                             WorkerPool* pool) {
  return format_kinds().front().create(path, options, pool);
}

std::unique_ptr<SpikeReader> open_spike_file(const std::filesystem::path& path) {
  return format_kinds().front().open(path);
}

std::string storage_libraries() {
  return fmt::format("HDF5 {}, {}", h5::library_version(), compressor_version());
}

}  // namespace stimgen
