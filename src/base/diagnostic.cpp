// Collecting problems, and showing them with the source line and a caret.
#include "stimgen/diagnostic.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/utf8.hpp"
#include "base/warnings_text.hpp"

namespace stimgen {

namespace {

constexpr std::size_t kWidth = 100;  // columns of source that are shown
constexpr std::size_t kTabWidth = 4;
constexpr std::size_t kMessageLimit = 2000;
constexpr int kGutter = 5;
constexpr std::size_t kMostNotes = 3;  // of one cause in several places
constexpr std::size_t kMostAlike = 5;  // of one message at several places

struct Paint {
  bool colour;
  std::string operator()(const char* code, std::string_view text) const {
    return colour ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
  }
};
constexpr const char* kBold = "1";
constexpr const char* kRed = "1;31";
constexpr const char* kMagenta = "1;35";
constexpr const char* kCyan = "1;36";
constexpr const char* kDim = "2";

// Where the lines of the files start; filled once a file, so that a thousand problems do not scan it a thousand times.
class Lines {
 public:
  std::string_view line(const SourceFile& file, int number) {
    const auto [entry, is_new] = starts_.try_emplace(&file);
    std::vector<std::size_t>& starts = entry->second;
    if (is_new) {
      starts.push_back(0);
      for (std::size_t at = 0; (at = file.text.find('\n', at)) != std::string::npos;) starts.push_back(++at);
    }
    if (number < 1 || static_cast<std::size_t>(number) > starts.size()) return {};
    std::string_view rest = std::string_view(file.text).substr(starts[static_cast<std::size_t>(number) - 1]);
    rest = rest.substr(0, rest.find('\n'));
    if (!rest.empty() && rest.back() == '\r') rest.remove_suffix(1);
    return rest;
  }

 private:
  std::map<const SourceFile*, std::vector<std::size_t>> starts_;
};

struct Excerpt {
  std::string text;       // safe to print, tabs expanded, cut to kWidth around the place
  std::size_t caret = 0;  // columns before the caret
  std::size_t length = 1;
};

Excerpt make_excerpt(std::string_view line, int column, int length) {
  // One element for each character: what is printed, and how many columns that takes.
  std::vector<std::string> cells;
  std::vector<std::size_t> widths;
  std::size_t width = 0;
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t bytes = std::max<std::size_t>(1, utf8_at(line, at).bytes);
    const std::string_view character = line.substr(at, bytes);
    std::string cell = character == "\t" ? std::string(kTabWidth - width % kTabWidth, ' ') : printable(character);
    widths.push_back(utf8_count(cell));
    width += widths.back();
    cells.push_back(std::move(cell));
    at += bytes;
  }
  const std::size_t from = std::min(static_cast<std::size_t>(std::max(column, 1)) - 1, cells.size());
  const std::size_t to = std::min(from + static_cast<std::size_t>(std::max(length, 1)), cells.size());

