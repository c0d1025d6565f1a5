// `stimgen explain`: what a key of the recipe language or an error code means.
#include "stimgen/language.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "cli/command.hpp"
#include "cli/help.hpp"
#include "cli/options.hpp"
#include "cli/terminal.hpp"
#include "stimgen/plan.hpp"

namespace stimgen::cli {

namespace {

// "recipe.no-value", as it stands in a message: "[recipe.no-value]".
std::string without_brackets(const std::string& word) {
  const bool has_brackets = word.size() > 2 && word.front() == '[' && word.back() == ']';
  return has_brackets ? word.substr(1, word.size() - 2) : word;
}

UsageError unknown_word(const std::string& word) {
  if (word.find_first_not_of(" \t") == std::string::npos) {
    return {"usage.unknown-word", "WORD is empty: there is nothing to explain",
            "'stimgen explain patterns' names the keys and kinds of a section", "explain"};
  }
  std::vector<std::string> known = explainable_keys(language_tables());
  for (const ErrorCodeDoc& doc : kErrorCodes) known.emplace_back(doc.code);
  for (const Command* command : commands()) known.emplace_back(command->name);
  std::string near = nearest_name(word, known);
  if (near.empty()) near = nearest_name(word.substr(word.rfind('.') + 1), known);
  return {"usage.unknown-word", fmt::format("there is no key, value or error code '{}'", printable(word)),
          near.empty() ? "'stimgen explain patterns' names the keys and kinds of a section"
                       : fmt::format("did you mean '{}'?", near),
          "explain"};
}

// A unit, a command, or a word of the output.
std::optional<std::string> explain_elsewhere(const std::string& word) {
  constexpr std::pair<std::string_view, std::string_view> kUnits[] = {
      {"Hz", "a rate: spikes in a second, of one node; a rate without a unit is in Hz"},
      {"kHz", "a rate: 1 kHz is 1000 Hz"},
      {"s", "a time: seconds; a time without a unit is in seconds"},
      {"ms", "a time: 1000 ms are 1 s; the timestamps in spike files are in ms"},
      {"us", "a time: 1000 us are 1 ms"},
      {"kB", "a size: 1 kB is 1000 bytes"},
      {"MB", "a size: 1 MB is 1000 kB"},
      {"GB", "a size: 1 GB is 1000 MB"},
      {"TB", "a size: 1 TB is 1000 GB"}};
  for (const auto& [unit, meaning] : kUnits) {
    if (word == unit) return fmt::format("{} — a unit\n  Of {}.\n", unit, meaning);
  }
  if (const Command* command = find_command(word)) {
    return fmt::format("{0} — a command\n  {1}: {2}\n\n  more  stimgen {0} --help\n", command->name,
                       usage_line(*command), command->summary);
  }
  for (const Command* command : commands()) {
    for (const Term& term : command->terms) {
      if (word == term.name) {
        return fmt::format("{} — in what 'stimgen {}' prints\n  {}\n", term.name, command->name, term.meaning);
      }
    }
  }
  return std::nullopt;
}

int run_explain(const Arguments& arguments, Terminal& terminal) {
  const std::string word = without_brackets(arguments.text("WORD"));
  if (const ErrorCodeDoc* doc = find_error_code(word)) {
    terminal.out(fmt::format("{}\n  {}\n\n  what to do  {}\n", doc->code, doc->meaning, doc->advice));
    return 0;
  }
  std::optional<std::string> text = explain(word, language_tables());
  if (!text) text = explain_elsewhere(word);
  if (!text) throw unknown_word(word);
  terminal.out(*text);
  return 0;
}

constexpr Positional kExplainPositionals[] = {
    {"WORD", Presence::required,
     "a key (on_time, backgrounds.b.rate), section (patterns), kind (patterns.ramp), value (by_id) or error code"},
};

}  // namespace

extern const Command kExplain;
constinit const Command kExplain{
    .name = "explain",
    .summary = "say what a key means (type, unit, default, an example), a value, or an error code",
    .example = "stimgen explain on_time\nstimgen explain patterns.ramp\nstimgen explain recipe.wrong-unit",
    .positionals = kExplainPositionals,
    .run = run_explain};

}  // namespace stimgen::cli
