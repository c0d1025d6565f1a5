// Base64, zlib, byte planes and PNG.
#include "report/encode.hpp"

#include <zlib.h>

#include <bit>
#include <cstring>
#include <stdexcept>

namespace stimgen {

namespace {

template <typename T>
std::string encode_planes(std::span<const T> values) {
  std::vector<std::uint8_t> bytes(values.size() * sizeof(T));
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (std::size_t plane = 0; plane < sizeof(T); ++plane) {
      bytes[plane * values.size() + i] = static_cast<std::uint8_t>(values[i] >> (8 * plane));
    }
  }
  return base64(deflated(bytes));
}

void append_big_endian(std::vector<std::uint8_t>& bytes, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(value >> shift));
}

// Length, type, data, CRC over type and data (PNG specification, "Chunk layout").
void append_chunk(std::vector<std::uint8_t>& png, const char* type, std::span<const std::uint8_t> data) {
  append_big_endian(png, static_cast<std::uint32_t>(data.size()));
  const std::size_t start = png.size();
  png.insert(png.end(), type, type + 4);
  png.insert(png.end(), data.begin(), data.end());
  const uLong crc = crc32_z(0, png.data() + start, png.size() - start);
  append_big_endian(png, static_cast<std::uint32_t>(crc));
}

}  // namespace

std::string base64(std::span<const std::uint8_t> bytes) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = bytes.size() - i;
    std::uint32_t group = std::uint32_t{bytes[i]} << 16;
    if (left > 1) group |= std::uint32_t{bytes[i + 1]} << 8;
    if (left > 2) group |= bytes[i + 2];
    text += kDigits[group >> 18];
    text += kDigits[group >> 12 & 63];
    text += left > 1 ? kDigits[group >> 6 & 63] : '=';
    text += left > 2 ? kDigits[group & 63] : '=';
  }
  return text;
}

std::vector<std::uint8_t> deflated(std::span<const std::uint8_t> bytes) {
  uLongf size = compressBound(static_cast<uLong>(bytes.size()));
  std::vector<std::uint8_t> stream(size);
  if (compress2(stream.data(), &size, bytes.data(), static_cast<uLong>(bytes.size()), 6) != Z_OK) {
    throw std::logic_error("zlib refused to compress");
  }
  stream.resize(size);
  return stream;
}

std::string encode_u32(std::span<const std::uint32_t> values) {
  return encode_planes(values);
}

std::string encode_delta32(std::span<const std::uint32_t> values) {
  std::vector<std::uint32_t> differences;
  differences.reserve(values.size());
  std::uint32_t before = 0;
  for (const std::uint32_t value : values) {
    const auto difference = static_cast<std::int32_t>(value - before);
    differences.push_back(static_cast<std::uint32_t>(difference) << 1 ^ static_cast<std::uint32_t>(difference >> 31));
    before = value;
  }
  return encode_planes(std::span<const std::uint32_t>(differences));
}

std::string encode_f32(std::span<const float> values) {
  std::vector<std::uint32_t> bits;
  bits.reserve(values.size());
  for (const float value : values) bits.push_back(std::bit_cast<std::uint32_t>(value));
  return encode_planes(std::span<const std::uint32_t>(bits));
}

std::string encode_f64(std::span<const double> values) {
  std::vector<std::uint64_t> bits;
  bits.reserve(values.size());
  for (const double value : values) bits.push_back(std::bit_cast<std::uint64_t>(value));
  return encode_planes(std::span<const std::uint64_t>(bits));
}

std::vector<std::uint8_t> encode_png(std::uint32_t width, std::uint32_t height, std::span<const std::uint8_t> rgba) {
  if (rgba.size() != std::size_t{4} * width * height) throw std::logic_error("encode_png: wrong number of bytes");
  std::vector<std::uint8_t> png{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  std::vector<std::uint8_t> header;
  append_big_endian(header, width);
  append_big_endian(header, height);
  header.insert(header.end(), {8, 6, 0, 0, 0});  // 8 bits a channel, RGBA, no interlace
  append_chunk(png, "IHDR", header);
  std::vector<std::uint8_t> rows;
  rows.reserve(rgba.size() + height);
  for (std::uint32_t y = 0; y < height; ++y) {
    rows.push_back(0);  // no filter
    const auto row = rgba.subspan(std::size_t{4} * width * y, std::size_t{4} * width);
    rows.insert(rows.end(), row.begin(), row.end());
  }
  append_chunk(png, "IDAT", deflated(rows));
  append_chunk(png, "IEND", {});
  return png;
}

std::string safe_in_script(std::string json) {
  std::string safe;
  safe.reserve(json.size());
  for (std::size_t i = 0; i < json.size(); ++i) {
    if (json[i] == '<') {
      safe += "\\u003c";
    } else if (json[i] == '>') {
      safe += "\\u003e";
    } else if (json[i] == '&') {
      safe += "\\u0026";
    } else if (json.compare(i, 3, "\xE2\x80\xA8") == 0 || json.compare(i, 3, "\xE2\x80\xA9") == 0) {
      safe += json[i + 2] == '\xA8' ? "\\u2028" : "\\u2029";
      i += 2;
    } else {
      safe += json[i];
    }
  }
  return safe;
}

}  // namespace stimgen
