// A file open for reading: what messages say about it, and the way to its objects.
#pragma once

#include <cstdint>
#include <string>

#include <fmt/format.h>

#include "h5/forked_read.hpp"
#include "h5/library.hpp"
#include "h5/read.hpp"
#include "h5/types.hpp"
#include "stimgen/diagnostic.hpp"

namespace stimgen::h5 {

struct Opened {
  Handle handle;         // empty: nothing has this name, or a link is in the way
  bool on_link = false;  // a soft or external one, which is not followed

  bool is(ObjectKind kind) const { return handle.is_open() && kind_of(handle.id()) == kind; }
};

struct Dataset::Origin {
  std::string path;
  FileIdentity identity;
  std::string expected;
  std::uint64_t file_bytes = 0;
  unsigned superblock_version = 0;
  Handle file;

  [[noreturn]] void refuse(ErrorCode code, const std::string& problem) const {
    throw InputError(code, fmt::format("{}; expected {}", problem, expected));
  }
  // A failed HDF5 call on `object`: the system's trouble or the file's.
  [[noreturn]] void fail(const std::string& object) const {
    const Reason reason = last_reason();
    if (!reason.system.empty()) {
      throw EnvironmentError("disk.cannot-read",
                             fmt::format("cannot read '{}'{}: {}", printable(path), shown(object), reason.system));
    }
    if (reason.unknown_version) refuse_version(object, reason.deepest);
    refuse("file.damaged", fmt::format("'{}' is damaged: {} cannot be read ({})", printable(path),
                                       object.empty() ? "it" : printable(object), printable(reason.deepest)));
  }
  [[noreturn]] void refuse_version(const std::string& object, const std::string& reason) const;
  std::string quoted() const { return fmt::format("'{}'", printable(path)); }

  // Goes to `object` link by link so that no soft or external link is followed.
  Opened open_object(const std::string& object) const;
};

}  // namespace stimgen::h5
