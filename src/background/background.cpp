// Reads a background and binds it to its population: which nodes, in which group, with which rates.
#include "stimgen/background.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <unordered_map>
#include <vector>

#include "background/listed_rates.hpp"
#include "background/rate_value.hpp"
#include "base/deferred.hpp"
#include "base/profile.hpp"
#include "stimgen/canonical.hpp"
#include "stimgen/language.hpp"

namespace stimgen {
namespace {

constexpr std::size_t kDrawnTogether = 1024;  // nodes; a lognormal rate takes a tenth of a microsecond

// Rows of a group_by column by the text of their value; rows without a value come last under no label.
struct ValueGroups {
  std::vector<std::string> labels;
  std::vector<NodeSelection> rows;
  NodeSelection without_value;

  std::optional<std::size_t> index_of(const std::string& label) const {
    const auto it = std::find(labels.begin(), labels.end(), label);
    if (it == labels.end()) return std::nullopt;
    return static_cast<std::size_t>(it - labels.begin());
  }
};

ValueGroups group_rows(const Column& column, const NodeSelection& selection) {
  ValueGroups groups;
  const auto add = [&groups](std::size_t& slot, const auto& label, NodeRow row) {
    if (slot == 0) {
      groups.labels.push_back(label());
      groups.rows.emplace_back();
      slot = groups.labels.size();
    }
    groups.rows[slot - 1].push_back(row);
  };
  std::vector<std::size_t> slot_of_code(column.dictionary.size(), 0);
  std::unordered_map<std::int64_t, std::size_t> slot_of_integer;
  std::unordered_map<double, std::size_t> slot_of_real;
  for (const NodeRow row : selection) {
    if (column.is_missing(row)) {
      groups.without_value.push_back(row);
      continue;
    }
    const auto label = [&] { return column.text_at(row); };
    switch (column.type) {
      case Column::Type::text:
        add(slot_of_code[column.codes[row]], label, row);
        break;
      case Column::Type::integer:
        add(slot_of_integer[column.integers[row]], label, row);
        break;
      case Column::Type::real:
        add(slot_of_real[column.reals[row]], label, row);
        break;
    }
  }
  return groups;
}

class Reader {
 public:
  Reader(Background& background, const Network& network, const BackgroundDefaults& times, const Seeds& seeds,
         Diagnostics& diagnostics)
      : background_(background),
        network_(network),
        times_(times),
        seeds_(seeds),
        diagnostics_(diagnostics),
        fields_(background.body, fmt::format("background '{}'", background.name),
                {selection_fields(), background_fields()}, diagnostics) {}

  bool read() {
    if (!background_.body.is_mapping() && !background_.body.is_null()) return false;  // which was reported
    read_window();
    background_.streams = Streams(seeds_, background_.name, fields_.name("stream"));
    background_.process_value = fields_.value("process");
    if (const Value* value = fields_.written("distribution")) {
      if (const auto* kind = read_distribution_kind(*value, diagnostics_)) default_kind_.kind = kind;
    }
    const PopulationSelection selected = read_selection(fields_, network_);
    background_.population = selected.population;
    const Value* rate = fields_.value("rate");
    const Value* rates = fields_.value("rates");
    if ((rate != nullptr) == (rates != nullptr)) {
      fields_.error(rate != nullptr ? "rates" : "rate",
                    rate != nullptr ? ErrorCode("recipe.two-ways") : ErrorCode("recipe.missing-key"),
                    rate != nullptr ? "a background has either 'rate' or 'rates', not both"
                                    : fmt::format("background '{}' has no rate", background_.name),
                    "write 'rate: 20 Hz' for all nodes, or 'group_by' and 'rates' for a rate by group");
      if (rate != nullptr) check_rate(*rate, "'rate'");
      if (rates != nullptr) check_rates(*rates);
      return false;
    }
    if (rate != nullptr) {
      read_common_rate(*rate, selected);
    } else {
      read_rates_by_group(*rates, selected);
    }
    if (default_kind_.is_used) fields_.value("distribution");
    background_.said = fields_.said();
    return fields_.ok() && background_.population != nullptr;
  }

