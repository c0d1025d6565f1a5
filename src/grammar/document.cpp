// YAML bytes to the located tree: the only file that knows yaml-cpp.
//
// yaml-cpp 0.7 takes duplicate keys, counts columns in bytes, gives a null the place of what follows, does not merge
// `<<` and takes a quote that is never closed. So only its events are used, and the tree, its places and its bounds
// are made here.
#include "grammar/document.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <sstream>
#include <stdexcept>
#include <unordered_map>

#include <fmt/format.h>

#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include "base/places.hpp"
#include "grammar/decimal.hpp"
#include "stimgen/grammar.hpp"

namespace stimgen {

namespace {

constexpr std::string_view kNoBreakSpace = "\u00a0";

constexpr std::size_t kLargestFile = std::size_t{64} << 20;
constexpr std::size_t kDeepest = 64;
constexpr std::size_t kMostNodes = 1'000'000;

// Ends the parsing; the reason is in the diagnostics.
struct Stopped {};

class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(Places& places, std::size_t first_byte, Diagnostics& diagnostics)
      : places_(places), first_byte_(first_byte), diagnostics_(diagnostics) {}

  Value take_root() { return std::move(root_); }
  std::size_t documents() const { return documents_; }
  // Errors that were reported after which the tree is what was meant.
  std::size_t mended() const { return mended_; }
  // The innermost list or mapping in brackets that is still open, if any.
  std::optional<SourceLoc> open_bracket() const {
    for (auto frame = frames_.rbegin(); frame != frames_.rend(); ++frame) {
      if (frame->flow) return frame->value.loc;
    }
    return std::nullopt;
  }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ == 1) return;
    stop(places_.at(offset(mark), 3), "recipe.two-documents", "a second YAML document starts here, but a recipe is one",
         "put it into a file of its own");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    // Only a written null ("~") has a place of its own; a missing value has that of its key.
    const std::size_t at = skip_properties(offset(mark));
    std::size_t length = 0;
    for (const std::string_view word : {"null", "Null", "NULL", "~"}) {
      if (text().substr(at, word.size()) == word) length = word.size();
    }
    Value value;
    value.loc = length > 0 || frames_.empty() ? places_.at(at, length) : parent_place();
    add_leaf(std::move(value), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const std::size_t at = offset(mark);
    const std::size_t end = std::min(text().find_first_of(" \t\r\n,[]{}", at), text().size());
    const SourceLoc loc = places_.at(at, end - at);
    const auto found = anchored_.find(anchor);
    if (found == anchored_.end()) {
      stop(loc, "recipe.alias-cycle",
           fmt::format("'{}' stands inside the value that it repeats", printable(text().substr(at, end - at), 60)));
    }
    if (expects_key()) stop(loc, "recipe.bad-key", "an alias cannot be a key");
    count_nodes(found->second.nodes, loc);
    if (frames_.size() + found->second.height > kDeepest) stop_too_deep(loc);
    Value value = found->second.value;
    relocate(value, loc);
    place(std::move(value), found->second.nodes, found->second.height);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text_value) override {
    const std::size_t at = skip_properties(offset(mark));
    const char first = at < text().size() ? text()[at] : '\0';
    Value value;
    value.kind = Value::Kind::scalar;
    value.quoted = first == '"' || first == '\'' || first == '|' || first == '>';
    value.text = text_value;
    value.loc = places_.at(at, scalar_length(at, text_value));
    if (!value.quoted && text_value.find(fmt::format(":{}", kNoBreakSpace)) != std::string::npos) {
      stop(value.loc, "recipe.yaml-syntax", "there is a no-break space (U+00A0) after the ':'", "write a plain space");
    }
    refuse_tag(mark, tag);
    add_leaf(std::move(value), anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override {
    open(Value::Kind::sequence, mark, tag, anchor, style == YAML::EmitterStyle::Flow);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    open(Value::Kind::mapping, mark, tag, anchor, style == YAML::EmitterStyle::Flow);
  }
  void OnMapEnd() override {
    merge_bases(frames_.back());
    close();
  }

 private:
  struct Frame {
    Value value;
    bool flow = false;
    YAML::anchor_t anchor = 0;
    std::size_t nodes = 1;
    std::size_t height = 1;
    // Of a mapping: the key whose value comes next, where each key stands, and what `<<` brings in.
    std::optional<Value> key;
    std::unordered_map<std::string, SourceLoc> keys;
    std::vector<Value> bases;
    std::size_t bases_at = 0;
  };
  struct Anchored {
    Value value;
    std::size_t nodes = 0;
    std::size_t height = 0;
  };

  std::string_view text() const { return places_.text(); }
  // The line end that parse() adds is not part of the text.
  std::size_t offset(const YAML::Mark& mark) const {
    return std::min(first_byte_ + static_cast<std::size_t>(std::max(mark.pos, 0)), text().size());
  }
  bool expects_key() const {
    return !frames_.empty() && frames_.back().value.is_mapping() && !frames_.back().key.has_value();
  }
  SourceLoc parent_place() const {
    const Frame& frame = frames_.back();
    return frame.key ? frame.key->loc : frame.value.loc;
  }

  [[noreturn]] void stop(const SourceLoc& loc, ErrorCode code, std::string message, std::string help = {}) {
    diagnostics_.error(loc, code, std::move(message), std::move(help));
    throw Stopped();
  }
  [[noreturn]] void stop_too_deep(const SourceLoc& loc) {
    stop(loc, "recipe.too-deep", fmt::format("values are nested more than {} deep", kDeepest));
  }
  void count_nodes(std::size_t more, const SourceLoc& loc) {
    nodes_ += more;
    if (nodes_ > kMostNodes) {
      stop(loc, "recipe.too-large",
           fmt::format("the recipe has more than {} values, aliases counted where used", kMostNodes));
    }
  }

  // From the start of a node past its anchor and tag.
  std::size_t skip_properties(std::size_t at) const {
    while (at < text().size() && (text()[at] == '&' || text()[at] == '!')) {
      at = std::min(text().find_first_of(" \t\r\n,[]{}", at), text().size());
      at = std::min(text().find_first_not_of(" \t\r\n", at), text().size());
    }
    return at;
  }

  void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?") return;
    const std::size_t end = skip_properties(offset(mark));
    const std::size_t at = text().substr(0, end).find('!', offset(mark));
    if (at == std::string_view::npos) return;  // yaml-cpp's own mark of a quoted scalar
    const std::size_t length = std::min(text().find_first_of(" \t\r\n", at), end) - at;
    diagnostics_.error(
        places_.at(at, length), "recipe.tag",
        fmt::format("the YAML tag '{}' means nothing in a recipe", printable(text().substr(at, length), 60)),
        "remove it; a value in quotes is text");
  }

  // Bytes of the scalar that starts at `at`, quotes included; stops at a quote that is never closed.
  std::size_t scalar_length(std::size_t at, const std::string& value) {
    if (at >= text().size()) return 0;
    const char quote = text()[at];
    if (quote == '|' || quote == '>') return 1;
    if (quote != '"' && quote != '\'') {
      if (text().substr(at, value.size()) == value) return value.size();
      const std::size_t end = std::min(text().find_first_of("\r\n", at), text().size());
      return end - at;
    }
    for (std::size_t i = at + 1; i < text().size(); ++i) {
      if (quote == '"' && text()[i] == '\\') {
        ++i;
      } else if (text()[i] == quote && quote == '\'' && i + 1 < text().size() && text()[i + 1] == quote) {
        ++i;
      } else if (text()[i] == quote) {
        return i + 1 - at;
      }
    }
    stop(places_.at(at), "recipe.yaml-syntax", "the quote that opens here is never closed");
  }

  // Whether the bracket at `at` has its counterpart, as far as counting brackets outside of quotes tells.
  bool is_closed(std::size_t at) const {
    std::size_t depth = 0;
    char quote = '\0';
    for (; at < text().size(); ++at) {
      const char c = text()[at];
      if (quote != '\0') {
        if (c == quote) quote = '\0';
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (c == '[' || c == '{') {
        ++depth;
      } else if ((c == ']' || c == '}') && --depth == 0) {
        return true;
      }
    }
    return false;
  }

  void open(Value::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, bool flow) {
    const std::size_t at = skip_properties(offset(mark));
    // What has no bracket is best shown by its key.
    const bool has_key = !frames_.empty() && frames_.back().key.has_value();
    const SourceLoc loc = !flow && has_key ? frames_.back().key->loc : places_.at(at);
    refuse_tag(mark, tag);
    // yaml-cpp takes a bracket that is never closed for a key.
    if (expects_key() && flow && !is_closed(at)) {
      stop(places_.at(at), "recipe.yaml-syntax", "the bracket that opens here is never closed");
    }
    if (expects_key()) stop(places_.at(at), "recipe.bad-key", "a key is a text, not a list or a mapping");
    if (frames_.size() == kDeepest) stop_too_deep(loc);
    count_nodes(1, loc);
    Frame frame;
    frame.value.kind = kind;
    frame.value.loc = loc;
    frame.flow = flow;
    frame.anchor = anchor;
    frames_.push_back(std::move(frame));
  }

  void close() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    if (frame.anchor != 0) keep(frame.anchor, frame.value, frame.nodes, frame.height);
    place(std::move(frame.value), frame.nodes, frame.height);
  }

  void add_leaf(Value value, YAML::anchor_t anchor) {
    count_nodes(1, value.loc);
    if (anchor != 0) keep(anchor, value, 1, 1);
    place(std::move(value), 1, 1);
  }

  void keep(YAML::anchor_t anchor, const Value& value, std::size_t nodes, std::size_t height) {
    count_nodes(nodes, value.loc);  // a copy takes memory, too
    anchored_[anchor] = {value, nodes, height};
  }

  // Gives a finished value to the list or mapping it belongs to.
  void place(Value value, std::size_t nodes, std::size_t height) {
    if (frames_.empty()) {
      root_ = std::move(value);
      return;
    }
    Frame& frame = frames_.back();
    frame.nodes += nodes;
    frame.height = std::max(frame.height, height + 1);
    if (frame.value.is_sequence()) {
      frame.value.items.push_back(std::move(value));
    } else if (!frame.key) {
      if (!value.is_scalar()) stop(value.loc, "recipe.bad-key", "a key is missing before the ':'");
      frame.key = std::move(value);
    } else {
      place_member(frame, std::move(value));
    }
  }

  void place_member(Frame& frame, Value value) {
    const Value key = std::move(*frame.key);
    frame.key.reset();
    if (mend_decimal_comma(frame, key, value)) return;
    const auto [first, is_new] = frame.keys.try_emplace(key.text, key.loc);
    if (!is_new) {
      diagnostics_
          .error(key.loc, "recipe.duplicate-key",
                 fmt::format("the key '{}' stands here twice", printable(key.text, 60)), "remove or rename one of them")
          .notes.push_back({first->second, "the first is here"});
      return;
    }
    if (key.text != "<<" || key.quoted) {
      frame.value.members.push_back({key.text, key.loc, std::move(value)});
      return;
    }
    frame.bases_at = frame.value.members.size();
    const auto take = [&](Value base) {
      if (base.is_mapping()) {
        frame.bases.push_back(std::move(base));
        return;
      }
      diagnostics_.error(base.loc, "recipe.bad-merge", fmt::format("'<<' merges mappings, not {}", describe(base)),
                         "write <<: *name, where &name marks a mapping");
    };
    if (value.is_sequence()) {
      for (Value& item : value.items) take(std::move(item));
    } else {
      take(std::move(value));
    }
  }

  // {mean: 2, stdev: 1,5 Hz}: after its comma the number goes on as a key without a value. It is reported and read as
  // it was meant, so that all else that is wrong is found, too. True if it was so.
  bool mend_decimal_comma(Frame& frame, const Value& key, const Value& value) {
    if (!frame.flow || !value.is_null() || key.text.empty() || !is_digit(key.text.front())) return false;
    if (frame.value.members.empty()) return false;
    Value& before = frame.value.members.back().value;
    if (!before.is_scalar() || before.quoted || before.text.empty() ||
        !std::all_of(before.text.begin() + (before.text.front() == '-' ? 1 : 0), before.text.end(), is_digit)) {
      return false;
    }
    SourceLoc loc = before.loc;
    if (loc.line == key.loc.line) loc.length = key.loc.column + key.loc.length - loc.column;
    diagnostics_.error(loc, "recipe.bad-number", "inside { } a comma parts entries, it is no decimal point",
                       fmt::format("write {}.{}", printable(before.text, 60), printable(key.text, 60)));
    ++mended_;
    before.text += "." + key.text;
    return true;
  }

  // The keys of the bases come where `<<` stands; own keys win, then those of earlier bases.
  static void merge_bases(Frame& frame) {
    std::vector<Value::Member> merged;
    for (Value& base : frame.bases) {
      for (Value::Member& member : base.members) {
        if (!frame.keys.try_emplace(member.key, member.key_loc).second) continue;
        merged.push_back(std::move(member));
      }
    }
    std::vector<Value::Member>& members = frame.value.members;
    members.insert(members.begin() + static_cast<std::ptrdiff_t>(frame.bases_at),
                   std::make_move_iterator(merged.begin()), std::make_move_iterator(merged.end()));
  }

  Places& places_;
  std::size_t first_byte_;
  Diagnostics& diagnostics_;
  std::vector<Frame> frames_;
  std::map<YAML::anchor_t, Anchored> anchored_;
  Value root_;
  std::size_t nodes_ = 0;
  std::size_t documents_ = 0;
  std::size_t mended_ = 0;
};

// A line without the blanks around it and the comment behind it, and by how many blanks it is indented.
struct LineText {
  std::size_t start = 0;  // of what it says
  std::size_t indent = 0;
  std::string_view says;
};

LineText line_text(std::string_view text, std::size_t line_start) {
  std::string_view line = text.substr(line_start);
  line = line.substr(0, line.find_first_of("\r\n"));
  line = line.substr(0, line.find(" #"));
  const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
  line.remove_prefix(indent);
  line = line.substr(0, line.find_last_not_of(' ') + 1);
  if (line.starts_with('#')) line = {};
  return {line_start + indent, indent, line};
}

// False if the line may have a key.
bool report_no_key(const LineText& line, Places& places, Diagnostics& diagnostics) {
  if (line.says.empty() || line.says.find(':') != std::string_view::npos ||
      line.says.find_first_of("-[{]}\"'|>&*") == 0) {
    return false;
  }
  const SourceLoc loc = places.at(line.start, line.says.size());
  for (const std::string_view mark : {"<<<<<<<", "|||||||", "=======", ">>>>>>>"}) {
    if (line.indent == 0 && line.says.starts_with(mark)) {
      diagnostics.error(loc, "recipe.yaml-syntax", "a merge left its conflict marks here",
                        "keep the lines of one side, and remove the marks");
      return true;
    }
  }
  const std::size_t blank = line.says.find(' ');
  std::string help;
  if (blank != std::string_view::npos) {
    help = fmt::format("write {}: {}", printable(line.says.substr(0, blank), 60),
                       printable(line.says.substr(line.says.find_first_not_of(' ', blank)), 60));
  }
  diagnostics.error(loc, "recipe.yaml-syntax", fmt::format("line {} has no ': ' after its key", loc.line), help);
  return true;
}

// A ':' that YAML does not take is mostly right, and the line before it, which runs on, is wrong. False if neither that
// nor the indentation of its own line shows why.
bool report_line_before(std::size_t at, Places& places, Diagnostics& diagnostics) {
  const std::string_view text = places.text();
  const LineText own = line_text(text, places.line_start(at));
  if (at >= own.start && text.substr(own.start, at - own.start).find(": ") != std::string_view::npos) return false;
  LineText before;
  for (std::size_t start = places.line_start(at); start > 0 && before.says.empty();) {
    start = places.line_start(start - 1);
    before = line_text(text, start);
  }
  if (before.says.empty() || before.says.find_first_of("-[{\"'|>&*") == 0) return false;
  const SourceLoc loc = places.at(before.start, before.says.size());
  const std::size_t colon = before.says.find(':');
  if (colon == std::string_view::npos) return report_no_key(before, places, diagnostics);
  if (before.says.substr(colon + 1).starts_with(kNoBreakSpace)) {
    diagnostics.error(loc, "recipe.yaml-syntax",
                      fmt::format("line {} has a no-break space (U+00A0) after its ':'", loc.line),
                      "write a plain space");
    return true;
  }
  if (colon + 1 < before.says.size() && before.says[colon + 1] != ' ') {
    diagnostics.error(loc, "recipe.yaml-syntax", fmt::format("line {} has no space after its ':'", loc.line),
                      fmt::format("write {}: {}", printable(before.says.substr(0, colon), 60),
                                  printable(before.says.substr(colon + 1), 60)));
    return true;
  }
  if (own.indent <= before.indent) return false;
  diagnostics.error(places.at(own.start, at - own.start), "recipe.yaml-syntax",
                    fmt::format("this key is indented by {}, the key before it by {} and has a value already",
                                own.indent, before.indent),
                    fmt::format("indent both by {}", before.indent));
  return true;
}

// Says in a user's words what yaml-cpp did not understand.
void report_syntax(const YAML::ParserException& error, std::size_t first_byte, const TreeBuilder& builder,
                   Places& places, Diagnostics& diagnostics) {
  const std::string_view text = places.text();
  const std::size_t at = std::min(first_byte + static_cast<std::size_t>(std::max(error.mark.pos, 0)), text.size());
  const std::string_view line = text.substr(places.line_start(at));
  const std::string_view indent = line.substr(0, line.find_first_not_of(" \t"));
  const std::string_view said = error.msg;
  const auto says = [&](std::string_view part) { return said.find(part) != std::string_view::npos; };
  const auto report = [&](const SourceLoc& loc, std::string message, std::string help) {
    diagnostics.error(loc, "recipe.yaml-syntax", std::move(message), std::move(help));
  };

  if (indent.find('\t') != std::string_view::npos || says("tab")) {
    const std::size_t tab = std::min(text.find('\t', places.line_start(at)), text.size());
    return report(places.at(tab), "a tab indents this line", "indent with spaces");
  }
  const std::string_view before = text.substr(0, at);
  const std::size_t dollar = before.empty() ? before.npos : before.find_last_not_of(' ');
  const bool variable = dollar != before.npos && before[dollar] == '$' && at < text.size() && text[at] == '{';
  if (variable) {
    const std::size_t end = std::min(text.find('}', at), text.size() - 1);
    const std::string_view name = text.substr(dollar, end + 1 - dollar);
    return report(places.at(dollar, name.size()), "inside { } or [ ] a variable needs quotes",
                  fmt::format("write \"{}\"", printable(name, 60)));
  }
  if (says("flow not found")) {
    const SourceLoc loc = builder.open_bracket().value_or(places.at(at));
    const int line_number = places.at(at).line;
    return report(loc,
                  line_number > loc.line + 1 || at < text.size()
                      ? fmt::format("the bracket that opens here is not closed before line {}", line_number)
                      : std::string("the bracket that opens here is never closed"),
                  "close it, or put a comma between its values");
  }
  if (says("illegal map value") || says("illegal map key")) {
    if (report_line_before(at, places, diagnostics)) return;
    return report(places.at(at), "a ':' makes no sense here",
                  "text that contains ': ' needs quotes; keys of one mapping stand in one column");
  }
  if (says("unknown token") && at < text.size()) {
    return report(places.at(at), fmt::format("a value cannot start with '{}'", printable(text.substr(at, 1))),
                  "put the value in quotes");
  }
  if (says("anchor")) {
    const std::size_t end = std::min(text.find_first_of(" \t\r\n,[]{}", at), text.size());
    return report(places.at(at, end - at),
                  fmt::format("nothing is marked with '&{}' before this",
                              printable(text.substr(at, end - at).substr(at < end && text[at] == '*' ? 1 : 0), 60)),
                  {});
  }
  if (says("end of map not found") || says("end of sequence not found")) {
    if (report_no_key(line_text(text, places.line_start(at)), places, diagnostics)) return;
    return report(places.at(at), "this line does not fit what stands before it",
                  "keys of one mapping stand in one column, and so do the '-' of one list");
  }
  report(places.at(at), fmt::format("this is not valid YAML ({})", said), {});
}

// nullopt after an error; a null value if there is no document.
std::optional<Value> parse(const std::shared_ptr<const SourceFile>& file, std::size_t first_byte,
                           std::size_t* documents, Diagnostics& diagnostics) {
  const std::size_t errors_before = diagnostics.error_count();
  if (file->text.size() > kLargestFile) {
    diagnostics.error({file, 1, 1, 1}, "recipe.too-large",
                      fmt::format("the file is larger than {} MiB", kLargestFile >> 20));
    return std::nullopt;
  }
  if (!check_encoding(file, diagnostics)) return std::nullopt;
  Places places(file);
  TreeBuilder builder(places, first_byte, diagnostics);
  // With a line end after them, yaml-cpp hands over even unclosed quotes, and their place is known.
  std::istringstream stream(file->text.substr(first_byte) + "\n");
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Stopped&) {
    return std::nullopt;
  } catch (const YAML::DeepRecursion& error) {
    diagnostics.error(places.at(first_byte + static_cast<std::size_t>(std::max(error.mark.pos, 0))), "recipe.too-deep",
                      fmt::format("values are nested more than {} deep", kDeepest));
    return std::nullopt;
  } catch (const YAML::ParserException& error) {
    report_syntax(error, first_byte, builder, places, diagnostics);
    return std::nullopt;
  }
  *documents = builder.documents();
  if (diagnostics.error_count() != errors_before + builder.mended()) return std::nullopt;
  return builder.take_root();
}

}  // namespace

