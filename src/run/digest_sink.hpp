// A sink that digests what passes through it on the way to a file, or instead of one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "stimgen/run.hpp"
#include "stimgen/store.hpp"

namespace stimgen {

class DigestSink : public SpikeSink {
 public:
  // `next` may be null: then spikes are only digested, and finish() does nothing more. Both must outlive this.
  DigestSink(SpikeSink* next, WorkerPool* pool) : next_(next), pool_(pool) {}

  void begin_population(const std::string& name, SpikeOrder order) override;
  void append(SpikeBlock block) override;
  void set_provenance(const std::string& json_text) override;
  void finish() override;
  void abandon() noexcept override;

  // Ends the last population. All of them, in the order in which they were begun.
  const std::vector<PopulationResult>& populations();

 private:
  SpikeSink* next_;
  WorkerPool* pool_;
  std::string name_;
  std::optional<ContentDigest> digest_;
  std::vector<PopulationResult> populations_;
};

}  // namespace stimgen
