#!/usr/bin/env bash
# Builds the fuzzers (clang, address and undefined-behaviour sanitizers), replays the corpora, and fuzzes each target for
# a number of seconds, two at a time: bash tests/fuzz/run.sh SECONDS [TARGET…]
# A finding is kept in build/fuzz/findings; a new corpus grows in build/fuzz/corpus.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=${STIMGEN_BUILD_ROOT:-$root/build}/fuzz
seconds=${1:?usage: $0 SECONDS [TARGET…]}
shift
unset STIMGEN_RESULTS  # the closing line is this script's result
. "$root/tests/support/steps.sh"
clang=$(command -v clang++-14 || command -v clang++)
clang_c=$(command -v clang-14 || command -v clang)
configure_and_build "$build" fuzzers -- -DCMAKE_BUILD_TYPE=None -DCMAKE_CXX_FLAGS="-O1 -g1" \
  -DCMAKE_C_COMPILER="$clang_c" -DCMAKE_CXX_COMPILER="$clang" -DSTIMGEN_BUILD_TESTS=OFF -DSTIMGEN_BUILD_FUZZERS=ON \
  -DSTIMGEN_SANITIZE=address,undefined,fuzzer-no-link || { echo "fuzz: 0 passed, 1 failed"; exit 1; }
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(recipe scalars node_sets sonata_nodes spikes)

# HDF5's own library keeps memory in free lists, and yaml-cpp is not ours to mend: leaks are looked for in the tests.
# It also asks for as much memory as a damaged length says, and touches none of it: what counts is memory in use.
export ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1
export UBSAN_OPTIONS=print_stacktrace=1
export TMPDIR=$build/tmp
rm -rf "$TMPDIR"
mkdir -p "$TMPDIR" "$build/findings"

seeds_of() {
  case $1 in
    recipe) ls -d "$root"/recipes/*.yaml "$root"/tests/golden/*.yaml ;;
    node_sets) ls -d "$root"/recipes/data/node_sets.json ;;
    sonata_nodes) ls -d "$root"/recipes/data/network/*_nodes.h5 ;;
    spikes) ls -d "$root"/recipes/data/recorded_lgn_spikes.h5 ;;
  esac
}

# fuzz_one TARGET: replays, then fuzzes; writes "TARGET INPUTS EXECUTIONS OK|FAILED" to its result.
fuzz_one() {
  local target=$1 program=$build/tests/fuzz/fuzz_$1 log=$build/$1.log corpus=$build/corpus/$1 seeds options=()
  mkdir -p "$corpus" "$root/tests/fuzz/corpus/$target"
  mapfile -t seeds < <(seeds_of "$target")
  local own=("$root/tests/fuzz/corpus/$target"/*)
  [ -e "${own[0]}" ] || own=()
  [ "$target" != recipe ] || options=(-dict="$root/tests/fuzz/recipe.dict")
  local replay=ok fuzzed=ok executions=0
  "$program" -timeout=20 -rss_limit_mb=3000 -malloc_limit_mb=1000000 "${own[@]}" "${seeds[@]}" >"$log" 2>&1 || replay=failed
  cp -n "${own[@]}" "${seeds[@]}" "$corpus/"
  "$program" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=3000 -malloc_limit_mb=1000000 -max_len=16384 -print_final_stats=1 -seed=1 \
    -artifact_prefix="$build/findings/$target-" "${options[@]}" "$corpus" >>"$log" 2>&1 || fuzzed=failed
  executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -n 1)
  echo "$target $((${#own[@]} + ${#seeds[@]})) ${executions:-0} $replay $fuzzed" >"$build/$target.result"
}

running=0
for target in "${targets[@]}"; do
  rm -f "$build/$target.result"
  fuzz_one "$target" &
  running=$((running + 1))
  if [ "$running" -ge 2 ]; then
    wait -n || true
    running=$((running - 1))
  fi
done
wait

passed=0
failed=0
for target in "${targets[@]}"; do
  read -r name inputs executions replay fuzzed <"$build/$target.result" || { replay=failed fuzzed=failed inputs=0 executions=0; }
  printf '%-14s %5d inputs replayed: %s; %9d executions: %s\n' "$target" "$inputs" "$replay" "$executions" "$fuzzed"
  for result in "$replay" "$fuzzed"; do
    if [ "$result" = ok ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
  done
  if [ "$replay$fuzzed" != okok ] || [ "$executions" -eq 0 ]; then
    grep -nE "ERROR|SUMMARY|runtime error|Test unit|terminate|what\(\)|^    #[0-9] .*stimgen" "$build/$target.log" | head -n 25
  fi
done
rm -rf "$TMPDIR"
echo "fuzz: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
