// Names, records and judgement of parts.
#include "run/parts.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/deferred.hpp"
#include "run/shards.hpp"

namespace stimgen {
namespace {

// Raised when nodes are cut in another way.
constexpr int kPartVersion = 2;
constexpr std::size_t kLongestName = 4096;
constexpr const char* kMissing = "missing";
constexpr const char* kOther = "of another version of the recipe or of stimgen";
constexpr const char* kDamaged = "damaged";

nlohmann::json record(const Plan& plan, const Task& task, Shard shard, std::uint64_t nodes,
                      const std::string& content) {
  return {{"part_version", kPartVersion},
          {"task", task.name},
          {"fingerprint", to_hex(task.fingerprint)},
          {"shard", shard.index},
          {"of", shard.count},
          {"nodes", nodes},
          {"blake3", content},
          {"recipe", printable(seen_from_output(plan.recipe), kLongestName)}};
}

// The record of a part; null: it has none.
nlohmann::json read_record(const SpikeReader& reader) {
  nlohmann::json found = nlohmann::json::parse(reader.provenance(), nullptr, false);
  if (!found.is_object() || found.value("part_version", nlohmann::json()) != kPartVersion) return nullptr;
  for (const char* const key : {"recipe", "blake3", "fingerprint"}) {
    if (!found.contains(key) || !found[key].is_string()) return nullptr;
  }
  return found;
}

// By its record alone. `ends`: of all parts of the task.
Part glance_at_part(const Plan& plan, const Task& task, Shard shard, const std::vector<std::size_t>& ends) {
  Part part;
  part.path = part_path(plan, task, shard);
  part.nodes = ends[shard.index - 1] - (shard.index == 1 ? 0 : ends[shard.index - 2]);
  std::error_code ignored;
  if (!std::filesystem::exists(part.path, ignored)) {
    part.problem = kMissing;
    return part;
  }
  try {
    const auto reader = open_spike_file(part.path);
    const nlohmann::json found = read_record(*reader);
    if (found.is_null()) {
      // A record that is kept elsewhere, or says it otherwise, is that of another version.
      const std::string text = reader->provenance();
      part.problem = text.empty() || nlohmann::json::parse(text, nullptr, false).is_object() ? kOther : kDamaged;
      return part;
    }
    part.recipe = found["recipe"];
    const std::string content = found["blake3"];
    // The same part of the same task is as good, whoever made it.
    nlohmann::json wanted = record(plan, task, shard, part.nodes, content);
    wanted["recipe"] = part.recipe;
    if (found != wanted) {
      part.problem = kOther;
    } else if (reader->populations().size() != 1 || reader->populations()[0].name != task.populations[0] ||
               reader->populations()[0].order != plan.recipe.output.sort) {
      part.problem = kDamaged;
    } else {
      part.spikes = reader->populations()[0].count;
      part.content = content;
    }
  } catch (const InputError&) {
    part.problem = kDamaged;
  }
  return part;
}

// Holds every spike against the digest in the record; the problem, or empty.
std::string read_through(const Part& part) {
  try {
    const auto reader = open_spike_file(part.path);
    return to_hex(digest_population(*reader, reader->populations().at(0))) == part.content ? "" : kDamaged;
  } catch (const InputError&) {
    return kDamaged;
  }
}

// Who made a part and of which version of the task, as its record says.
struct Maker {
  std::string recipe, fingerprint;
};
std::optional<Maker> maker_of(const std::filesystem::path& path) {
  try {
    const nlohmann::json found = read_record(*open_spike_file(path));
    if (!found.is_null()) return Maker{found["recipe"], found["fingerprint"]};
  } catch (const std::exception&) {
    // Damaged, or something else.
  }
  return std::nullopt;
}

bool is_ours(const Plan& plan, const Task& task, const Maker& maker) {
  return maker.fingerprint == to_hex(task.fingerprint) ||
         maker.recipe == printable(seen_from_output(plan.recipe), kLongestName);
}

// "parts 1-3, 5 of 7 are missing"
std::string part_list(const std::vector<unsigned>& numbers, unsigned count, const std::string& problem) {
  std::string text;
  for (std::size_t i = 0; i < numbers.size();) {
    std::size_t last = i;
    while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1) ++last;
    text += fmt::format("{}{}", text.empty() ? "" : ", ", numbers[i]);
    if (last > i) text += fmt::format("-{}", numbers[last]);
    i = last + 1;
  }
  return numbers.size() == 1 ? fmt::format("part {} of {} is {}", text, count, problem)
                             : fmt::format("parts {} of {} are {}", text, count, problem);
}

std::string problems_text(const std::vector<Part>& parts) {
  std::string text;
  for (const char* const problem : {kMissing, kOther, kDamaged}) {
    std::vector<unsigned> numbers;
    for (unsigned i = 0; i < parts.size(); ++i) {
      if (parts[i].problem == problem) numbers.push_back(i + 1);
    }
    if (numbers.empty()) continue;
    if (!text.empty()) text += ", ";
    text += part_list(numbers, static_cast<unsigned>(parts.size()), problem);
  }
  return text;
}

// "long.3-of-7.h5": the task and the shard, if it is such a name.
std::optional<std::pair<std::string, Shard>> parse_part_name(const std::filesystem::path& name) {
  if (name.extension() != kSpikeFileExtension) return std::nullopt;
  const std::string stem = name.stem().string();
  const auto dot = stem.rfind('.');
  if (dot == stem.npos) return std::nullopt;
  Shard shard;
  const char* const end = stem.data() + stem.size();
  const auto [after_index, index_error] = std::from_chars(stem.data() + dot + 1, end, shard.index);
  constexpr std::string_view kOf = "-of-";
  const std::string_view rest(after_index, static_cast<std::size_t>(end - after_index));
  if (index_error != std::errc() || !rest.starts_with(kOf)) return std::nullopt;
  const auto [after_count, count_error] = std::from_chars(after_index + kOf.size(), end, shard.count);
  if (count_error != std::errc() || after_count != end) return std::nullopt;
  if (shard.index < 1 || shard.index > shard.count || shard.count > kMostShards) return std::nullopt;
  return std::pair(stem.substr(0, dot), shard);
}

}  // namespace