  // The window [first, last) of characters that is shown: all, or about kWidth columns with the place inside.
  std::size_t first = 0;
  std::size_t last = cells.size();
  if (width > kWidth) {
    first = from;
    last = from;
    std::size_t used = 0;
    const auto grow_right = [&](std::size_t limit) {
      while (last < cells.size() && used + widths[last] <= limit) used += widths[last++];
    };
    const auto grow_left = [&](std::size_t limit) {
      while (first > 0 && used + widths[first - 1] <= limit) used += widths[--first];
    };
    grow_right(kWidth / 2);
    grow_left(kWidth);
    grow_right(kWidth);
  }
  Excerpt excerpt;
  if (first > 0) excerpt.text = "…";
  excerpt.caret = first > 0 ? 1 : 0;
  for (std::size_t i = first; i < last; ++i) {
    excerpt.text += cells[i];
    if (i < from) excerpt.caret += widths[i];
  }
  if (last < cells.size()) excerpt.text += "…";
  excerpt.length = 0;
  for (std::size_t i = from; i < std::min(to, last); ++i) excerpt.length += widths[i];
  excerpt.length = std::max<std::size_t>(1, excerpt.length);
  while (!excerpt.text.empty() && excerpt.text.back() == ' ') excerpt.text.pop_back();
  return excerpt;
}

void render_place(std::string& out, const SourceLoc& loc, const char* caret_colour, const Paint& paint, Lines& lines) {
  if (!loc.file || loc.line < 1) return;
  const Excerpt excerpt = make_excerpt(lines.line(*loc.file, loc.line), loc.column, loc.length);
  out +=
      paint(kDim, fmt::format("{:>{}} |", loc.line, kGutter)) + (excerpt.text.empty() ? "" : " ") + excerpt.text + "\n";
  out += paint(kDim, fmt::format("{:>{}} |", "", kGutter)) + " " + std::string(excerpt.caret, ' ') +
         paint(caret_colour, fmt::format("^{:~>{}}", "", excerpt.length - 1)) + "\n";
}

std::string place_prefix(const SourceLoc& loc) {
  if (!loc.file) return {};
  if (loc.line < 1) return printable(loc.file->path) + ": ";
  return fmt::format("{}:{}:{}: ", printable(loc.file->path), loc.line, loc.column);
}

void render_one(std::string& out, const Diagnostic& diagnostic, const Paint& paint, Lines& lines) {
  const bool is_error = diagnostic.severity == Severity::error;
  const char* colour = is_error ? kRed : kMagenta;
  out += paint(kBold, place_prefix(diagnostic.loc)) + paint(colour, is_error ? "error:" : "warning:") + " " +
         paint(kBold, printable(diagnostic.message, kMessageLimit));
  out += paint(kDim, fmt::format(" [{}]", diagnostic.code)) + "\n";
  render_place(out, diagnostic.loc, colour, paint, lines);
  if (!diagnostic.help.empty()) {
    out += fmt::format("{:>{}} ", "", kGutter) + paint(kCyan, "= help:") + " " +
           printable(diagnostic.help, kMessageLimit) + "\n";
  }
  for (const Note& note : diagnostic.notes) {
    out += paint(kBold, place_prefix(note.loc)) + paint(kCyan, "note:") + " " + printable(note.message, kMessageLimit) +
           "\n";
    render_place(out, note.loc, kCyan, paint, lines);
  }
  if (diagnostic.more > 0) {
    out += fmt::format("{:>{}} {} and {} more\n", "", kGutter, paint(kCyan, "= note:"), diagnostic.more);
  }
}

// What is without a place comes last.
auto place_key(const Diagnostic& diagnostic) {
  const SourceLoc& loc = diagnostic.loc;
  const std::string_view path = loc.file ? std::string_view(loc.file->path) : std::string_view();
  return std::tuple<bool, std::string_view, int, int>(loc.file == nullptr, path, loc.line, loc.column);
}

bool is_about_variable(const Diagnostic& diagnostic) {
  return diagnostic.severity == Severity::error &&
         (diagnostic.code == "recipe.unknown-variable" || diagnostic.code == "recipe.bad-variable" ||
          diagnostic.code == "recipe.variable-cycle");
}

}  // namespace

