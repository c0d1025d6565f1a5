#!/usr/bin/env bash
# Proves that the same recipe gives the same bits: bash tests/bits/same_bits.sh
# The digests and the bytes of all files that digests.py makes are compared over compilers, optimisation levels, the
# sanitizer build, numbers of threads, instruction sets, a C library without FMA, the order of tasks, numbers of shards,
# and arm64 (built in a Debian of its own, run under qemu). Objects on the way from seed to spike may call no function of
# the maths library.
# Builds of tests/run_all.sh and tests/run_sanitizers.sh are used where they exist.
#   STIMGEN_BUILD_ROOT   where to build (default build/ in the checkout)
#   STIMGEN_ARM64_ROOT   the Debian for arm64 (default <build>/arm64-root; made if missing, needs root)
#   STIMGEN              the reference program (default: gcc -O3, built here)
#   STIMGEN_BITS         the parts to run (default "builds settings shards symbols arm64")
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
here=$root/tests/bits
build=${STIMGEN_BUILD_ROOT:-$root/build}
arm64_root=${STIMGEN_ARM64_ROOT:-$build/arm64-root}
parts=${STIMGEN_BITS:-builds settings shards symbols arm64}
unset STIMGEN_RESULTS  # the closing line is this script's result
. "$root/tests/support/steps.sh"
. "$here/root_mounts.sh"
work=$(mktemp -d "${TMPDIR:-/tmp}/stimgen-bits-XXXXXX")
mounted=
clean_up() {
  [ -z "$mounted" ] || unmount_root "$arm64_root"
  rm -rf -- "$work" "$results"
}
trap clean_up EXIT
passed=0
failed=0
werror=(-DSTIMGEN_WARNINGS_AS_ERRORS="${STIMGEN_WERROR:-OFF}")

verdict() { # verdict NAME COMMAND…
  local name=$1
  shift
  if "$@" >"$work/said" 2>&1; then
    passed=$((passed + 1))
    echo "same: $name"
  else
    failed=$((failed + 1))
    echo "FAILED $name"
    head -n 12 "$work/said"
  fi
}

# compare NAME KIND DIGESTS_OPTION… -- COMMAND…   KIND is content, or all (the bytes of the files too)
compare() {
  local name=$1 kind=$2
  shift 2
  verdict "$name" compare_now "$kind" "$@"
}
compare_now() {
  local kind=$1 pattern=.
  shift
  [ "$kind" = all ] || pattern="^$kind "
  python3 "$here/digests.py" "${folder:-$work/other}" "$@" >"$work/other.txt" || return 1
  diff <(grep "$pattern" "$work/reference.txt") <(grep "$pattern" "$work/other.txt")
}

# The folders and options are those of tests/run_all.sh and tests/run_sanitizers.sh.
release() {
  configure_and_build "$build/release" stimgen -- -DCMAKE_BUILD_TYPE=Release "${werror[@]}"
}
variant() { # variant NAME COMPILER LEVEL
  # Built here alone, and gcc 12 at -O2 sees bounds exceeded that are not.
  local werror=("${werror[@]}")
  [ "$3" != -O2 ] || werror=(-DSTIMGEN_WARNINGS_AS_ERRORS=OFF)
  configure_and_build "$build/$1" stimgen -- -DCMAKE_CXX_COMPILER="$2" -DCMAKE_BUILD_TYPE=None -DCMAKE_CXX_FLAGS="$3" \
    -DSTIMGEN_BUILD_TESTS=OFF -DCMAKE_PROJECT_INCLUDE="$support/precompile.cmake" "${werror[@]}"
}

# The path from seed to output bits: no function of libm but sqrt, no distribution of the C++ library.
check_symbols() { # check_symbols BUILD
  local objects
  mapfile -t objects < <(find "$1/CMakeFiles/stimgen_lib.dir/src" -path '*/base/maths.cpp.o' -o -path '*/base/random.cpp.o' \
    -o -path '*/rate/*.o' -o -path '*/sample/*.o')
  if [ ${#objects[@]} -lt 6 ]; then
    echo "only ${#objects[@]} objects found in $1"
    return 1
  fi
  local libm='(log|exp|pow|sin|cos|tan|asin|acos|atan|sinh|cosh|tanh|asinh|acosh|atanh|log1p|expm1|log2|log10|exp2|exp10|atan2|cbrt|hypot|erf|erfc|lgamma|tgamma|fma|fmod|sincos)'
  if nm -A --undefined-only "${objects[@]}" | grep -E " U (__)?$libm[fl]?(_r|_finite)?(@.*)?\$"; then return 1; fi
  if nm -AC "${objects[@]}" | grep -E 'std::[a-z_]+_distribution<'; then return 1; fi
}

heading "Reference: gcc -O3, 2 threads"
stimgen=${STIMGEN:-$build/release/stimgen}
[ -n "${STIMGEN-}" ] || release || { echo "same bits: 0 passed, 1 failed"; exit 1; }
if ! python3 "$here/digests.py" "$work/reference" -- "$stimgen" >"$work/reference.txt"; then
  echo "same bits: 0 passed, 1 failed"
  exit 1
fi
echo "$(grep -c '^content' "$work/reference.txt") populations, $(grep -c '^bytes' "$work/reference.txt") files"
verdict "a second run" compare_now all -- "$stimgen"
for file in $(cd "$work/reference" && find . -name '*.h5' | sort); do
  cmp "$work/reference/$file" "$work/other/$file"
done >"$work/cmp" 2>&1 || true
verdict "files of two runs, byte for byte (cmp)" test ! -s "$work/cmp"

if [[ " $parts " == *" settings "* ]]; then
  heading "Threads, instruction sets, order of tasks"
  for threads in 1 2 8 64; do compare "$threads threads" all --threads "$threads" -- "$stimgen"; done
  for isa in scalar sse2 avx2 avx512; do
    case $isa in
      avx2) grep -qw avx2 /proc/cpuinfo || { echo "this CPU has no $isa"; continue; } ;;
      avx512) grep -qw avx512vl /proc/cpuinfo || { echo "this CPU has no $isa"; continue; } ;;
    esac
    compare "STIMGEN_ISA=$isa" all -- env STIMGEN_ISA=$isa "$stimgen"
  done
  compare "a C library without FMA and AVX2" all -- env GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2,-FMA,-AVX512F "$stimgen"
  compare "a C library without FMA and AVX2, scalar" all -- env STIMGEN_ISA=scalar \
    GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2,-FMA,-AVX512F "$stimgen"
  compare "other locale, time zone and umask" all -- env LC_ALL=tr_TR.UTF-8 TZ=Pacific/Chatham bash -c 'umask 077; exec "$@"' - "$stimgen"
  for seed in 1 2 3; do compare "tasks in another order ($seed)" content --shuffle "$seed" -- "$stimgen"; done
