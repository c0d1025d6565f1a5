#!/usr/bin/env bash
# Installs what is missing (Debian, Ubuntu), builds stimgen, runs the tutorial and all tests: bash tests/run_all.sh
#   STIMGEN_WERROR=ON    compiler warnings are errors
#   STIMGEN_BUILD_ROOT   where to build (default build/ in the checkout)
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=${STIMGEN_BUILD_ROOT:-$root/build}
. "$root/tests/support/steps.sh"

heading "Packages"
bash "$root/tests/support/install_packages.sh" test
# The real BMTK, libsonata and NEST are downloaded while the compiler works.
bash "$root/tests/support/setup_venv.sh" "$build/venv" >"$results.venv" 2>&1 &
venv_job=$!

heading "Build (gcc, -O3)"
# Every file by itself and without precompiled headers: it includes what it needs, and all warnings are on.
configure_and_build "$build/release" all -- -DCMAKE_BUILD_TYPE=Release -DSTIMGEN_BUILD_TESTS=ON \
  -DSTIMGEN_PRECOMPILE=OFF -DSTIMGEN_UNITY=OFF -DSTIMGEN_WARNINGS_AS_ERRORS="${STIMGEN_WERROR:-OFF}" || { summary || exit 1; }
export STIMGEN=$build/release/stimgen

heading "Unit, conformance, architecture and command-line tests"
run_ctest ctest "$build/release"

heading "Golden digests"
run_counted golden-gcc-O3 python3 "$root/tests/golden/check.py" "$STIMGEN"
clang=$(command -v clang++-14 || command -v clang++ || echo clang++)
# One of them is static: it starts without any library, and makes the same spikes.
for variant in gcc-O0:g++:-O0:ON clang-O3:"$clang":-O3:OFF clang-O0:"$clang":-O0:OFF; do
  IFS=: read -r name compiler level static <<<"$variant"
  if configure_and_build "$build/$name" stimgen -- -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_BUILD_TYPE=None \
    -DCMAKE_CXX_FLAGS="$level" -DSTIMGEN_STATIC="$static" -DSTIMGEN_BUILD_TESTS=OFF \
    -DSTIMGEN_WARNINGS_AS_ERRORS="${STIMGEN_WERROR:-OFF}"; then
    run_counted "golden-$name" python3 "$root/tests/golden/check.py" "$build/$name/stimgen"
    if [ "$static" = ON ]; then
      if ldd "$build/$name/stimgen" >/dev/null 2>&1; then record static 0 1; else record static 1 0; fi
    fi
  fi
done

if wait "$venv_job"; then
  heading "Interoperability: BMTK, bmtool, libsonata, NEURON, NEST"
  rm -f "$build/interop.xml"
  "$build/venv/bin/python" -m pytest -q "$root/tests/interop" --junitxml="$build/interop.xml" || true
  counted=$(python3 "$root/tests/support/count_results.py" "$build/interop.xml") || counted="0 1"
  record interop "${counted% *}" "${counted#* }"
else
  cat "$results.venv"
  record interop-environment 0 1
fi
rm -f "$results.venv"

heading "The report in a browser"
run_counted browser bash "$root/tests/browser/run.sh" "$STIMGEN" "$build/browser"

heading "The documents: every command and recipe, and the tutorial"
run_counted readme python3 "$root/tests/readme/run_readme.py" "$STIMGEN"

heading "Summary"
summary
