#!/usr/bin/env bash
# Makes a Python virtual environment with the programs that the interoperability tests run: setup_venv.sh DIR
# A second call with the same requirements returns at once. PYTHON=... chooses the interpreter.
set -euo pipefail

if [ $# -ne 1 ]; then
  echo "usage: $0 DIR" >&2
  exit 2
fi
folder=$1
lock="$(cd "$(dirname "${BASH_SOURCE[0]}")/../interop" && pwd)/requirements.lock"
stamp="$folder/.stimgen-requirements"
wanted=$(sha256sum <"$lock")

if [ -x "$folder/bin/python" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
  exit 0
fi

# The pinned versions have wheels for Python 3.10 to 3.13. Debian leaves ensurepip out without python3-venv.
usable() {
  "$1" -c 'import ensurepip, sys, venv; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1
}
python=
for candidate in ${PYTHON:-} /usr/bin/python3 python3 python3.11 python3.12 python3.10 python3.13; do
  if usable "$candidate"; then
    python=$candidate
    break
  fi
done
if [ -z "$python" ]; then
  echo "$0: no Python 3.10 to 3.13 with the venv module found." >&2
  echo "On Debian and Ubuntu: apt-get install python3 python3-venv. Or set PYTHON to an interpreter." >&2
  exit 1
fi

# An environment that was not finished may be half of anything: it is made anew. Only one that venv made is deleted.
if [ -e "$folder/pyvenv.cfg" ]; then
  rm -rf -- "$folder"
fi
echo "Installing the interoperability test programs into $folder ($("$python" --version))" >&2
"$python" -m venv "$folder"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --requirement "$lock"
echo "$wanted" >"$stamp"
