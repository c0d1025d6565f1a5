// A scanner of YAML that is good enough to look at.
#include "report/highlight.hpp"

#include <cctype>

#include "base/markup.hpp"

namespace stimgen {

namespace {

bool is_break(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == ',' || c == '{' || c == '}' || c == '[' || c == ']';
}

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::string run() {
    while (at_ < text_.size()) step();
    return std::move(html_);
  }

 private:
  void step() {
    const char c = text_[at_];
    const bool after_space = at_ == 0 || is_break(text_[at_ - 1]);
    if (c == '#' && after_space) return put("c", text_.find('\n', at_));
    if ((c == '"' || c == '\'') && after_space) return quoted(c);
    if (c == '$' && text_.substr(at_, 2) == "${") {
      const std::size_t end = text_.find('}', at_);
      return put("v", end == std::string_view::npos ? end : end + 1);
    }
    if ((c == '&' || c == '*') && after_space) return put("a", word_end());
    if (is_break(c) || c == ':' || c == '-') {
      html_ += escape_markup_lines(text_.substr(at_, 1));
      ++at_;
      return;
    }
    word();
  }

  void quoted(char quote) {
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != quote && text_[end] != '\n')
      end += quote == '"' && text_[end] == '\\' ? 2 : 1;
    end = std::min(end + 1, text_.size());
    put(is_key(end) ? "k" : "s", end);
  }

  void word() {
    const std::size_t end = word_end();
    const char first = text_[at_];
    const bool number =
        std::isdigit(static_cast<unsigned char>(first)) != 0 || ((first == '.' || first == '+') && end > at_ + 1);
    if (is_key(end)) return put("k", end);
    put(number ? "n" : "", end);
  }

  // A plain word goes on to the next space, bracket or comma, or a colon that ends a key.
  std::size_t word_end() const {
    std::size_t end = at_ + 1;
    while (end < text_.size() && !is_break(text_[end]) && text_.substr(end, 2) != "${") {
      if (text_[end] == ':' && (end + 1 >= text_.size() || is_break(text_[end + 1]))) break;
      ++end;
    }
    return end;
  }

  bool is_key(std::size_t end) const {
    return end < text_.size() && text_[end] == ':' && (end + 1 >= text_.size() || is_break(text_[end + 1]));
  }

  void put(std::string_view kind, std::size_t end) {
    const std::string shown = escape_markup_lines(text_.substr(at_, end == std::string_view::npos ? end : end - at_));
    if (kind.empty()) {
      html_ += shown;
    } else {
      html_.append("<span class=\"y").append(kind).append("\">").append(shown).append("</span>");
    }
    at_ = end == std::string_view::npos ? text_.size() : end;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string html_;
};

}  // namespace

std::string highlight_yaml(std::string_view text) {
  std::string lines;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text.substr(at, 2) != "\r\n") lines += text[at];
  }
  return Scanner(lines).run();
}

}  // namespace stimgen
