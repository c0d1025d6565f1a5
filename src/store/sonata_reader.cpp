// SONATA spike files as SONATA, libsonata, BMTK and NEST's tools write them, checked before a number is used.
//
// Accepted besides our own layout: `sorting` as a string or an integer, on the group or (BMTK) on node_ids; signed and
// narrower ids; `gids` for node_ids; timestamps as float32 or integers, in s or µs, without units; populations behind
// links that stay in the folder of the file; files from before populations (/spikes/gids), if it is said whose spikes
// they are.
#include "stimgen/store.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "base/spike_order.hpp"
#include "h5/links.hpp"
#include "h5/read.hpp"
#include "stimgen/diagnostic.hpp"
#include "store/magic.hpp"
#include "store/sonata_form.hpp"
#include "store/time_unit.hpp"

namespace stimgen {
namespace {

SpikeOrder order_from(const h5::Attribute& attribute) {
  for (std::size_t i = 0; i < kOrderNames.size(); ++i) {
    if (attribute.text == kOrderNames[i]) return static_cast<SpikeOrder>(i);
  }
  const bool numbered = attribute.type == h5::TypeClass::integer && attribute.integers.size() == 1;
  if (numbered && attribute.integers[0] >= 0 && attribute.integers[0] <= 2) {
    return static_cast<SpikeOrder>(attribute.integers[0]);
  }
  return SpikeOrder::none;
}

class SonataReader final : public SpikeReader {
 public:
  SonataReader(const std::filesystem::path& path, const SpikeFileView& view) : file_(path, "a SONATA spike file") {
    if (const auto magic = file_.read_attribute("/", "magic");
        magic && !(magic->integers.size() == 1 && magic->integers[0] == kMagic)) {
      refuse("its attribute 'magic' is not SONATA's", "0x0A7A");
    }
    if (!file_.has_group("/spikes")) refuse("it has no group /spikes", "a SONATA spike file");
    std::string loose;  // a dataset of spikes that belong to no population
    std::vector<std::string> others;
    for (const h5::Child& child : file_.children("/spikes")) {
      if (child.kind == h5::ObjectKind::dataset) {
        if (child.name == "gids" || child.name == "node_ids") loose = child.name;
      } else if (!view.only.empty() && child.name != view.only) {
        others.push_back(child.name);
      } else if (child.kind == h5::ObjectKind::link) {
        add_linked(child.name);
      } else if (child.kind == h5::ObjectKind::group) {
        add_population(file_, child.name, "/spikes/" + child.name);
      }
    }
    add_unnamed(loose, view, others);
  }

  const std::string& path() const override { return file_.path(); }
  const std::vector<PopulationInfo>& populations() const override { return populations_; }

  SpikeBlock read(const std::string& population, std::uint64_t first, std::uint64_t count) const override {
    const auto found = std::find_if(populations_.begin(), populations_.end(),
                                    [&](const PopulationInfo& info) { return info.name == population; });
    if (found == populations_.end() || count > found->count || first > found->count - count) {
      throw std::logic_error(
          fmt::format("spikes [{0}, {0}+{1}) of '{2}' are not in the file", first, count, population));
    }
    SpikeBlock block;
    if (count == 0) return block;
    const Columns& columns = *columns_[static_cast<std::size_t>(found - populations_.begin())];
    block.node_ids = columns.node_ids.read_uint64(first, count);
    block.timestamps_ms = columns.timestamps.read_double(first, count);
    scale_times(block.timestamps_ms, columns.power, columns.single());
    const auto& times_ms = block.timestamps_ms;
    const auto is_finite = [](double time_ms) { return std::isfinite(time_ms); };
    const auto bad = std::find_if_not(times_ms.begin(), times_ms.end(), is_finite);
    if (bad != times_ms.end()) {
      const auto at = static_cast<std::size_t>(bad - times_ms.begin());
      throw InputError("spikes.time",
                       fmt::format("'{}', population '{}': spike {} of the file, of node {}, is at {} ms",
                                   printable(path()), printable(population), first + at, block.node_ids[at], *bad),
                       "a spike has a time; take those without one out of the file (spikes are counted from 0)");
    }
    return block;
  }

  std::string provenance() const override {
    if (!file_.has_dataset(kRecordDataset)) return {};
    const h5::Dataset text = file_.open_dataset(kRecordDataset);
    return text.info().rank() == 0 ? text.read_strings()[0] : std::string();
  }

  std::string form_problem(SpikeOrder order) const override { return form_problem_of(file_, populations_, order); }

 private:
  struct Columns {
    h5::Dataset node_ids, timestamps;
    int power = 0;  // of the unit of times, to ms

    bool single() const {
      const h5::DatasetInfo& info = timestamps.info();
      return info.type == h5::TypeClass::floating && info.element_bytes == 4;
    }
  };

