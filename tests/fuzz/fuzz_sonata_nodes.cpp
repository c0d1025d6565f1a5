// Bytes as a SONATA nodes file: opened, every column of every population read.
#include "fuzz/fuzz.hpp"
#include "network/sonata_nodes.hpp"

using namespace stimgen;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::filesystem::path path = fuzz::folder() / "nodes.h5";
  testing::write_text(path, std::string(fuzz::text_of(data, size)));
  fuzz::catch_expected([&] {
    Diagnostics diagnostics;
    const SourceLoc loc{fuzz::source("nodes"), 1, 1, 1};
    const SonataNodes nodes = open_sonata_nodes(path, nullptr, fuzz::folder().path(), loc, diagnostics);
    static_cast<void>(render(diagnostics));
    for (const auto& population : nodes.populations) {
      // A small file may claim many nodes, all of them the fill value: allowed, and slow.
      if (population->size() > 100000) continue;
      if (population->node_ids().size() != population->size()) std::abort();
      for (const ColumnInfo& info : population->columns()) {
        fuzz::catch_expected([&] {
          const auto column = population->column(info.name);
          if (column == nullptr || column->size() != population->size()) std::abort();
          for (NodeRow row = 0; row < column->size(); ++row) static_cast<void>(column->text_at(row));
        });
      }
    }
  });
  return 0;
}
