// A sink that digests what passes through it and compares it with a file, spike by spike.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "stimgen/store.hpp"

namespace stimgen {

// Remembers the first difference. Populations that the file has and never come are a difference, too (missing_here()).
class CompareSink : public SpikeSink {
 public:
  // `file` may be null: then everything counts as seen and nothing is compared. It must outlive this.
  // `pool` digests beside the caller; it may be null, too, and must outlive this.
  CompareSink(const SpikeReader* file, WorkerPool* pool) : file_(file), pool_(pool) {}

  void begin_population(const std::string& name, SpikeOrder order) override;
  void append(SpikeBlock block) override;
  void set_provenance(const std::string&) override {}
  const std::vector<PopulationContent>& contents() override;
  void finish() override;
  void abandon() noexcept override {}

  // The population of the first difference; empty: none. `first` is absent if the population is missing on one side, or
  // says to be in another order.
  const std::string& population() const { return different_; }
  const std::optional<SpikeDifference>& first() const { return first_; }
  std::optional<std::uint64_t> file_count() const { return file_count_; }
  std::uint64_t count_of(const std::string& name) const;

 private:
  void compare(const SpikeBlock& block);
  void end_population();
  void differ(std::optional<SpikeDifference> first);

  const SpikeReader* file_;
  WorkerPool* pool_;
  std::optional<ContentDigest> digest_;
  std::vector<PopulationContent> contents_;
  std::string name_;
  const PopulationInfo* info_ = nullptr;  // of name_ in the file
  std::uint64_t at_ = 0;
  std::map<std::string, std::uint64_t> counts_;
  std::string different_;
  std::optional<SpikeDifference> first_;
  std::optional<std::uint64_t> file_count_;
};

// Spikes kept in memory, to be read like a file.
class MemoryFile : public SpikeSink, public SpikeReader {
 public:
  explicit MemoryFile(std::string name) : name_(std::move(name)) {}
  void begin_population(const std::string& name, SpikeOrder order) override;
  void append(SpikeBlock block) override;
  void set_provenance(const std::string&) override {}
  // Not digested: nobody asks.
  const std::vector<PopulationContent>& contents() override { return contents_; }
  void finish() override {}
  void abandon() noexcept override {}
  const std::string& path() const override { return name_; }
  const std::vector<PopulationInfo>& populations() const override { return populations_; }
  SpikeBlock read(const std::string& population, std::uint64_t first, std::uint64_t count) const override;

 private:
  std::string name_;
  std::vector<PopulationInfo> populations_;
  std::vector<PopulationContent> contents_;
  std::map<std::string, SpikeBlock> spikes_;
};

}  // namespace stimgen
