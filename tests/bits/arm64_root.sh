#!/usr/bin/env bash
# Makes a folder with a minimal Debian in which stimgen is cross-built for arm64 and run: arm64_root.sh DIR
# It holds an amd64 system with the cross compiler and qemu, and the arm64 libraries beside it (multiarch), so nothing of
# the machine itself changes. A second call with a finished folder returns at once. Needs root and debootstrap.
set -euo pipefail
if [ $# -ne 1 ]; then
  echo "usage: $0 DIR" >&2
  exit 2
fi
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=$1
stamp=$folder/.stimgen-root
wanted=$(sha256sum <"${BASH_SOURCE[0]}")
[ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && exit 0

. "$here/root_mounts.sh"
# Only a folder that this script began is ever deleted.
if [ -e "$folder.begun" ]; then
  unmount_root "$folder"
  rm -rf --one-file-system -- "$folder"
elif [ -e "$folder" ]; then
  echo "$0: $folder is there and was not made by this script" >&2
  exit 1
fi
mkdir -p "$(dirname "$folder")"
touch "$folder.begun"
command -v debootstrap >/dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends debootstrap >&2; }
debootstrap --variant=minbase --components=main bookworm "$folder" >&2
cp /etc/resolv.conf /etc/hosts "$folder/etc/"
# The machine's own way to the package servers, if it has one.
for file in /etc/apt/apt.conf.d/*proxy* /etc/apt/apt.conf; do
  [ -f "$file" ] && cp "$file" "$folder/etc/apt/apt.conf.d/"
done
mount_root "$folder"
trap 'unmount_root "$folder"' EXIT
inside() { chroot "$folder" env DEBIAN_FRONTEND=noninteractive LC_ALL=C "$@"; }
inside dpkg --add-architecture arm64
inside apt-get update -qq
inside apt-get install -y -qq --no-install-recommends g++ g++-aarch64-linux-gnu cmake ninja-build ccache qemu-user \
  pkg-config librandom123-dev nlohmann-json3-dev libhdf5-dev:arm64 libyaml-cpp-dev:arm64 libfmt-dev:arm64 \
  libspdlog-dev:arm64 libboost-program-options-dev:arm64 libssl-dev:arm64 zlib1g-dev:arm64 libdeflate-dev:arm64 libcsv-dev:arm64 >&2
rm -rf "$folder"/var/cache/apt/archives/*.deb
echo "$wanted" >"$stamp"
