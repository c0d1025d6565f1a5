// Names near a mistyped one, and user text made safe to print.
#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "base/utf8.hpp"
#include "stimgen/diagnostic.hpp"

namespace stimgen {

namespace {

constexpr std::size_t kLongestWord = 200;
constexpr std::size_t kMostNames = 12;

std::string lower_case(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

// Damerau-Levenshtein distance in its optimal-string-alignment form: insert, delete, replace, swap two neighbours.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = last[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replace});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

// An abbreviation of three letters or more: "std" for "stdev". Empty if several names begin so.
std::string only_one_that_begins_with(const std::string& lower, const std::vector<std::string>& candidates) {
  if (lower.size() < 3) return {};
  const std::string* found = nullptr;
  for (const std::string& candidate : candidates) {
    if (!lower_case(candidate).starts_with(lower)) continue;
    if (found != nullptr) return {};
    found = &candidate;
  }
  return found == nullptr ? std::string() : *found;
}

}  // namespace

std::string nearest_name(std::string_view word, const std::vector<std::string>& candidates) {
  if (word.empty() || word.size() > kLongestWord) return {};
  const std::string lower = lower_case(word);
  const std::size_t allowed = std::max<std::size_t>(1, word.size() / 3);
  const std::string* nearest = nullptr;
  std::size_t least = allowed + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t longer = std::max(word.size(), candidate.size());
    if (candidate.empty() || longer - std::min(word.size(), candidate.size()) > allowed) continue;
    // Case alone is a near miss however long the word is; a word of which nothing fits is no suggestion.
    const std::size_t distance = edit_distance(lower, lower_case(candidate));
    if (distance < least && distance < longer) {
      least = distance;
      nearest = &candidate;
    }
  }
  if (nearest != nullptr) return *nearest;
  return only_one_that_begins_with(lower, candidates);
}

std::string suggest(std::string_view word, const std::vector<std::string>& candidates) {
  const std::string nearest = nearest_name(word, candidates);
  if (!nearest.empty()) return fmt::format("did you mean '{}'?", printable(nearest));
  if (candidates.empty()) return {};
  std::string list;
  for (std::size_t i = 0; i < std::min(candidates.size(), kMostNames); ++i) {
    list += (i == 0 ? "" : ", ") + printable(candidates[i], 60);
  }
  if (candidates.size() > kMostNames) list += fmt::format(", … ({} in all)", candidates.size());
  return "known names: " + list;
}

std::string printable(std::string_view text, std::size_t limit) {
  std::string result;
  std::size_t shown = 0;
  for (std::size_t at = 0; at < text.size(); ++shown) {
    if (shown == limit) return result + "…";
    const Utf8Character character = utf8_at(text, at);
    if (character.bytes == 0) {
      result += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[at]));
      at += 1;
      continue;
    }
    const auto code = static_cast<std::uint32_t>(character.code);
    if (!is_unsafe_to_print(character.code)) {
      result += text.substr(at, character.bytes);
    } else if (code < 0x100) {
      result += fmt::format("\\x{:02x}", code);
    } else {
      result += fmt::format("\\u{:04x}", code);
    }
    at += character.bytes;
  }
  return result;
}

std::string escaped(std::string_view text) {
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
  return plain ? std::string(text) : printable(text, std::string_view::npos);
}

}  // namespace stimgen
