// `stimgen schema`: the JSON Schema of the recipe language, for editors and validators, or the reference for people.
#include "stimgen/language.hpp"

#include "cli/options.hpp"
#include "cli/reference.hpp"
#include "cli/terminal.hpp"
#include "stimgen/plan.hpp"

namespace stimgen::cli {

namespace {

int run_schema(const Arguments& arguments, Terminal& terminal) {
  terminal.out(arguments.has("reference") ? reference() : recipe_schema(language_tables()));
  return 0;
}

constexpr Option kSchemaOptions[] = {
    {"reference", 0, Words::none, "", "print every key, command and error code as Markdown instead"},
};

}  // namespace

extern const Command kSchema;
constinit const Command kSchema{.name = "schema",
                                .summary = "print the JSON Schema of the recipe language, for editors",
                                .example = "stimgen schema > recipe.schema.json",
                                .options = kSchemaOptions,
                                .run = run_schema};

}  // namespace stimgen::cli