fi

if [[ " $parts " == *" shards "* ]]; then
  heading "Tasks in parts, joined"
  for shards in 1 3 7; do compare "$shards shards" all --shards "$shards" -- "$stimgen"; done
fi

if [[ " $parts " == *" builds "* ]]; then
  heading "Compilers and optimisation levels"
  clang=$(command -v clang++-14 || command -v clang++ || echo clang++)
  for spec in gcc-O0:g++:-O0 gcc-O2:g++:-O2 clang-O0:"$clang":-O0 clang-O2:"$clang":-O2 clang-O3:"$clang":-O3; do
    IFS=: read -r name compiler level <<<"$spec"
    if variant "$name" "$compiler" "$level"; then
      compare "$name" all -- "$build/$name/stimgen"
    else
      failed=$((failed + 1))
    fi
  done
  if configure_and_build "$build/asan-ubsan" stimgen -- -DCMAKE_BUILD_TYPE=None -DCMAKE_CXX_FLAGS="-O1 -g1" \
    -DSTIMGEN_SANITIZE="address,undefined" -DSTIMGEN_WARNINGS_AS_ERRORS=OFF \
    -DCMAKE_PROJECT_INCLUDE="$support/precompile.cmake"; then
    compare "gcc with address and undefined-behaviour sanitizers" all -- "$build/asan-ubsan/stimgen"
  else
    failed=$((failed + 1))
  fi
fi

if [[ " $parts " == *" symbols "* ]]; then
  heading "Symbols of the generating code"
  for name in release gcc-O0 clang-O0 clang-O3; do
    [ -d "$build/$name" ] && verdict "no maths library, no std distribution in $name" check_symbols "$build/$name"
  done
fi

if [[ " $parts " == *" arm64 "* ]]; then
  heading "arm64: cross-built, run under qemu"
  arm64_build() {
    bash "$here/arm64_root.sh" "$arm64_root" || return 1
    arm64_root=$(cd "$arm64_root" && pwd)
    mounted=1
    mount_root "$arm64_root"
    mkdir -p "$arm64_root/stimgen"
    (cd "$arm64_root/stimgen" && rm -rf src include tests third_party CMakeLists.txt)
    cp -a "$root/src" "$root/include" "$root/tests" "$root/third_party" "$root/CMakeLists.txt" "$arm64_root/stimgen/" || return 1
    chroot "$arm64_root" sh -c 'cd /stimgen && cmake -S . -B build -G Ninja -DCMAKE_TOOLCHAIN_FILE=tests/bits/arm64.cmake \
      -DCMAKE_BUILD_TYPE=Release -DSTIMGEN_BUILD_TESTS=OFF -DCMAKE_CXX_COMPILER_LAUNCHER=ccache \
      -DCMAKE_PROJECT_INCLUDE=/stimgen/tests/support/precompile.cmake && cmake --build build --target stimgen'
  }
  if arm64_build >"$work/arm64.log" 2>&1; then
    cat >"$work/stimgen-arm64" <<'WRAPPER'
#!/bin/sh
# Runs the arm64 program in its Debian, in the folder that is the current one there.
exec chroot "$ARM64_ROOT" sh -c 'cd "$0" && exec qemu-aarch64 /stimgen/build/stimgen "$@"' "${PWD#"$ARM64_ROOT"}" "$@"
WRAPPER
    chmod +x "$work/stimgen-arm64"
    export ARM64_ROOT=$arm64_root
    rm -rf "$arm64_root/bits"
    file_type=$(od -An -tx1 -j18 -N2 "$arm64_root/stimgen/build/stimgen" | tr -d ' ')
    verdict "the program is one for arm64 (ELF machine b7)" test "$file_type" = b700
    # Bytes are promised for one version of zlib; content always.
    folder=$arm64_root/bits compare "arm64, content digests" content -- "$work/stimgen-arm64"
    if diff <(grep ^bytes "$work/reference.txt") <(grep ^bytes "$work/other.txt") >/dev/null; then
      echo "the files are the same bytes, too"
    else
      echo "the files differ in bytes (allowed where the libraries differ)"
    fi
    verdict "NEON by default" grep -q '^CPU path *neon$' <(cd "$arm64_root" && "$work/stimgen-arm64" --version)
    folder=$arm64_root/bits compare "arm64, scalar, 8 threads" content --threads 8 -- \
      env STIMGEN_ISA=scalar "$work/stimgen-arm64"
  else
    failed=$((failed + 1))
    tail -n 40 "$work/arm64.log"
    echo "FAILED the build for arm64"
  fi
fi

echo "same bits: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
