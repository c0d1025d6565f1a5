// What a command is: one row of the table that drives parsing, help and suggestions.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace stimgen::cli {

class Arguments;
class Terminal;

// How many words follow an option, and whether it may be repeated.
enum class Words : unsigned char { none, one, repeated, several, two, repeated_two };

struct Option {
  std::string_view name;  // "threads", given as --threads
  char letter = 0;        // 'j' for -j; 0: none
  Words words = Words::none;
  std::string_view placeholder;  // "N"; empty for Words::none
  std::string_view meaning;      // one line of help
};

enum class Presence : unsigned char { required, optional, one_or_more, any_number };

struct Positional {
  std::string_view name;  // "RECIPE"
  Presence presence = Presence::required;
  std::string_view meaning;
};

// A word of the output that needs saying what it is.
struct Term {
  std::string_view name;
  std::string_view meaning;
};

struct Command {
  std::string_view name;
  std::string_view summary;  // one line without a full stop
  std::string_view example;  // lines to type
  std::span<const Term> terms{};
  std::span<const Positional> positionals{};
  std::span<const Option> options{};
  bool reads_recipe = false;  // takes --set and --output too
  bool listed = true;         // among the commands of `stimgen help`
  int (*run)(const Arguments& arguments, Terminal& terminal) = nullptr;
};

// All commands, in the order help shows them.
std::span<const Command* const> commands();
// nullptr if there is none of this name.
const Command* find_command(std::string_view name);

// The options every command has, and those of every command that reads a recipe.
std::span<const Option> common_options();
std::span<const Option> recipe_options();

}  // namespace stimgen::cli