std::filesystem::path parts_folder(const Plan& plan) {
  return plan.recipe.output.directory / kPartsFolder;
}

std::filesystem::path part_path(const Plan& plan, const Task& task, Shard shard) {
  const std::filesystem::path file = task.output;
  return parts_folder(plan) /
         fmt::format("{}.{}-of-{}{}", file.stem().string(), shard.index, shard.count, file.extension().string());
}

Part look_at_part(const Plan& plan, const Task& task, Shard shard) {
  const NodeRates rates = task.sampled()->node_rates();
  Part part = glance_at_part(plan, task, shard, shard_ends(rates, shard.count));
  if (part.problem.empty()) part.problem = read_through(part);
  return part;
}

std::string part_problem(const Plan& plan, const Task& task, Shard shard) {
  return look_at_part(plan, task, shard).problem;
}

std::string part_record(const Plan& plan, const Task& task, Shard shard, const TaskResult& result) {
  return record(plan, task, shard, result.nodes, to_hex(result.populations.at(0).digest)).dump();
}

PartsOnDisk::PartsOnDisk(const Plan& plan) : plan_(plan) {
  std::error_code error;
  for (std::filesystem::directory_iterator entry(parts_folder(plan), error), end; !error && entry != end;
       entry.increment(error)) {
    if (const auto part = parse_part_name(entry->path().filename())) {
      found_[part->first][part->second.count].push_back(part->second.index);
    }
  }
}

std::optional<std::vector<Part>> PartsOnDisk::whole_set(TaskIndex index, const TaskContext& context,
                                                        Diagnostics& diagnostics) const {
  const Task& task = plan_.tasks[index];
  const auto found = found_.find(task.name);
  if (found == found_.end()) return std::nullopt;
  const NodeRates rates = task.sampled()->node_rates(context.pool);
  std::string problems, stays;
  for (const auto& [count, indices] : found->second) {
    const std::vector<std::size_t> ends = shard_ends(rates, count);
    std::vector<Part> parts;
    for (unsigned k = 1; k <= count; ++k) parts.push_back(glance_at_part(plan_, task, {k, count}, ends));
    // Reading takes time: only if the set may be whole.
    if (problems_text(parts).empty()) {
      std::vector<Deferred<std::string>> read;
      for (const Part& part : parts) {
        read.emplace_back(*context.pool, [&part, &context] {
          context.check_stop();
          return read_through(part);
        });
      }
      for (std::size_t i = 0; i < parts.size(); ++i) parts[i].problem = read[i].take();
    }
    const std::string text = problems_text(parts);
    if (text.empty()) return parts;
    for (const Part& part : parts) {
      if (part.recipe.empty() && part.problem == kDamaged) stays = printable(part.path.lexically_normal().string());
    }
    if (!problems.empty()) problems += "; ";
    problems += text;
  }
  diagnostics.warning({}, "run.unusable-parts", fmt::format("'{}' is made in one piece: {}", task.name, problems),
                      stays.empty() ? "" : fmt::format("'{}' stays: it does not say who made it", stays));
  return std::nullopt;
}

template <typename Visit>
void PartsOnDisk::for_each(const Task& task, Visit visit) const {
  const auto found = found_.find(task.name);
  if (found == found_.end()) return;
  for (const auto& [count, indices] : found->second) {
    for (const unsigned index : indices) visit(part_path(plan_, task, {index, count}));
  }
}

std::vector<OtherPart> PartsOnDisk::of_others(TaskIndex index) const {
  const Task& task = plan_.tasks[index];
  std::vector<OtherPart> others;
  for_each(task, [&](const std::filesystem::path& path) {
    const auto maker = maker_of(path);
    if (!maker || !is_ours(plan_, task, *maker)) others.push_back({index, path, maker ? maker->recipe : ""});
  });
  return others;
}

void PartsOnDisk::remove(const Task& task, bool force) const noexcept {
  for_each(task, [&](const std::filesystem::path& path) {
    std::error_code ignored;
    const auto maker = maker_of(path);
    if (force || (maker && is_ours(plan_, task, *maker))) std::filesystem::remove(path, ignored);
  });
}

std::vector<OtherPart> find_other_parts(const Plan& plan, const std::vector<TaskIndex>& tasks) {
  const PartsOnDisk parts(plan);
  std::vector<OtherPart> others;
  for (const TaskIndex index : tasks) {
    for (OtherPart& part : parts.of_others(index)) others.push_back(std::move(part));
  }
  std::sort(others.begin(), others.end(), [](const OtherPart& a, const OtherPart& b) { return a.file < b.file; });
  return others;
}

}  // namespace stimgen