 private:
  void read_window() {
    background_.window.start_ms = fields_.optional_time_ms("start").value_or(times_.start_ms);
    const std::optional<double> stop_ms = fields_.optional_time_ms("stop");
    if (!stop_ms && fields_.has("stop")) return;  // it is wrong, which was reported
    if (!stop_ms && !times_.stop_ms) {
      report_no_stop(fields_);
      return;
    }
    background_.window.stop_ms = stop_ms ? *stop_ms : *times_.stop_ms;
    if (background_.window.start_ms < 0) {
      fields_.error("start", "recipe.out-of-range", "input cannot begin before 0 s");
    }
    if (fields_.ok() && background_.window.stop_ms <= background_.window.start_ms) {
      fields_.error("stop", "recipe.empty-window",
                    fmt::format("background '{}' ends at {}, but begins at {}", background_.name,
                                format_time(background_.window.stop_ms), format_time(background_.window.start_ms)));
    }
  }

  void read_common_rate(const Value& rate, const PopulationSelection& selected) {
    if (fields_.has("group_by")) {
      fields_.error("group_by", "background.group-by", "'group_by' goes with 'rates', but this background has 'rate'",
                    "list a rate for each group under 'rates', or remove 'group_by'");
    }
    fields_.optional_text("group_by");
    if (fields_.value("others") != nullptr) {
      fields_.error("others", "background.others", "'others' goes with 'rates': with 'rate' every node is driven");
    }
    add_group({"all", "all", "'rate'", train_group_id("all")}, rate, selected.population, selected.rows);
  }

  // {mean: 4, stdev: 2} under 'rates': its keys are those of a rate, not names of groups.
  static bool is_one_rate(const Value& rates) {
    const auto is_key = [](const Value::Member& member) {
      const auto fields = rate_fields();
      return std::any_of(fields.begin(), fields.end(), [&](const FieldDoc& field) { return field.name == member.key; });
    };
    return rates.is_mapping() && !rates.members.empty() &&
           std::all_of(rates.members.begin(), rates.members.end(), is_key);
  }

  void read_rates_by_group(const Value& rates, const PopulationSelection& selected) {
    const std::string property = fields_.text("group_by");
    const Value* others = fields_.value("others");
    if (property.empty() && !fields_.has("group_by") && rates.is_scalar()) {
      fields_.error("rates", "background.group-by", "'rates' holds the rate of each group by its name",
                    fmt::format("for all nodes together write rate: {}", printable(rates.text, 60)));
      if (others != nullptr) check_others(*others);
      return;
    }
    if (property.empty() && !fields_.has("group_by")) {
      fields_.error(
          "rates", "background.group-by", "'rates' needs 'group_by': the node property that names the groups",
          is_one_rate(rates) ? "for all nodes together write rate: {…} with this value" : "e.g. group_by: pop_name");
    }
    if (!rates.is_mapping() || rates.members.empty()) {
      diagnostics_.error(rates.loc, "recipe.wrong-type",
                         fmt::format("'rates' is {}, but rates by group were expected", describe(rates)),
                         "e.g. rates: {PN: 2 Hz, PV: [7.5, 6.4]}");
      if (others != nullptr) check_others(*others);
      return;
    }
    const bool known = selected.population != nullptr && !property.empty();
    const auto column =
        known ? find_column(*selected.population, property, fields_.loc("group_by"), diagnostics_) : nullptr;
    if (column == nullptr) {
      check_rates(rates);
      if (others != nullptr) check_others(*others);
      return;
    }
    assign(rates, group_rows(*column, selected.rows), property, others, *selected.population);
  }

