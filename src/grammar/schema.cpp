// Writing the JSON Schema: fragments of types, tables of keys, then the document.
#include "stimgen/language.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "grammar/decimal.hpp"
#include "grammar/declared.hpp"
#include "grammar/document.hpp"
#include "grammar/field_names.hpp"

namespace stimgen {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kVariablePattern = "\\$\\{[^{}]+\\}";
constexpr const char* kNamePattern = "^[A-Za-z_][A-Za-z0-9_.-]*$";
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kExpressions{{
    {"%decimal%", R"([+-]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?)"},
    {"%unsigned%", R"(\+?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?)"},
    {"%name%", kNamePattern},
    {"%variable%", kVariablePattern},
}};

std::string expanded(std::string_view pattern) {
  std::string text(pattern);
  for (const auto& [name, expression] : kExpressions) {
    for (std::size_t at = 0; (at = text.find(name, at)) != std::string::npos; at += expression.size()) {
      text.replace(at, name.size(), expression);
    }
  }
  return text;
}

// A value as YAML readers of other programs see it.
Json to_json(const Value& value) {
  if (value.is_null()) return nullptr;
  if (value.is_sequence()) {
    Json list = Json::array();
    for (const Value& item : value.items) list.push_back(to_json(item));
    return list;
  }
  if (value.is_mapping()) {
    Json object = Json::object();
    for (const Value::Member& member : value.members) object[member.key] = to_json(member.value);
    return object;
  }
  if (value.quoted) return value.text;
  if (value.text == "true" || value.text == "false") return value.text == "true";
  std::string_view rest = value.text;
  const auto number = take_decimal(rest);
  if (!number || !rest.empty()) return value.text;
  const auto whole = to_whole(*number);
  if (whole && !number->negative) return *whole;
  return to_double(*number, 0).value;
}

Json to_json(std::string_view yaml) {
  return to_json(parse_fallback(yaml, {}));
}

std::string sentence(std::string_view text) {
  std::string result(text);
  if (!result.empty() && result.back() != '.') result += '.';
  if (!result.empty() && result[0] >= 'a' && result[0] <= 'z') result[0] = static_cast<char>(result[0] - 'a' + 'A');
  return result;
}

// Sections, entries and nested mappings may be given by a variable; those that may be empty, by nothing.
Json mapping_type(bool may_be_empty) {
  Json result = {{"type", {"object", "string"}}, {"pattern", kVariablePattern}};
  if (may_be_empty) result["type"].push_back("null");
  return result;
}

// Types that the sections add to, or that say nothing.
bool is_inline(std::string_view type) {
  return type == "mapping" || type == "seeds" || type == "report" || type == "variables" || type == "any";
}

class SchemaWriter {
 public:
  explicit SchemaWriter(const SchemaTables& tables) : tables_(tables) {}

  Json document();

 private:
  using Docs = std::vector<FieldDoc>;

  Json fragment(const Declared& what) const;
  Json refer_to(const Declared& what) const;
  Json process() const;
  Json property(const FieldDoc& doc) const;
  void add_keys(const std::vector<FieldDoc>& docs, const FieldType& type, Json& schema) const;
  Json properties(const Docs& docs, const std::string& prefix = {}) const;
  static Json required(const Docs& docs, const std::string& prefix = {});
  Json section_of(const SectionDoc& section, bool may_be_empty) const;
  Json entry(const SchemaSection& section) const;
  Json entry_requirements(const SchemaSection& section) const;
  Json default_entry(const SchemaSection& section) const;

  static Docs joined(const SchemaKind& kind) {
    Docs docs;
    for (const auto& table : kind.tables) docs.insert(docs.end(), table.begin(), table.end());
    return docs;
  }

