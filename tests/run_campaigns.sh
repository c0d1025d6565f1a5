#!/usr/bin/env bash
# The long tests: same bits everywhere, kills and failing disks, fuzzing. bash tests/run_campaigns.sh
# Uses the builds of tests/run_all.sh and tests/run_sanitizers.sh where they exist. Needs root: it mounts a tmpfs and
# makes a Debian for arm64 below the build folder.
#   STIMGEN_BUILD_ROOT     where to build (default build/ in the checkout)
#   STIMGEN_KILLS          kills of the kill campaign (300; before a release 1000)
#   STIMGEN_FUZZ_SECONDS   for each fuzzer (60)
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=${STIMGEN_BUILD_ROOT:-$root/build}
export STIMGEN_BUILD_ROOT=$build
. "$root/tests/support/steps.sh"

bash "$root/tests/support/install_packages.sh" test

heading "Same bits"
run_counted same-bits env -u STIMGEN bash "$root/tests/bits/same_bits.sh"

heading "Kills, failing disks, hostile input"
run_counted faults bash "$root/tests/faults/run.sh" "$build/release/stimgen" "${STIMGEN_KILLS:-300}"

heading "Fuzzing"
run_counted fuzz bash "$root/tests/fuzz/run.sh" "${STIMGEN_FUZZ_SECONDS:-60}"

heading "Summary"
summary
