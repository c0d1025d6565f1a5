// Node populations: row look-up, the column cache, and the digest of a column.
#include "network/population.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <numeric>
#include <span>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "network/columns.hpp"

namespace stimgen {
namespace {

// Numbers into the hash, little-endian.
class NumberHasher {
 public:
  explicit NumberHasher(Blake3& hash) : hash_(hash) {}
  ~NumberHasher() { flush(); }
  NumberHasher(const NumberHasher&) = delete;
  NumberHasher& operator=(const NumberHasher&) = delete;

  void add(std::uint64_t value, std::size_t width = 8) {
    if (used_ + width > buffer_.size()) flush();
    for (std::size_t byte = 0; byte < width; ++byte) buffer_[used_++] = static_cast<char>(value >> (8 * byte) & 0xFFU);
  }
  void add(std::string_view text) {
    add(text.size());
    flush();
    hash_.update(text);
  }
  template <typename T>
  void add_all(const std::vector<T>& values) {
    if constexpr (std::endian::native == std::endian::little) {
      flush();
      hash_.update(std::as_bytes(std::span(values)));
    } else if constexpr (std::is_same_v<T, double>) {
      for (const double value : values) add(std::bit_cast<std::uint64_t>(value));
    } else {
      for (const T value : values) add(static_cast<std::uint64_t>(value), sizeof(T));
    }
  }

 private:
  void flush() {
    hash_.update(std::string_view(buffer_.data(), used_));
    used_ = 0;
  }
  Blake3& hash_;
  std::array<char, 64> buffer_{};
  std::size_t used_ = 0;
};

}  // namespace

std::optional<NodeRow> NodePopulation::row_of(NodeId id) const {
  const auto& ids = node_ids();
  if (id < ids.size() && ids[id] == id) return id;  // the usual 0, 1, 2, …
  const auto found = std::lower_bound(ids.begin(), ids.end(), id);
  if (found == ids.end() || *found != id) return std::nullopt;
  return static_cast<NodeRow>(found - ids.begin());
}

Digest NodePopulation::column_digest(std::string_view column_name) const {
  const auto values = column(column_name);
  if (!values) throw std::logic_error("digest of an unknown column");
  Blake3 hash;
  {
    NumberHasher numbers(hash);
    numbers.add(std::string_view("stimgen-column-v1"));
    numbers.add(type_name(values->type));
    numbers.add(size());
    numbers.add_all(node_ids());
    numbers.add(static_cast<std::uint64_t>(values->missing.empty() ? 0 : 1), 1);
    numbers.add_all(values->missing);
    numbers.add_all(values->integers);
    numbers.add_all(values->reals);
    numbers.add(values->dictionary.size());
    for (const std::string& text : values->dictionary) numbers.add(text);
    numbers.add_all(values->codes);
  }
  return hash.finish();
}

const std::vector<NodeId>& LazyPopulation::ids_under_lock() const {
  if (!have_ids_) {
    ids_ = read_node_ids();
    have_ids_ = true;
  }
  return ids_;
}

const std::vector<NodeId>& LazyPopulation::node_ids() const {
  const std::lock_guard lock(mutex_);
  return ids_under_lock();
}

std::shared_ptr<const Column> LazyPopulation::column(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  if (const auto cached = cache_.find(name); cached != cache_.end()) {
    if (!used_.contains(name)) used_.emplace(name);
    return cached->second;
  }
  Column column;
  if (name == "node_id") {
    const auto& ids = ids_under_lock();
    if (!ids.empty() && ids.back() > static_cast<NodeId>(std::numeric_limits<std::int64_t>::max())) {
      throw InputError("network.bad-file", fmt::format("{}: population '{}' has node id {}, which is beyond 2^63 - 1",
                                                       origin(), name_, ids.back()));
    }
    column = integer_column({ids.begin(), ids.end()});
  } else if (name == "population") {
    column = constant_text_column(name_, size_);
  } else {
    const auto info = std::lower_bound(columns_.begin(), columns_.end(), name,
                                       [](const ColumnInfo& a, std::string_view b) { return a.name < b; });
    if (info == columns_.end() || info->name != name) {
      refuse_unusable(name);
      return nullptr;
    }
    column = widen(read_column(*info), info->type);
  }
  canonicalize(column);
  used_.emplace(name);
  return cache_.emplace(std::string(name), std::make_shared<const Column>(std::move(column))).first->second;
}

std::vector<std::string> LazyPopulation::take_columns_used() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> used(used_.begin(), used_.end());
  used_.clear();
  return used;
}

void LazyPopulation::set_columns(std::vector<ColumnInfo> columns) {
  columns_ = std::move(columns);
  std::sort(columns_.begin(), columns_.end(), [](const ColumnInfo& a, const ColumnInfo& b) { return a.name < b.name; });
}

std::vector<NodeId> counted_ids(std::uint64_t count) {
  std::vector<NodeId> ids(count);
  std::iota(ids.begin(), ids.end(), NodeId{0});
  return ids;
}

}  // namespace stimgen
