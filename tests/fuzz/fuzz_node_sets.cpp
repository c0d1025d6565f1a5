// Bytes as a SONATA node-sets file (first byte even) or as a `where` of a recipe (odd), evaluated against three nodes.
#include "fuzz/fuzz.hpp"
#include "network/json_document.hpp"
#include "network/node_sets.hpp"
#include "stimgen/network.hpp"

namespace {

using namespace stimgen;

const Network& network() {
  static const std::unique_ptr<Network> made = [] {
    Diagnostics diagnostics;
    const Value networks = parse_document(fuzz::source("populations:\n"
                                                       "  cells:\n"
                                                       "    nodes: 12\n"
                                                       "    properties:\n"
                                                       "      kind: {cycle: [PN, PV, 'null']}\n"
                                                       "      layer: {blocks: [1, 2, 3]}\n"
                                                       "      depth: {linspace: [0, 1.5]}\n"),
                                          diagnostics);
    auto opened = open_network(networks, 1, diagnostics);
    diagnostics.throw_if_errors();
    return opened;
  }();
  return *made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto file = fuzz::source(fuzz::text_of(data + 1, size - 1));
  const NodePopulation& cells = *network().population("cells");
  fuzz::catch_expected([&] {
    Diagnostics diagnostics;
    if (data[0] % 2 == 0) {
      const Value sets = parse_json(file, diagnostics);
      if (diagnostics.has_errors()) return;
      NodeSets node_sets;
      node_sets.add(sets, NodeSetOwner::recipe, diagnostics);
      for (const std::string& name : node_sets.names()) {
        if (node_sets.select(cells, name, sets.loc, diagnostics).size() != cells.size() && !diagnostics.has_errors()) {
          std::abort();
        }
      }
    } else {
      const Value where = parse_document(file, diagnostics);
      if (diagnostics.has_errors()) return;
      for (const NodeRow row : network().select(cells, where, diagnostics)) {
        if (row >= cells.size()) std::abort();
      }
    }
    static_cast<void>(render(diagnostics));
  });
  return 0;
}
