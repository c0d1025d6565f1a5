// Events of the parser, put together again; what is not kept is only counted, to know where it ends.
#include "audit/json_outline.hpp"

#include <vector>

namespace stimgen {
namespace {

class OutlineBuilder final : public SortedJson::json_sax_t {
 public:
  explicit OutlineBuilder(const std::function<bool(std::size_t, std::string_view)>& keep) : keep_(keep) {}

  SortedJson take() { return std::move(root_); }

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(std::int64_t value) override { return add(value); }
  bool number_unsigned(std::uint64_t value) override { return add(value); }
  bool number_float(double value, const std::string&) override { return add(value); }
  bool string(std::string& value) override { return add(std::move(value)); }
  bool binary(SortedJson::binary_t& value) override { return add(std::move(value)); }
  bool start_object(std::size_t) override { return open(SortedJson::object()); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(SortedJson::array()); }
  bool end_array() override { return close(); }
  bool key(std::string& key) override {
    if (dropped_depth_ > 0) return true;
    drop_next_ = !keep_(open_.size(), key);
    key_ = std::move(key);
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& error) override {
    if (const auto* known = dynamic_cast<const SortedJson::parse_error*>(&error)) throw *known;
    throw error;
  }

 private:
  bool add(SortedJson value) {
    if (dropped_depth_ == 0 && !drop_next_) place(std::move(value));
    drop_next_ = false;
    return true;
  }
  bool open(SortedJson empty) {
    if (dropped_depth_ > 0 || drop_next_) {
      ++dropped_depth_;
      drop_next_ = false;
    } else {
      open_.push_back(&place(std::move(empty)));
    }
    return true;
  }
  bool close() {
    if (dropped_depth_ > 0) {
      --dropped_depth_;
    } else {
      open_.pop_back();
    }
    return true;
  }
  // Objects and arrays that are open do not move: only the innermost grows.
  SortedJson& place(SortedJson value) {
    if (open_.empty()) return root_ = std::move(value);
    SortedJson& parent = *open_.back();
    if (parent.is_object()) return parent[key_] = std::move(value);
    parent.push_back(std::move(value));
    return parent.back();
  }

  const std::function<bool(std::size_t, std::string_view)>& keep_;
  SortedJson root_;
  std::vector<SortedJson*> open_;
  std::string key_;
  bool drop_next_ = false;
  std::size_t dropped_depth_ = 0;  // objects and arrays open within what is not kept
};

}  // namespace

SortedJson parse_json_outline(const std::string& text, const std::function<bool(std::size_t, std::string_view)>& keep) {
  OutlineBuilder builder(keep);
  SortedJson::sax_parse(text, &builder);
  return builder.take();
}

}  // namespace stimgen
