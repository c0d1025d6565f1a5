// `stimgen help` and the help of each command.
#include "cli/help.hpp"

#include <fmt/format.h>

#include "cli/terminal.hpp"
#include "stimgen/diagnostic.hpp"

namespace stimgen::cli {

namespace {

std::string usage_word(const Positional& positional) {
  switch (positional.presence) {
    case Presence::required:
      return fmt::format(" {}", positional.name);
    case Presence::optional:
      return fmt::format(" [{}]", positional.name);
    case Presence::one_or_more:
      return fmt::format(" {}…", positional.name);
    case Presence::any_number:
      return fmt::format(" [{}…]", positional.name);
  }
  return {};
}

// Options without a letter stand under the names of the others.
std::string padded_word(const Option& option) {
  return (option.letter == 0 ? "    " : "") + option_word(option);
}

void append_options(std::string& text, std::span<const Option> options) {
  for (const Option& option : options) text += fmt::format("  {:<24}  {}\n", padded_word(option), option.meaning);
}

int run_help(const Arguments& arguments, Terminal& terminal) {
  if (!arguments.has("COMMAND")) {
    terminal.out(general_help());
    return 0;
  }
  const Command* command = find_command(arguments.text("COMMAND"));
  if (command == nullptr) throw no_such_command(arguments.text("COMMAND"));
  terminal.out(command_help(*command));
  return 0;
}

constexpr Positional kHelpPositionals[] = {{"COMMAND", Presence::optional, "the command to explain"}};

}  // namespace

extern const Command kHelp;
constinit const Command kHelp{.name = "help",
                              .summary = "this list, or the help of one command",
                              .example = "stimgen help run",
                              .positionals = kHelpPositionals,
                              .listed = false,
                              .run = run_help};

std::string usage_line(const Command& command) {
  std::string text = fmt::format("stimgen {}", command.name);
  for (const Positional& positional : command.positionals) text += usage_word(positional);
  return text + " [options]";
}

std::string option_word(const Option& option) {
  std::string word = option.letter == 0 ? "" : fmt::format("-{}, ", option.letter);
  word += fmt::format("--{}", option.name);
  if (!option.placeholder.empty()) word += fmt::format(" {}", option.placeholder);
  return word;
}

std::string general_help() {
  std::string text =
      "stimgen: spike trains for simulated neural networks, from a YAML recipe to SONATA files\n\n"
      "Usage: stimgen COMMAND [arguments] [options]\n\n"
      "Commands:\n";
  for (const Command* command : commands()) {
    if (command->listed) text += fmt::format("  {:<9}{}\n", command->name, command->summary);
  }
  text +=
      "\nStart with:\n"
      "    stimgen init my_stimulus\n"
      "    stimgen run my_stimulus/recipe.yaml\n\n"
      "'stimgen COMMAND --help' shows the options of a command and an example,\n"
      "'stimgen --version' the version and what it was built with.\n";
  return text;
}

std::string command_help(const Command& command) {
  std::string text = fmt::format("stimgen {}: {}\n\nUsage: {}\n\n", command.name, command.summary, usage_line(command));
  for (const Positional& positional : command.positionals) {
    text += fmt::format("  {:<24}  {}\n", positional.name, positional.meaning);
  }
  text += command.positionals.empty() ? "Options:\n" : "\nOptions:\n";
  append_options(text, command.options);
  if (command.reads_recipe) append_options(text, recipe_options());
  append_options(text, common_options());
  if (!command.terms.empty()) text += "\nOutput:\n";
  for (const Term& term : command.terms) text += fmt::format("  {:<24}  {}\n", term.name, term.meaning);
  text += "\nExample:\n";
  std::string_view rest = command.example;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    text += fmt::format("  {}\n", rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return text;
}

UsageError no_such_command(const std::string& word) {
  std::vector<std::string> names;
  for (const Command* command : commands()) names.emplace_back(command->name);
  const std::string near = nearest_name(word, names);
  return {"usage.unknown-command", fmt::format("no such command '{}'", printable(word)),
          near.empty() ? std::string() : fmt::format("did you mean '{}'?", near)};
}

}  // namespace stimgen::cli
