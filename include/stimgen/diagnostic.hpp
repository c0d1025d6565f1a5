// What is said to a person: located, collected, rendered with the source line; and the error classes.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "stimgen/error_codes.hpp"

namespace stimgen {

// The text of one input file, kept for as long as something points into it.
struct SourceFile {
  std::string path;       // as shown in messages
  std::string text;       // valid UTF-8
  std::string directory;  // relative paths written in this file start here
};

// A place in a source file. Without a file (nullptr) a diagnostic has no place and is shown by its text alone.
struct SourceLoc {
  std::shared_ptr<const SourceFile> file;
  int line = 0;    // 1-based
  int column = 0;  // 1-based, in characters (Unicode code points), not bytes
  int length = 1;  // in characters; the caret underlines this many, within the line
};

enum class Severity { error, warning };

// A second place that belongs to a diagnostic ("first defined here").
struct Note {
  SourceLoc loc;
  std::string message;
};

struct Diagnostic {
  Severity severity = Severity::error;
  SourceLoc loc;
  std::string code;     // stable, e.g. "recipe.unknown-key"; a row of error_codes.hpp
  std::string message;  // one sentence, no full stop, user text quoted as 'text'
  std::string help;     // an edit, e.g. "did you mean 'to'?"; may be empty
  std::vector<Note> notes;
  std::size_t more = 0;  // places of the same cause that have no note
};

class InputError;

// Collects the problems of a stage, so that all are shown together. Not thread-safe.
class Diagnostics {
 public:
  // Adds an error; returns it so that the caller may add notes.
  Diagnostic& error(SourceLoc loc, ErrorCode code, std::string message, std::string help = {});
  Diagnostic& warning(SourceLoc loc, ErrorCode code, std::string message, std::string help = {});
  // One more place of an error whose cause was reported before: a note to the first of this code, or beyond a few of
  // them a count. False if there is none.
  bool error_again(ErrorCode code, const SourceLoc& loc, std::string note);

  // Adds what was wrong with a file, at `loc`, where it is named, unless a problem has a place of its own.
  void add(const InputError& error, const SourceLoc& loc);

  bool has_errors() const { return errors_ != 0; }
  std::size_t error_count() const { return errors_; }
  const std::vector<Diagnostic>& items() const { return items_; }

  // Ends a stage: throws InputError with everything collected if there was an error.
  void throw_if_errors() const;

 private:
  std::vector<Diagnostic> items_;
  std::size_t errors_ = 0;
};

// file:line:column: error: message [code], the source line, a caret, help and notes. Control characters of
// user text are escaped, so a recipe cannot drive the terminal.
std::string render(const Diagnostic& diagnostic, bool colour = false);
// All of them in order of file and place, then a line that counts them ("3 errors, 1 warning").
std::string render(const Diagnostics& diagnostics, bool colour = false);

// The nearest of `candidates` to a mistyped `word`, or empty if none is near
// (Damerau-Levenshtein distance at most a third of the length, at least 1; else the only one it abbreviates).
std::string nearest_name(std::string_view word, const std::vector<std::string>& candidates);

// "did you mean 'x'?" when a near name exists, else "known names: a, b, c" (at most 12), else empty.
std::string suggest(std::string_view word, const std::vector<std::string>& candidates);

// "1 file", "2 files".
std::string counted(std::size_t count, std::string_view noun);

// Replaces control characters, marks that reorder text and bytes that are not UTF-8 by \xNN or \uNNNN, and cuts to
// `limit` characters: user text that is safe to print. Twice is as once.
std::string printable(std::string_view text, std::size_t limit = 200);
// The same, whole: for results, where a name must not lose its end.
std::string escaped(std::string_view text);

// "message [code]".
std::string with_code(std::string_view message, ErrorCode code);

// The recipe or an input file is wrong: exit code 3. what() is the rendered text.
class InputError : public std::runtime_error {
 public:
  explicit InputError(Diagnostics diagnostics);
  // One problem without a place in a recipe: a damaged file, named in the message.
  InputError(ErrorCode code, std::string message, std::string help = {});
  const Diagnostics& diagnostics() const { return *diagnostics_; }

 private:
  std::shared_ptr<const Diagnostics> diagnostics_;
};

// Disk, permission or library trouble: exit code 4. The message names file and operation.
class EnvironmentError : public std::runtime_error {
 public:
  EnvironmentError(ErrorCode code, const std::string& message)
      : std::runtime_error(with_code(escaped(message), code)) {}
};

// Another file took the place of one that was being read, or nothing did: whoever can looks again.
class FileReplaced : public EnvironmentError {
 public:
  explicit FileReplaced(const std::string& path)
      : EnvironmentError("disk.cannot-read", "'" + printable(path) + "' was replaced while it was read") {}
};

// The run was asked to stop (Ctrl-C, SIGTERM): exit code 130.
class Interrupted : public std::runtime_error {
 public:
  Interrupted() : std::runtime_error("interrupted") {}
};

}  // namespace stimgen
