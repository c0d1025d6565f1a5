#!/usr/bin/env bash
# Proves that the same recipe gives the same bits: bash tests/bits/same_bits.sh
# The digests and the bytes of all files that digests.py makes are compared over compilers, optimisation levels, the
# sanitizer build, numbers of threads, instruction sets, a C library without FMA, the order of tasks, numbers of shards,
# arm64 (built in a Debian of its own, run under qemu), and the other stable Debian with its compiler and libraries.
# Objects on the way from seed to spike may call no function of the maths library.
# Builds of tests/run_all.sh and tests/run_sanitizers.sh are used where they exist.
#   STIMGEN_BUILD_ROOT   where to build (default build/ in the checkout)
#   STIMGEN_ARM64_ROOT   the Debian for arm64 (default <build>/arm64-root; made if missing, needs root)
#   STIMGEN_TRIXIE_ROOT  Debian 13 (default <build>/trixie-root; made if missing, needs root)
#   STIMGEN              the reference program (default: gcc -O3, built here)
#   STIMGEN_BITS         the parts to run (default "builds settings shards symbols arm64 trixie")
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
here=$root/tests/bits
build=${STIMGEN_BUILD_ROOT:-$root/build}
arm64_root=$(realpath -m "${STIMGEN_ARM64_ROOT:-$build/arm64-root}")
trixie_root=$(realpath -m "${STIMGEN_TRIXIE_ROOT:-$build/trixie-root}")
parts=${STIMGEN_BITS:-builds settings shards symbols arm64 trixie}
unset STIMGEN_RESULTS  # the closing line is this script's result
. "$root/tests/support/steps.sh"
. "$here/root_mounts.sh"
work=$(mktemp -d "${TMPDIR:-/tmp}/stimgen-bits-XXXXXX")
clean_up() {
  wait
  unmount_root "$arm64_root"
  unmount_root "$trixie_root"
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
    -DSTIMGEN_BUILD_TESTS=OFF "${werror[@]}"
}

