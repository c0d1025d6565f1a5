// Writes the page: text, tables and places for charts, then data, then script. Every text of a user goes through
// escape_markup().
#include "report/html.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>

#include "base/format_bytes.hpp"
#include "base/markup.hpp"
#include "draw/palette.hpp"
#include "report/assets.hpp"
#include "report/highlight.hpp"
#include "report/page_data.hpp"
#include "report/task_graph.hpp"
#include "stimgen/recipe.hpp"

namespace stimgen {

namespace {

std::string rounded(double value) {
  return fmt::format("{:.4g}", value);
}
std::string rounded(const std::optional<double>& value) {
  return value ? rounded(*value) : std::string("–");
}
std::string count_of(const std::optional<double>& value) {
  return value ? grouped(static_cast<std::uint64_t>(std::llround(*value))) : std::string("–");
}

// Cells are HTML; the first of each row is its header. `left`: columns of words, set to the left.
std::string table(std::string_view caption, const std::vector<std::string>& head,
                  const std::vector<std::vector<std::string>>& rows, const std::set<std::size_t>& left) {
  const auto start = [&](std::string_view cell, std::size_t column) {
    return fmt::format("<{}{}>", cell, left.contains(column) ? " class=\"l\"" : "");
  };
  std::string html = fmt::format(
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
      "aria-label=\"{0}\"><table><caption>{0}</caption>\n<thead><tr>",
      escape_markup(caption));
  for (std::size_t i = 0; i < head.size(); ++i) html += start("th scope=\"col\"", i) + head[i] + "</th>";
  html += "</tr></thead>\n<tbody>\n";
  for (const std::vector<std::string>& cells : rows) {
    html += "<tr>" + start("th scope=\"row\"", 0) + cells.front() + "</th>";
    for (std::size_t i = 1; i < cells.size(); ++i) html += start("td", i) + cells[i] + "</td>";
    html += "</tr>\n";
  }
  return html + "</tbody></table></div>\n";
}

std::string verdict(bool checked, const std::vector<std::string>& problems) {
  if (!checked) return "–";
  if (problems.empty()) return "<span class=\"ok\">ok</span>";
  std::vector<std::string> escaped;
  for (const std::string& problem : problems) escaped.push_back(escape_markup(problem));
  return fmt::format("<span class=\"off\">off: {}</span>", fmt::join(escaped, "; "));
}

std::string title_of(const ReportSection& section) {
  return section.name + (section.is_of_several() ? ": " + section.population : "");
}

std::string file_tables(const ReportModel& model) {
  std::vector<std::vector<std::string>> tasks;
  std::vector<std::vector<std::string>> digests;
  for (std::size_t i = 0; i < model.sections.size(); ++i) {
    const ReportSection& section = model.sections[i];
    tasks.push_back({fmt::format("<a href=\"#{}\">{}</a>", section_id(i), escape_markup(section.name)),
                     escape_markup(section.kind), escape_markup(section.population), grouped(section.nodes),
                     grouped(section.spikes), count_of(section.expected_spikes), rounded(section.mean_rate_hz),
                     format_bytes(section.bytes), section.state.empty() ? "–" : escape_markup(section.state),
                     verdict(section.checked, section.problems)});
    digests.push_back({escape_markup(fmt::format("{}#{}", section.file, section.population)),
                       fmt::format("<span class=\"digest\">{}</span>", section.digest)});
  }
  const std::string html =
      table("Files",
            {"Task", "Kind", "Population", "Nodes", "Spikes", "Requested", "Mean rate (Hz)", "Size", "Lock", "Check"},
            tasks, {1, 2, 8, 9});
  return html +
         table("Content digests (BLAKE3, as stimgen digest prints them)", {"Population", "Digest"}, digests, {1});
}

std::string check_text(const StatisticsCheck& check) {
  std::string html = fmt::format(
      "<p class=\"soft\">Lock: whether the content digest is the one in stimgen.lock (stimgen verify makes every "
      "spike again). Check: spikes of every group against the rates asked for ({} tests: counts, time-rescaled "
      "intervals, drawn rates, silent nodes). A batch made as asked is called off with a chance of {}.</p>\n",
      check.tests, kCheckLevel);
  for (const StatisticsCheck::Unfed& unfed : check.unfed) {
    if (unfed.unfed == 0) continue;
    html += fmt::format("<p>{} of the {} nodes of population {} get no input from any task: {}{}.</p>\n",
                        grouped(unfed.unfed), grouped(unfed.nodes), escape_markup(unfed.population),
                        fmt::join(unfed.first, ", "), unfed.unfed > unfed.first.size() ? ", …" : "");
  }
  return html;
}

std::string overview(const ReportModel& model) {
  std::string html =
      "<section id=\"overview\" aria-labelledby=\"overview-title\"><h2 id=\"overview-title\">Overview</h2>\n<dl>\n";
  for (const auto& [name, value] : model.facts) {
    html += fmt::format("<dt>{}</dt><dd>{}</dd>\n", escape_markup(name), escape_markup(value));
  }
  for (const std::string& note : model.notes)
    html += fmt::format("<dt>Changed for this run</dt><dd>{}</dd>\n", escape_markup(note));
  html += "</dl>\n" + file_tables(model);
  if (model.check) html += check_text(*model.check);
  if (!model.graph.empty()) {
    html += "<h3>Task graph</h3>\n<div class=\"graph\" tabindex=\"0\" role=\"region\" aria-label=\"Task graph\">" +
            draw_task_graph(model.graph) + "</div>\n";
  }
  if (!model.recipe_text.empty()) {
    html += fmt::format(
        "<h3>Recipe: {0}</h3>\n<pre tabindex=\"0\" role=\"region\" aria-label=\"Text of the "
        "recipe\"><code>{1}</code></pre>\n",
        escape_markup(model.recipe_path), highlight_yaml(model.recipe_text));
  }
  return html + "</section>\n";
}

// The place of one chart: title, caption, the chart, what the pointer is on, and its numbers as a table.
std::string figure(const std::string& id, const std::string& title, const std::string& caption,
                   const std::string& label, bool half = false) {
  return fmt::format(
      "<figure id=\"{0}\"{4}><figcaption><b>{1}</b> <span class=\"soft\">{2}</span></figcaption>\n"
      "<div class=\"plot\" role=\"img\" tabindex=\"0\" aria-label=\"{3}\"></div>\n<div class=\"readout\"></div>\n"
      "<details><summary aria-label=\"Numbers of: {1}, {5}\">Numbers</summary></details></figure>\n",
      id, escape_markup(title), escape_markup(caption), escape_markup(label), half ? " class=\"half\"" : "",
      id.substr(0, id.find('-')));
}

std::string group_table(const ReportModel& model, const ReportSection& section) {
  std::vector<std::vector<std::string>> rows;
  for (const ReportGroup& group : section.groups) {
    const GroupSpikeStats& stats = group.stats;
    std::string z = "–";
    std::string cv = "–";
    std::string ks = "–";
    std::string said = "–";
    if (model.check) {
      for (const GroupCheck& check : model.check->groups) {
        if (check.task != section.name || check.group != group.label || section.kind == "combination") continue;
        z = check.z ? fmt::format("{:.2f}", *check.z) : "–";
        cv = rounded(check.cv_rescaled);
        ks = check.ks_p ? fmt::format("{:.3f}", *check.ks_p) : "–";
        said = verdict(true, check.problems);
      }
    }
    rows.push_back({escape_markup(group.label), grouped(stats.nodes), grouped(stats.silent_nodes),
                    grouped(stats.spikes), count_of(group.expected_spikes), z, rounded(stats.mean_rate_hz),
                    rounded(stats.stdev_rate_hz), rounded(stats.min_rate_hz), rounded(stats.median_rate_hz),
                    rounded(stats.max_rate_hz), rounded(stats.cv_isi), cv, rounded(stats.count_dispersion), ks, said});
  }
  return table("Groups of " + title_of(section),
               {"Group", "Nodes", "Silent", "Spikes", "Requested", "z", "Mean rate (Hz)", "Stdev (Hz)", "Lowest",
                "Median", "Highest", "CV of ISI", "CV rescaled", "Count dispersion", "KS p", "Check"},
               rows, {15}) +
         fmt::format("<p class=\"soft\">CV of ISI: {}. CV rescaled: {}. Count dispersion: {}.</p>\n", kCvMeaning,
                     kRescaledCvMeaning, kCountDispersionMeaning);
}

std::string controls(const ReportSection& section, const std::string& id) {
  const std::string name = escape_markup(title_of(section));
  std::string html = fmt::format("<div class=\"controls\" role=\"group\" aria-label=\"Time shown of {}\">\n", name);
  for (const auto& [action, text] : {std::pair{"in", "Zoom in"},
                                     {"out", "Zoom out"},
                                     {"left", "◀ Earlier"},
                                     {"right", "Later ▶"},
                                     {"reset", "Whole window"}}) {
    html += fmt::format("<button type=\"button\" data-zoom=\"{}\">{}</button>\n", action, text);
  }
  html += "<span class=\"range soft\"></span></div>\n<fieldset><legend>Groups</legend>\n";
  for (std::size_t i = 0; i < section.groups.size(); ++i) {
    html += fmt::format(
        "<label><input type=\"checkbox\" checked data-group=\"{0}\"><span class=\"swatch\" "
        "data-swatch=\"{0}\"></span>{1}</label>\n",
        i, escape_markup(section.groups[i].label));
  }
  html += "</fieldset>\n";
  if (section.groups.size() > std::size(draw::kGroupColours)) {
    html += fmt::format(
        "<p>Colours repeat after {0} groups: the lines of the next {0} are dash-dotted, those of the {0} after them "
        "dotted.</p>\n",
        std::size(draw::kGroupColours));
  }
  if (section.groups_in_all > section.groups.size()) {
    html += fmt::format("<p>The first {} of {} groups are shown; the raster shows the nodes of all.</p>\n",
                        section.groups.size(), grouped(section.groups_in_all));
  }
  html +=
      "<fieldset data-curves><legend>Rate curves</legend>\n<label><input type=\"checkbox\" checked "
      "data-kind=\"raw\">raw</label>\n"
      "<label><input type=\"checkbox\" checked data-kind=\"smoothed\">smoothed</label>\n";
  if (!section.curve_ms.empty())
    html += "<label><input type=\"checkbox\" checked data-kind=\"requested\">requested (dashed)</label>\n";
  return html + "</fieldset>\n<p class=\"soft help\" id=\"" + id +
         "-help\">Drag over a chart to zoom in on a stretch of time, double-click for the whole window; with a chart "
         "in focus the "
         "keys + − ← → and 0 do the same. All charts over time of this part move together.</p>\n";
}

std::string section_text(const ReportSection& section, const std::string& id) {
  std::string kind = section.kind == "file" ? std::string("spikes") : section.kind;
  kind[0] = static_cast<char>(kind[0] - 'a' + 'A');
  std::string html = fmt::format("<section id=\"{0}\" aria-labelledby=\"{0}-title\"><h2 id=\"{0}-title\">{1}</h2>\n",
                                 id, escape_markup(title_of(section)));
  html += fmt::format("<p>{} of population {}{}{}: {} spikes of {} nodes from {} to {}, file {}.</p>\n",
                      escape_markup(kind), escape_markup(section.population),
                      section.process.empty() ? "" : escape_markup(fmt::format(", {} process", section.process)),
                      section.grouped_by.empty() ? "" : ", groups by " + escape_markup(section.grouped_by),
                      grouped(section.spikes), grouped(section.nodes), format_time(section.window.start_ms),
                      format_time(section.window.stop_ms), escape_markup(section.file));
  if (!section.silent_nodes_known) {
    html +=
        "<p>Only nodes with spikes are known: rates and counts leave silent ones out. With --recipe or --config they "
        "count.</p>\n";
  }
  if (!section.remark.empty()) html += "<p>" + escape_markup(section.remark) + "</p>\n";
  if (section.spikes_outside > 0) {
    html +=
        fmt::format("<p>{} spikes lie outside this window and are not shown.</p>\n", grouped(section.spikes_outside));
  }
  return html;
}

// Whatever moves together over time.
std::string time_figures(const ReportSection& section, const std::string& id, const std::string& groups) {
  const std::string name = title_of(section);
  const bool asked = !section.curve_ms.empty();
  std::string html;
  if (asked) {
    html += figure(id + "-requested", "Requested rate", "mean over the nodes of each group",
                   fmt::format("Requested rate over time of {} of {}", groups, name));
  }
  const Raster& raster = section.raster;
  const std::string shown = grouped(raster.ticks.size());
  html += figure(id + "-raster", "Raster", section.raster_words(),
                 fmt::format("Raster of {} spikes of {}, nodes sorted and coloured by group", shown, name));
  return html + figure(id + "-rate", "Rate over time",
                       fmt::format("bins of {} ms; {}{}", format_number(section.bin_ms), section.smoothing_words(),
                                   asked ? "; dashed: requested, smoothed alike" : ""),
                       fmt::format("Rate over time of {} of {}, raw, smoothed and requested", groups, name));
}

std::string node_figures(const ReportSection& section, const std::string& id, const std::string& groups) {
  const std::string name = title_of(section);
  const bool asked = !section.curve_ms.empty();
  std::string html = "<h3>Rates of nodes</h3>\n<div class=\"halves\">\n";
  for (std::size_t i = 0; i < section.groups.size(); ++i) {
    const ReportGroup& group = section.groups[i];
    if (group.histogram.nodes.empty()) continue;
    html += figure(
        fmt::format("{}-hist-{}", id, i), fmt::format("Group {}", group.label),
        asked ? "dashed: requested distribution with the scatter of counts" : "nodes by their rate",
        fmt::format("Histogram of the rates of {} nodes of group {} of {}", group.stats.nodes, group.label, name),
        true);
  }
  html += figure(id + "-box", "Rates by group",
                 fmt::format("median, quartiles, 5 and 95 %, lowest and highest{}", asked ? "; dashed: requested" : ""),
                 fmt::format("Box plot of the rates of nodes of {} of {}", groups, name), true);
  html += "</div>\n<h3>Intervals and counts</h3>\n<div class=\"halves\">\n";
  const std::string below = section.short_intervals_words(section.groups.size());
  html +=
      figure(id + "-isi", "Intervals between spikes", "of single nodes, by group" + (below.empty() ? "" : "; " + below),
             fmt::format("Distribution of intervals of {} of {}", groups, name), true);
  html += figure(id + "-counts", "Spikes", asked ? "circles: requested" : "by group",
                 fmt::format("Spike counts of {} of {}", groups, name), true);
  return html + "</div>\n";
}

std::string section_html(const ReportModel& model, const ReportSection& section, const std::string& id) {
  const std::string groups = fmt::format("{} groups", section.groups.size());
  return section_text(section, id) + group_table(model, section) + controls(section, id) +
         time_figures(section, id, groups) + node_figures(section, id, groups) + "</section>\n";
}

}  // namespace

std::string render_html(const ReportModel& model) {
  const std::string title = escape_markup(model.title);
  std::string html = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'unsafe-inline'; "
      "style-src "
      "'unsafe-inline'; img-src data:\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"generator\" content=\"{}\">\n<title>{} – stimgen report</title>\n<style>",
      escape_markup(model.producer), title);
  html.append(assets::kUplotStyle)
      .append("</style>\n<style>\n")
      .append(assets::kReportStyle)
      .append("</style>\n</head>\n<body>\n");
  html += fmt::format(
      "<header><h1>{}</h1><button type=\"button\" id=\"theme\">Dark or light</button></header>\n<main>\n"
      "<nav aria-label=\"Parts of this report\"><ul><li><a href=\"#overview\">Overview</a></li>\n",
      title);
  for (std::size_t i = 0; i < model.sections.size(); ++i) {
    html += fmt::format("<li><a href=\"#{}\">{}</a></li>\n", section_id(i), escape_markup(title_of(model.sections[i])));
  }
  html += "</ul></nav>\n<noscript><p>The charts need JavaScript; the tables do not.</p></noscript>\n" + overview(model);
  for (std::size_t i = 0; i < model.sections.size(); ++i) html += section_html(model, model.sections[i], section_id(i));
  html += fmt::format(
      "</main>\n<footer>Page made with {}. Charts by uPlot (MIT licence, © Leon Sorokin). This page asks for nothing "
      "from "
      "the network.</footer>\n",
      escape_markup(model.producer));
  for (std::size_t i = 0; i < model.sections.size(); ++i) html += section_columns(model.sections[i], section_id(i));
  html += model_element(model) + "<script>";
  html.append(assets::kUplotScript)
      .append("</script>\n<script>\n")
      .append(assets::kReportScript)
      .append("</script>\n</body>\n</html>\n");
  return html;
}

}  // namespace stimgen
