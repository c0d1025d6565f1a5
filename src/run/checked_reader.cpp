// The file may be replaced between the moment it was made or judged and the moment it is read: by a run on a file
// system without locks, or by another program.
#include "run/checked_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "stimgen/diagnostic.hpp"

namespace stimgen {
namespace {

class CheckedReader final : public SpikeReader {
 public:
  CheckedReader(std::unique_ptr<SpikeReader> reader, ExpectedContents expected, std::string origin)
      : reader_(std::move(reader)), expected_(std::move(expected)), origin_(std::move(origin)) {
    for (const auto& item : expected_) {
      const std::string& name = item.first;  // clang 14 captures no structured binding
      const auto& all = reader_->populations();
      const auto found = std::find_if(all.begin(), all.end(), [&](const auto& info) { return info.name == name; });
      if (found == all.end()) fail(name);
      Pass& pass = passes_.emplace(name, Pass{*found, {name, found->order}}).first->second;
      if (found->count == 0) end(pass, name);
    }
  }

  const std::string& path() const override { return reader_->path(); }
  const std::vector<PopulationInfo>& populations() const override { return reader_->populations(); }
  std::string provenance() const override { return reader_->provenance(); }

  SpikeBlock read(const std::string& population, std::uint64_t first, std::uint64_t count) const override {
    SpikeBlock block = reader_->read(population, first, count);
    const auto found = passes_.find(population);
    if (found == passes_.end()) return block;
    Pass& pass = found->second;
    if (first == 0) pass = {pass.info, {population, pass.info.order}};
    if (first != pass.digest.count()) throw std::logic_error("a checked file is read in order");
    // Digested before the next line: nobody needs to keep the block alive.
    pass.digest.append_node_ids(block.node_ids, nullptr);
    pass.digest.append_timestamps(block.timestamps_ms, nullptr);
    if (first + count == pass.info.count) end(pass, population);
    return block;
  }

 private:
  struct Pass {
    PopulationInfo info;
    ContentDigest digest;
  };

  void end(Pass& pass, const std::string& population) const {
    if (to_hex(pass.digest.finish()) != expected_.at(population)) fail(population);
  }

  [[noreturn]] void fail(const std::string& population) const {
    throw InputError("combine.changed-source",
                     fmt::format("'{}' was changed by another program meanwhile: its population '{}' is not {}",
                                 printable(path()), printable(population), origin_),
                     "run again when nothing else writes to this file");
  }

  std::unique_ptr<SpikeReader> reader_;
  ExpectedContents expected_;
  std::string origin_;
  mutable std::map<std::string, Pass> passes_;  // one reader a thread
};

}  // namespace

std::unique_ptr<SpikeReader> open_checked(const std::filesystem::path& file, ExpectedContents expected,
                                          std::string origin, const SpikeFileView& view) {
  return std::make_unique<CheckedReader>(open_spike_file(file, view), std::move(expected), std::move(origin));
}

}  // namespace stimgen