# The path from seed to output bits: no function of libm but sqrt, no distribution of the C++ library.
check_symbols() { # check_symbols BUILD
  local objects
  mapfile -t objects < <(find "$1/CMakeFiles/stimgen_lib.dir/src" -path '*/base/maths.cpp.o' -o -path '*/base/random.cpp.o' \
    -o -path '*/rate/*.o' -o -path '*/process/*.o')
  if [ ${#objects[@]} -lt 6 ]; then
    echo "only ${#objects[@]} objects found in $1"
    return 1
  fi
  local libm='(log|exp|pow|sin|cos|tan|asin|acos|atan|sinh|cosh|tanh|asinh|acosh|atanh|log1p|expm1|log2|log10|exp2|exp10|atan2|cbrt|hypot|erf|erfc|lgamma|tgamma|fma|fmod|sincos)'
  if nm -A --undefined-only "${objects[@]}" | grep -E " U (__)?$libm[fl]?(_r|_finite)?(@.*)?\$"; then return 1; fi
  if nm -AC "${objects[@]}" | grep -E 'std::[a-z_]+_distribution<'; then return 1; fi
}

runs() { [[ " $parts " == *" $1 "* ]]; } # runs PART

arm64_debian() {
  bash "$here/debian_root.sh" bookworm "$arm64_root" g++ g++-aarch64-linux-gnu cmake ninja-build ccache qemu-user pkg-config \
    librandom123-dev nlohmann-json3-dev libhdf5-dev:arm64 libyaml-cpp-dev:arm64 libfmt-dev:arm64 libspdlog-dev:arm64 \
    libboost-program-options-dev:arm64 zlib1g-dev:arm64 libdeflate-dev:arm64 libcsv-dev:arm64 libre2-dev:arm64
}
# What the build needs is installed by the script that the README's command uses.
trixie_debian() {
  bash "$here/debian_root.sh" trixie "$trixie_root" ccache || return 1
  mount_root "$trixie_root"
  cp "$root/tests/support/install_packages.sh" "$trixie_root/tmp/" || return 1
  chroot "$trixie_root" bash /tmp/install_packages.sh build
}

# build_in_debian FOLDER CMAKE_OPTION…   builds stimgen in a Debian, as /stimgen/build/stimgen
build_in_debian() {
  local folder=$1
  shift
  mount_root "$folder"
  mkdir -p "$folder/stimgen"
  (cd "$folder/stimgen" && rm -rf src include tests third_party CMakeLists.txt)
  cp -a "$root/src" "$root/include" "$root/tests" "$root/third_party" "$root/CMakeLists.txt" "$folder/stimgen/" || return 1
  chroot "$folder" sh -c 'cd /stimgen && cmake -S . -B build -G Ninja "$@" \
    -DCMAKE_BUILD_TYPE=Release -DSTIMGEN_BUILD_TESTS=OFF -DCMAKE_CXX_COMPILER_LAUNCHER=ccache && cmake --build build --target stimgen' - "$@"
}

# program_in_debian NAME FOLDER EMULATOR   makes $work/NAME, which runs the program of a Debian in the current folder
program_in_debian() {
  cat >"$work/$1" <<WRAPPER
#!/bin/sh
exec chroot "$2" sh -c 'cd "\$0" && exec $3 /stimgen/build/stimgen "\$@"' "\${PWD#"$2"}" "\$@"
WRAPPER
  chmod +x "$work/$1"
}

# Bytes are promised for one version of the libraries; content always.
say_if_same_bytes() {
  if diff <(grep ^bytes "$work/reference.txt") <(grep ^bytes "$work/other.txt") >/dev/null; then
    echo "the files are the same bytes, too"
  else
    echo "the files differ in bytes (allowed where the libraries differ)"
  fi
}

# Debians are downloaded while the rest runs. What goes wrong is said when they are needed.
{
  if runs arm64; then arm64_debian || true; fi
  if runs trixie; then trixie_debian || true; fi
} >"$work/debians.log" 2>&1 &
debians_job=$!

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

if runs settings; then
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

if runs shards; then
  heading "Tasks in parts, joined"
  for shards in 1 3 7; do compare "$shards shards" all --shards "$shards" -- "$stimgen"; done
fi

if runs builds; then
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
    -DSTIMGEN_SANITIZE="address,undefined" -DSTIMGEN_WARNINGS_AS_ERRORS=OFF; then
    compare "gcc with address and undefined-behaviour sanitizers" all -- "$build/asan-ubsan/stimgen"
  else
    failed=$((failed + 1))
  fi
fi

if runs symbols; then
  heading "Symbols of the generating code"
  for name in release gcc-O0 clang-O0 clang-O3; do
    [ -d "$build/$name" ] && verdict "no maths library, no std distribution in $name" check_symbols "$build/$name"
  done
fi

wait "$debians_job" || true

if runs arm64; then
  heading "arm64: cross-built, run under qemu"
  build_for_arm64() {
    arm64_debian && build_in_debian "$arm64_root" -DCMAKE_TOOLCHAIN_FILE=tests/bits/arm64.cmake
  }
  if build_for_arm64 >"$work/arm64.log" 2>&1; then
    program_in_debian stimgen-arm64 "$arm64_root" qemu-aarch64
    rm -rf "$arm64_root/bits"
    file_type=$(od -An -tx1 -j18 -N2 "$arm64_root/stimgen/build/stimgen" | tr -d ' ')
    verdict "the program is one for arm64 (ELF machine b7)" test "$file_type" = b700
    folder=$arm64_root/bits compare "arm64, content digests" content -- "$work/stimgen-arm64"
    say_if_same_bytes
    verdict "NEON by default" grep -q '^CPU path *neon$' <(cd "$arm64_root" && "$work/stimgen-arm64" --version)
    folder=$arm64_root/bits compare "arm64, scalar, 8 threads" content --threads 8 -- \
      env STIMGEN_ISA=scalar "$work/stimgen-arm64"
  else
    failed=$((failed + 1))
    tail -n 40 "$work/arm64.log"
    echo "FAILED the build for arm64"
  fi
fi

if runs trixie; then
  heading "Debian 13: gcc 14, HDF5 1.14, yaml-cpp 0.8; warnings are errors"
  build_on_trixie() {
    trixie_debian && build_in_debian "$trixie_root" -DSTIMGEN_WARNINGS_AS_ERRORS=ON
  }
  tutorial() { # tutorial FOLDER COMMAND…   runs the tutorial; its digests are printed
    local place=$1
    shift
    rm -rf "$place"
    mkdir -p "$place"
    cp "$root/recipes/tutorial.yaml" "$place/"
    (cd "$place" && "$@" run tutorial.yaml --quiet >"$work/run" && "$@" digest stimulus/*.h5)
  }
  same_tutorial() {
    tutorial "$work/tutorial" "$stimgen" >"$work/tutorial.txt" || return 1
    tutorial "$trixie_root/tutorial" "$work/stimgen-trixie" >"$work/tutorial-trixie.txt" || return 1
    test -s "$work/tutorial.txt" && diff "$work/tutorial.txt" "$work/tutorial-trixie.txt"
  }
  if build_on_trixie >"$work/trixie.log" 2>&1; then
    program_in_debian stimgen-trixie "$trixie_root" ""
    rm -rf "$trixie_root/bits"
    verdict "it runs with HDF5 1.14" grep -q 'HDF5 1\.14' <(cd "$trixie_root" && "$work/stimgen-trixie" --version)
    verdict "the tutorial on Debian 13" same_tutorial
    folder=$trixie_root/bits compare "Debian 13, content digests" content -- "$work/stimgen-trixie"
    say_if_same_bytes
  else
    failed=$((failed + 1))
    tail -n 40 "$work/trixie.log"
    echo "FAILED the build on Debian 13"
  fi
fi

echo "same bits: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
