// Which seed and which name a stream is made from.
#include "stimgen/streams.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "base/random.hpp"

namespace stimgen {
namespace {

// Part of the key of a stream: these names never change.
std::string_view purpose_name(Purpose purpose) {
  switch (purpose) {
    case Purpose::assembly:
      return "assembly";
    case Purpose::fraction:
      return "fraction";
    case Purpose::join:
      return "join";
    case Purpose::property:
      return "property";
    case Purpose::rate:
      return "rate";
    case Purpose::spikes:
      return "spikes";
    case Purpose::mother:
      return "mother";
  }
  throw std::logic_error("purpose_name: unknown purpose");
}

bool is_of_spikes(Purpose purpose) {
  return purpose == Purpose::spikes || purpose == Purpose::mother;
}

}  // namespace

std::string UsedStream::label() const {
  std::string text(purpose_name(purpose));
  if (purpose == Purpose::property) text.append(" ").append(name);
  return text;
}

std::string_view UsedStream::seed_name() const {
  return is_of_spikes(purpose) ? "seeds.spikes" : "seeds.network";
}

Streams::Streams(const Seeds& seeds, std::string own_name, std::string shared_name)
    : seeds_(seeds), own_name_(std::move(own_name)), shared_name_(std::move(shared_name)) {
  if (shared_name_.empty()) shared_name_ = own_name_;
}

StreamKey Streams::key(Purpose purpose) {
  const auto place = std::lower_bound(used_.begin(), used_.end(), purpose,
                                      [](const UsedStream& stream, Purpose wanted) { return stream.purpose < wanted; });
  if (place != used_.end() && place->purpose == purpose) return place->key;
  const bool shared = purpose == Purpose::rate || is_of_spikes(purpose);
  const std::string& name = shared ? shared_name_ : own_name_;
  const std::uint64_t seed = is_of_spikes(purpose) ? seeds_.spikes : seeds_.network;
  const StreamKey key = make_stream_key(purpose_name(purpose), seed, name);
  used_.insert(place, {purpose, name, seed, key});
  return key;
}

StreamKey Streams::key_if_used(Purpose purpose) const {
  for (const UsedStream& stream : used_) {
    if (stream.purpose == purpose) return stream.key;
  }
  return {};
}

}  // namespace stimgen
