// The program: the command line is all of it.
#include <malloc.h>

#include "cli/cli.hpp"

namespace {

// Blocks of spikes come and go in sizes that the allocator would give back to the system each time, to be cleared page
// by page when they return: a third of the time of a run. One thread fills a block and another frees it, so they share
// one arena; a block is a few hundred kilobytes, so its lock is not contended.
void keep_freed_blocks() {
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 64 << 20);
  mallopt(M_TOP_PAD, 4 << 20);
  mallopt(M_ARENA_MAX, 1);
}

}  // namespace

int main(int argc, char** argv) {
  keep_freed_blocks();
  return stimgen::cli::run_command_line({argv + (argc > 0 ? 1 : 0), argv + argc});
}
