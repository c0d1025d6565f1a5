// The recipe: its files, settings and variables put together, and its top level with types.
//
// Stages: located tree (grammar.hpp) → include, --set and ${vars} resolved → Recipe with typed top-level settings. The
// entries of the open sections (backgrounds, assemblies, patterns, combine) stay values: the module that owns a section
// reads them through Fields.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "stimgen/diagnostic.hpp"
#include "stimgen/grammar.hpp"
#include "stimgen/streams.hpp"
#include "stimgen/types.hpp"

namespace stimgen {

struct OutputSettings {
  std::filesystem::path directory;  // resolved against the recipe's folder
  std::string directory_text;       // as written
  SourceLoc directory_loc;          // no file: named by --output, or by nobody
  SpikeOrder sort = SpikeOrder::by_id;
  Compression compression = Compression::none;
  int level = 4;
  double resolution_ms = 0;  // 0: none
  std::optional<std::uint64_t> max_spikes;
  std::optional<std::uint64_t> max_bytes;  // absent: what the disk has free
};

struct Recipe {
  std::shared_ptr<const SourceFile> file;
  std::filesystem::path path;
  std::vector<NamedFile> included;
  bool changed_by_set = false;  // by --set: it is another recipe than the file's
  std::string name;
  Seeds seeds;
  std::optional<double> start_ms;  // time.start (default 0) …
  std::optional<double> stop_ms;   // … and time.stop; absent if the recipe has no default window
  SourceLoc start_loc, stop_loc;   // of what is written; without a file: a default
  Value networks;
  Section backgrounds, assemblies, patterns, combine;
  std::vector<std::set<std::string>> alternatives;  // tasks of one set are never used in one simulation
  OutputSettings output;
  // Where a run writes its report: inside output.directory; absent: nowhere.
  std::optional<std::filesystem::path> report;
  SourceLoc report_loc;
};

struct LoadOptions {
  std::vector<std::string> sets;                          // "vars.burst=80 Hz"
  std::optional<std::filesystem::path> output_directory;  // --output, relative to the working folder
};

// Reads, merges and checks the top level. Problems go to `diagnostics`; the Recipe is usable for further checks as far
// as it goes. Throws InputError if there is no tree at all.
Recipe load_recipe(const std::filesystem::path& path, const LoadOptions& options, Diagnostics& diagnostics);
// The same for a text that is in memory; `path` is what the recipe is called.
Recipe load_recipe(std::shared_ptr<const SourceFile> file, const std::filesystem::path& path,
                   const LoadOptions& options, Diagnostics& diagnostics);

// ---- where a run writes besides the files of its tasks --------------------------------------------------------------

// In the output folder: what runs remember, and parts of tasks (--shard). All in them is stimgen's.
inline constexpr const char* kStateFolder = ".stimgen";
inline constexpr const char* kPartsFolder = "shards";
// stimgen.lock beside the recipe.
std::filesystem::path own_lock_path(const Recipe& recipe);
// Where the lock of this recipe is: beside it; with --set the recipe is another one, and its lock is in the output
// folder, or in kStateFolder there if that is the recipe's own folder.
std::filesystem::path lock_path(const Recipe& recipe);
// The recipe as seen from its output folder, so that both can move together: how lists there call it.
std::string seen_from_output(const Recipe& recipe);

// ---- the tables of the top level (schema, explain and docs use them too) --------------------------------------------

std::span<const SectionDoc> top_level_docs();

}  // namespace stimgen
