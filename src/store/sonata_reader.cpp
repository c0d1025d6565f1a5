// SONATA spike files as SONATA, libsonata, BMTK and NEST's tools write them, checked before a number is used.
//
// Accepted besides our own layout: `sorting` as a string or an integer, on the group or (BMTK) on node_ids; signed and
// narrower ids; `gids` for node_ids; float32 timestamps; missing units. Not accepted: files from before populations
// (/spikes/gids), which do not say whose spikes they are.
#include "stimgen/store.hpp"

#include <algorithm>
#include <mutex>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "base/spike_order.hpp"
#include "h5/read.hpp"
#include "stimgen/diagnostic.hpp"
#include "store/magic.hpp"
#include "store/sonata_form.hpp"

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
  explicit SonataReader(const std::filesystem::path& path) : file_(path, "a SONATA spike file") {
    if (const auto magic = file_.read_attribute("/", "magic");
        magic && !(magic->integers.size() == 1 && magic->integers[0] == kMagic)) {
      refuse("its attribute 'magic' is not SONATA's", "0x0A7A");
    }
    if (!file_.has_group("/spikes")) refuse("it has no group /spikes", "a SONATA spike file");
    for (const h5::Child& child : file_.children("/spikes")) {
      if (child.kind == h5::ObjectKind::dataset && (child.name == "gids" || child.name == "node_ids")) {
        refuse("its spikes belong to no population (/spikes/" + child.name + ")", "/spikes/<population>/node_ids");
      }
      if (child.kind == h5::ObjectKind::link) {
        refuse("/spikes/" + child.name + " is a link to another place", "a group with node_ids and timestamps");
      }
      if (child.kind == h5::ObjectKind::group) add_population(child.name);
    }
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
    const Columns& columns = columns_[static_cast<std::size_t>(found - populations_.begin())];
    SpikeBlock block;
    if (count == 0) return block;
    block.node_ids = columns.node_ids.read_uint64(first, count);
    block.timestamps_ms = columns.timestamps.read_double(first, count);
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
  };

  [[noreturn]] void refuse(const std::string& problem, const std::string& expected) const {
    throw InputError("spikes.format", fmt::format("'{}' is not a spike file that can be read: {}; expected {}",
                                                  printable(path()), printable(problem), expected));
  }

  void check(const h5::Dataset& dataset, bool type_fits, const char* expected) const {
    if (type_fits && dataset.info().rank() == 1) return;
    refuse(dataset.name() + " has another type or more than one dimension", expected);
  }

  void add_population(const std::string& name) {
    const std::string group = "/spikes/" + name;
    const char* const ids_name =
        file_.has_dataset(group + "/node_ids") || !file_.has_dataset(group + "/gids") ? "/node_ids" : "/gids";
    for (const char* const needed : {ids_name, "/timestamps"}) {
      if (!file_.has_dataset(group + needed)) {
        refuse("it has no dataset " + group + needed, "the datasets node_ids and timestamps");
      }
    }
    Columns columns{file_.open_dataset(group + ids_name), file_.open_dataset(group + "/timestamps")};
    // Without spikes the types say nothing: h5py makes an empty list one of doubles.
    const auto type_fits = [](const h5::Dataset& dataset, h5::TypeClass wanted) {
      const h5::DatasetInfo& info = dataset.info();
      const bool number = info.type == h5::TypeClass::integer || info.type == h5::TypeClass::floating;
      return info.type == wanted || (info.rows() == 0 && number);
    };
    check(columns.node_ids, type_fits(columns.node_ids, h5::TypeClass::integer), "integers in one dimension");
    check(columns.timestamps, type_fits(columns.timestamps, h5::TypeClass::floating),
          "floating-point numbers in one dimension");
    if (columns.node_ids.info().rows() != columns.timestamps.info().rows()) {
      refuse(fmt::format("{} has {} values, but {} has {}", columns.node_ids.name(), columns.node_ids.info().rows(),
                         columns.timestamps.name(), columns.timestamps.info().rows()),
             "the same number in both");
    }
    if (const auto units = file_.read_attribute(columns.timestamps.name(), "units");
        units && units->text != "ms" && units->text != "milliseconds" && units->text != "millisecond") {
      refuse(fmt::format("the units of {} are '{}'", columns.timestamps.name(), units->text), "'ms'");
    }
    PopulationInfo info{name, SpikeOrder::none, columns.node_ids.info().rows()};
    for (const std::string& place : {group, columns.node_ids.name()}) {
      if (info.order != SpikeOrder::none) break;
      if (const auto sorting = file_.read_attribute(place, "sorting")) info.order = order_from(*sorting);
    }
    populations_.push_back(std::move(info));
    columns_.push_back(std::move(columns));
  }

  h5::ReadFile file_;
  std::vector<PopulationInfo> populations_;
  std::vector<Columns> columns_;  // of the populations, in their order
};

}  // namespace

std::unique_ptr<SpikeReader> open_spike_file(const std::filesystem::path& path) {
  return std::make_unique<SonataReader>(path);
}

}  // namespace stimgen
