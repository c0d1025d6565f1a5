// What the fuzzers share: only the errors a person may cause are caught, all others end the fuzzer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "stimgen/diagnostic.hpp"
#include "support/temp_folder.hpp"

namespace stimgen::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

inline std::shared_ptr<const SourceFile> source(std::string_view text, const std::string& folder = ".") {
  return std::make_shared<const SourceFile>(SourceFile{"fuzzed", std::string(text), folder});
}

template <typename Work>
void catch_expected(Work work) {
  try {
    work();
  } catch (const InputError& error) {
    static_cast<void>(std::string(error.what()));
  } catch (const EnvironmentError&) {
  }
}

// Kept while the process lives; libFuzzer ends with _exit, so the folder is removed at the start of the next one.
inline const testing::TempFolder& folder() {
  static const testing::TempFolder temporary;
  return temporary;
}

}  // namespace stimgen::fuzz
