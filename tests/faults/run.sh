#!/usr/bin/env bash
# All fault tests against one program: bash tests/faults/run.sh BINARY [KILLS]   (default 300 kills; before a release 1000)
# Needs root (a tmpfs is mounted) and a C compiler. The last line counts all.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
binary=${1:?usage: $0 BINARY [KILLS]}
kills=${2:-300}
passed=0
failed=0
for step in "kill_campaign.py --kills $kills" io_errors.py disk_full.py interruptions.py together.py hostile.py; do
  read -r -a words <<<"$step"
  begin=$SECONDS
  python3 "$here/${words[0]}" "$binary" "${words[@]:1}" | tee "${TMPDIR:-/tmp}/stimgen-faults.$$"
  line=$(tail -n 1 "${TMPDIR:-/tmp}/stimgen-faults.$$")
  rm -f "${TMPDIR:-/tmp}/stimgen-faults.$$"
  if [[ $line =~ ([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
    passed=$((passed + BASH_REMATCH[1]))
    failed=$((failed + BASH_REMATCH[2]))
  else
    failed=$((failed + 1))
  fi
  echo "  (${words[0]}: $((SECONDS - begin)) s)"
done
echo "faults: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
