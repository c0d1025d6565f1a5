// Reads the coefficient of variation of intervals.
#include "process/interval_cv.hpp"

#include <fmt/format.h>

namespace stimgen {

double read_interval_cv(Fields& fields) {
  constexpr double kMinCv = 0.001, kMaxCv = 10;
  const double cv = fields.number("cv");
  if (fields.ok() && !(cv >= kMinCv && cv <= kMaxCv)) {
    fields.error("cv", "recipe.out-of-range",
                 fmt::format("{}: cv {} is out of range", fields.owner(), format_number(cv)),
                 "1 is as irregular as Poisson, smaller more regular; from 0.001 to 10");
  }
  return cv;
}

}  // namespace stimgen
