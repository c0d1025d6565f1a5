// Verdicts for people and for programs.
#include "cli/verdict.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "stimgen/grammar.hpp"

namespace stimgen::cli {

namespace {

std::string describe(const std::optional<Spike>& spike) {
  return spike ? fmt::format("node {} at {} ms", spike->node_id, format_number(spike->timestamp_ms)) : "no more spikes";
}

std::string count_text(const std::optional<std::uint64_t>& count) {
  return count ? fmt::format("{} spikes", *count) : "no such population";
}

Json count_json(const std::optional<std::uint64_t>& count) {
  return count ? Json(*count) : Json(nullptr);
}

}  // namespace

bool all_same(const std::vector<Verdict>& verdicts) {
  return !verdicts.empty() &&
         std::all_of(verdicts.begin(), verdicts.end(), [](const Verdict& verdict) { return verdict.same; });
}

std::string verdict_lines(const std::vector<Verdict>& verdicts) {
  std::size_t width = 0;
  for (const Verdict& verdict : verdicts) width = std::max(width, escaped(verdict.task).size());
  std::string text;
  for (const Verdict& verdict : verdicts) {
    const std::string task = escaped(verdict.task);
    const std::string message = escaped(verdict.message);
    if (verdict.same) {
      text += fmt::format("{:<{}}  same       {} spikes{}{}\n", task, width, verdict.spikes,
                          message.empty() ? "" : "; ", message);
      continue;
    }
    text += fmt::format("{:<{}}  different  {}\n", task, width, message);
    if (verdict.population.empty()) continue;
    text += fmt::format("  population {}: expected {}, in the file: {}\n", escaped(verdict.population),
                        count_text(verdict.expected_count), count_text(verdict.file_count));
    if (verdict.first) {
      text += fmt::format("  first difference at spike {}: expected {}, in the file: {}\n", verdict.first->index,
                          describe(verdict.first->left), describe(verdict.first->right));
    }
  }
  return text;
}

std::string verdict_json(const std::vector<Verdict>& verdicts) {
  Json tasks = Json::array();
  for (const Verdict& verdict : verdicts) {
    Json task = {{"name", verdict.task}, {"file", verdict.file}, {"same", verdict.same}, {"spikes", verdict.spikes}};
    if (!verdict.same) task["cause"] = cause_name(verdict.cause);
    if (!verdict.message.empty()) task["message"] = verdict.message;
    if (!verdict.same) {
      if (!verdict.population.empty()) {
        task["population"] = verdict.population;
        task["expected_spikes"] = count_json(verdict.expected_count);
        task["file_spikes"] = count_json(verdict.file_count);
      }
      if (verdict.first) {
        task["first_difference"] = Json{{"index", verdict.first->index},
                                        {"expected", spike_json(verdict.first->left)},
                                        {"file", spike_json(verdict.first->right)}};
      }
    }
    tasks.push_back(std::move(task));
  }
  return to_text(Json{{"same", all_same(verdicts)}, {"tasks", tasks}});
}

}  // namespace stimgen::cli
