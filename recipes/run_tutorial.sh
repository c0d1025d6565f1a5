#!/usr/bin/env bash
# Installs what is missing (Debian, Ubuntu), builds stimgen and runs the tutorial recipe: bash recipes/run_tutorial.sh
# STIMGEN_BUILD names the build folder (default build/release).
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=${STIMGEN_BUILD:-$root/build/release}

bash "$root/tests/support/install_packages.sh" build

# A folder that is configured already stays as it is: tests/run_all.sh uses the same one.
if [ ! -f "$build/build.ninja" ]; then
  cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DSTIMGEN_BUILD_TESTS=OFF >&2
fi
cmake --build "$build" --target stimgen >&2

cd "$root"
"$build/stimgen" run recipes/tutorial.yaml
