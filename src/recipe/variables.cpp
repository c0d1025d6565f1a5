// Substituting variables, with bounds: a recipe must not grow without end.
#include "recipe/variables.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include <fmt/format.h>

#include "stimgen/grammar.hpp"

namespace stimgen {

namespace {

constexpr std::size_t kMostValues = 1'000'000;
constexpr std::size_t kLongestText = 65536;
constexpr std::size_t kLongestChain = 64;

class Substitution {
 public:
  Substitution(Value vars, Diagnostics& diagnostics) : vars_(std::move(vars)), diagnostics_(diagnostics) {
    for (const Value::Member& member : vars_.members) {
      names_.push_back(member.key);
      members_.emplace(member.key, &member);
      if (!is_name(member.key)) {
        diagnostics_.error(member.key_loc, "recipe.bad-name",
                           fmt::format("'{}' is not a name", printable(member.key, 60)),
                           "a name starts with a letter or _ and goes on with letters, digits, _ . or -");
      }
    }
  }

  void substitute(Value& value) {
    // What a variable brings in has its own variables put in already.
    if (value.is_scalar()) return substitute_text(value);
    for (Value& item : value.items) substitute(item);
    for (Value::Member& member : value.members) substitute(member.value);
  }

  std::string near_used(const std::string& name) const {
    constexpr std::size_t kMostCompared = 500;  // generated recipes have thousands, all of them unused
    if (vars_.members.size() > kMostCompared) return {};
    std::vector<std::string> used;
    for (const auto& entry : resolved_) used.push_back(entry.first);
    const std::string near = nearest_name(name, used);
    return near.empty() ? std::string() : fmt::format("did you mean '{}'?", near);
  }

  // Afterwards even what nothing uses is checked.
  void finish() {
    std::vector<const Value::Member*> unused;
    for (const Value::Member& member : vars_.members) {
      if (resolved_.find(member.key) == resolved_.end()) unused.push_back(&member);
    }
    for (const Value::Member* member : unused) {
      diagnostics_.warning(member->key_loc, "recipe.unused-variable",
                           fmt::format("nothing uses the variable '{}'", printable(member->key, 60)),
                           near_used(member->key));
      if (resolved_.find(member->key) == resolved_.end()) resolve(member->key, member->value.loc);
    }
  }

 private:
  // The value of a variable with the variables in it put in; nullptr after an error.
  const Value* resolve(const std::string& name, const SourceLoc& use) {
    if (const auto done = resolved_.find(name); done != resolved_.end()) return done->second ? &*done->second : nullptr;
    const auto found = members_.find(name);
    if (found == members_.end()) {
      std::string help = suggest(name, names_);
      if (names_.empty()) help = fmt::format("define it: vars: {{{}: …}}", printable(name, 60));
      diagnostics_.error(use, "recipe.unknown-variable", fmt::format("there is no variable '{}'", printable(name, 60)),
                         help);
      return nullptr;
    }
    if (const auto start = std::find(chain_.begin(), chain_.end(), name); start != chain_.end()) {
      std::string shown;
      for (auto link = start; link != chain_.end(); ++link) shown += printable(*link, 60) + " → ";
      diagnostics_.error(use, "recipe.variable-cycle",
                         fmt::format("the variable '{}' needs itself", printable(name, 60)),
                         shown + printable(name, 60));
      return nullptr;
    }
    if (chain_.size() == kLongestChain) {
      diagnostics_.error(use, "recipe.too-deep",
                         fmt::format("variables use one another more than {} deep", kLongestChain));
      return nullptr;
    }
    chain_.push_back(name);
    const std::size_t errors_before = diagnostics_.error_count();
    Value value = found->second->value;
    substitute(value);
    chain_.pop_back();
    std::optional<Value>& slot = resolved_[name];
    if (diagnostics_.error_count() == errors_before) slot = std::move(value);
    return slot ? &*slot : nullptr;
  }

  void substitute_text(Value& value) {
    const std::string text = value.text;
    if (text.find("${") == std::string::npos) return;
    std::string result;
    bool changed = false;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t dollar = text.find("${", at);
      if (dollar == std::string::npos) {
        result.append(text, at);
        break;
      }
      if (dollar > at && text[dollar - 1] == '$') {
        result.append(text, at, dollar - 1 - at).append("${");
        at = dollar + 2;
        continue;
      }
      result.append(text, at, dollar - at);
      const std::size_t brace = text.find('}', dollar);
      if (brace == std::string::npos) {
        diagnostics_.error(value.loc, "recipe.bad-variable",
                           fmt::format("'{}' has no closing '}}'", printable(text.substr(dollar), 60)),
                           "write ${name}, or $${ for a plain ${");
        return;
      }
      const std::string name = text.substr(dollar + 2, brace - dollar - 2);
      if (!is_name(name)) {
        diagnostics_.error(value.loc, "recipe.bad-variable",
                           fmt::format("'{}' is not the name of a variable", printable(name, 60)),
                           "variables are put in as they are, there are no expressions; write $${ for a plain ${");
        return;
      }
      const Value* variable = resolve(name, value.loc);
      if (variable == nullptr) return;
      changed = true;
      at = brace + 1;
      if (dollar == 0 && at == text.size()) return replace(value, *variable);
      if (!variable->is_scalar()) {
        diagnostics_.error(
            value.loc, "recipe.bad-variable",
            fmt::format("the variable '{}' is {}, which cannot be a part of a text", name, describe(*variable)));
        return;
      }
      result += variable->text;
      if (result.size() > kLongestText) {
        diagnostics_.error(value.loc, "recipe.too-large", "variables make this text longer than 64 KiB");
        return;
      }
    }
    value.text = std::move(result);
    // "${n} Hz" has quotes for YAML's sake: what comes out is read as if written plainly.
    if (changed) value.quoted = false;
  }

  void replace(Value& value, const Value& variable) {
    values_ += count_values(variable);
    if (values_ > kMostValues) {
      if (!too_large_) diagnostics_.error(value.loc, "recipe.too-large", "variables make the recipe too large");
      too_large_ = true;
      return;
    }
    const SourceLoc loc = value.loc;
    value = variable;
    relocate(value, loc);
  }

  Value vars_;
  Diagnostics& diagnostics_;
  std::vector<std::string> names_;
  std::unordered_map<std::string, const Value::Member*> members_;  // of vars_, by key; of one twice the first
  std::map<std::string, std::optional<Value>> resolved_;
  std::vector<std::string> chain_;
  std::size_t values_ = 0;
  bool too_large_ = false;
};

}  // namespace

void substitute_variables(Value& root, Diagnostics& diagnostics) {
  Value vars;
  if (std::optional<Value::Member> member = take_member(root, "vars")) {
    vars = std::move(member->value);
    if (!vars.is_mapping() && !vars.is_null()) {
      diagnostics.error(vars.loc, "recipe.wrong-type",
                        fmt::format("'vars' is a mapping of names to values, not {}", describe(vars)),
                        "write vars: {name: value}");
    }
  }
  Substitution substitution(std::move(vars), diagnostics);
  substitution.substitute(root);
  substitution.finish();
}

}  // namespace stimgen
