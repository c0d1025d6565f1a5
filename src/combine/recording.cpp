// One existing file of a combination: read, held against the network, digested.
#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/json_text.hpp"
#include "combine/recording_fields.hpp"
#include "stimgen/combine.hpp"
#include "stimgen/store.hpp"

namespace stimgen {
namespace {

// Recorded spikes of nodes that a population does not have.
struct UnknownNodes {
  explicit UnknownNodes(const NodePopulation* population) : population_(population) {}

  void look_at(NodeId id) {
    if (population_ == nullptr || id == known_) return;
    if (population_->row_of(id)) {
      known_ = id;
      return;
    }
    if (spikes++ == 0) first = id;
  }

  std::uint64_t spikes = 0;
  NodeId first = 0;

 private:
  const NodePopulation* population_;  // nullptr: any node is right
  std::optional<NodeId> known_;       // the last one that was found, which is often the next one, too
};

// Recorded spikes that come after the end of what the recipe makes.
struct LateSpikes {
  explicit LateSpikes(std::optional<double> stop_ms) : stop_ms_(stop_ms) {}

  void look_at(double time_ms) {
    if (!stop_ms_ || !(time_ms > *stop_ms_)) return;
    ++spikes;
    last_ms = std::max(last_ms, time_ms);
  }

  std::uint64_t spikes = 0;
  double last_ms = 0;

 private:
  std::optional<double> stop_ms_;
};

class Reader {
 public:
  Reader(const Value& item, const Network& network, std::optional<double> stop_ms, Diagnostics& diagnostics)
      : network_(network),
        stop_ms_(stop_ms),
        diagnostics_(diagnostics),
        fields_(item, "a file to combine", {recording_fields()}, diagnostics) {}

  std::optional<Recording> read(const std::function<bool(const NamedFile&)>& refuse) {
    CombineSource& source = recording_.source;
    source.file = fields_.path("file");
    source.population = fields_.text("population");
    source.shift_ms = fields_.time_ms("shift");
    source.loc = fields_.loc("file");
    const Value* where = fields_.value("where");
    if (!fields_.ok()) return std::nullopt;
    if (refuse({source.file, source.loc})) return std::nullopt;
    const std::unique_ptr<SpikeReader> reader = open();
    if (!reader) return std::nullopt;
    if (reader->populations().empty()) {
      fields_.error("file", "spikes.population", fmt::format("'{}' has no population", printable(source.file.string())),
                    "if it is the file of a trial without spikes, say of which: population: NAME");
      return std::nullopt;
    }
    if (where != nullptr && !choose_nodes(*where, *reader)) return std::nullopt;
    for (const PopulationInfo& population : reader->populations()) {
      if (!look_through(*reader, population)) return std::nullopt;
    }
    return std::move(recording_);
  }

 private:
  // nullptr after an error.
  std::unique_ptr<SpikeReader> open() {
    const CombineSource& source = recording_.source;
    try {
      return open_spike_file(source.file, {.only = source.population});
    } catch (const InputError& error) {
      const bool other = error.diagnostics().items().front().code == "spikes.population";
      diagnostics_.add(error, fields_.loc(other ? "population" : "file"));
      return nullptr;
    }
  }

  // `where` needs one population whose nodes the networks know: that one, after its chosen nodes are in source.keep.
  bool choose_nodes(const Value& where, const SpikeReader& reader) {
    CombineSource& source = recording_.source;
    std::vector<std::string> names;
    for (const PopulationInfo& population : reader.populations()) names.push_back(population.name);
    if (source.population.empty() && names.size() == 1) source.population = names[0];
    if (source.population.empty()) {
      fields_.error("where", "combine.where",
                    fmt::format("'where' needs 'population': the file has {}", fmt::join(names, ", ")));
      return false;
    }
    const NodePopulation* population = network_.population(source.population);
    if (population == nullptr) {
      diagnostics_.add(unknown_population(network_, source.population, ", whose nodes 'where' needs"),
                       fields_.loc("where"));
      return false;
    }
    std::vector<NodeId> keep;
    for (const NodeRow row : network_.select(*population, where, diagnostics_)) {
      keep.push_back(population->node_ids()[row]);
    }
    source.keep = std::move(keep);
    recording_.chosen_from = population;
    return fields_.ok();
  }

