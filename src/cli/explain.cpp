#include "cli/command.hpp"
namespace stimgen::cli {
extern const Command kExplain;
constinit const Command kExplain{.name = "explain", .summary = "", .example = "", .positionals = {}, .options = {}, .reads_recipe = false, .run = nullptr};
}