  const SchemaTables& tables_;
  // Those of the values met so far. One type has one table of keys wherever it is used.
  mutable Json definitions_ = Json::object();
  mutable std::map<std::string_view, const FieldDoc*> keys_of_;
};

Json SchemaWriter::process() const {
  std::vector<std::string> names;
  Json bodies = Json::object();
  for (const KindInfo* kind : tables_.processes) {
    names.emplace_back(kind->name);
    const Docs docs(kind->fields.begin(), kind->fields.end());
    Json body = {
        {"description", sentence(kind->summary)}, {"type", {"object", "null"}}, {"properties", properties(docs)}};
    body.update(required(docs));
    body["additionalProperties"] = false;
    bodies[std::string(kind->name)] = std::move(body);
  }
  return {
      {"type", {"string", "object"}}, {"pattern", fmt::format("^({})$|{}", fmt::join(names, "|"), kVariablePattern)},
      {"minProperties", 1},           {"maxProperties", 1},
      {"properties", bodies},         {"additionalProperties", false}};
}

void add_scalar(const ScalarType& scalar, Json& schema) {
  for (std::string_view types = scalar.json_types; !types.empty();) {
    const std::size_t blank = std::min(types.find(' '), types.size());
    schema["type"].push_back(std::string(types.substr(0, blank)));
    types.remove_prefix(std::min(blank + 1, types.size()));
  }
  if (!scalar.minimum.empty() && scalar.minimum == scalar.maximum) {
    schema["enum"] = Json::array({Json::parse(scalar.minimum)});
  } else {
    if (!scalar.minimum.empty()) schema["minimum"] = Json::parse(scalar.minimum);
    if (!scalar.maximum.empty()) schema["maximum"] = Json::parse(scalar.maximum);
  }
  if (!scalar.pattern.empty()) schema["pattern"] = expanded(scalar.pattern);
  if (scalar.written == ScalarType::Written::as_path) schema["minLength"] = 1;
}

// A schema accepts what the strict reader accepts and, wherever a scalar may stand, text with a ${variable} in it. It
// uses no union of subschemas, since those ruin completion in editors: "type" lists what may stand there, and the
// keywords of each JSON type (minimum, pattern, items, properties) apply to values of that type alone.
Json SchemaWriter::fragment(const Declared& what) const {
  if (what.type == "process") return process();
  if (what.type == "any") return Json::object();
  if (const auto words = choice_words(what.type); !words.empty()) {
    return {{"anyOf", {{{"enum", words}}, {{"type", "string"}, {"pattern", kVariablePattern}}}}};
  }
  const FieldType* type = what.field_type();
  if (type == nullptr) throw std::logic_error(fmt::format("field_types() has no type '{}'", what.type));
  Json result = {{"type", Json::array()}};
  if (type->scalar != nullptr) add_scalar(*type->scalar, result);
  if (!type->item.empty()) result["type"].push_back("array");
  if (type->keys || !type->named.empty()) result["type"].push_back("object");
  if (type->scalar == nullptr) {
    result["type"].push_back("string");
    result["pattern"] = kVariablePattern;
  }
  if (!type->item.empty()) {
    const Json item = refer_to(declared_items(what));
    result["items"] = type->most == 0 ? item : Json(std::vector<Json>(type->most, item));
    if (type->least > 0) result["minItems"] = type->least;
    if (type->most > 0) result["additionalItems"] = false;
  }
  if (!type->named.empty()) {
    if (type->least > 0) result["minProperties"] = type->least;
    result["additionalProperties"] = refer_to(declared_member(what, "").value());
  }
  if (result["type"].size() == 1) result["type"] = Json(result["type"].front());
  if (type->keys) add_keys(what.docs(), *type, result);
  return result;
}

void SchemaWriter::add_keys(const std::vector<FieldDoc>& docs, const FieldType& type, Json& schema) const {
  if (docs.empty()) return;  // a section: its keys are added where it is written
  const Json needed = required(docs);
  // A list is short for one form of several; of the others, too, each demands its own keys.
  const bool alternatives = !type.item.empty() || type.one_key;
  if (alternatives) schema["minProperties"] = 1;
  if (type.one_key) schema["maxProperties"] = 1;
  if (!alternatives && needed.contains("required")) schema["required"] = needed["required"];
  for (const FieldDoc& doc : docs) {
    std::string_view next = doc.goes_with;
    Json beside = Json::array();
    while (!next.empty() && next != doc.name && std::find(beside.begin(), beside.end(), Json(next)) == beside.end()) {
      beside.push_back(next);
      const auto row =
          std::find_if(docs.begin(), docs.end(), [&](const FieldDoc& other) { return other.name == next; });
      next = row == docs.end() ? std::string_view() : row->goes_with;
    }
    if (!beside.empty()) schema["dependencies"][std::string(doc.name)] = std::move(beside);
  }
  schema["properties"] = properties(docs);
  schema["additionalProperties"] = false;
}

// The definition of a type, made where it is first used. Draft-07 validators ignore what stands beside a "$ref", which
// here is only description, default and examples; editors show it.
Json SchemaWriter::refer_to(const Declared& what) const {
  const std::string name(what.type);
  const FieldDoc* keys = what.tables.empty() ? nullptr : what.tables.front().data();
  if (const auto [known, is_new] = keys_of_.emplace(what.type, keys); is_new) {
    definitions_[name] = fragment(what);
  } else if (known->second != keys) {
    throw std::logic_error(fmt::format("the type '{}' has two tables of keys", name));
  }
  return {{"$ref", "#/definitions/" + name}};
}

Json SchemaWriter::property(const FieldDoc& doc) const {
  std::string description = sentence(doc.meaning);
  if (const FieldType* type = find_field_type(doc.type); type != nullptr && doc.type != "mapping") {
    description += " " + sentence(type->description);
  }
  if (!doc.unit.empty()) description += fmt::format(" Unit: {}.", doc.unit);
  const bool computed = !doc.fallback.empty() && doc.fallback.front() == '<';
  if (doc.fallback.empty()) {
    description += " Required.";
  } else {
    description +=
        fmt::format(" Default: {}.", computed ? doc.fallback.substr(1, doc.fallback.size() - 2) : doc.fallback);
  }
  Json result = {{"description", description}};
  if (find_field_type(doc.type) == nullptr || is_inline(doc.type)) {
    result.update(fragment(declared(doc)));
  } else {
    result.update(refer_to(declared(doc)));
  }
  if (has_fallback(doc)) result["default"] = to_json(doc.fallback);
  if (!doc.example.empty()) result["examples"] = Json::array({to_json(doc.example)});
  return result;
}

Json SchemaWriter::properties(const Docs& docs, const std::string& prefix) const {
  Json result = Json::object();
  for (const FieldDoc& doc : docs) {
    if (doc.name.substr(0, prefix.size()) != prefix) continue;
    const std::string_view rest = doc.name.substr(prefix.size());
    const std::string key(rest.substr(0, rest.find('.')));
    if (result.contains(key)) continue;
    if (key == rest) {
      result[key] = property(doc);
      continue;
    }
    const std::string inner = prefix + key + ".";
    Json nested = {{"description", fmt::format("A mapping of the keys {}.", fmt::join(keys_under(docs, inner), ", "))}};
    nested.update(mapping_type(false));
    nested["properties"] = properties(docs, inner);
    nested["additionalProperties"] = false;
    result[key] = std::move(nested);
  }
  return result;
}

// {"required": […], "properties": {"rates": {"required": […]}}}; empty if nothing is required.
Json SchemaWriter::required(const Docs& docs, const std::string& prefix) {
  Json keys = Json::array();
  Json nested = Json::object();
  for (const std::string& key : keys_under(docs, prefix)) {
    const std::string full = prefix + key;
    const auto leaf = std::find_if(docs.begin(), docs.end(), [&](const FieldDoc& doc) { return doc.name == full; });
    if (leaf != docs.end()) {
      if (leaf->fallback.empty()) keys.push_back(key);
      continue;
    }
    Json inner = required(docs, full + ".");
    if (inner.empty()) continue;
    keys.push_back(key);
    nested[key] = std::move(inner);
  }
  Json result = Json::object();
  if (!keys.empty()) result["required"] = std::move(keys);
  if (!nested.empty()) result["properties"] = std::move(nested);
  return result;
}

Json SchemaWriter::section_of(const SectionDoc& section, bool may_be_empty) const {
  const Docs docs(section.fields.begin(), section.fields.end());
  Json result = {{"description", sentence(section.summary)}};
  result.update(mapping_type(may_be_empty));
  result["properties"] = properties(docs);
  const Json needed = required(docs);
  if (needed.contains("required")) result["required"] = needed["required"];
  result["additionalProperties"] = false;
  return result;
}

Json SchemaWriter::entry(const SchemaSection& section) const {
  Json result = mapping_type(true);
  if (section.discriminator.empty()) {
    result["properties"] = properties(joined(section.kinds.front()));
    result["additionalProperties"] = false;
    return result;
  }
  const std::string discriminator(section.discriminator);
  for (const FieldDoc& doc : joined(section.kinds.front())) {
    if (doc.name == discriminator) result["properties"] = {{discriminator, property(doc)}};
  }
  for (const SchemaKind& kind : section.kinds) {
    Json when = {{"properties", {{discriminator, {{"const", std::string(kind.info->name)}}}}},
                 {"required", Json::array({discriminator})}};
    Json then = {{"description", sentence(kind.info->summary)},
                 {"properties", properties(joined(kind))},
                 {"additionalProperties", false}};
    result["allOf"].push_back({{"if", std::move(when)}, {"then", std::move(then)}});
  }
  return result;
}

Json SchemaWriter::entry_requirements(const SchemaSection& section) const {
  if (section.discriminator.empty()) return required(joined(section.kinds.front()));
  const std::string discriminator(section.discriminator);
  Json result = {{"required", Json::array({discriminator})}};
  for (const SchemaKind& kind : section.kinds) {
    Json when = {{"properties", {{discriminator, {{"const", std::string(kind.info->name)}}}}}};
    result["allOf"].push_back({{"if", std::move(when)}, {"then", required(joined(kind))}});
  }
  return result;
}

// Every key of every kind; one that has several types among them may hold anything.
Json SchemaWriter::default_entry(const SchemaSection& section) const {
  Docs all;
  for (const SchemaKind& kind : section.kinds) {
    for (FieldDoc doc : joined(kind)) {
      const auto same =
          std::find_if(all.begin(), all.end(), [&](const FieldDoc& other) { return other.name == doc.name; });
      if (doc.fallback.empty()) doc.fallback = "none";
      if (same == all.end()) {
        all.push_back(doc);
      } else if (same->type != doc.type) {
        same->type = "any";
      }
    }
  }
  Json result = {
      {"description", fmt::format("Keys that every entry of {} has unless it says otherwise.", section.name)}};
  result.update(mapping_type(true));
  result["properties"] = properties(all);
  result["additionalProperties"] = false;
  return result;
}

Json SchemaWriter::document() {
  Json root = {{"$schema", "http://json-schema.org/draft-07/schema#"},
               {"title", "stimgen recipe"},
               {"description", "One recipe describes one batch of spike files (recipe format 1)."},
               {"type", "object"}};
  Json definitions = Json::object();
  Json conditions = Json::array();
  Json& keys = root["properties"];
  Docs top;
  for (const SectionDoc& section : tables_.top_level) {
    if (section.name != "recipe") continue;
    top.assign(section.fields.begin(), section.fields.end());
    keys = properties(top);
  }
  for (const char* may_be_null : {"vars", "defaults", "time", "networks", "output", "report"})
    keys[may_be_null]["type"].push_back("null");
  keys["vars"]["propertyNames"] = {{"pattern", kNamePattern}};
  const auto fill = [&](const SectionDoc& section) {
    Json& key = keys[std::string(section.name)];
    Json described = section_of(section, true);
    for (const char* part : {"properties", "required", "additionalProperties"}) {
      if (described.contains(part)) key[part] = described[part];
    }
  };
  for (const SectionDoc& section : tables_.top_level) {
    if (section.name != "recipe" && section.name != "defaults") fill(section);
  }
  for (const SectionDoc& section : tables_.networks) {
    if (section.name == "networks") fill(section);
  }
  Json& defaults = keys["defaults"];
  defaults["properties"] = Json::object();
  defaults["additionalProperties"] = false;
  for (const SchemaSection& section : tables_.sections) {
    const std::string name(section.name);
    definitions[name + "-entry"] = entry(section);
    definitions[name + "-needs"] = entry_requirements(section);
    keys[name]["type"].push_back("null");
    keys[name]["propertyNames"] = {{"pattern", kNamePattern}};
    keys[name]["additionalProperties"] = {{"$ref", fmt::format("#/definitions/{}-entry", name)}};
    defaults["properties"][name] = default_entry(section);
    Json has_defaults = {{"required", {"defaults"}}, {"properties", {{"defaults", {{"required", {name}}}}}}};
    Json needs = {{"additionalProperties", {{"$ref", fmt::format("#/definitions/{}-needs", name)}}}};
    conditions.push_back({{"if", std::move(has_defaults)}, {"else", {{"properties", {{name, std::move(needs)}}}}}});
  }
  root["additionalProperties"] = false;
  root["required"] = Json::array({"stimgen"});
  root["if"] = {{"required", {"include"}}};
  root["else"] = required(top);
  root["else"]["allOf"] = std::move(conditions);
  definitions.update(definitions_);
  root["definitions"] = std::move(definitions);
  return root;
}

}  // namespace

std::string recipe_schema(const SchemaTables& tables) {
  return SchemaWriter(tables).document().dump(2) + "\n";
}

}  // namespace stimgen
