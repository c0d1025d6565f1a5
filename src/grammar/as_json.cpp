// A mapping of a recipe written anew as JSON.
#include <filesystem>

#include <nlohmann/json.hpp>

#include "grammar/declared.hpp"
#include "grammar/literal_text.hpp"
#include "stimgen/language.hpp"

namespace stimgen {
namespace {

// A scalar that reads back as the same value, wherever it is declared to stand.
nlohmann::json scalar_json(const Value& value, std::string_view type) {
  const ScalarType* scalar = find_scalar_type(type);
  if (scalar == nullptr) return value.text;
  Diagnostics ignored;
  const auto canonical = scalar->canonical(value, {}, ignored);
  switch (scalar->written) {
    case ScalarType::Written::as_path: {
      const std::filesystem::path path = value.text;
      return path.is_absolute() ? path.filename().string() : value.text;
    }
    case ScalarType::Written::as_quantity:
      return canonical.value_or(value.text);
    case ScalarType::Written::as_number:
    case ScalarType::Written::as_truth:
      return canonical ? nlohmann::json::parse(*canonical) : nlohmann::json(value.text);
    case ScalarType::Written::as_literal:
      if (!value.quoted && parse_literal_number(value.text).kind != LiteralKind::text) {
        return nlohmann::json::parse(canonical_literal(value));
      }
      return value.text;
    case ScalarType::Written::as_text:
      break;
  }
  return value.text;
}

nlohmann::json to_json(const Value& value, const Declared& what) {
  switch (value.kind) {
    case Value::Kind::null:
      return nullptr;
    case Value::Kind::sequence: {
      nlohmann::json list = nlohmann::json::array();
      for (const Value& item : value.items) list.push_back(to_json(item, declared_items(what)));
      return list;
    }
    case Value::Kind::mapping: {
      nlohmann::json object = nlohmann::json::object();
      for (const Value::Member& member : value.members) {
        const auto inside = declared_member(what, member.key);
        if (inside) object[member.key] = to_json(member.value, *inside);
      }
      return object;
    }
    case Value::Kind::scalar:
      break;
  }
  return scalar_json(value, what.type);
}

}  // namespace

std::string written_as_json(const Value& mapping, std::initializer_list<std::span<const FieldDoc>> tables) {
  return to_json(mapping, Declared{{}, tables, {}}).dump();
}

}  // namespace stimgen
