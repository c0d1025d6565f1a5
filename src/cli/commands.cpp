// The table of commands: to add one, write its file and add its line here.
#include "cli/command.hpp"

namespace stimgen::cli {

extern const Command kRun, kCheck, kPlan, kRates, kGroups, kNodes, kStats, kPsth, kReport, kVerify, kAudit, kDigest,
    kDiff, kInputs, kClean, kInit, kSchema, kExplain, kVersion, kHelp;

namespace {

constexpr const Command* kCommands[] = {
    &kInit,   &kCheck, &kPlan,   &kRun,  &kRates,  &kGroups, &kNodes,  &kStats,   &kPsth,    &kReport,
    &kVerify, &kAudit, &kDigest, &kDiff, &kInputs, &kClean,  &kSchema, &kExplain, &kVersion, &kHelp,
};

constexpr Option kCommonOptions[] = {
    {"help", 'h', Words::none, "", "show this help"},
    {"quiet", 'q', Words::none, "", "no progress and no notes, only warnings and errors"},
    {"verbose", 'v', Words::none, "", "say what is being done"},
};

constexpr Option kRecipeOptions[] = {
    {"set", 0, Words::repeated, "KEY=VALUE",
     "change a value of the recipe: --set vars.burst='80 Hz'; may be repeated; the same seeds give the same noise"},
    {"output", 0, Words::one, "DIR", "write to this folder instead of output.directory"},
};

}  // namespace

std::span<const Command* const> commands() {
  return kCommands;
}

const Command* find_command(std::string_view name) {
  for (const Command* command : kCommands) {
    if (command->name == name) return command;
  }
  return nullptr;
}

std::span<const Option> common_options() {
  return kCommonOptions;
}
std::span<const Option> recipe_options() {
  return kRecipeOptions;
}

}  // namespace stimgen::cli
