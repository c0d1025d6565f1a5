// Explanations of the whole language.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

#include "base/source_file.hpp"
#include "grammar/declared.hpp"
#include "stimgen/language.hpp"
#include "stimgen/plan.hpp"
#include "support/recipe_parts.hpp"

namespace stimgen {
namespace {

std::string explained(const std::string& key) {
  return explain(key, language_tables()).value_or("nothing");
}

// The paths of all that a value holds: "backgrounds.b", "backgrounds.b.rate". A name with a dot is in quotes.
void add_paths(const Value& value, const std::string& path, std::vector<std::string>& paths) {
  const auto add = [&](const std::string& part, const Value& inner) {
    const std::string name = part.find('.') == std::string::npos ? part : '"' + part + '"';
    paths.push_back(path.empty() ? name : path + "." + name);
    add_paths(inner, std::string(paths.back()), paths);
  };
  for (const Value::Member& member : value.members) add(member.key, member.value);
  for (std::size_t i = 0; i < value.items.size(); ++i) add(std::to_string(i), value.items[i]);
}

std::vector<std::filesystem::path> shipped_recipes() {
  const std::filesystem::path folder = std::filesystem::path(STIMGEN_SOURCE_DIR) / "recipes";
  std::vector<std::filesystem::path> files;
  for (const std::filesystem::path& each : {folder, folder / "shared"}) {
    for (const auto& entry : std::filesystem::directory_iterator(each)) {
      if (entry.path().extension() == ".yaml") files.push_back(entry.path());
    }
  }
  return files;
}

TEST_SUITE("plan") {
  TEST_CASE("every key that may be asked for has a text, those inside values too") {
    const std::vector<std::string> keys = explainable_keys(language_tables());
    for (const std::string& key : keys) CHECK_MESSAGE(explain(key, language_tables()), key);
    for (const char* key : {"mean", "uniform", "csv", "at", "shift", "$gt"}) {
      CHECK_MESSAGE(std::find(keys.begin(), keys.end(), key) != keys.end(), key);
    }
    const std::string mean = explain("mean", language_tables()).value_or("");
    CHECK_MESSAGE(mean.find("mean — inside rate, rates, others (backgrounds)\n  Mean of the resulting rates") == 0,
                  mean);
    CHECK_MESSAGE(mean.find("  type     a rate in Hz") != std::string::npos, mean);
    CHECK_MESSAGE(mean.find("  needs    stdev beside it") != std::string::npos, mean);
    CHECK_MESSAGE(mean.find("  example  rate: {mean: 20 Hz, stdev: 2 Hz}") != std::string::npos, mean);
  }

  TEST_CASE("a key is found in every spelling that a recipe or a lock can have") {
    const std::vector<std::pair<const char*, const char*>> spellings = {
        {"ramp.start", "ramp.start — patterns: ramp, fade\n  When the change begins"},
        {"bounds", "bounds — assemblies: grid\n  A mapping of the keys x, y."},
        {"in", "rates.in — patterns: fade\n  A mapping of the keys from, to."},
        {"rates.out", "rates.out — patterns: fade\n  A mapping of the keys from, to."},
        {"patterns.my_task.rates.burst", "rates.burst — patterns: long, short\n"},
        {"defaults.patterns.rates.off", "rates.off — patterns: long"},
        {"backgrounds.shell.rates.PN.mean", "mean — inside rates (backgrounds)\n"},
        {"where.layer.$gt", "$gt — inside where (backgrounds)"},
        {"values.csv", "csv — inside rate, rates, others (backgrounds)\n"},
        {"combine.all.from.2.shift", "shift — inside from (combine)\n"},
        {"networks.populations.thalamus.properties.layer.cycle", "cycle — inside populations (networks)\n"},
        {"networks.files.nodes", "nodes — inside files (networks)\n"},
        {"seeds.network", "network — seeds\n"},
    };
    for (const auto& [key, start] : spellings) {
      const std::string text = explain(key, language_tables()).value_or("nothing");
      CHECK_MESSAGE(text.find(start) == 0, key, " gives ", text);
    }
    for (const char* key :
         {"PN.mean", "layer.$gt", "patterns.my_task.rates.brust", "my_task", "", ".", "a..b", ".rates", "rates.",
          "\"rates", "points.x", "backgrounds.b.rte", "time.stop.x", "defaults.other"}) {
      CHECK_MESSAGE(!explain(key, language_tables()), key);
    }
  }

  TEST_CASE("everything in every shipped recipe is explained") {
    const std::vector<std::filesystem::path> files = shipped_recipes();
    CHECK(files.size() > 15);
    for (const std::filesystem::path& file : files) {
      Diagnostics diagnostics;
      std::vector<std::string> paths;
      add_paths(parse_document(read_source_file(file), diagnostics), "", paths);
      CHECK(paths.size() > 5);
      for (const std::string& path : paths) {
        CHECK_MESSAGE(explain(path, language_tables()), file.filename().string(), ": ", path);
      }
    }
  }

  TEST_CASE("names of the user's own and places in lists stand for themselves") {
    const std::vector<std::pair<const char*, const char*>> spellings = {
        {"backgrounds.b", "backgrounds.b — a name of your own in backgrounds\n  Ongoing activity"},
        {"backgrounds.b.rates.PN", "backgrounds.b.rates.PN — a name of your own in rates (backgrounds)\n"},
        {"rates.PN", "rates.PN — a name of your own in rates (backgrounds)\n"},
        {"defaults.backgrounds.rates.PN",
         "defaults.backgrounds.rates.PN — a name of your own in rates (backgrounds)\n"},
        {"vars.x", "vars.x — a name of your own in vars\n  Variables:"},
        {"vars.x.y", "vars.x.y — a name of your own in vars\n"},
        {"networks.populations.sh", "networks.populations.sh — a name of your own in populations (networks)\n"},
        {"networks.populations.sh.properties.p",
         "networks.populations.sh.properties.p — a name of your own in properties"},
        {"backgrounds.b.where.layer", "backgrounds.b.where.layer — a name of your own in where (backgrounds)\n"},
        {"patterns.p.points.0", "patterns.p.points.0 — an item, counted from 0, of points (patterns: loop)\n"},
        {"ids.0.1", "ids.0.1 — an item, counted from 0, of ids (assemblies: grid)\n"},
        {"include.0", "include.0 — an item, counted from 0, of include\n"},
        {"patterns.\"a.b\".rates.burst", "rates.burst — patterns: long, short\n"},
        {"patterns.a.b.rates.burst", "rates.burst — patterns: long, short\n"},
        {"backgrounds.b.process.poisson", "poisson — process\n"},
        {"patterns.long.rates.burst", "rates.burst — patterns: long\n"},
        {"patterns.loop.rates.burst",
         "'loop' is taken as a name of your own: entries of the kind 'loop' have no such key.\n\nrates.burst"},
    };
    for (const auto& [key, start] : spellings) {
      const std::string text = explained(key);
      CHECK_MESSAGE(text.find(start) == 0, key, " gives ", text);
    }
    CHECK(explained("networks.populations.sh").find("keys inside\n    nodes ") != std::string::npos);
    CHECK(explained("backgrounds.b").find("keys\n    population ") != std::string::npos);
    // A section names its keys, and its kinds.
    CHECK(explained("patterns").find("keys of every kind\n    type ") != std::string::npos);
    CHECK(explained("patterns").find("kinds\n    long ") != std::string::npos);
    CHECK(explained("patterns").find("rates.burst") == std::string::npos);
  }

  TEST_CASE("every word that is a value is explained where it is a value") {
    std::size_t words = 0;
    const auto check = [&](const FieldDoc& doc) {
      for (const std::string& word : words_of(doc.type)) {
        ++words;
        const std::string text = explained(word);
        const bool is_value = text.find(word + " — a value of " + std::string(doc.name)) != std::string::npos;
        // Of a kind its own text says more.
        const bool is_kind = text.find(word + " — ") == 0 && text.find("keys") != std::string::npos;
        CHECK_MESSAGE((is_value || is_kind), doc.name, ": ", word, " gives ", text);
      }
    };
    const auto check_all = [&](std::span<const FieldDoc> docs) {
      for (const FieldDoc& doc : docs) {
        check(doc);
        for (const KeyInside& inside : keys_inside(doc)) check(inside.doc);
      }
    };
    const SchemaTables& tables = language_tables();
    for (const SectionDoc& section : tables.top_level) check_all(section.fields);
    for (const SectionDoc& section : tables.networks) check_all(section.fields);
    for (const SchemaSection& section : tables.sections) {
      for (const SchemaKind& kind : section.kinds) {
        for (const auto& table : kind.tables) check_all(table);
      }
    }
    CHECK(words > 30);
    CHECK(explained("by_id").find("by_id — a value of sort\n\nsort — output\n") == 0);
    CHECK(explained("gzip").find("gzip — a value of compression\n") == 0);
    CHECK(explained("none").find("none — a value of resolution\n") != std::string::npos);
    CHECK(explained("silent").find("silent — a value of others\n") != std::string::npos);
  }
}

}  // namespace
}  // namespace stimgen