  void assign(const Value& rates, ValueGroups groups, const std::string& property, const Value* others,
              const NodePopulation& population) {
    std::vector<bool> listed(groups.labels.size(), false);
    for (const Value::Member& member : rates.members) {
      const auto index = groups.index_of(member.key);
      if (!index) {
        diagnostics_.error(member.key_loc, "background.no-such-group",
                           fmt::format("no selected node of '{}' has {} '{}'", population.name(), property, member.key),
                           suggest(member.key, groups.labels));
        check_rate(member.value, fmt::format("group '{}'", member.key));
        continue;
      }
      listed[*index] = true;
      const GroupNames names{member.key, fmt::format("group {}", canonical_name(member.key)),
                             fmt::format("group '{}'", member.key), train_group_id("value", member.key)};
      add_group(names, member.value, &population, groups.rows[*index]);
    }
    NodeSelection rest = std::move(groups.without_value);
    std::vector<std::string> rest_labels;
    if (!rest.empty()) rest_labels.push_back(fmt::format("no {}", property));
    for (std::size_t i = 0; i < groups.labels.size(); ++i) {
      if (listed[i]) continue;
      rest_labels.push_back(fmt::format("'{}'", groups.labels[i]));
      rest.insert(rest.end(), groups.rows[i].begin(), groups.rows[i].end());
    }
    std::sort(rest.begin(), rest.end());
    if (others == nullptr) {
      if (rest.empty()) return;
      if (rest_labels.size() > 6) {
        rest_labels.resize(6);
        rest_labels.push_back("…");
      }
      diagnostics_.error(rates.loc, "background.unlisted",
                         fmt::format("{} of the selected nodes of '{}' are in no listed group ({}: {})", rest.size(),
                                     population.name(), property, fmt::join(rest_labels, ", ")),
                         "add their groups, or 'others: silent' to leave them without input");
      return;
    }
    if (is_silent(*others)) return;
    if (rest.empty()) {
      if (!check_rate(*others, "'others'")) return;
      diagnostics_.error(others->loc, "background.others", "'others' has a rate, but every node is in a listed group",
                         "remove 'others', or write 'others: silent'");
      return;
    }
    add_group({label_beside(groups.labels, "others"), "others", "'others'", train_group_id("others")}, *others,
              &population, rest);
  }

  // `silent`, or a text that can only be meant so, which is reported.
  bool is_silent(const Value& others) {
    if (!others.is_scalar() || nearest_name(others.text, {"silent"}).empty()) return false;
    if (others.text != "silent") {
      diagnostics_.error(others.loc, "background.others",
                         fmt::format("'others' is 'silent' or a rate, not '{}'", printable(others.text)),
                         "did you mean 'silent'?");
    }
    return true;
  }

  // Rates of nodes that are not known yet: only whether they are rates.
  bool check_rate(const Value& value, const std::string& owner) {
    return read_rate_value(value, owner, default_kind_, background_.streams, diagnostics_).has_value();
  }
  void check_rates(const Value& rates) {
    for (const Value::Member& member : rates.members) check_rate(member.value, fmt::format("group '{}'", member.key));
  }
  void check_others(const Value& others) {
    if (!is_silent(others)) check_rate(others, "'others'");
  }

  // How tables, settings and messages call a group.
  struct GroupNames {
    std::string label, setting, owner;
    std::uint64_t train_id = 0;
  };

  void add_group(const GroupNames& names, const Value& value, const NodePopulation* population, NodeSelection rows) {
    const auto read = read_rate_value(value, names.owner, default_kind_, background_.streams, diagnostics_);
    if (!read || population == nullptr) return;
    BackgroundGroup group;
    group.label = names.label;
    group.setting = names.setting;
    group.train_id = names.train_id;
    group.rows = std::move(rows);
    if (read->distribution) {
      group.distribution = *read->distribution;
    } else {
      group.listed_hz = listed_rates_hz(*read, *population, group.rows, diagnostics_);
    }
    background_.node_groups.push_back(std::move(group));
  }

