// Numbers of the model as JSON where they are few and as compressed columns where they are many.
#include "report/page_data.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <limits>

#include "report/encode.hpp"
#include "stimgen/diagnostic.hpp"

namespace stimgen {

namespace {

using Json = nlohmann::ordered_json;

std::string column(const std::string& id, std::string_view type, const std::string& data) {
  return fmt::format("<script type=\"text/plain\" id=\"{}\" data-type=\"{}\">{}</script>\n", id, type, data);
}

// One column of all groups, one after the other.
template <typename Values>
std::string joined(const ReportSection& section, Values ReportGroup::*values) {
  std::vector<float> all;
  for (const ReportGroup& group : section.groups) {
    for (const double value : group.*values) all.push_back(static_cast<float>(value));
  }
  return encode_f32(all);
}

Json quantiles_json(const Quantiles& q) {
  return {{"min", q.min}, {"p5", q.p5},   {"q1", q.q1},  {"median", q.median},
          {"q3", q.q3},   {"p95", q.p95}, {"max", q.max}};
}

Json group_json(const ReportGroup& group) {
  Json json = {{"label", escaped(group.label)},
               {"nodes", group.stats.nodes},
               {"spikes", group.stats.spikes},
               {"expected", group.expected_spikes ? Json(*group.expected_spikes) : Json(nullptr)},
               {"rates", quantiles_json(group.rates)},
               {"requestedRates", group.requested_rates ? quantiles_json(*group.requested_rates) : Json(nullptr)},
               {"isi", group.isi},
               {"isiBelow", group.isi_below}};
  json["histogram"] = {{"start", group.histogram.start_hz},
                       {"width", group.histogram.width_hz},
                       {"nodes", group.histogram.nodes},
                       {"requested", group.histogram.requested}};
  return json;
}

Json section_json(const ReportSection& section, const std::string& id) {
  Json groups = Json::array();
  for (const ReportGroup& group : section.groups) groups.push_back(group_json(group));
  Json labels = Json::array();
  for (const std::string& label : section.raster.group_labels) labels.push_back(escaped(label));
  return {{"id", id},
          {"name", escaped(section.name)},
          {"window", {section.window.start_ms, section.window.stop_ms}},
          {"binMs", section.bin_ms},
          {"hasRequested", !section.curve_ms.empty()},
          {"isiEdges", section.isi_edges_ms},
          {"raster",
           {{"tickMs", section.raster.tick_ms},
            {"nodes", section.raster.node_ids.size()},
            {"total", section.raster.total},
            {"groupStarts", section.raster.group_starts},
            {"groupLabels", labels}}},
          {"groups", groups}};
}

}  // namespace

std::string section_id(std::size_t index) {
  return fmt::format("s{}", index);
}

std::string section_columns(const ReportSection& section, const std::string& id) {
  std::string html = column(id + "-rates", "f32", joined(section, &ReportGroup::rate_hz));
  html += column(id + "-smoothed", "f32", joined(section, &ReportGroup::smoothed_hz));
  if (!section.curve_ms.empty()) {
    html += column(id + "-asked", "f32", joined(section, &ReportGroup::requested_hz));
    html += column(id + "-curve-ms", "f64", encode_f64(section.curve_ms));
    html += column(id + "-curve-hz", "f32", joined(section, &ReportGroup::curve_hz));
  }
  const Raster& raster = section.raster;
  html += column(id + "-ticks", "delta32", encode_delta32(raster.ticks));
  html += column(id + "-rows", "u32", encode_u32(raster.rows));
  std::vector<std::uint32_t> small;
  std::vector<double> large;
  for (const NodeId node : raster.node_ids) {
    if (node > std::numeric_limits<std::uint32_t>::max()) large.assign(1, 0);
    small.push_back(static_cast<std::uint32_t>(node));
  }
  if (large.empty()) return html + column(id + "-ids", "delta32", encode_delta32(small));
  large.clear();
  for (const NodeId node : raster.node_ids) large.push_back(static_cast<double>(node));
  return html + column(id + "-ids", "f64", encode_f64(large));
}

std::string model_element(const ReportModel& model) {
  Json sections = Json::array();
  for (std::size_t i = 0; i < model.sections.size(); ++i)
    sections.push_back(section_json(model.sections[i], section_id(i)));
  const std::string json = Json{{"title", escaped(model.title)}, {"sections", sections}}.dump();
  return fmt::format("<script type=\"application/json\" id=\"model\">{}</script>\n", safe_in_script(json));
}

}  // namespace stimgen