Value parse_document(std::shared_ptr<const SourceFile> file, Diagnostics& diagnostics) {
  std::size_t documents = 0;
  std::optional<Value> root = parse(file, 0, &documents, diagnostics);
  if (!root) return {};
  if (root->is_mapping()) return *std::move(root);
  if (root->is_null()) {
    diagnostics.error({file, 1, 1, 1}, "recipe.empty", "the recipe is empty", "stimgen init writes one to start from");
    return {};
  }
  const std::size_t colon = root->is_scalar() ? root->text.find(':') : std::string::npos;
  diagnostics.error(root->loc, "recipe.wrong-type",
                    fmt::format("a recipe is a mapping of keys, such as 'seeds: 7', not {}", describe(*root)),
                    colon == std::string::npos ? std::string() : "put a space after the ':'");
  return {};
}

std::optional<Value> parse_value(const std::shared_ptr<const SourceFile>& file, std::size_t offset,
                                 Diagnostics& diagnostics) {
  std::size_t documents = 0;
  return parse(file, offset, &documents, diagnostics);
}

Value parse_fallback(std::string_view text, const SourceLoc& loc) {
  // There are some dozens of them, and thousands of tasks ask for the same ones.
  static std::mutex mutex;
  static std::map<std::string, Value, std::less<>> known;
  const std::lock_guard lock(mutex);
  auto found = known.find(text);
  if (found == known.end()) {
    Diagnostics diagnostics;
    auto file = std::make_shared<SourceFile>();
    file->text = text;
    std::optional<Value> value = parse_value(file, 0, diagnostics);
    if (!value) throw std::logic_error(fmt::format("the fallback '{}' is not YAML", text));
    found = known.emplace(text, *std::move(value)).first;
  }
  Value value = found->second;
  relocate(value, loc);
  return value;
}

}  // namespace stimgen
