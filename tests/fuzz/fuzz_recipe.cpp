// Bytes as a recipe: read, merged, checked and planned in a folder of its own; never run.
#include <algorithm>

#include "fuzz/fuzz.hpp"
#include "stimgen/plan.hpp"

namespace {

using namespace stimgen;

// Large numbers are allowed to cost: a recipe may ask for 10^9 nodes. Only what is small is planned.
bool is_small(std::string_view text) {
  std::size_t digits = 0;
  for (const char c : text) {
    digits = c >= '0' && c <= '9' ? digits + 1 : 0;
    if (digits > 4) return false;
  }
  return text.find("e+") == text.npos && text.find("e1") == text.npos && text.find("e2") == text.npos &&
         text.find('E') == text.npos;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(fuzz::text_of(data, size));
  const std::filesystem::path path = fuzz::folder() / "recipe.yaml";
  testing::write_text(path, text);
  fuzz::catch_expected([&] {
    Diagnostics diagnostics;
    LoadOptions options;
    options.output_directory = fuzz::folder() / "stimulus";
    Recipe recipe = load_recipe(path, options, diagnostics);
    if (is_small(text)) build_plan(std::move(recipe), diagnostics);
    static_cast<void>(render(diagnostics));
    diagnostics.throw_if_errors();
  });
  return 0;
}