  bool look_through(const SpikeReader& reader, const PopulationInfo& population) {
    CombineSource& source = recording_.source;
    if (as_utf8(population.name) != population.name) {
      diagnostics_.error(source.loc, "spikes.bad-name",
                         fmt::format("'{}' has a population '{}', whose name is not UTF-8",
                                     printable(source.file.string()), printable(population.name)),
                         "rename it in the file, or take another one with 'population'");
      return false;
    }
    ContentDigest content(population.name, population.order);
    UnknownNodes unknown(source.keep ? nullptr : network_.population(population.name));
    LateSpikes late(stop_ms_);
    try {
      for (std::uint64_t first = 0; first < population.count; first += kChunkSpikes) {
        const std::uint64_t count = std::min<std::uint64_t>(kChunkSpikes, population.count - first);
        const auto spikes = std::make_shared<const SpikeBlock>(reader.read(population.name, first, count));
        for (std::size_t i = 0; i < spikes->size(); ++i) {
          const Spike spike{spikes->node_ids[i], spikes->timestamps_ms[i]};
          if (source.keep && !std::binary_search(source.keep->begin(), source.keep->end(), spike.node_id)) continue;
          late.look_at(shifted_time_ms(reader, population.name, spike, source.shift_ms));
          unknown.look_at(spike.node_id);
          ++recording_.spikes;
        }
        content.append(spikes);
      }
    } catch (const InputError& error) {
      diagnostics_.add(error, source.loc);
      return false;
    }
    warn_of(population.name, unknown);
    warn_of(population.name, late);
    source.unknown_spikes += unknown.spikes;
    source.contents[population.name] = to_hex(content.finish());
    return true;
  }

  void warn_of(const std::string& population, const UnknownNodes& unknown) {
    if (unknown.spikes == 0) return;
    const CombineSource& source = recording_.source;
    diagnostics_.warning(source.loc, "spikes.unknown-nodes",
                         fmt::format("'{}' holds spikes of nodes that population '{}' of 'networks' does not have: "
                                     "{} of them, the first of node {}",
                                     source.file.filename().string(), population, unknown.spikes, unknown.first),
                         "the file may belong to another network; 'where: {}' takes the spikes of known nodes only");
  }

  void warn_of(const std::string& population, const LateSpikes& late) {
    if (late.spikes == 0) return;
    const CombineSource& source = recording_.source;
    diagnostics_.warning(
        source.loc, "spikes.after-stop",
        fmt::format("'{}' holds {} of population '{}' after time.stop ({}){}, the last at {}: they are "
                    "taken, too",
                    source.file.filename().string(), counted(late.spikes, "spike"), population, format_time(*stop_ms_),
                    source.shift_ms != 0 ? ", shifted" : "", format_time(late.last_ms)),
        "a later time.stop covers them, a negative 'shift' moves them, 'where' chooses nodes");
  }

  const Network& network_;
  std::optional<double> stop_ms_;
  Diagnostics& diagnostics_;
  Fields fields_;
  Recording recording_;
};

}  // namespace

std::optional<Recording> read_recording(const Value& item, const Network& network, std::optional<double> stop_ms,
                                        const std::function<bool(const NamedFile&)>& refuse, Diagnostics& diagnostics) {
  return Reader(item, network, stop_ms, diagnostics).read(refuse);
}

std::span<const FieldDoc> recording_fields() {
  static const FieldDoc kFields[] = {
      {"file", "path", "", "", "An existing SONATA spike file.", "recorded_lgn_spikes.h5"},
      {"population", "text", "", "none",
       "The population to take, or whose spikes /spikes/gids are; all of the file's if absent.", "lgn"},
      {"shift", "time", "s", "0 s", "Added to every timestamp.", "500 ms"},
      {"where", "where", "", "none", "Keeps only spikes of nodes for which this holds.", "{pop_name: PN}",
       condition_fields()},
  };
  return kFields;
}

}  // namespace stimgen
