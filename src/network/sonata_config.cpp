// Resolving SONATA configs: manifest variables, config-relative paths, configs that lead to further ones.
#include "network/sonata_config.hpp"
#include "base/source_file.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "network/json_document.hpp"
#include "network/literal.hpp"

namespace stimgen {
namespace fs = std::filesystem;

namespace {

// In order of name, whatever the file system's is.
std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    names.push_back(entry->path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string name_a_file_in(const fs::path& folder) {
  std::vector<std::string> files;
  for (const std::string& name : names_in(folder)) {
    if (name.ends_with(".json") || name.ends_with(".h5") || name.ends_with(".csv"))
      files.push_back(printable(name, 60));
  }
  if (files.empty()) return {};
  constexpr std::size_t kMost = 6;
  const bool cut = files.size() > kMost;
  if (cut) files.resize(kMost);
  return fmt::format("name a file in it, as {}{}", fmt::join(files, ", "), cut ? ", …" : "");
}

std::string near_file(const fs::path& path) {
  const std::string near = nearest_name(path.filename().string(), names_in(path.parent_path()));
  return near.empty() ? std::string() : fmt::format("did you mean '{}'?", printable(near, 60));
}

}  // namespace

bool require_file(const fs::path& path, const std::string& role, const SourceLoc& loc, Diagnostics& diagnostics) {
  std::error_code ignored;
  const auto status = fs::status(path, ignored);
  if (fs::is_directory(status)) {
    diagnostics.error(loc, "file.unreadable",
                      fmt::format("{} '{}' is a folder, not a file", role, printable(path.string())),
                      name_a_file_in(path));
    return false;
  }
  if (!fs::exists(status)) {
    // Written paths start at their file's folder, so a sign that a shell would replace stands anywhere.
    const std::string text = path.string();
    const bool of_shell =
        path.filename() == "~" || text.find("~/") != std::string::npos || text.find('$') != std::string::npos;
    diagnostics.error(loc, "file.unreadable", fmt::format("{} '{}' does not exist", role, printable(text)),
                      of_shell ? "~ and $HOME are not expanded: write the path out" : near_file(path));
    return false;
  }
  return true;
}

namespace {

// By its first bytes: only what to write instead hangs on it.
bool is_hdf5(const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) return false;  // a FIFO would wait for its writer
  constexpr std::string_view kSignature = "\x89HDF\r\n\x1a\n";
  char start[kSignature.size()] = {};
  std::ifstream(path, std::ios::binary).read(start, sizeof start);
  return std::string_view(start, sizeof start) == kSignature;
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// "$NAME", "${NAME}" and "NAME" → "NAME"
std::string variable_name(std::string_view key) {
  if (key.starts_with("$")) key.remove_prefix(1);
  if (key.starts_with("{") && key.ends_with("}")) key = key.substr(1, key.size() - 2);
  return std::string(key);
}

class ConfigReader {
 public:
  ConfigReader(SonataConfig& config, Diagnostics& diagnostics) : config_(config), diagnostics_(diagnostics) {}

