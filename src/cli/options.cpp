// Parsing with Boost.Program_options, the only file that knows it: option tables in, Arguments or a UsageError out.
#include "cli/options.hpp"

#include <fmt/format.h>

#include <boost/make_shared.hpp>
#include <boost/program_options.hpp>

#include "stimgen/diagnostic.hpp"

namespace stimgen::cli {

namespace po = boost::program_options;

namespace {

using Texts = std::vector<std::string>;

// An option that takes exactly two words each time it is given.
class PairOfWords : public po::typed_value<Texts> {
 public:
  PairOfWords() : po::typed_value<Texts>(nullptr) {}
  unsigned min_tokens() const override { return 2; }
  unsigned max_tokens() const override { return 2; }
};

const po::value_semantic* semantic(Words words) {
  switch (words) {
    case Words::none:
      return po::bool_switch();
    case Words::one:
      return po::value<std::string>();
    case Words::repeated:
      return po::value<Texts>()->composing();
    case Words::several:
      return po::value<Texts>()->multitoken()->composing();
    case Words::two:
    case Words::repeated_two:
      return new PairOfWords();
  }
  return nullptr;
}

Texts words_of(const po::variable_value& value) {
  if (const auto* list = boost::any_cast<Texts>(&value.value())) return *list;
  return {value.as<std::string>()};
}

std::vector<Option> all_options(const Command& command) {
  std::vector<Option> all(command.options.begin(), command.options.end());
  if (command.reads_recipe) all.insert(all.end(), recipe_options().begin(), recipe_options().end());
  all.insert(all.end(), common_options().begin(), common_options().end());
  return all;
}

UsageError unknown_option(const Command& command, const std::string& word, const std::vector<Option>& options) {
  Texts candidates;
  for (const Option& option : options) candidates.push_back("--" + std::string(option.name));
  const std::string name = word.substr(0, word.find('='));
  const std::string near = nearest_name(name, candidates);
  std::string help = near.empty() ? std::string() : fmt::format("did you mean '{}'?", near);
  if (command.reads_recipe && name == "--seed") help = "write --set seeds.spikes=3, or seeds.network for who gets what";
  return {"usage.wrong-option", fmt::format("'stimgen {}' has no option '{}'", command.name, printable(name)), help,
          std::string(command.name)};
}

// Program_options' own complaints in the words of this program.
UsageError wrong_option(const Command& command, const po::error_with_option_name& error,
                        const std::vector<Option>& options) {
  const std::string name = error.get_option_name();
  const std::string own(command.name);
  if (dynamic_cast<const po::multiple_occurrences*>(&error) != nullptr) {
    return {"usage.wrong-option", fmt::format("option '{}' may be given only once", name), {}, own};
  }
  if (const auto* syntax = dynamic_cast<const po::invalid_syntax*>(&error)) {
    switch (syntax->kind()) {
      case po::invalid_syntax::missing_parameter:
      case po::invalid_command_line_syntax::empty_adjacent_parameter:
        for (const Option& option : options) {
          const bool two = option.words == Words::two || option.words == Words::repeated_two;
          if (two && name == "--" + std::string(option.name))
            return {"usage.wrong-option",
                    fmt::format("option '{0}' needs two values: {0} {1}", name, option.placeholder),
                    {},
                    own};
        }
        return {"usage.wrong-option", fmt::format("option '{}' needs a value", name), {}, own};
      case po::invalid_command_line_syntax::extra_parameter:
        return {"usage.wrong-option", fmt::format("option '{}' takes no value", name), {}, own};
      default:
        break;
    }
  }
  return {"usage.wrong-option", printable(error.what()), {}, own};
}

// The given option that takes all words behind it, if there is one.
std::string several_option_given(const po::variables_map& given, const std::vector<Option>& options) {
  for (const Option& option : options) {
    if (option.words == Words::several && given.contains(std::string(option.name))) return std::string(option.name);
  }
  return {};
}

// What Program_options makes of the words; those of no option are under "(word)".
po::variables_map parse_words(const Command& command, const std::vector<Option>& options,
                              const std::vector<std::string>& words) {
  po::options_description described;
  for (const Option& option : options) {
    std::string names(option.name);
    if (option.letter != 0) names += fmt::format(",{}", option.letter);
    described.add(boost::make_shared<po::option_description>(names.c_str(), semantic(option.words)));
  }
  described.add(boost::make_shared<po::option_description>("(word)", po::value<Texts>()));
  po::positional_options_description positional;
  positional.add("(word)", -1);

  po::variables_map given;
  try {
    const int style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
    po::store(po::command_line_parser(words).options(described).positional(positional).style(style).run(), given);
  } catch (const po::unknown_option& error) {
    throw unknown_option(command, error.get_option_name(), options);
  } catch (const po::error_with_option_name& error) {
    throw wrong_option(command, error, options);
  } catch (const po::error& error) {
    throw UsageError("usage.wrong-option", printable(error.what()), {}, std::string(command.name));
  }
  return given;
}

}  // namespace

std::string Arguments::text(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() || found->second.empty() ? std::string() : found->second.front();
}

std::vector<std::string> Arguments::texts(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? Texts() : found->second;
}

std::vector<std::string> Arguments::list(std::string_view name) const {
  Texts parts;
  for (const std::string& word : texts(name)) {
    std::size_t begin = 0;
    while (begin <= word.size()) {
      const std::size_t end = std::min(word.find(',', begin), word.size());
      if (end > begin) parts.push_back(word.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  if (has(name) && parts.empty()) {
    throw UsageError("usage.wrong-value", fmt::format("option '--{}' names nothing", name),
                     "leave it out if all are meant; an empty variable in a script does this",
                     std::string(command_->name));
  }
  return parts;
}

namespace {

// --set b.rate=5 Hz: a shell parts a value at its blanks.
std::string help_for_blank(const std::vector<std::string>& words, const std::string& unexpected) {
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    const bool apart = words[i] == "--set" && i + 2 < words.size();
    const std::string setting = apart ? words[i + 1] : words[i].starts_with("--set=") ? words[i].substr(6) : "";
    if (setting.empty() || words[i + (apart ? 2 : 1)] != unexpected) continue;
    return fmt::format("a value with a blank in it is quoted: --set '{} {}'", printable(setting),
                       printable(unexpected));
  }
  return {};
}

}  // namespace

Arguments parse_arguments(const Command& command, const std::vector<std::string>& words) {
  const std::vector<Option> options = all_options(command);
  const po::variables_map given = parse_words(command, options, words);
  Arguments arguments(command);
  for (const Option& option : options) {
    const std::string name(option.name);
    if (!given.contains(name)) continue;
    if (option.words == Words::none) {
      if (given[name].as<bool>()) arguments.values_[name] = {};
    } else {
      arguments.values_[name] = words_of(given[name]);
      // Program_options appends the words of a list option without a word about it.
      if (option.words == Words::two && arguments.values_[name].size() > 2) {
        throw UsageError("usage.wrong-option", fmt::format("option '--{}' may be given only once", name), {},
                         std::string(command.name));
      }
    }
  }
  if (arguments.has("help")) return arguments;

  Texts rest = given.contains("(word)") ? given["(word)"].as<Texts>() : Texts();
  std::size_t next = 0;
  for (const Positional& wanted : command.positionals) {
    const bool takes_all = wanted.presence == Presence::one_or_more || wanted.presence == Presence::any_number;
    const std::size_t end = takes_all ? rest.size() : std::min(next + 1, rest.size());
    const bool needed = wanted.presence == Presence::required || wanted.presence == Presence::one_or_more;
    if (end == next && needed) {
      const std::string greedy = several_option_given(given, options);
      throw UsageError(
          "usage.missing", fmt::format("'stimgen {}' needs {}: {}", command.name, wanted.name, wanted.meaning),
          greedy.empty()
              ? std::string()
              : fmt::format("write {} before --{}, which takes all words that follow it", wanted.name, greedy),
          std::string(command.name));
    }
    for (; next < end; ++next) arguments.values_[std::string(wanted.name)].push_back(rest[next]);
  }
  if (next < rest.size()) {
    throw UsageError("usage.unexpected",
                     fmt::format("'stimgen {}' does not expect '{}'", command.name, printable(rest[next])),
                     help_for_blank(words, rest[next]), std::string(command.name));
  }
  return arguments;
}

}  // namespace stimgen::cli
