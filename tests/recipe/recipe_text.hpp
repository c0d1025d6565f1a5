// Recipes as text in tests, and what is said about them.
#pragma once

#include <string>
#include <vector>

#include "stimgen/grammar.hpp"

namespace stimgen::testing {

inline std::shared_ptr<const SourceFile> source(std::string text, std::string path = "r.yaml") {
  auto file = std::make_shared<SourceFile>();
  file->path = std::move(path);
  file->text = std::move(text);
  file->directory = "folder";
  return file;
}

// The tree of a text that has no mistake.
inline Value parsed(const std::string& text) {
  Diagnostics diagnostics;
  Value value = parse_document(source(text), diagnostics);
  diagnostics.throw_if_errors();
  return value;
}

// What parsing says.
inline std::string problems(const std::string& text) {
  Diagnostics diagnostics;
  parse_document(source(text), diagnostics);
  return render(diagnostics);
}

// "code @line:column+length message | help", one a line, in order of place.
inline std::string brief(const Diagnostic& item) {
  std::string text = item.code + " @" + std::to_string(item.loc.line) + ":" + std::to_string(item.loc.column) + "+" +
                     std::to_string(item.loc.length) + " " + item.message;
  if (!item.help.empty()) text += " | " + item.help;
  return text;
}
inline std::string brief(const Diagnostics& diagnostics) {
  std::string text;
  for (const Diagnostic& item : diagnostics.items()) text += (text.empty() ? "" : "\n") + brief(item);
  return text;
}
inline std::string brief_problems(const std::string& text) {
  Diagnostics diagnostics;
  parse_document(source(text), diagnostics);
  return brief(diagnostics);
}

inline std::string place(const SourceLoc& loc) {
  return std::to_string(loc.line) + ":" + std::to_string(loc.column) + "+" + std::to_string(loc.length);
}

}  // namespace stimgen::testing
