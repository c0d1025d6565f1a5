// Kernels that smooth rates over time without a dip or rise at the ends of the window.
#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "stimgen/grammar.hpp"
#include "stimgen/stats.hpp"

namespace stimgen {

namespace {

constexpr double kGaussianReach = 5;  // standard deviations
constexpr double kLeastSigmaMs = 2;
constexpr double kMostSigmaMs = 50;

// The kernel's weight of a bin whose middle lies `lag` bins away: its integral over that bin.
double weight_at(std::size_t lag, double bin_ms, const Smoothing& smoothing) {
  const double low = (static_cast<double>(lag) - 0.5) * bin_ms;
  const double high = low + bin_ms;
  if (smoothing.kernel == Smoothing::Kernel::boxcar) {
    const double half = smoothing.width_ms / 2;
    return std::max(0.0, std::min(high, half) - std::max(low, -half)) / smoothing.width_ms;
  }
  const double scale = smoothing.width_ms * std::sqrt(2.0);
  return (std::erf(high / scale) - std::erf(low / scale)) / 2;
}

// One-sided: every bin keeps exp(-bin/τ) of what came before it.
std::vector<double> smooth_exponentially(std::span<const double> values, std::span<const double> weights, double bin_ms,
                                         double tau_ms) {
  const double keep = std::exp(-bin_ms / tau_ms);
  std::vector<double> smoothed;
  smoothed.reserve(values.size());
  double sum = 0;
  double whole = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    sum = sum * keep + values[i] * weights[i];
    whole = whole * keep + weights[i];
    smoothed.push_back(whole > 0 ? sum / whole : 0.0);
  }
  return smoothed;
}

}  // namespace

std::vector<double> smooth(std::span<const double> values, std::span<const double> weights, double bin_ms,
                           const Smoothing& smoothing) {
  if (smoothing.kernel == Smoothing::Kernel::none || !(smoothing.width_ms > 0) || values.empty()) {
    return {values.begin(), values.end()};
  }
  if (smoothing.kernel == Smoothing::Kernel::exponential) {
    return smooth_exponentially(values, weights, bin_ms, smoothing.width_ms);
  }
  const double reach_ms =
      smoothing.kernel == Smoothing::Kernel::boxcar ? smoothing.width_ms / 2 : kGaussianReach * smoothing.width_ms;
  const auto reach =
      static_cast<std::size_t>(std::min(std::ceil(reach_ms / bin_ms + 0.5), static_cast<double>(values.size())));
  std::vector<double> kernel;
  for (std::size_t lag = 0; lag <= reach; ++lag) kernel.push_back(weight_at(lag, bin_ms, smoothing));

  std::vector<double> smoothed(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    double sum = 0;
    double whole = 0;
    const std::size_t first = i > reach ? i - reach : 0;
    const std::size_t last = std::min(i + reach, values.size() - 1);
    for (std::size_t j = first; j <= last; ++j) {
      const double weight = kernel[j > i ? j - i : i - j] * weights[j];
      sum += values[j] * weight;
      whole += weight;
    }
    smoothed[i] = whole > 0 ? sum / whole : 0.0;
  }
  return smoothed;
}

std::optional<Smoothing> parse_smoothing(std::string_view text) {
  if (text == "none") return Smoothing{};
  const std::size_t colon = text.find(':');
  const std::string_view name = colon == std::string_view::npos ? "gaussian" : text.substr(0, colon);
  Smoothing smoothing;
  if (name == "gaussian") smoothing.kernel = Smoothing::Kernel::gaussian;
  if (name == "boxcar") smoothing.kernel = Smoothing::Kernel::boxcar;
  if (name == "exponential") smoothing.kernel = Smoothing::Kernel::exponential;
  if (smoothing.kernel == Smoothing::Kernel::none) return std::nullopt;

  const std::string_view width = colon == std::string_view::npos ? text : text.substr(colon + 1);
  const auto [end, error] = std::from_chars(width.data(), width.data() + width.size(), smoothing.width_ms);
  std::string_view unit(end, static_cast<std::size_t>(width.data() + width.size() - end));
  while (!unit.empty() && unit.front() == ' ') unit.remove_prefix(1);
  if (unit == "s") smoothing.width_ms *= 1000;
  const bool unit_fine = unit.empty() || unit == "ms" || unit == "s";
  if (error != std::errc() || !unit_fine || !(smoothing.width_ms > 0) || !std::isfinite(smoothing.width_ms)) {
    return std::nullopt;
  }
  return smoothing;
}

Smoothing smoothing_for(double shortest_piece_ms) {
  // In tenths of a ms, to be read in a figure.
  const double sigma_ms = std::floor(shortest_piece_ms / 4 * 10 + 1e-6) / 10;
  return {Smoothing::Kernel::gaussian, std::clamp(sigma_ms, kLeastSigmaMs, kMostSigmaMs)};
}

std::string describe(const Smoothing& smoothing) {
  const std::string width = format_number(smoothing.width_ms);
  switch (smoothing.kernel) {
    case Smoothing::Kernel::none:
      return "not smoothed";
    case Smoothing::Kernel::gaussian:
      return fmt::format("Gaussian, σ = {} ms", width);
    case Smoothing::Kernel::boxcar:
      return fmt::format("boxcar, {} ms wide", width);
    case Smoothing::Kernel::exponential:
      return fmt::format("exponential, τ = {} ms", width);
  }
  return {};
}

}  // namespace stimgen
