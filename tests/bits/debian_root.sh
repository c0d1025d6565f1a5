#!/usr/bin/env bash
# Makes a folder with a minimal Debian of its own, and packages in it: debian_root.sh SUITE FOLDER PACKAGE…
# SUITE is a release of Debian (bookworm, trixie); a PACKAGE may be of another architecture (libhdf5-dev:arm64). Nothing
# of the machine itself changes. A second call with a finished folder returns at once. Needs root and debootstrap.
set -euo pipefail
if [ $# -lt 3 ]; then
  echo "usage: $0 SUITE FOLDER PACKAGE…" >&2
  exit 2
fi
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
suite=$1
folder=$2
shift 2
stamp=$folder/.stimgen-root
wanted=$({ cat "${BASH_SOURCE[0]}" && echo "$suite" "$@"; } | sha256sum)
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
debootstrap --variant=minbase --components=main "$suite" "$folder" >&2
cp /etc/resolv.conf /etc/hosts "$folder/etc/"
# The machine's own way to the package servers, if it has one.
for file in /etc/apt/apt.conf.d/*proxy* /etc/apt/apt.conf; do
  [ -f "$file" ] && cp "$file" "$folder/etc/apt/apt.conf.d/"
done
mount_root "$folder"
trap 'unmount_root "$folder"' EXIT
echo force-unsafe-io >"$folder/etc/dpkg/dpkg.cfg.d/unsafe-io"  # a folder that a power cut may take
inside() { chroot "$folder" env DEBIAN_FRONTEND=noninteractive LC_ALL=C "$@"; }
for architecture in $(printf '%s\n' "$@" | sed -n 's/.*://p' | sort -u); do
  inside dpkg --add-architecture "$architecture"
done
inside apt-get update -qq
inside apt-get install -y -qq --no-install-recommends "$@" >&2
rm -rf "$folder"/var/cache/apt/archives/*.deb
echo "$wanted" >"$stamp"
