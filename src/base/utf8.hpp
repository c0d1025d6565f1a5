// UTF-8 character by character: what columns and safe printing need.
#pragma once

#include <cstddef>
#include <string_view>

namespace stimgen {

struct Utf8Character {
  char32_t code = 0;
  std::size_t bytes = 0;  // 0: not valid UTF-8 here (or the end of the text)
};

// The character that starts at `at`: shortest form only, no surrogates, at most U+10FFFF.
Utf8Character utf8_at(std::string_view text, std::size_t at);

// Characters in `text`; an invalid byte counts as one.
std::size_t utf8_count(std::string_view text);

// True for characters that could drive or confuse a terminal: C0, DEL, C1, and the marks that reorder text.
bool is_unsafe_to_print(char32_t code);

}  // namespace stimgen
