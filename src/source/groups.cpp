// Labels of groups.
#include <algorithm>

#include "stimgen/source.hpp"

namespace stimgen {

std::string label_beside(const std::vector<std::string>& labels, std::string wanted) {
  while (std::find(labels.begin(), labels.end(), wanted) != labels.end()) wanted += " (unlisted)";
  return wanted;
}

}  // namespace stimgen