  Background& background_;
  const Network& network_;
  const BackgroundDefaults& times_;
  const Seeds& seeds_;
  Diagnostics& diagnostics_;
  Fields fields_;
  DefaultKind default_kind_;
};

// The driven nodes and the group of each.
struct DrivenNodes {
  NodeIds node_ids;                   // ascending; refer to the population's if all of it is driven
  std::vector<std::uint32_t> groups;  // index into node_groups
};

DrivenNodes driven_nodes(const Background& background) {
  constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
  const std::vector<NodeId>& ids = background.population->node_ids();
  std::vector<std::uint32_t> group_of_row(ids.size(), kNone);
  std::size_t driven = 0;
  for (std::size_t g = 0; g < background.node_groups.size(); ++g) {
    driven += background.node_groups[g].rows.size();
    for (const NodeRow row : background.node_groups[g].rows) group_of_row[row] = static_cast<std::uint32_t>(g);
  }
  DrivenNodes nodes;
  if (driven == ids.size()) {
    nodes.node_ids = NodeIds::of(ids);
  } else {
    std::vector<NodeId> driven_ids;
    driven_ids.reserve(driven);
    for (std::size_t row = 0; row < ids.size(); ++row) {
      if (group_of_row[row] != kNone) driven_ids.push_back(ids[row]);
    }
    nodes.node_ids = std::move(driven_ids);
    std::erase(group_of_row, kNone);
  }
  nodes.groups = std::move(group_of_row);
  return nodes;
}

// The rates of listed groups; 0 for those that are drawn.
std::vector<double> rates_but_drawn_hz(const Background& background, const DrivenNodes& nodes) {
  std::vector<double> rates_hz(nodes.groups.size());
  std::vector<std::size_t> listed_of_group(background.node_groups.size(), 0);  // rows of a group ascend, as nodes do
  for (std::size_t i = 0; i < rates_hz.size(); ++i) {
    const std::uint32_t g = nodes.groups[i];
    const std::vector<double>& listed_hz = background.node_groups[g].listed_hz;
    if (!listed_hz.empty()) rates_hz[i] = listed_hz[listed_of_group[g]++];
  }
  return rates_hz;
}

}  // namespace

double BackgroundGroup::expected_spikes(double duration_ms) const {
  if (listed_hz.empty()) {
    return static_cast<double>(rows.size()) * stimgen::expected_spikes(distribution.mean_hz, duration_ms);
  }
  return stimgen::expected_spikes(std::accumulate(listed_hz.begin(), listed_hz.end(), 0.0), duration_ms);
}

TrainGroup BackgroundGroup::train_group() const {
  TrainGroup group{.id = train_id};
  if (listed_hz.empty()) group.mean_hz = distribution.mean_hz;
  group.is_drawn = !listed_hz.empty() || !distribution.is_constant();
  return group;
}

std::span<const FieldDoc> background_fields() {
  static const std::vector<FieldDoc> fields{
      {"rate", "rate-or-distribution", "Hz", "none",
       "Rate of every node, constant or drawn for each node; use `group_by` and `rates` for a rate by group.",
       "{mean: 20 Hz, stdev: 2 Hz}", rate_fields()},
      {"group_by", "text", "", "none", "Node property whose values name the groups of `rates`.", "pop_name"},
      {"rates", "group-rates", "Hz", "none", "Rate of each group: a property value and its rate.",
       "{PN: {mean: 1.9 Hz, stdev: 1.8 Hz}}", rate_fields()},
      {"distribution", distribution_type(), "", distribution_kinds().front()->info.name,
       "Distribution of rates that give a mean and a stdev but name none.", "normal"},
      {"others", "others", "Hz", "none",
       "Nodes in no listed group: `silent`, or a rate; without this key such nodes are an error.", "silent",
       rate_fields()},
      {"start", "time", "s", "<time.start>", "When the input begins.", "0 s"},
      {"stop", "time", "s", "<time.stop>", "When the input ends.", "15 s"},
      {"stream", "name", "", "<the task's name>",
       "Name of the random stream; tasks that share it get the same spikes for equal nodes and rates.", "frozen"},
      {"process", "process", "", "poisson", "Point process that turns rates into spike times.", "poisson"},
  };
  return fields;
}

std::unique_ptr<Background> read_background(const Entry& entry, const Value& defaults, const Network& network,
                                            const BackgroundDefaults& times, const Seeds& seeds,
                                            Diagnostics& diagnostics) {
  auto background = std::make_unique<Background>();
  background->name = entry.name;
  background->loc = entry.loc;
  background->body = with_defaults(entry, defaults, {selection_fields(), background_fields()});
  if (!Reader(*background, network, times, seeds, diagnostics).read()) return nullptr;
  return background;
}

std::string Background::entry_json() const {
  return written_as_json(body, {selection_fields(), background_fields()});
}

NodeRates Background::node_rates(WorkerPool* pool) const {
  const ProfiledStage stage(Stage::rates);
  DrivenNodes nodes = driven_nodes(*this);
  NodeRates rates;
  rates.window = window;
  rates.constant_hz = rates_but_drawn_hz(*this, nodes);
  rates.node_ids = std::move(nodes.node_ids);
  rates.group_of_node = std::move(nodes.groups);
  for (const BackgroundGroup& group : node_groups) rates.groups.push_back(group.train_group());
  const StreamKey key = streams.key_if_used(Purpose::rate);
  const auto draw = [&](std::size_t first, std::size_t last) {
    const ProfiledStage drawing(Stage::rates);
    for (std::size_t i = first; i < last; ++i) {
      const BackgroundGroup& group = node_groups[rates.group_of_node[i]];
      if (group.listed_hz.empty()) rates.constant_hz[i] = draw_rate_hz(group.distribution, key, rates.node_ids[i]);
    }
    return last - first;
  };
  const std::size_t count = rates.size();
  if (pool == nullptr || count <= kDrawnTogether) {
    draw(0, count);
    return rates;
  }
  std::vector<Deferred<std::size_t>> blocks;
  for (std::size_t first = 0; first < count; first += kDrawnTogether) {
    const std::size_t last = std::min(first + kDrawnTogether, count);
    blocks.emplace_back(*pool, [&draw, first, last] { return draw(first, last); });
  }
  for (auto& block : blocks) block.take();
  return rates;
}

SourceGroups Background::groups() const {
  SourceGroups groups;
  for (const BackgroundGroup& group : node_groups) {
    groups.labels.push_back(group.label);
    groups.drawn_from.push_back(group.listed_hz.empty() ? &group.distribution : nullptr);
  }
  if (const Value* property = body.find("group_by")) groups.by = property->text;
  return groups;
}

std::uint64_t Background::node_count() const {
  std::uint64_t count = 0;
  for (const BackgroundGroup& group : node_groups) count += group.rows.size();
  return count;
}

double Background::expected_spikes() const {
  double expected = 0;
  for (const BackgroundGroup& group : node_groups) expected += group.expected_spikes(window.duration_ms());
  return expected;
}

Settings Background::settings() const {
  Settings settings{{"window", canonical(window)}};
  for (const BackgroundGroup& group : node_groups) {
    std::vector<NodeId> ids;
    ids.reserve(group.rows.size());
    for (const NodeRow row : group.rows) ids.push_back(population->node_ids()[row]);
    settings.emplace_back(group.setting + " nodes", canonical_digest(std::span<const NodeId>(ids)));
    settings.emplace_back(group.setting + " rate", group.listed_hz.empty()
                                                       ? canonical(group.distribution)
                                                       : canonical_digest(std::span<const double>(group.listed_hz)));
  }
  return settings;
}

}  // namespace stimgen
