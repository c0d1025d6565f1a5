// How far a copy of a spike comes after what it is a copy of: never before it, so that a later stop changes no earlier
// spike. Only the differences of displacements show.
#pragma once

#include <cstdint>
#include <string_view>

namespace stimgen {

class Displacement {
 public:
  // The words of the key `kernel`.
  static constexpr std::string_view kKernels = "choice: uniform | exponential | gaussian";

  // `scale_ms` 0: none.
  Displacement(std::string_view kernel, double scale_ms);

  // No displacement reaches it. 0 if there are none.
  double span_ms() const { return span_ms_; }
  // Of a word of a stream.
  double at_ms(std::uint64_t word) const;
  // How far two copies are apart in the mean.
  double mean_distance_ms() const;

 private:
  enum class Kernel : std::uint8_t {
    uniform,      // 0 … 2 scale
    exponential,  // with mean `scale`
    gaussian      // with standard deviation `scale` around 4 scale, cut off there
  };

  Kernel kernel_ = Kernel::uniform;
  double scale_ms_;
  double span_ms_;
};

}  // namespace stimgen
