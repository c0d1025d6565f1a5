// Shuffle + deflate, byte for byte what HDF5's own filters undo.
#include "base/chunk_codec.hpp"

#include <libdeflate.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <new>
#include <stdexcept>

namespace stimgen {
namespace {

constexpr std::size_t kElementBytes = 8;

// How one byte plane enters the zlib stream.
struct Coding {
  int level = 0;
  int strategy = Z_DEFAULT_STRATEGY;
};

// Whether the bytes, four samples of 4 KiB, are spread evenly over all values.
bool looks_like_noise(std::span<const std::byte> plane) {
  constexpr std::size_t kPieces = 4, kPieceBytes = 4096;
  std::array<std::uint32_t, 256> counts{};
  std::uint64_t size = 0;
  const std::size_t stride = std::max(plane.size() / kPieces, kPieceBytes);
  for (std::size_t start = 0; start < plane.size(); start += stride) {
    const auto piece = plane.subspan(start, std::min(kPieceBytes, plane.size() - start));
    for (const std::byte byte : piece) ++counts[std::to_integer<std::uint8_t>(byte)];
    size += piece.size();
  }
  std::uint64_t squares = 0;
  for (const std::uint64_t count : counts) squares += count * count;
  // Expected of independent, equally likely bytes; a quarter more is about 4 % of entropy.
  const std::uint64_t noise = size * size / 256 + size;
  return squares <= noise + noise / 4;
}

std::size_t equal_neighbours(std::span<const std::byte> plane) {
  std::size_t equal = 0;
  for (std::size_t i = 1; i < plane.size(); ++i) equal += plane[i] == plane[i - 1] ? 1 : 0;
  return equal;
}

// Whether stretches of 8 bytes come back within the first 8 KiB, as in periodic trains.
bool repeats_itself(std::span<const std::byte> plane) {
  constexpr std::size_t kWord = sizeof(std::uint64_t), kBits = 11;
  std::array<std::uint64_t, std::size_t{1} << kBits> seen{};
  const std::size_t size = std::min<std::size_t>(plane.size(), 8192);
  std::size_t found = 0;
  for (std::size_t i = 0; i + kWord <= size; ++i) {
    std::uint64_t word = 0;
    std::memcpy(&word, plane.data() + i, kWord);
    std::uint64_t& slot = seen[(word * 0x9E3779B97F4A7C15u) >> (64 - kBits)];
    found += slot == word ? 1 : 0;
    slot = word;
  }
  return found > size / 4;
}

// By integer tests on the plane alone, so that the same bytes are always coded alike. The low mantissa bytes of
// timestamps are noise and take nearly all the time of a full deflate; runs and unordered symbols have codings that are
// both faster and smaller than a search for matches.
Coding coding_for(std::span<const std::byte> plane, int level) {
  if (plane.size() < 1024) return {level, Z_DEFAULT_STRATEGY};  // too few to tell, and quick
  const std::size_t equal = equal_neighbours(plane);
  if (equal >= plane.size() - plane.size() / 16) return {level, Z_RLE};
  if (equal >= plane.size() / 4 || repeats_itself(plane)) return {level, Z_DEFAULT_STRATEGY};
  if (looks_like_noise(plane)) return {0, Z_DEFAULT_STRATEGY};
  return {level, Z_HUFFMAN_ONLY};
}

// zlib's state, kept by a thread for all its chunks; the output does not depend on earlier ones. It makes the raw
// stream alone: the checksum around it takes zlib as long as a plane of noise, and libdeflate a tenth.
class Deflater {
 public:
  Deflater() {
    if (deflateInit2(&stream_, 0, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY) != Z_OK) throw std::bad_alloc();
  }
  ~Deflater() { deflateEnd(&stream_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  // Requires: `output` has room for anything.
  void start(std::span<std::byte> output) {
    if (deflateReset(&stream_) != Z_OK) throw std::logic_error("deflateReset");
    stream_.next_out = reinterpret_cast<Bytef*>(output.data());
    stream_.avail_out = static_cast<uInt>(output.size());
  }
  void add(std::span<const std::byte> piece, Coding coding, bool last) {
    stream_.avail_in = 0;
    if (deflateParams(&stream_, coding.level, coding.strategy) != Z_OK) throw std::logic_error("deflateParams");
    stream_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(piece.data()));
    stream_.avail_in = static_cast<uInt>(piece.size());
    const int status = deflate(&stream_, last ? Z_FINISH : Z_NO_FLUSH);
    if (status != (last ? Z_STREAM_END : Z_OK) || stream_.avail_in != 0) throw std::logic_error("deflate");
  }
  std::size_t size() const { return stream_.total_out; }

 private:
  z_stream stream_{};
};

// RFC 1950: two bytes before the raw stream, the second with a hint how hard it was tried, and four after it.
constexpr std::size_t kHeaderBytes = 2, kTrailerBytes = 4;

void put_header(Coding first, std::span<std::byte> target) {
  const unsigned effort = first.strategy >= Z_HUFFMAN_ONLY || first.level < 2 ? 0
                          : first.level < 6                                   ? 1
                          : first.level == 6                                  ? 2
                                                                              : 3;
  unsigned header = 0x7800 | effort << 6;
  header += 31 - header % 31;
  target[0] = static_cast<std::byte>(header >> 8);
  target[1] = static_cast<std::byte>(header & 0xff);
}

void put_trailer(std::span<const std::byte> bytes, std::span<std::byte> target) {
  const std::uint32_t sum = libdeflate_adler32(1, bytes.data(), bytes.size());
  for (std::size_t i = 0; i < kTrailerBytes; ++i) target[i] = static_cast<std::byte>(sum >> (24 - 8 * i) & 0xff);
}

using Vector = std::uint8_t __attribute__((vector_size(16)));

// Sixteen elements of eight bytes, as eight vectors: byte k of all of them becomes vector k. Interleaving the two
// halves of the whole moves each bit of a byte's place (4 bits for the element, 3 for k) up by one: four times make (3,
// 4), and three more undo it.
template <int kRounds>
void interleave(std::array<Vector, 8>& vectors) {
  for (int round = 0; round < kRounds; ++round) {
    std::array<Vector, 8> next;
    for (std::size_t i = 0; i < 4; ++i) {
      const Vector a = vectors[i], b = vectors[i + 4];
      next[2 * i] = __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      next[2 * i + 1] = __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    }
    vectors = next;
  }
}

constexpr std::size_t kTogether = 16;

void shuffle(std::span<const std::byte> bytes, std::vector<std::byte>& planes) {
  planes.resize(bytes.size());
  const std::size_t count = bytes.size() / kElementBytes;
  std::size_t i = 0;
  for (; i + kTogether <= count; i += kTogether) {
    std::array<Vector, 8> vectors;
    std::memcpy(vectors.data(), bytes.data() + i * kElementBytes, sizeof vectors);
    interleave<4>(vectors);
    for (std::size_t plane = 0; plane < kElementBytes; ++plane) {
      std::memcpy(planes.data() + plane * count + i, &vectors[plane], sizeof vectors[plane]);
    }
  }
  for (; i < count; ++i) {
    for (std::size_t plane = 0; plane < kElementBytes; ++plane) {
      planes[plane * count + i] = bytes[i * kElementBytes + plane];
    }
  }
}

void unshuffle(std::span<const std::byte> planes, std::span<std::byte> bytes) {
  const std::size_t count = bytes.size() / kElementBytes;
  std::size_t i = 0;
  for (; i + kTogether <= count; i += kTogether) {
    std::array<Vector, 8> vectors;
    for (std::size_t plane = 0; plane < kElementBytes; ++plane) {
      std::memcpy(&vectors[plane], planes.data() + plane * count + i, sizeof vectors[plane]);
    }
    interleave<3>(vectors);
    std::memcpy(bytes.data() + i * kElementBytes, vectors.data(), sizeof vectors);
  }
  for (; i < count; ++i) {
    for (std::size_t plane = 0; plane < kElementBytes; ++plane) {
      bytes[i * kElementBytes + plane] = planes[plane * count + i];
    }
  }
}

// libdeflate's state; it refers to nothing of the stream before.
class Inflater {
 public:
  Inflater() : state_(libdeflate_alloc_decompressor()) {
    if (state_ == nullptr) throw std::bad_alloc();
  }
  ~Inflater() { libdeflate_free_decompressor(state_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // Whether the stream is whole, with the right checksum, and exactly as long as `output`.
  bool inflate(std::span<const std::byte> stream, std::span<std::byte> output) {
    return libdeflate_zlib_decompress(state_, stream.data(), stream.size(), output.data(), output.size(), nullptr) ==
           LIBDEFLATE_SUCCESS;
  }

 private:
  libdeflate_decompressor* state_;
};

}  // namespace

bool decode_deflated(std::span<const std::byte> chunk, std::span<std::byte> bytes) {
  if (bytes.size() % kElementBytes != 0) throw std::logic_error("decode_deflated");
  thread_local std::vector<std::byte> planes;
  thread_local Inflater inflater;
  planes.resize(bytes.size());
  if (!inflater.inflate(chunk, planes)) return false;
  unshuffle(planes, bytes);
  return true;
}

void encode_deflated(std::span<const std::byte> bytes, int level, std::vector<std::byte>& chunk) {
  if (level < 1 || level > 9 || bytes.size() % kElementBytes != 0) throw std::logic_error("encode_deflated");
  thread_local std::vector<std::byte> planes, output;
  thread_local Deflater deflater;
  shuffle(bytes, planes);
  output.resize(kHeaderBytes + bytes.size() + bytes.size() / 8 + 1024 + kTrailerBytes);
  const std::span room(output);
  deflater.start(room.subspan(kHeaderBytes, room.size() - kHeaderBytes - kTrailerBytes));
  const std::size_t count = bytes.size() / kElementBytes;
  for (std::size_t plane = 0; plane < kElementBytes; ++plane) {
    const auto piece = std::span(planes).subspan(plane * count, count);
    const Coding coding = coding_for(piece, level);
    if (plane == 0) put_header(coding, room);
    deflater.add(piece, coding, plane + 1 == kElementBytes);
  }
  const std::size_t end = kHeaderBytes + deflater.size();
  put_trailer(planes, room.subspan(end, kTrailerBytes));
  chunk.assign(output.begin(), output.begin() + static_cast<std::ptrdiff_t>(end + kTrailerBytes));
}

std::string compressor_version() {
  return std::string("zlib ") + zlibVersion();
}

}  // namespace stimgen
