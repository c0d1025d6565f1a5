#!/usr/bin/env bash
# Installs the Debian or Ubuntu packages that are missing: install_packages.sh build|test
#   build   what the program needs
#   test    that, and what the tests need
# Does nothing, and needs no rights, where all of them are there. Elsewhere than on Debian and Ubuntu it only says what
# is needed.
set -euo pipefail

# One entry a line; with a|b either will do, and the first that exists is installed.
build_packages='
g++
cmake
ninja-build
libyaml-cpp-dev
libhdf5-dev
libfmt-dev
libspdlog-dev
libboost-program-options-dev
librandom123-dev
nlohmann-json3-dev
zlib1g-dev
libdeflate-dev
libcsv-dev
libre2-dev
'
test_packages='
doctest-dev
libboost-math-dev
clang-14|clang
libclang-rt-14-dev|libclang-rt-dev
debootstrap
make
chromium|chromium-browser
nodejs
npm
python3
python3-venv
util-linux
'

case "${1-}" in
  build) wanted=$build_packages ;;
  test) wanted=$build_packages$test_packages ;;
  *)
    echo "usage: $0 build|test" >&2
    exit 2
    ;;
esac

if ! command -v dpkg-query >/dev/null; then
  echo "This is not Debian or Ubuntu: nothing is installed. The build needs what these packages hold:" >&2
  echo "$wanted" | xargs >&2
  exit 0
fi

# One call for all: names of the packages that are installed.
installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p')
# Node.js often comes from elsewhere, with an npm of its own that Debian's does not go with: the programs count.
is_installed() {
  case "$1" in
    nodejs) command -v node >/dev/null && return ;;
    npm) command -v npm >/dev/null && return ;;
  esac
  grep -qxF -- "$1" <<<"$installed"
}

missing=()
for entry in $wanted; do
  found=
  for package in ${entry//|/ }; do
    if is_installed "$package"; then
      found=1
    fi
  done
  [ -n "$found" ] || missing+=("$entry")
done
if [ ${#missing[@]} -eq 0 ]; then
  exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "Missing packages: ${missing[*]//|/ or }" >&2
    echo "Install them as root (apt-get install …), then run this again." >&2
    exit 1
  fi
  as_root=(sudo)
fi

echo "Installing: ${missing[*]//|/ or }" >&2
"${as_root[@]}" apt-get update -qq
names=()
for entry in "${missing[@]}"; do
  name=
  for package in ${entry//|/ }; do
    if [ -z "$name" ] && [ -n "$(apt-cache search --names-only "^${package//+/\\+}\$")" ]; then
      name=$package
    fi
  done
  names+=("${name:-${entry%%|*}}")
done
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${names[@]}" >&2
