// Writing the reference from the tables of the language, the commands and the error codes.
#include "cli/reference.hpp"

#include <fmt/format.h>

#include "cli/help.hpp"
#include "stimgen/language.hpp"
#include "stimgen/plan.hpp"

namespace stimgen::cli {

namespace {

constexpr std::string_view kPageHead =
    "# Reference\n\n"
    "Every key, command and error code. `stimgen schema --reference` prints this page from the tables that the program "
    "itself\nuses; [README.md](README.md) says what the keys mean together.\n\n";

std::string option_table(std::span<const Option> options) {
  if (options.empty()) return {};
  std::string text = "\n| option | meaning |\n|---|---|\n";
  for (const Option& option : options) {
    text += fmt::format("| {} | {} |\n", markdown_code(option_word(option)), markdown_text(option.meaning));
  }
  return text;
}

std::string command_text(const Command& command) {
  std::string text =
      fmt::format("\n### {}\n\n`{}`: {}.\n", command.name, usage_line(command), markdown_text(command.summary));
  if (!command.positionals.empty()) text += "\n| argument | meaning |\n|---|---|\n";
  for (const Positional& positional : command.positionals) {
    text += fmt::format("| {} | {} |\n", markdown_code(positional.name), markdown_text(positional.meaning));
  }
  text += option_table(command.options);
  if (!command.terms.empty()) text += "\n| output | meaning |\n|---|---|\n";
  for (const Term& term : command.terms) {
    text += fmt::format("| {} | {} |\n", markdown_code(term.name), markdown_text(term.meaning));
  }
  if (command.reads_recipe) text += "\nReads a recipe.\n";
  return text + fmt::format("\n```text\n{}\n```\n", command.example);
}

std::string commands_text() {
  std::string text = "## Commands\n\nEvery command takes\n" + option_table(common_options()) +
                     "\nand every one that reads a recipe\n" + option_table(recipe_options());
  for (const Command* command : commands()) {
    if (command->listed) text += command_text(*command);
  }
  return text;
}

std::string codes_text() {
  std::string text =
      "\n## Error codes\n\nThe code in brackets at the end of a message stays the same from version to version; "
      "`stimgen explain CODE` prints its line.\n";
  std::string_view module;
  for (const ErrorCodeDoc& doc : kErrorCodes) {
    const std::string_view own = doc.code.substr(0, doc.code.find('.'));
    if (own != module) text += fmt::format("\n### {}\n\n| code | meaning | what to do |\n|---|---|---|\n", own);
    module = own;
    text += fmt::format("| {} | {} | {} |\n", markdown_code(doc.code), markdown_text(doc.meaning),
                        markdown_text(doc.advice));
  }
  return text;
}

}  // namespace

std::string reference() {
  return std::string(kPageHead) + "## Keys\n\n" + language_reference(language_tables()) + "\n" + commands_text() +
         codes_text();
}

}  // namespace stimgen::cli
