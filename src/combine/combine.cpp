// The keys of one entry of `combine`, and what it says of itself.
#include "stimgen/combine.hpp"

#include "combine/recording_fields.hpp"
#include "stimgen/language.hpp"

namespace stimgen {

std::span<const FieldDoc> combine_fields() {
  static const FieldDoc kFields[] = {
      {"from", "combine-sources", "", "",
       "What is merged: names of tasks, and existing SONATA files as {file, population, shift, where}.",
       "[shell, long, {file: recorded.h5, shift: 500 ms}]", recording_fields()},
  };
  return kFields;
}

std::string CombinedSource::entry_json() const {
  return written_as_json(body, {combine_fields()});
}

std::vector<std::filesystem::path> CombinedSource::recorded_files() const {
  std::vector<std::filesystem::path> files;
  for (const CombineSource& source : sources) {
    if (!source.task) files.push_back(source.file);
  }
  return files;
}

}  // namespace stimgen
