// `stimgen explain`: what a key of the recipe language or an error code means.
#include "stimgen/language.hpp"

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
  std::string near = nearest_name(word, known);
  if (near.empty()) near = nearest_name(word.substr(word.rfind('.') + 1), known);
  return {"usage.unknown-word", fmt::format("there is no key, value or error code '{}'", printable(word)),
          near.empty() ? "'stimgen explain patterns' names the keys and kinds of a section"
                       : fmt::format("did you mean '{}'?", near),
          "explain"};
}

int run_explain(const Arguments& arguments, Terminal& terminal) {
  const std::string word = without_brackets(arguments.text("WORD"));
  if (const ErrorCodeDoc* doc = find_error_code(word)) {
    terminal.out(fmt::format("{}\n  {}\n\n  what to do  {}\n", doc->code, doc->meaning, doc->advice));
    return 0;
  }
  const std::optional<std::string> text = explain(word, language_tables());
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