  void read(const fs::path& path, const SourceLoc& loc, const std::string& role, bool must_have_nodes = true) {
    if (!require_file(path, role, loc, diagnostics_)) return;
    std::error_code ignored;
    if (!visited_.insert(fs::weakly_canonical(path, ignored).string()).second) return;
    config_.configs.push_back({path.lexically_normal(), loc});
    if (is_hdf5(path)) {
      diagnostics_.error(loc, "network.bad-config",
                         fmt::format("'{}' is an HDF5 file, no {}", printable(path.string()), role),
                         fmt::format("for a nodes file write networks: {{files: [{{nodes: {}}}]}}",
                                     printable(path.filename().string())));
      return;
    }
    const auto file = read_source_file(path);
    const Value root = parse_json(file, diagnostics_);
    if (root.is_null()) return;
    if (!root.is_mapping()) {
      error(root, fmt::format("a SONATA config is a JSON object, not {}", describe(root)));
      return;
    }
    Context context{fs::absolute(path).parent_path(), fs::absolute(path), path.parent_path(), {}};
    if (const Value* manifest = section(root, "manifest")) {
      for (const auto& member : manifest->members) context.manifest[variable_name(member.key)] = &member.value;
    }
    bool leads_somewhere = false;
    for (const char* const key : {"network", "simulation"}) {
      const Value* child = root.find(key);
      if (child == nullptr || child->is_null()) continue;
      leads_somewhere = true;
      if (const auto child_path = resolve(*child, context, fmt::format("'{}'", key))) {
        const bool is_circuit = key == std::string_view("network");
        read(*child_path, child->loc, is_circuit ? "circuit config" : "simulation config", is_circuit);
      }
    }
    const Value* networks = section(root, "networks");
    const Value* run = root.find("run");
    const bool of_simulation = leads_somewhere || run != nullptr;
    if (networks == nullptr && !leads_somewhere && must_have_nodes) read_default_circuit(root, path);
    if (networks != nullptr) read_nodes(*networks, context);
    if (run != nullptr) read_run(*run);
    read_node_sets(root, context, of_simulation ? NodeSetOwner::simulation : NodeSetOwner::circuit);
  }

 private:
  struct Context {
    fs::path folder;        // absolute
    fs::path file;          // absolute
    fs::path shown_folder;  // as the user wrote it
    std::map<std::string, const Value*> manifest;
  };

  void error(const Value& value, const std::string& message, const std::string& help = {}) {
    diagnostics_.error(value.loc, "network.bad-config", message, help);
  }

  void read_default_circuit(const Value& root, const fs::path& path) {
    const bool of_simulation = root.find("run") != nullptr;
    const fs::path circuit = path.parent_path() / "circuit_config.json";
    std::error_code ignored;
    if (of_simulation && fs::exists(circuit, ignored)) {
      read(circuit, root.loc, "circuit config");
      return;
    }
    error(root, fmt::format("this config names no nodes: it has neither 'networks' nor 'network'{}",
                            of_simulation ? ", and there is no circuit_config.json beside it" : ""));
  }

  void read_run(const Value& run) {
    const Value* const stop = run.find("tstop");
    if (stop == nullptr || !stop->is_scalar() || stop->quoted || config_.stop_ms) return;
    const double stop_ms = parse_literal(stop->text).real;
    if (stop_ms > 0) config_.stop_ms = stop_ms;
  }

  void read_node_sets(const Value& root, const Context& context, NodeSetOwner owner) {
    const Value* const file = root.find("node_sets_file");
    const bool none = file == nullptr || file->is_null() || (file->is_scalar() && file->text.empty());
    if (!none) {
      if (const auto path = resolve(*file, context, "'node_sets_file'")) {
        config_.node_set_files.push_back({{*path, file->loc}, owner});
      }
    }
    if (const Value* sets = section(root, "node_sets")) config_.node_sets.emplace_back(*sets, owner);
  }

  const Value* section(const Value& root, const char* key) {
    const Value* value = root.find(key);
    if (value == nullptr || value->is_null() || value->is_mapping())
      return value != nullptr && value->is_null() ? nullptr : value;
    error(*value, fmt::format("'{}' is a JSON object, not {}", key, describe(*value)));
    return nullptr;
  }

  void read_nodes(const Value& networks, const Context& context) {
    const Value* nodes = networks.find("nodes");
    if (nodes == nullptr || nodes->is_null()) return;
    if (!nodes->is_sequence()) {
      error(*nodes, fmt::format("'nodes' is a list, not {}", describe(*nodes)));
      return;
    }
    for (const Value& entry : nodes->items) {
      note_virtual(entry);
      const Value* file = entry.find("nodes_file");
      if (file == nullptr || file->is_null()) {
        error(entry, "expected an object with 'nodes_file'");
        continue;
      }
      const auto path = resolve(*file, context, "'nodes_file'");
      const Value* types = entry.find("node_types_file");
      const bool with_types = types != nullptr && !types->is_null() && !(types->is_scalar() && types->text.empty());
      const auto types_path = with_types ? resolve(*types, context, "'node_types_file'") : std::nullopt;
      if (path && (types_path || !with_types)) {
        config_.nodes.push_back({*path, types_path, file->loc, with_types ? types->loc : file->loc});
      }
    }
  }

