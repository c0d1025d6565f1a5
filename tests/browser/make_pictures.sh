#!/usr/bin/env bash
# Makes the README's pictures of the report: make_pictures.sh STIMGEN. They are screenshots of the browser tests.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=${2:-$root/build/browser}
bash "$root/tests/browser/run.sh" "${1:-$root/build/release/stimgen}" "$build"
cp "$build/screenshots/tutorial-light-s2.png" "$root/recipes/pictures/report_long.png"
cp "$build/screenshots/tutorial-light-s1.png" "$root/recipes/pictures/report_shell.png"
