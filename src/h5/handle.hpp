// One open HDF5 object, closed once, and the version of the library.
//
// Only src/h5/ includes hdf5.h. All calls are serialised by one lock, so every class here may be used from any thread,
// one object by one thread at a time. HDF5 never prints, loads no plugin and does nothing at exit.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

namespace stimgen::h5 {

// A failed id is never closed again (HDF5 1.10 crashes on that).
class Handle {
 public:
  using Close = int (*)(std::int64_t);
  Handle() = default;
  Handle(std::int64_t id, Close closer) : id_(id), close_(closer) {}
  ~Handle() { close(); }
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Handle& operator=(Handle&& other) noexcept;
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  std::int64_t id() const { return id_; }
  bool is_open() const { return id_ >= 0; }
  // False if HDF5 could not close it (data may be lost). Closed or not, the handle is empty afterwards.
  bool close() noexcept;

 private:
  std::int64_t id_ = -1;
  Close close_ = nullptr;
};

// "1.10.8", of the library in use.
std::string library_version();

}  // namespace stimgen::h5