  // "populations": {"thalamus": {"type": "virtual"}}
  void note_virtual(const Value& entry) {
    const Value* const populations = entry.find("populations");
    if (populations == nullptr) return;
    for (const auto& member : populations->members) {
      const Value* const type = member.value.find("type");
      if (type != nullptr && type->text == "virtual") config_.virtual_populations.insert(member.key);
    }
  }

  std::optional<fs::path> resolve(const Value& value, const Context& context, const std::string& key) {
    if (!value.is_scalar() || !value.quoted || value.text.empty()) {
      error(value, fmt::format("{} is the path of a file, not {}", key, describe(value)));
      return std::nullopt;
    }
    std::vector<std::string> using_now;
    const auto text = expand(value.text, value, context, using_now);
    if (!text) return std::nullopt;
    const fs::path path(*text);
    return (path.is_absolute() ? path : context.shown_folder / path).lexically_normal();
  }

  // Replaces variables; `using_now`: those whose values are being expanded.
  std::optional<std::string> expand(std::string_view text, const Value& where, const Context& context,
                                    std::vector<std::string>& using_now) {
    std::string result;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t name_start = at + (text.substr(at).starts_with("${") ? 2 : 1);
      if (text[at] != '$' || name_start >= text.size() || !is_word(text[name_start])) {
        result += text[at++];
        continue;
      }
      std::size_t end = name_start;
      while (end < text.size() && is_word(text[end])) ++end;
      const std::string name(text.substr(name_start, end - name_start));
      if (name_start == at + 2 && end < text.size() && text[end] == '}') ++end;
      at = end;
      const auto value = variable(name, where, context, using_now);
      if (!value) return std::nullopt;
      result += *value;
      if (result.size() > 65536) {
        error(where, "this path becomes longer than 65,536 characters");
        return std::nullopt;
      }
    }
    return result;
  }

  std::optional<std::string> variable(const std::string& name, const Value& where, const Context& context,
                                      std::vector<std::string>& using_now) {
    const auto found = context.manifest.find(name);
    if (found == context.manifest.end()) {
      if (name == "configdir") return context.folder.string();
      if (name == "configfname") return context.file.string();
      if (name == "workingdir") return fs::current_path().string();
      std::vector<std::string> known{"configdir", "workingdir"};
      for (const auto& [key, value] : context.manifest) known.push_back(key);
      diagnostics_.error(where.loc, "network.unknown-variable",
                         fmt::format("the manifest has no variable '${}'", printable(name)), suggest(name, known));
      return std::nullopt;
    }
    const Value& value = *found->second;
    if (std::find(using_now.begin(), using_now.end(), name) != using_now.end()) {
      using_now.push_back(name);
      diagnostics_.error(where.loc, "network.unknown-variable",
                         fmt::format("manifest variables lead in a circle: ${}", fmt::join(using_now, " -> $")));
      return std::nullopt;
    }
    if (!value.is_scalar()) {
      error(value, fmt::format("a manifest variable is text, not {}", describe(value)));
      return std::nullopt;
    }
    using_now.push_back(name);
    auto text = expand(value.text, value, context, using_now);
    using_now.pop_back();
    return text;
  }

  SonataConfig& config_;
  Diagnostics& diagnostics_;
  std::set<std::string> visited_;
};

}  // namespace

void read_sonata_config(const fs::path& path, const SourceLoc& loc, SonataConfig& config, Diagnostics& diagnostics) {
  ConfigReader(config, diagnostics).read(path, loc, "SONATA config");
}

}  // namespace stimgen
