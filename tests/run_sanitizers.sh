#!/usr/bin/env bash
# Builds stimgen and its tests with the address and undefined-behaviour sanitizers, then with the thread sanitizer, and
# runs the unit and command-line tests in each: bash tests/run_sanitizers.sh
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=${STIMGEN_BUILD_ROOT:-$root/build}
. "$root/tests/support/steps.sh"

bash "$root/tests/support/install_packages.sh" test
# A small quarantine of freed memory, so that the test of flat memory can see what stimgen holds.
export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1:quarantine_size_mb=8
export LSAN_OPTIONS=suppressions=$root/tests/support/lsan.supp
export UBSAN_OPTIONS=print_stacktrace=1
export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1

for variant in asan-ubsan:address,undefined tsan:thread; do
  name=${variant%%:*}
  heading "Tests under ${variant#*:}"
  # -O1: fast to compile, and still close to what runs. Warnings are errors in the other builds: gcc's flow analysis sees
  # things that are not there in instrumented code.
  if configure_and_build "$build/$name" all -- -DCMAKE_BUILD_TYPE=None -DCMAKE_CXX_FLAGS="-O1 -g1" \
    -DSTIMGEN_BUILD_TESTS=ON -DSTIMGEN_SANITIZE="${variant#*:}" \
    -DSTIMGEN_WARNINGS_AS_ERRORS=OFF; then
    run_ctest "$name" "$build/$name"
  fi
done

heading "Summary"
summary
