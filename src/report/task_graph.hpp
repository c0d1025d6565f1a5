// The task graph as a picture.
#pragma once

#include <string>
#include <vector>

#include "report/model.hpp"

namespace stimgen {

// An <svg> element without colours of its own: classes `kind` for small text; rect, path and text take the page's
// style.
std::string draw_task_graph(const std::vector<GraphNode>& graph);

}  // namespace stimgen
