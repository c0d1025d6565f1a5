// Events of the parser, put together again; the iterator that it reads from tells where it is.
#include "audit/located_json.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace stimgen {
namespace {

// Reads a text and leaves word of how far.
class TellingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  TellingIterator(const char* at, const char** reached) : at_(at), reached_(reached) {}
  reference operator*() const { return *at_; }
  TellingIterator& operator++() {
    *reached_ = ++at_;
    return *this;
  }
  TellingIterator operator++(int) {
    TellingIterator before = *this;
    ++*this;
    return before;
  }
  bool operator==(const TellingIterator& other) const { return at_ == other.at_; }
  bool operator!=(const TellingIterator& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  const char** reached_;
};

// Follows objects and keys through a text.
class Walker : public SortedJson::json_sax_t {
 public:
  explicit Walker(const std::string& text) : text_(text), reached_(text.data()) {}

  void walk() {
    const char* const begin = text_.data();
    SortedJson::sax_parse(TellingIterator(begin, &reached_), TellingIterator(begin + text_.size(), &reached_), this);
  }
  bool parse_error(std::size_t byte, const std::string&, const nlohmann::detail::exception&) override {
    throw JsonProblem{byte == 0 ? 0 : byte - 1, {}};
  }

 protected:
  // Where the key begins that was just read.
  std::size_t key_offset() const {
    std::size_t at = static_cast<std::size_t>(reached_ - text_.data()) - 1;  // the quote behind it
    do {
      --at;
    } while (text_[at] != '"' || text_[at - 1] == '\\');
    return at;
  }

 private:
  const std::string& text_;
  const char* reached_;
};

class Builder final : public Walker {
 public:
  Builder(const std::string& text, const KeepMember& keep) : Walker(text), keep_(keep) {}

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
    drop_next_ = keep_ && !keep_(open_.size(), key);
    // What is dropped leaves its key, so that it is seen to come twice.
    if (!open_.back()->emplace(key, nullptr).second) throw JsonProblem{key_offset(), key};
    key_ = std::move(key);
    return true;
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

  const KeepMember& keep_;
  SortedJson root_;
  std::vector<SortedJson*> open_;
  std::string key_;
  bool drop_next_ = false;
  std::size_t dropped_depth_ = 0;  // objects and arrays open within what is not kept
};

class Finder final : public Walker {
 public:
  Finder(const std::string& text, const std::vector<std::string>& keys) : Walker(text), keys_(keys) {}

  std::size_t found() const { return found_; }

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(std::int64_t) override { return true; }
  bool number_unsigned(std::uint64_t) override { return true; }
  bool number_float(double, const std::string&) override { return true; }
  bool string(std::string&) override { return true; }
  bool binary(SortedJson::binary_t&) override { return true; }
  bool start_object(std::size_t) override { return ++depth_ > 0; }
  bool start_array(std::size_t) override { return ++depth_ > 0; }
  bool end_object() override { return end(); }
  bool end_array() override { return end(); }
  bool key(std::string& key) override {
    if (depth_ == matched_ + 1 && matched_ < keys_.size() && key == keys_[matched_]) {
      found_ = key_offset();
      ++matched_;
    }
    return matched_ < keys_.size();
  }

 private:
  bool end() {
    // Behind the value of the last key that was found there can be no more of them.
    return --depth_ > matched_ || matched_ == 0;
  }

  const std::vector<std::string>& keys_;
  std::size_t found_ = 0, matched_ = 0, depth_ = 0;
};

}  // namespace

SortedJson parse_located_json(const std::string& text, const KeepMember& keep) {
  Builder builder(text, keep);
  builder.walk();
  return builder.take();
}

std::size_t find_in_json(const std::string& text, const std::vector<std::string>& keys) {
  Finder finder(text, keys);
  finder.walk();
  return finder.found();
}

LineAndColumn line_and_column(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const auto start = before.rfind('\n');
  return {1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')),
          offset - (start == before.npos ? 0 : start + 1) + 1};
}

}  // namespace stimgen
