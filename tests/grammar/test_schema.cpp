// The JSON Schema and the explanations, from small tables of their own.
#include <doctest/doctest.h>

#include <array>
#include <regex>
#include <stdexcept>

#include <nlohmann/json.hpp>

#include "stimgen/language.hpp"
#include "stimgen/recipe.hpp"

namespace stimgen {
namespace {

using Json = nlohmann::json;

constexpr std::array kCommon{
    FieldDoc{"type", "choice: long | ramp", "", "", "Which pattern.", "long"},
    FieldDoc{"rates.off", "rate", "Hz", "0 Hz", "Rate of the others", "2 Hz"},
    FieldDoc{"process", "process", "", "poisson", "How spikes are made.", "poisson"},
};
constexpr std::array kLongFields{FieldDoc{"rates.burst", "rate", "Hz", "", "Rate of a driven group.", "50 Hz"}};
constexpr std::array kRateInside{
    FieldDoc{"mean", "rate", "Hz", "", "Mean of the rates.", "20 Hz", {}, "stdev"},
    FieldDoc{"stdev", "rate", "Hz", "", "Their spread.", "2 Hz", {}, "mean"},
    FieldDoc{"shape", "choice: flat | steep", "", "none", "Their shape.", "flat", {}, "mean"},
};
constexpr std::array kPointInside{
    FieldDoc{"at", "time", "s", "", "When.", "0.5 s"},
    FieldDoc{"rate", "rate", "Hz", "", "The rate then.", "20 Hz"},
};
constexpr std::array kRampFields{
    FieldDoc{"points", "points", "", "none", "A profile.", "[{at: 0 s, rate: 10 Hz}]", kPointInside},
    FieldDoc{"by_group", "group-rates", "Hz", "none", "Rate of each group.", "{a: {mean: 5 Hz, stdev: 1 Hz}}",
             kRateInside},
    FieldDoc{"others", "others", "Hz", "none", "Rate of all others.", "silent", kRateInside},
    FieldDoc{"on_time", "time", "s", "", "Length of the on-time.", "1 s"},
    FieldDoc{"select", "integers", "", "<all groups>", "Who takes part.", "[2, 0]"},
};
constexpr KindInfo kLong{"long", "one group a cycle", 1, kLongFields};
constexpr KindInfo kRamp{"ramp", "rates that rise", 1, kRampFields};
constexpr KindInfo kPoisson{"poisson", "independent spikes", 1, {}};
constexpr std::array kCombine{FieldDoc{"from", "combine-sources", "", "", "What is merged.", "[a, {file: b.h5}]"},
                              FieldDoc{"stream", "name", "", "none", "A name.", "a"}};
constexpr std::array kNetworks{FieldDoc{"from", "paths", "", "none", "A SONATA config.", "config.json"}};
constexpr std::array kNetworkSections{SectionDoc{"networks", "Where nodes come from", kNetworks}};

SchemaTables tables() {
  SchemaTables result;
  result.top_level = top_level_docs();
  result.sections.push_back({"patterns", "type", {{&kLong, {kCommon, kLongFields}}, {&kRamp, {kCommon, kRampFields}}}});
  result.sections.push_back({"combine", "", {{nullptr, {kCombine}}}});
  result.processes.push_back(&kPoisson);
  result.networks = kNetworkSections;
  return result;
}

Json schema() {
  return Json::parse(recipe_schema(tables()));
}

// Calls `visit` for every property of every object in the schema.
template <class Visit>
void for_each_property(const Json& node, const std::string& path, Visit visit) {
  if (node.is_array()) {
    for (const Json& item : node) for_each_property(item, path, visit);
  }
  if (!node.is_object()) return;
  for (const auto& [key, value] : node.items()) {
    if (key == "examples" || key == "default") continue;
    if (key == "properties") {
      for (const auto& [name, property] : value.items()) {
        visit(path + "/" + name, property);
        for_each_property(property, path + "/" + name, visit);
      }
    } else {
      for_each_property(value, path + "/" + key, visit);
    }
  }
}

TEST_SUITE("grammar") {
  TEST_CASE("the schema is draft-07, closed, and dispatches on the kind") {
    const Json root = schema();
    CHECK(root["$schema"] == "http://json-schema.org/draft-07/schema#");
    CHECK(root["additionalProperties"] == false);
    CHECK(root["required"] == Json::array({"stimgen"}));
    CHECK(root.dump().find("oneOf") == std::string::npos);
    const Json& entry = root["definitions"]["patterns-entry"];
    REQUIRE(entry["allOf"].size() == 2);
    CHECK(entry["allOf"][1]["if"]["properties"]["type"]["const"] == "ramp");
    const Json& ramp = entry["allOf"][1]["then"];
    CHECK(ramp["additionalProperties"] == false);
    CHECK(ramp["properties"].contains("on_time"));
    CHECK(ramp["properties"]["rates"]["properties"].contains("off"));
    CHECK_FALSE(ramp["properties"]["rates"]["properties"].contains("burst"));
    CHECK(entry["properties"]["type"]["anyOf"][0]["enum"] == Json::array({"long", "ramp"}));
  }

  TEST_CASE("every property has a description, and most an example") {
    int properties = 0;
    for_each_property(schema(), "", [&](const std::string& path, const Json& property) {
      // What only requires or dispatches describes nothing.
      const bool is_condition = property.contains("const") ||
                                (property.contains("required") && !property.contains("type")) ||
                                property.contains("additionalProperties");
      ++properties;
      CAPTURE(path);
      CHECK((property.contains("description") || is_condition));
    });
    CHECK(properties > 40);
    const Json root = schema();
    const Json& off =
        root["definitions"]["patterns-entry"]["allOf"][0]["then"]["properties"]["rates"]["properties"]["off"];
    CHECK(off["description"] ==
          "Rate of the others. A number with the unit Hz or kHz; a bare number is Hz. Unit: Hz. Default: 0 Hz.");
    CHECK(off["default"] == "0 Hz");
    CHECK(off["examples"] == Json::array({"2 Hz"}));
    CHECK(off["$ref"] == "#/definitions/rate");
    const Json& level = root["properties"]["output"]["properties"]["level"];
    CHECK(level["default"] == 4);
    const Json& select = root["definitions"]["patterns-entry"]["allOf"][1]["then"]["properties"]["select"];
    CHECK_FALSE(select.contains("default"));
    CHECK(select["examples"] == Json::parse("[[2, 0]]"));
  }

  TEST_CASE("every reference has its definition") {
    const Json root = schema();
    const std::string text = root.dump();
    const std::regex reference(R"re("\$ref":"#/definitions/([^"]+)")re");
    int count = 0;
    for (auto it = std::sregex_iterator(text.begin(), text.end(), reference); it != std::sregex_iterator();
         ++it, ++count) {
      CAPTURE((*it)[1].str());
      CHECK(root["definitions"].contains((*it)[1].str()));
    }
    CHECK(count > 20);
  }

  TEST_CASE("what defaults or included files may supply is not demanded") {
    const Json root = schema();
    CHECK(root["if"]["required"] == Json::array({"include"}));
    CHECK(root["else"]["required"] == Json::array({"stimgen", "seeds"}));
    CHECK(root["else"]["allOf"][0]["if"]["properties"]["defaults"]["required"] == Json::array({"patterns"}));
    const Json& needs = root["definitions"]["patterns-needs"];
    CHECK(needs["required"] == Json::array({"type"}));
    CHECK(needs["allOf"][0]["then"]["properties"]["rates"]["required"] == Json::array({"burst"}));
    const Json& defaults = root["properties"]["defaults"]["properties"]["patterns"];
    CHECK(defaults["properties"]["rates"]["properties"].contains("burst"));
    CHECK(defaults["properties"].contains("on_time"));
    CHECK_FALSE(defaults.contains("required"));
    CHECK(defaults["additionalProperties"] == false);
  }

  TEST_CASE("scalars take units and variables") {
    const Json root = schema();
    const auto matches = [&](const char* type, const std::string& text) {
      return std::regex_search(text, std::regex(root["definitions"][type]["pattern"].get<std::string>()));
    };
    for (const char* good : {"50 Hz", "0.5kHz", "1e3 Hz", ".5 Hz", "+5 Hz", "${burst}", "${n} Hz"})
      CHECK(matches("rate", good));
    for (const char* bad : {"50", "-5 Hz", "50 hz", "050 Hz", "5 ms", "1_0 Hz", "Hz"})
      CHECK_FALSE(matches("rate", bad));
    for (const char* good : {"1.5 s", "-20 us", "500 ms", "${t_end}"}) CHECK(matches("time", good));
    for (const char* bad : {"1.5", "1 sec", "5 Hz", "1 min"}) CHECK_FALSE(matches("time", bad));
    CHECK(matches("time-or-none", "none"));
    CHECK(matches("process", "poisson"));
    CHECK_FALSE(matches("process", "gamma"));
    CHECK(matches("others", "silent"));
    CHECK_FALSE(matches("rate-or-distribution", "silent"));
    CHECK(matches("name", "a.b-c"));
    CHECK_FALSE(matches("name", "2nd"));
    CHECK(root["definitions"]["rate"]["minimum"] == 0);
  }

  TEST_CASE("a type that does not exist is a mistake of ours") {
    static constexpr std::array kWrong{FieldDoc{"a", "colour", "", "", "A.", ""}};
    SchemaTables wrong;
    wrong.top_level = top_level_docs();
    wrong.sections.push_back({"patterns", "", {{nullptr, {kWrong}}}});
    CHECK_THROWS_AS(recipe_schema(wrong), std::logic_error);
  }

  TEST_CASE("what may stand inside a value is what its table declares") {
    const Json root = schema();
    const Json& types = root["definitions"];
    CHECK(types["points"]["items"]["$ref"] == "#/definitions/point");
    CHECK(types["points"]["minItems"] == 1);
    CHECK(types["point"]["required"] == Json::array({"at", "rate"}));
    CHECK(types["point"]["additionalProperties"] == false);
    CHECK(types["point"]["properties"]["at"]["description"] ==
          "When. A number with the unit s, ms or us; a bare number is seconds. Unit: s. Required.");
    CHECK(types["group-rates"]["additionalProperties"]["$ref"] == "#/definitions/rate-or-distribution");
    const Json& rate = types["rate-or-distribution"];
    CHECK(rate["type"] == Json::array({"number", "string", "array", "object"}));
    CHECK(rate["items"].size() == 2);
    CHECK(rate["dependencies"] == Json::parse(R"({"mean": ["stdev"], "stdev": ["mean"], "shape": ["mean", "stdev"]})"));
    CHECK_FALSE(rate.contains("required"));
    CHECK(rate["properties"]["shape"]["anyOf"][0]["enum"] == Json::array({"flat", "steep"}));
  }

  TEST_CASE("a type with two tables of keys is a mistake of ours") {
    static constexpr std::array kTwo{FieldDoc{"a", "points", "", "none", "A.", "", kPointInside},
                                     FieldDoc{"b", "points", "", "none", "B.", "", kRateInside}};
    SchemaTables wrong;
    wrong.top_level = top_level_docs();
    wrong.sections.push_back({"patterns", "", {{nullptr, {kTwo}}}});
    CHECK_THROWS_AS(recipe_schema(wrong), std::logic_error);
  }

  TEST_CASE("every type says what may stand in it, in types that there are") {
    for (const FieldType& type : field_types()) {
      CAPTURE(type.name);
      CHECK_FALSE(type.noun.empty());
      CHECK_FALSE(type.description.empty());
      CHECK(find_field_type(type.name) == &type);
      CHECK((type.scalar != nullptr || !type.item.empty() || !type.named.empty() || type.keys));
      CHECK((type.item.empty() || find_field_type(type.item) != nullptr));
      CHECK((type.named.empty() || find_field_type(type.named) != nullptr));
    }
    CHECK(choice_words("choice: join | quit") == std::vector<std::string>{"join", "quit"});
    CHECK(choice_words("choice:join|quit") == std::vector<std::string>{"join", "quit"});
    CHECK(choice_words("rate").empty());
  }

  TEST_CASE("a key is explained with its type, unit, default and example") {
    CHECK(explain("on_time", tables()) ==
          "on_time — patterns: ramp\n"
          "  Length of the on-time.\n"
          "\n"
          "  type     a time: a number with the unit s, ms or us; a bare number is seconds\n"
          "  unit     s\n"
          "  default  none, the key is required\n"
          "  example  on_time: 1 s\n");
    CHECK(explain("rates.off", tables())->find("rates.off — patterns: long, ramp\n") == 0);
    CHECK(explain("burst", tables())->find("  example  rates: {burst: 50 Hz}\n") != std::string::npos);
    CHECK(explain("output.sort", tables()) ==
          "sort — output\n"
          "  Order of the spikes in a file: by node and then time, or by time and then node.\n"
          "\n"
          "  type     by_id, by_time\n"
          "  default  by_id\n"
          "  example  sort: by_time\n");
    CHECK(explain("patterns.ramp.select", tables())->find("  default  all groups\n") != std::string::npos);
    CHECK(explain("long.rates.burst", tables())->find("rates.burst — patterns: long\n") == 0);
  }

  TEST_CASE("a section lists its kinds, a kind its keys, and a key with two meanings shows both") {
    const std::string patterns = explain("patterns", tables()).value();
    CHECK(patterns.find("  kinds\n    long        one group a cycle\n    ramp        rates that rise\n") !=
          std::string::npos);
    const std::string ramp = explain("patterns.ramp", tables()).value();
    CHECK(ramp.find("ramp — patterns\n  rates that rise\n\n  keys\n    type       Which pattern. (required)\n") == 0);
    CHECK(ramp == explain("ramp", tables()));
    for (const char* key :
         {"points.at", "patterns.mine.points.0.at", "defaults.patterns.points.at", "ramp.points.at"}) {
      CAPTURE(key);
      CHECK(explain(key, tables()).value_or("").find("at — inside points (patterns)\n  When.\n") == 0);
    }
    CHECK(explain("patterns.mine.by_group.PN.mean", tables()).value_or("").find("mean — inside by_group (") == 0);
    CHECK_FALSE(explain("PN.mean", tables()));
    CHECK(explain("rates", tables())
              .value_or("")
              .find("rates — patterns: long, ramp\n  A mapping of the keys off, burst.") == 0);
    const std::string from = explain("from", tables()).value();
    CHECK(from.find("from — networks\n") != std::string::npos);
    CHECK(from.find("from — combine\n") != std::string::npos);
    CHECK(explain("process", tables())->find("poisson     independent spikes") != std::string::npos);
  }

  TEST_CASE("an unknown key is not explained, but a near one can be suggested") {
    CHECK_FALSE(explain("on_tme", tables()));
    CHECK(suggest("on_tme", explainable_keys(tables())) == "did you mean 'on_time'?");
  }
}

}  // namespace
}  // namespace stimgen
