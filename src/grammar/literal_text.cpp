// Telling numbers from text as they are written, and writing both in one form.
#include "grammar/literal_text.hpp"

#include <charconv>
#include <cmath>

#include <nlohmann/json.hpp>

namespace stimgen {

namespace {

std::string in_quotes(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

LiteralNumber parse_literal_number(std::string_view text) {
  LiteralNumber number;
  if (text.starts_with('+')) text.remove_prefix(1);
  if (text.find_first_of("0123456789") == std::string_view::npos || text.starts_with("+")) return number;
  const char* const end = text.data() + text.size();
  if (const auto [rest, error] = std::from_chars(text.data(), end, number.integer);
      error == std::errc{} && rest == end) {
    number.kind = LiteralKind::integer;
    number.real = static_cast<double>(number.integer);
    return number;
  }
  number.integer = 0;
  double real = 0;
  if (const auto [rest, error] = std::from_chars(text.data(), end, real);
      error == std::errc{} && rest == end && std::isfinite(real)) {
    number.kind = LiteralKind::real;
    number.real = real;
  }
  return number;
}

std::string canonical_literal(const Value& value) {
  const LiteralNumber number = parse_literal_number(value.text);
  if (number.kind == LiteralKind::text) return canonical_text(value.text);
  if (value.quoted) return in_quotes(value.text);
  if (number.kind == LiteralKind::integer) return std::to_string(number.integer);
  const std::string text = format_number(number.real);
  return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

std::string canonical_text(std::string_view text) {
  const bool plain = !text.empty() && text.front() != ' ' && text.back() != ' ' &&
                     text.find_first_of("\",[]{}\\") == std::string_view::npos &&
                     std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 32; });
  return plain ? std::string(text) : in_quotes(text);
}

std::string canonical_name(std::string_view name) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '$';
  };
  if (!name.empty() && std::all_of(name.begin(), name.end(), is_plain)) return std::string(name);
  const std::string text = canonical_text(name);
  return text.front() == '"' ? text : '"' + text + '"';
}

}  // namespace stimgen
