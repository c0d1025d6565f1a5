# Shared by the test scripts: steps that are all run, whatever fails, and whose results are added up. Source it.
# STIMGEN_RESULTS, if set, is a file to which "NAME PASSED FAILED" of every step is added.

if [ -n "${STIMGEN_RESULTS-}" ]; then
  results=$STIMGEN_RESULTS
else
  results=$(mktemp)
  trap 'rm -f "$results"' EXIT
fi
support=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
launcher=()
if command -v ccache >/dev/null; then
  launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache -DCMAKE_C_COMPILER_LAUNCHER=ccache)
fi

heading() { printf '\n== %s   [%d s]\n' "$*" "$SECONDS"; }

# record NAME PASSED FAILED
record() { echo "$*" >>"$results"; }

# configure_and_build FOLDER TARGET… -- CMAKE_OPTION…   quiet unless it fails
configure_and_build() {
  local folder=$1 log
  shift
  local targets=()
  while [ "$1" != -- ]; do
    targets+=("$1")
    shift
  done
  shift
  mkdir -p "$folder"
  log=$folder/build.log
  if ! { cmake -S "$root" -B "$folder" -G Ninja "${launcher[@]}" "$@" &&
    cmake --build "$folder" --target "${targets[@]}"; } >"$log" 2>&1; then
    tail -n 60 "$log"
    echo "FAILED: the build in $folder; the whole log is $log"
    record "build-$(basename "$folder")" 0 1
    return 1
  fi
}

# run_ctest NAME FOLDER CTEST_OPTION…
run_ctest() {
  local name=$1 folder=$2 xml=$2/ctest.xml counted
  shift 2
  rm -f "$xml"
  ctest --test-dir "$folder" --no-tests=error --output-on-failure --output-junit "$xml" \
    --test-output-size-passed 10000000 --test-output-size-failed 10000000 -j 2 "$@" || true
  if counted=$(python3 "$support/count_results.py" "$xml"); then
    record "$name" "${counted% *}" "${counted#* }"
  else
    record "$name" 0 1
  fi
}

# run_counted NAME COMMAND…   a program whose last line ends in "N passed, M failed"
run_counted() {
  local name=$1 line status=0
  shift
  "$@" 2>&1 | tee "$results.$name" || status=$?
  line=$(tail -n 1 "$results.$name")
  rm -f "$results.$name"
  if [[ $line =~ ([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
    local passed=${BASH_REMATCH[1]} failed=${BASH_REMATCH[2]}
    if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then
      failed=1
    fi
    record "$name" "$passed" "$failed"
  else
    record "$name" 0 1
  fi
}

# Prints a table of the steps and the closing line; fails if anything failed or nothing ran.
summary() {
  awk '
    { printf "  %-28s %6d passed %4d failed\n", $1, $2, $3; passed += $2; failed += $3 }
    END { printf "\n%d passed, %d failed\n", passed, failed; exit failed > 0 || passed == 0 }
  ' "$results"
}
