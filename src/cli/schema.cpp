// `stimgen schema`: the JSON Schema of the recipe language, for editors and validators.
#include "recipe/schema.hpp"

#include "cli/options.hpp"
#include "cli/terminal.hpp"
#include "stimgen/plan.hpp"

namespace stimgen::cli {

namespace {

int run_schema(const Arguments&, Terminal& terminal) {
  terminal.out(recipe_schema(language_tables()));
  return 0;
}

}  // namespace

extern const Command kSchema;
constinit const Command kSchema{.name = "schema",
                                .summary = "print the JSON Schema of the recipe language, for editors",
                                .example = "stimgen schema > recipe.schema.json",
                                .run = run_schema};

}  // namespace stimgen::cli
