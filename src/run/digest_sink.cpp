// Digests blocks before they are handed on.
#include "run/digest_sink.hpp"

namespace stimgen {

void DigestSink::begin_population(const std::string& name, SpikeOrder order) {
  populations();
  name_ = name;
  digest_.emplace(name, order, pool_);
  if (next_ != nullptr) next_->begin_population(name, order);
}

void DigestSink::append(SpikeBlock block) {
  if (digest_) digest_->append(block);
  if (next_ != nullptr) next_->append(std::move(block));
}

void DigestSink::set_provenance(const std::string& json_text) {
  if (next_ != nullptr) next_->set_provenance(json_text);
}

void DigestSink::finish() {
  populations();
  if (next_ != nullptr) next_->finish();
}

void DigestSink::abandon() noexcept {
  if (next_ != nullptr) next_->abandon();
}

const std::vector<PopulationResult>& DigestSink::populations() {
  if (digest_) {
    const std::uint64_t spikes = digest_->count();
    populations_.push_back({name_, spikes, digest_->finish()});
    digest_.reset();
  }
  return populations_;
}

}  // namespace stimgen