std::string counted(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

Diagnostic& Diagnostics::error(SourceLoc loc, ErrorCode code, std::string message, std::string help) {
  ++errors_;
  items_.push_back(
      {Severity::error, std::move(loc), std::string(code.text()), std::move(message), std::move(help), {}});
  return items_.back();
}

Diagnostic& Diagnostics::warning(SourceLoc loc, ErrorCode code, std::string message, std::string help) {
  items_.push_back(
      {Severity::warning, std::move(loc), std::string(code.text()), std::move(message), std::move(help), {}});
  return items_.back();
}

bool Diagnostics::error_again(ErrorCode code, const SourceLoc& loc, std::string note) {
  const auto first = std::find_if(items_.begin(), items_.end(), [&](const Diagnostic& item) {
    return item.severity == Severity::error && item.code == code.text();
  });
  if (first == items_.end()) return false;
  ++errors_;
  if (first->notes.size() < kMostNotes) {
    first->notes.push_back({loc, std::move(note)});
  } else {
    ++first->more;
  }
  return true;
}

void Diagnostics::add(const InputError& error, const SourceLoc& loc) {
  for (const Diagnostic& problem : error.diagnostics().items()) {
    items_.push_back(problem);
    if (!problem.loc.file) items_.back().loc = loc;
    if (problem.severity == Severity::error) ++errors_;
  }
}

void Diagnostics::throw_if_errors() const {
  if (has_errors()) throw InputError(*this);
}

std::string render(const Diagnostic& diagnostic, bool colour) {
  std::string out;
  Lines lines;
  render_one(out, diagnostic, {colour}, lines);
  return out;
}

std::string render(const Diagnostics& diagnostics, bool colour) {
  std::vector<const Diagnostic*> order;
  for (const Diagnostic& item : diagnostics.items()) order.push_back(&item);
  std::stable_sort(order.begin(), order.end(),
                   [](const Diagnostic* a, const Diagnostic* b) { return place_key(*a) < place_key(*b); });
  std::string out;
  Lines lines;
  std::size_t errors = 0;
  std::size_t warnings = 0;
  // A default or a variable that is wrong would be said again by every entry that takes it.
  std::set<std::tuple<bool, std::string_view, int, int, std::string_view>> said;
  // Whoever reads a value whose variable is not there finds it wrong as well.
  std::set<std::tuple<bool, std::string_view, int, int>> without_variable;
  for (const Diagnostic* item : order) {
    if (is_about_variable(*item)) without_variable.insert(place_key(*item));
  }
  std::vector<Diagnostic> shown;
  std::map<std::pair<std::string_view, std::string_view>, std::pair<std::size_t, std::size_t>>
      alike;  // count, last shown
  for (const Diagnostic* item : order) {
    if (!is_about_variable(*item) && without_variable.contains(place_key(*item))) continue;
    if (!said.insert(std::tuple_cat(place_key(*item), std::tuple<std::string_view>(item->message))).second) continue;
    ++(item->severity == Severity::error ? errors : warnings);
    auto& [count, last] = alike[{item->message, item->help}];
    if (++count > kMostAlike && item->loc.file) {
      ++shown[last].more;
      continue;
    }
    last = shown.size();
    shown.push_back(*item);
  }
  for (const Diagnostic& item : shown) render_one(out, item, {colour}, lines);
  if (errors != 0) out += counted(errors, "error");
  if (errors != 0 && warnings != 0) out += ", ";
  if (warnings != 0) out += counted(warnings, "warning");
  if (!out.empty()) out += "\n";
  return out;
}

std::string warnings_text(const Diagnostics& diagnostics, bool colour) {
  std::string out;
  Lines lines;
  for (const Diagnostic& item : diagnostics.items()) {
    if (item.severity == Severity::warning) render_one(out, item, {colour}, lines);
  }
  return out;
}

std::string with_code(std::string_view message, ErrorCode code) {
  return fmt::format("{} [{}]", message, code.text());
}

InputError::InputError(Diagnostics diagnostics)
    : std::runtime_error(render(diagnostics)),
      diagnostics_(std::make_shared<const Diagnostics>(std::move(diagnostics))) {}

namespace {

Diagnostics only(ErrorCode code, std::string message, std::string help) {
  Diagnostics diagnostics;
  diagnostics.error({}, code, std::move(message), std::move(help));
  return diagnostics;
}

}  // namespace

InputError::InputError(ErrorCode code, std::string message, std::string help)
    : InputError(only(code, std::move(message), std::move(help))) {}

}  // namespace stimgen
