// Numbers as text and pictures: what a page embeds.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace stimgen {

std::string base64(std::span<const std::uint8_t> bytes);
// A zlib stream (RFC 1950), which browsers call "deflate".
std::vector<std::uint8_t> deflated(std::span<const std::uint8_t> bytes);

// Columns for the page, as base64 of a zlib stream of byte planes: first the lowest bytes of all values, then the next.
// Planes of equal bytes shrink to nothing. delta32: differences to the value before, zigzag-coded.
std::string encode_u32(std::span<const std::uint32_t> values);
std::string encode_delta32(std::span<const std::uint32_t> values);
std::string encode_f32(std::span<const float> values);
std::string encode_f64(std::span<const double> values);

// An RGBA picture as PNG. Requires: 4·width·height bytes.
std::vector<std::uint8_t> encode_png(std::uint32_t width, std::uint32_t height, std::span<const std::uint8_t> rgba);

// A JSON text that may stand in a script element: no "</script", "<!--" or line separator is left in it.
std::string safe_in_script(std::string json);

}  // namespace stimgen
