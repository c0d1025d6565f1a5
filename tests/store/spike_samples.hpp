// Spikes for tests: deterministic, realistic, and a sink to write them in one call.
#pragma once

#include <algorithm>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "stimgen/store.hpp"

namespace stimgen::testing {

// About 20 Hz over 15 s a node, by node then time.
inline SpikeBlock spikes_by_id(std::size_t nodes, NodeId first_node = 0, std::uint64_t seed = 1) {
  std::mt19937_64 generator(seed);
  SpikeBlock block;
  for (NodeId node = first_node; node < first_node + nodes; ++node) {
    double time_ms = 0;
    for (;;) {
      time_ms += 1e-9 + static_cast<double>(generator() >> 11) * 0x1p-53 * 100.0;
      if (time_ms >= 15000) break;
      block.node_ids.push_back(node);
      block.timestamps_ms.push_back(time_ms);
    }
  }
  return block;
}

inline std::vector<Spike> as_spikes(const SpikeBlock& block) {
  std::vector<Spike> spikes;
  for (std::size_t i = 0; i < block.size(); ++i) spikes.push_back({block.node_ids[i], block.timestamps_ms[i]});
  return spikes;
}

inline SpikeBlock as_block(const std::vector<Spike>& spikes) {
  SpikeBlock block;
  for (const Spike& spike : spikes) {
    block.node_ids.push_back(spike.node_id);
    block.timestamps_ms.push_back(spike.timestamp_ms);
  }
  return block;
}

inline SpikeBlock by_time(const SpikeBlock& block) {
  std::vector<Spike> spikes = as_spikes(block);
  std::sort(spikes.begin(), spikes.end(), [](const Spike& a, const Spike& b) {
    return a.timestamp_ms != b.timestamp_ms ? a.timestamp_ms < b.timestamp_ms : a.node_id < b.node_id;
  });
  return as_block(spikes);
}

inline SpikeBlock slice(const SpikeBlock& block, std::size_t first, std::size_t count) {
  const auto from = static_cast<std::ptrdiff_t>(first), to = static_cast<std::ptrdiff_t>(first + count);
  return {{block.node_ids.begin() + from, block.node_ids.begin() + to},
          {block.timestamps_ms.begin() + from, block.timestamps_ms.begin() + to}};
}

// The same spikes by node; a node's stretch ends with the block.
inline TrainBlock as_trains(const SpikeBlock& block) {
  TrainBlock trains;
  for (const NodeId node : block.node_ids) {
    if (trains.stretches.empty() || trains.stretches.back().node_id != node) trains.stretches.push_back({node, 0});
    ++trains.stretches.back().count;
  }
  trains.timestamps_ms = block.timestamps_ms;
  return trains;
}

// One population, appended in blocks of `batch` spikes (0: at once).
inline void append_in_batches(SpikeSink& sink, const SpikeBlock& spikes, std::size_t batch) {
  if (batch == 0) batch = std::max<std::size_t>(spikes.size(), 1);
  for (std::size_t first = 0; first < spikes.size(); first += batch) {
    sink.append(slice(spikes, first, std::min(batch, spikes.size() - first)));
  }
}

inline void write_spikes(const std::filesystem::path& path, const std::string& population, SpikeOrder order,
                         const SpikeBlock& spikes, const FileOptions& options = {}, std::size_t batch = 0,
                         WorkerPool* pool = nullptr) {
  const auto sink = create_spike_file(path, options, pool);
  sink->begin_population(population, order);
  append_in_batches(*sink, spikes, batch);
  sink->finish();
}

inline SpikeBlock read_whole(SpikeSource& source) {
  SpikeBlock all;
  for (SpikeBlock block; source.next(block);) {
    all.node_ids.insert(all.node_ids.end(), block.node_ids.begin(), block.node_ids.end());
    all.timestamps_ms.insert(all.timestamps_ms.end(), block.timestamps_ms.begin(), block.timestamps_ms.end());
  }
  return all;
}

}  // namespace stimgen::testing
