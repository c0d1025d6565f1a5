#!/usr/bin/env bash
# Opens reports in a headless Chromium and looks at them as a reader would: run.sh STIMGEN [BUILD_FOLDER]
# Needs Node.js, npm and Chromium (tests/support/install_packages.sh test). Playwright and axe-core are installed into the
# build folder from package-lock.json. Screenshots and figures are left in BUILD_FOLDER/screenshots. The last line counts
# the tests.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
stimgen=$(realpath "${1:?usage: run.sh STIMGEN [BUILD_FOLDER]}")
folder=${2:-$here/../../build/browser}
mkdir -p "$folder"
folder=$(realpath "$folder")

stamp=$(cat "$here/package.json" "$here/package-lock.json" | sha256sum)
if [ "$(cat "$folder/.installed" 2>/dev/null)" != "$stamp" ]; then
  cp "$here/package.json" "$here/package-lock.json" "$here/.npmrc" "$folder/"
  (cd "$folder" && npm ci --silent)
  echo "$stamp" >"$folder/.installed"
fi

chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
if [ -z "$chromium" ]; then
  echo "no Chromium found" >&2
  echo "browser: 0 passed, 1 failed"
  exit 1
fi

reports=$folder/reports
rm -rf "$reports" "$folder/screenshots"
mkdir -p "$reports" "$folder/screenshots"
# Recipes are copied, so that locks and files stay out of the checkout.
cp "$here/../../recipes/tutorial.yaml" "$here"/*.yaml "$reports/"
cd "$reports"
for name in tutorial hostile many million sampled; do
  "$stimgen" run -q "$name.yaml" --output "$name" >"$name.txt" 2>&1
  "$stimgen" report -q "$name.yaml" --output "$name" -o "$name.html" >>"$name.txt" 2>&1
done
"$stimgen" report -q tutorial/long.h5 tutorial/shell.h5 -o files.html >files.txt 2>&1
"$stimgen" report -q tutorial.yaml --output tutorial --svg svg >svg.txt 2>&1
"$stimgen" report -q hostile.yaml --output hostile --svg svg >>svg.txt 2>&1
"$stimgen" digest tutorial/*.h5 >digests.txt
"$stimgen" plan tutorial.yaml --output tutorial --json >plan.json 2>/dev/null
"$stimgen" psth -q tutorial/long.h5 --recipe tutorial.yaml --assembly thalamus_groups --json >psth.json 2>/dev/null
"$stimgen" stats -q tutorial/shell.h5 --recipe tutorial.yaml --by pop_name --json >stats.json 2>/dev/null
"$stimgen" stats -q tutorial/long.h5 --json >long.json 2>/dev/null

STIMGEN_BROWSER=$folder STIMGEN_CHROMIUM=$chromium node "$here/test_report.mjs"