  [[noreturn]] void refuse(const std::string& problem, const std::string& expected, std::string help = {}) const {
    throw InputError("spikes.format",
                     fmt::format("'{}' is not a spike file that can be read: {}; expected {}", printable(path()),
                                 printable(problem), expected),
                     std::move(help));
  }

  void add_linked(const std::string& name) {
    const std::string group = "/spikes/" + name;
    h5::LinkEnd end =
        h5::follow_links(file_, group, std::filesystem::path(path()).parent_path(), "a SONATA spike file");
    const h5::ReadFile& file = end.file ? *end.file : file_;
    if (end.problem.empty() && !file.has_group(end.object)) end.problem = "is a link that leads nowhere";
    if (!end.problem.empty()) refuse(group + " " + end.problem, "a group with node_ids and timestamps");
    add_population(file, name, end.object);
  }

  // Spikes, or no spikes, whose population the file does not say.
  void add_unnamed(const std::string& loose, const SpikeFileView& view, const std::vector<std::string>& others) {
    const std::string& name = view.only.empty() ? view.unnamed : view.only;
    if (!view.only.empty() && !populations_.empty()) return;
    if (!loose.empty()) {
      if (name.empty()) {
        refuse("its spikes belong to no population (/spikes/" + loose + ")", "/spikes/<population>/node_ids",
               fmt::format("say in a recipe whose they are: combine: {{NAME: {{from: [{{file: {}, population: …}}]}}}}",
                           printable(std::filesystem::path(path()).filename().string())));
      }
      if (find_population(*this, name) != nullptr) refuse("it has two populations '" + name + "'", "one");
      add_population(file_, name, "/spikes");
    } else if (!view.only.empty() && !others.empty()) {
      throw InputError("spikes.population",
                       fmt::format("'{}' has no population '{}'", printable(path()), printable(view.only)),
                       suggest(view.only, others));
    } else if (populations_.empty() && !name.empty()) {
      populations_.push_back({name, SpikeOrder::none, 0, false});
      columns_.emplace_back();
    }
  }

  void check(const h5::Dataset& dataset, bool type_fits, const char* expected) const {
    if (type_fits && dataset.info().rank() == 1) return;
    refuse(dataset.name() + " has another type or more than one dimension", expected);
  }

  void add_population(const h5::ReadFile& file, const std::string& name, const std::string& group) {
    const char* const ids_name =
        file.has_dataset(group + "/node_ids") || !file.has_dataset(group + "/gids") ? "/node_ids" : "/gids";
    for (const char* const needed : {ids_name, "/timestamps"}) {
      if (!file.has_dataset(group + needed)) {
        refuse("it has no dataset " + group + needed, "the datasets node_ids and timestamps");
      }
    }
    Columns columns{file.open_dataset(group + ids_name), file.open_dataset(group + "/timestamps")};
    check_columns(columns);
    if (const auto units = file.read_attribute(columns.timestamps.name(), "units")) {
      const std::optional<int> power = power_of_unit(units->text);
      if (!power)
        refuse(fmt::format("the units of {} are '{}'", columns.timestamps.name(), units->text), "ms, s or us");
      columns.power = *power;
    }
    PopulationInfo info{name, SpikeOrder::none, columns.node_ids.info().rows(), group != kSpikesGroup};
    for (const std::string& place : {group, columns.node_ids.name()}) {
      if (info.order != SpikeOrder::none) break;
      if (const auto sorting = file.read_attribute(place, "sorting")) info.order = order_from(*sorting);
    }
    const auto at = std::lower_bound(populations_.begin(), populations_.end(), name,
                                     [](const PopulationInfo& a, const std::string& b) { return a.name < b; });
    columns_.insert(columns_.begin() + (at - populations_.begin()), std::move(columns));
    populations_.insert(at, std::move(info));
  }

  void check_columns(const Columns& columns) const {
    // Without spikes the types say nothing: h5py makes an empty list one of doubles.
    const auto is_number = [](const h5::DatasetInfo& info) {
      return info.type == h5::TypeClass::integer || info.type == h5::TypeClass::floating;
    };
    const h5::DatasetInfo& ids = columns.node_ids.info();
    check(columns.node_ids, ids.type == h5::TypeClass::integer || (ids.rows() == 0 && is_number(ids)),
          "integers in one dimension");
    check(columns.timestamps, is_number(columns.timestamps.info()), "numbers in one dimension");
    if (ids.rows() != columns.timestamps.info().rows()) {
      refuse(fmt::format("{} has {} values, but {} has {}", columns.node_ids.name(), ids.rows(),
                         columns.timestamps.name(), columns.timestamps.info().rows()),
             "the same number in both");
    }
  }

  h5::ReadFile file_;
  std::vector<PopulationInfo> populations_;
  std::vector<std::optional<Columns>> columns_;  // of the populations, in their order; absent: it has no datasets
};

}  // namespace

std::unique_ptr<SpikeReader> open_spike_file(const std::filesystem::path& path, const SpikeFileView& view) {
  return std::make_unique<SonataReader>(path, view);
}

}  // namespace stimgen
