// CPU time by stage of the work: what a run spends it on, so that the next bottleneck has a name.
//
// A stage counts the time of its own thread without the stages that begin inside it. Off, which it is unless someone
// asks, a stage costs one comparison; on, two system calls: stages are blocks of thousands of spikes.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace stimgen {

enum class Stage : std::uint8_t {
  planning,
  judging,
  rates,
  sampling,
  sorting,
  checking,
  digest,
  checksum,
  compression,
  writing,
  syncing,
  recording
};
struct StageInfo {
  std::string_view name, what;
};
inline constexpr std::array<StageInfo, 12> kStages = {{
    {"planning", "reading recipe and networks"},
    {"judging", "what is up to date"},
    {"rates", "rates of nodes"},
    {"sampling", "spikes of trains"},
    {"sorting", "spikes by time"},
    {"checking", "order of spikes, and their copy into chunks"},
    {"digest", "content digests"},
    {"checksum", "Fletcher checksums of chunks"},
    {"compression", "of chunks"},
    {"writing", "chunks to the system"},
    {"syncing", "files to the disk"},
    {"recording", "records and the lock"},
}};

// From now on stages are counted. Call it before other threads are started.
void start_profile();
// Seconds of CPU of each stage so far, and of the whole process.
struct Profile {
  std::array<double, kStages.size()> stages_s{};
  double process_s = 0;
};
Profile read_profile();

class ProfiledStage {
 public:
  explicit ProfiledStage(Stage stage);
  ~ProfiledStage();
  ProfiledStage(const ProfiledStage&) = delete;
  ProfiledStage& operator=(const ProfiledStage&) = delete;

 private:
  int outer_ = 0;
};

}  // namespace stimgen
