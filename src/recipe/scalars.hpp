// Reading scalars for a named key, so that messages can say which key wanted what. `key` may be empty.
#pragma once

#include "stimgen/recipe.hpp"

namespace stimgen {

std::optional<double> read_rate_hz(const Value& value, std::string_view key, Diagnostics& diagnostics);
std::optional<double> read_time_ms(const Value& value, std::string_view key, Diagnostics& diagnostics);
std::optional<double> read_number(const Value& value, std::string_view key, Diagnostics& diagnostics);
std::optional<std::int64_t> read_integer(const Value& value, std::string_view key, Diagnostics& diagnostics);
std::optional<std::uint64_t> read_unsigned(const Value& value, std::string_view key, Diagnostics& diagnostics);
std::optional<std::uint64_t> read_count(const Value& value, std::string_view key, Diagnostics& diagnostics);  // >= 1
std::optional<bool> read_boolean(const Value& value, std::string_view key, Diagnostics& diagnostics);
std::optional<std::string> read_text(const Value& value, std::string_view key, Diagnostics& diagnostics);
std::optional<std::string> read_name(const Value& value, std::string_view key, Diagnostics& diagnostics);
// In [0, 1].
std::optional<double> read_fraction(const Value& value, std::string_view key, Diagnostics& diagnostics);
// Relative paths start at the folder of the file the value is written in. Empty after an error.
std::filesystem::path read_path(const Value& value, std::string_view key, Diagnostics& diagnostics);

}  // namespace stimgen
