// The raster as a picture: counts spikes for each pixel, then colours the pixels.

#include <algorithm>
#include <cmath>
#include <string>

#include "draw/palette.hpp"
#include "report/encode.hpp"
#include "report/svg.hpp"

namespace stimgen {

namespace {

std::vector<std::uint32_t> count_by_pixel(const Raster& raster, double per_tick, double per_row, std::uint32_t width,
                                          std::uint32_t height) {
  constexpr std::uint32_t kWide = 2;
  const auto tall = static_cast<std::uint32_t>(std::clamp(per_row * 0.8, 2.0, 12.0));
  std::vector<std::uint32_t> counts(std::size_t{width} * height, 0);
  for (std::size_t i = 0; i < raster.ticks.size(); ++i) {
    const auto x = static_cast<std::uint32_t>(raster.ticks[i] * per_tick);
    const auto y = static_cast<std::uint32_t>(raster.rows[i] * per_row);
    for (std::uint32_t dy = 0; dy < tall && y + dy < height; ++dy) {
      for (std::uint32_t dx = 0; dx < kWide && x + dx < width; ++dx) ++counts[std::size_t{y + dy} * width + x + dx];
    }
  }
  return counts;
}

// Of one spike: the emptier the raster, the more.
double opacity_of(const std::vector<std::uint32_t>& counts) {
  double filled = 0;
  double sum = 0;
  for (const std::uint32_t count : counts) {
    filled += count > 0 ? 1 : 0;
    sum += count;
  }
  return filled > 0 ? std::clamp(1.2 * filled / sum, 0.12, 0.9) : 0.9;
}

}  // namespace

std::vector<std::uint8_t> raster_png(const ReportSection& section, std::uint32_t width, std::uint32_t height) {
  const Raster& raster = section.raster;
  const double per_row = height / static_cast<double>(std::max<std::size_t>(raster.node_ids.size(), 1));
  const double per_tick = raster.tick_ms / section.window.duration_ms() * width;
  const std::vector<std::uint32_t> counts = count_by_pixel(raster, per_tick, per_row, width, height);
  const double opacity = opacity_of(counts);
  std::vector<std::uint8_t> rgba(std::size_t{4} * width * height, 0);
  for (std::uint32_t y = 0; y < height; ++y) {
    const std::string colour(draw::group_colour(raster.group_of(static_cast<std::uint32_t>(y / per_row))));
    const unsigned long rgb = std::stoul(colour.substr(1), nullptr, 16);
    for (std::uint32_t x = 0; x < width; ++x) {
      const std::size_t at = std::size_t{y} * width + x;
      if (counts[at] == 0) continue;
      rgba[4 * at] = static_cast<std::uint8_t>(rgb >> 16);
      rgba[4 * at + 1] = static_cast<std::uint8_t>(rgb >> 8);
      rgba[4 * at + 2] = static_cast<std::uint8_t>(rgb);
      rgba[4 * at + 3] = static_cast<std::uint8_t>(std::lround(255 * (1 - std::pow(1 - opacity, counts[at]))));
    }
  }
  return encode_png(width, height, rgba);
}

}  // namespace stimgen
