// The program: the command line is all of it.
#include "cli/cli.hpp"

int main(int argc, char** argv) {
  return stimgen::cli::run_command_line({argv + (argc > 0 ? 1 : 0), argv + argc});
}
