// Sorting and merging against std::sort in memory.
#include <doctest/doctest.h>

#include <random>

#include "base/spike_order.hpp"
#include "stimgen/diagnostic.hpp"
#include "store/sorted_source.hpp"
#include "store/spike_samples.hpp"
#include "support/temp_folder.hpp"

namespace stimgen {
namespace {

using namespace stimgen::testing;

std::vector<Spike> sorted(std::vector<Spike> spikes, SpikeOrder order) {
  std::stable_sort(spikes.begin(), spikes.end(), SpikeBefore{order});
  return spikes;
}

std::vector<Spike> shuffled(std::vector<Spike> spikes) {
  std::mt19937_64 generator(9);
  std::shuffle(spikes.begin(), spikes.end(), generator);
  return spikes;
}

// A source that gives blocks of a size.
class BlockSource final : public SpikeSource {
 public:
  BlockSource(std::vector<Spike> spikes, std::size_t block) : spikes_(as_block(spikes)), block_(block) {}
  bool next(SpikeBlock& block) override {
    block = slice(spikes_, at_, std::min(block_, spikes_.size() - at_));
    at_ += block.size();
    return !block.empty();
  }

 private:
  SpikeBlock spikes_;
  std::size_t block_, at_ = 0;
};

TEST_SUITE("store") {
  TEST_CASE("any file is read in any order, in memory or in runs on disk that leave nothing") {
    const TempFolder folder;
    const SpikeBlock ordered = spikes_by_id(700);
    REQUIRE(ordered.size() > 3 * kChunkSpikes);
    const std::vector<std::pair<SpikeOrder, SpikeBlock>> contents = {
        {SpikeOrder::by_id, ordered},
        {SpikeOrder::by_time, by_time(ordered)},
        {SpikeOrder::none, as_block(shuffled(as_spikes(ordered)))}};
    for (const auto& [order_in_file, spikes] : contents) {
      write_spikes(folder / "x.h5", "p", order_in_file, spikes);
      const auto reader = open_spike_file(folder / "x.h5");
      for (const SpikeOrder order : {SpikeOrder::by_id, SpikeOrder::by_time}) {
        for (const std::size_t run : {kRunSpikes, std::size_t{100000}, std::size_t{5000}}) {
          const ReadSelection all{.population = "p"};
          const auto source = open_sorted_in_runs(*reader, all, order, folder.path(), run);
          CHECK(folder.entries() == 1);
          CHECK((as_spikes(read_whole(*source)) == sorted(as_spikes(spikes), order)));
        }
      }
    }
  }

  TEST_CASE("only kept nodes, shifted and adjusted before sorting") {
    const TempFolder folder;
    const SpikeBlock spikes = spikes_by_id(50);
    write_spikes(folder / "x.h5", "p", SpikeOrder::by_id, spikes);
    const auto reader = open_spike_file(folder / "x.h5");
    ReadSelection selection{.population = "p", .shift_ms = 250.5};
    selection.keep = [](NodeId id) { return id % 3 == 0; };
    selection.adjust = [](std::vector<double>& times) {
      for (double& time : times) time = static_cast<double>(static_cast<long>(time / 100) + 1) * 100;
    };
    std::vector<Spike> expected;
    for (Spike spike : as_spikes(spikes)) {
      if (spike.node_id % 3 != 0) continue;
      spike.timestamp_ms = static_cast<double>(static_cast<long>((spike.timestamp_ms + 250.5) / 100) + 1) * 100;
      expected.push_back(spike);
    }
    for (const SpikeOrder order : {SpikeOrder::by_id, SpikeOrder::by_time}) {
      const auto source = open_sorted_in_runs(*reader, selection, order, folder.path(), 1000);
      CHECK((as_spikes(read_whole(*source)) == sorted(expected, order)));
    }
  }

  TEST_CASE("a file that claims an order it does not have is sorted all the same") {
    const TempFolder folder;
    const SpikeBlock spikes = spikes_by_id(5);
    const auto reader = [&] {
      write_spikes(folder / "x.h5", "p", SpikeOrder::none, as_block(shuffled(as_spikes(spikes))));
      return open_spike_file(folder / "x.h5");
    }();
    // As a reader of BMTK's files sees it: by_id, but in no order of time within a node.
    class Claims final : public SpikeReader {
     public:
      explicit Claims(const SpikeReader& reader) : reader_(&reader), populations_(reader.populations()) {
        populations_[0].order = SpikeOrder::by_id;
      }
      const std::string& path() const override { return reader_->path(); }
      const std::vector<PopulationInfo>& populations() const override { return populations_; }
      SpikeBlock read(const std::string& population, std::uint64_t first, std::uint64_t count) const override {
        return reader_->read(population, first, count);
      }

     private:
      const SpikeReader* reader_;
      std::vector<PopulationInfo> populations_;
    };
    const Claims claims(*reader);
    const auto source = open_sorted(claims, {.population = "p"}, SpikeOrder::by_id, folder.path());
    CHECK((as_spikes(read_whole(*source)) == as_spikes(spikes)));
  }

  TEST_CASE("a shift to or before zero and an unknown population are named") {
    const TempFolder folder;
    write_spikes(folder / "x.h5", "cortex", SpikeOrder::by_id, {{4, 4}, {10, 20}});
    const auto reader = open_spike_file(folder / "x.h5");
    const auto open = [&](const ReadSelection& selection) {
      return open_sorted(*reader, selection, SpikeOrder::by_id, folder.path());
    };
    CHECK(read_whole(*open({.population = "cortex", .shift_ms = -9.5})).timestamps_ms ==
          std::vector<double>{0.5, 10.5});
    try {
      open({.population = "cortex", .shift_ms = -10});
      FAIL("expected an error");
    } catch (const InputError& error) {
      const std::string text = error.what();
      CHECK(text.find("node 4 has a spike at 10 ms, which the shift by -10 ms moves to 0 ms") != text.npos);
    }
    try {
      open({.population = "cortx"});
      FAIL("expected an error");
    } catch (const InputError& error) {
      CHECK(std::string(error.what()).find("did you mean 'cortex'") != std::string::npos);
    }
  }

  TEST_CASE("a merge equals sorting everything, and keeps equal spikes in the order of the sources") {
    std::mt19937_64 generator(2);
    for (const SpikeOrder order : {SpikeOrder::by_id, SpikeOrder::by_time}) {
      for (const std::size_t count : {0u, 1u, 2u, 5u, 17u}) {
        std::vector<std::unique_ptr<SpikeSource>> sources;
        std::vector<Spike> all;
        for (std::size_t i = 0; i < count; ++i) {
          std::vector<Spike> spikes(generator() % 20000);
          for (Spike& spike : spikes) {
            spike.node_id = generator() % 50;  // few values, so that spikes coincide
            spike.timestamp_ms = static_cast<double>(generator() % 1000 + 1);
          }
          all.insert(all.end(), spikes.begin(), spikes.end());
          sources.push_back(std::make_unique<BlockSource>(sorted(std::move(spikes), order), generator() % 900 + 1));
        }
        const auto merged = merge_sources(std::move(sources), order);
        CHECK((as_spikes(read_whole(*merged)) == sorted(std::move(all), order)));
        SpikeBlock block;
        CHECK_FALSE(merged->next(block));
        CHECK(block.empty());
      }
    }
  }
}

}  // namespace
}  // namespace stimgen
