// The point process of a source.
#include <fmt/format.h>

#include <utility>

#include "stimgen/source.hpp"

namespace stimgen {

void SampledSource::take_process(ChosenProcess chosen) {
  said.add("process", chosen.said);
  process_kind = chosen.kind;
  process = std::move(chosen.process);
  spikes_key = streams.key_if_used(Purpose::spikes);
}

Settings SampledSource::process_settings() const {
  return {{"process", fmt::format("{} version {}", process_kind->info.name, process_kind->info.version)}};
}

}  // namespace stimgen
