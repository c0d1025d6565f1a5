#include "cli/command.hpp"
namespace stimgen::cli {
extern const Command kSchema;
constinit const Command kSchema{.name = "schema", .summary = "", .example = "", .positionals = {}, .options = {}, .reads_recipe = false, .run = nullptr};
}
