// JSON text → located tree: the parser says what comes next, a cursor over the same text says where.
#include "network/json_document.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace stimgen {
namespace {

constexpr std::size_t kMaxDepth = 64;

// Walks over the text and knows line and column. Positions only ever go forward, so a file of one line is cheap too.
class Cursor {
 public:
  explicit Cursor(std::shared_ptr<const SourceFile> file) : file_(std::move(file)), text_(file_->text) {
    if (text_.starts_with("\xEF\xBB\xBF")) offset_ = 3;
  }

  // The place of the next token; moves behind it. A token is a string, a bracket, or a number or word.
  SourceLoc next_token() {
    while (offset_ < text_.size() && std::string_view(" \t\r\n,:").find(text_[offset_]) != std::string_view::npos)
      step();
    SourceLoc loc{file_, line_, column_, 1};
    token_start_ = offset_;
    if (offset_ == text_.size()) return loc;
    const char first = text_[offset_];
    step();
    if (first == '"') {
      while (offset_ < text_.size() && text_[offset_] != '"') {
        if (text_[offset_] == '\\') step();
        step();
      }
      step();
    } else if (std::string_view("{}[]").find(first) == std::string_view::npos) {
      while (offset_ < text_.size() &&
             std::string_view(" \t\r\n,:{}[]\"").find(text_[offset_]) == std::string_view::npos) {
        step();
      }
    }
    loc.length = std::max(1, column_ - loc.column);
    return loc;
  }

  std::string_view token() const { return text_.substr(token_start_, offset_ - token_start_); }

  // Moves to a byte offset behind the current one.
  SourceLoc at(std::size_t offset) {
    while (offset_ < offset && offset_ < text_.size()) step();
    return {file_, line_, column_, 1};
  }
  char here() const { return offset_ < text_.size() ? text_[offset_] : '\0'; }

 private:
  void step() {
    if (offset_ >= text_.size()) return;
    const auto byte = static_cast<unsigned char>(text_[offset_++]);
    if (byte == '\n') {
      ++line_;
      column_ = 1;
    } else if (offset_ >= text_.size() || (static_cast<unsigned char>(text_[offset_]) & 0xC0U) != 0x80U) {
      ++column_;  // the last byte of a character
    }
  }

  std::shared_ptr<const SourceFile> file_;
  std::string_view text_;
  std::size_t offset_ = 0;
  std::size_t token_start_ = 0;
  int line_ = 1;
  int column_ = 1;
};

class TreeBuilder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  TreeBuilder(std::shared_ptr<const SourceFile> file, Diagnostics& diagnostics)
      : file_(file), cursor_(std::move(file)), diagnostics_(diagnostics) {}

  Value take() { return std::move(root_); }

  bool null() override {
    Value value;
    value.loc = cursor_.next_token();
    return add(std::move(value));
  }
  bool boolean(bool) override { return plain(); }
  bool number_integer(number_integer_t) override { return plain(); }
  bool number_unsigned(number_unsigned_t) override { return plain(); }
  bool number_float(number_float_t, const string_t&) override { return plain(); }
  bool binary(binary_t&) override { return false; }
  bool string(string_t& text) override {
    Value value;
    value.kind = Value::Kind::scalar;
    value.quoted = true;
    value.loc = cursor_.next_token();
    value.text = std::move(text);
    return add(std::move(value));
  }
  bool start_object(std::size_t) override { return open(Value::Kind::mapping); }
  bool start_array(std::size_t) override { return open(Value::Kind::sequence); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& text) override {
    Value::Member member;
    member.key = std::move(text);
    member.key_loc = cursor_.next_token();
    if (const auto* first = open_.back().find_member(member.key)) {
      diagnostics_
          .error(member.key_loc, "network.duplicate-key",
                 fmt::format("key '{}' stands here twice", printable(member.key)), "remove one of them")
          .notes.push_back({first->key_loc, "first here"});
    }
    open_.back().members.push_back(std::move(member));
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception& problem) override {
    const SourceLoc loc = Cursor(file_).at(position == 0 ? 0 : position - 1);
    std::string text = problem.what();
    if (const auto head = text.find(": "); text.starts_with("[json") && head != std::string::npos)
      text.erase(0, head + 2);
    text = text.substr(0, text.find("; last read"));
    Cursor probe(file_);
    probe.at(position == 0 ? 0 : position - 1);
    diagnostics_.error(loc, "network.bad-json", "not valid JSON: " + printable(text),
                       probe.here() == '/' || probe.here() == '#' ? "JSON has no comments: remove it" : "");
    return false;
  }

 private:
  bool plain() {
    Value value;
    value.kind = Value::Kind::scalar;
    value.loc = cursor_.next_token();
    value.text = std::string(cursor_.token());
    return add(std::move(value));
  }
  bool open(Value::Kind kind) {
    Value value;
    value.kind = kind;
    value.loc = cursor_.next_token();
    if (open_.size() == kMaxDepth) {
      diagnostics_.error(value.loc, "network.bad-json", fmt::format("nested more than {} levels deep", kMaxDepth));
      return false;
    }
    open_.push_back(std::move(value));
    return true;
  }
  bool close() {
    cursor_.next_token();
    Value value = std::move(open_.back());
    open_.pop_back();
    return add(std::move(value));
  }
  bool add(Value value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (open_.back().is_mapping()) {
      open_.back().members.back().value = std::move(value);
    } else {
      open_.back().items.push_back(std::move(value));
    }
    return true;
  }

  std::shared_ptr<const SourceFile> file_;
  Cursor cursor_;
  Diagnostics& diagnostics_;
  std::vector<Value> open_;  // the containers around the place reached
  Value root_;
};

}  // namespace

Value parse_json(std::shared_ptr<const SourceFile> file, Diagnostics& diagnostics) {
  const auto errors_before = diagnostics.error_count();
  const std::string& text = file->text;
  TreeBuilder builder(file, diagnostics);
  nlohmann::json::sax_parse(text, &builder);
  if (diagnostics.error_count() != errors_before) return {};
  return builder.take();
}

}  // namespace stimgen
