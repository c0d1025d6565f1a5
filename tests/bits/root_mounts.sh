# Source it: mount_root FOLDER and unmount_root FOLDER give a Debian in a folder what programs in it need of the kernel.

mount_root() {
  mountpoint -q "$1/proc" || mount -t proc proc "$1/proc"
  [ -c "$1/dev/null" ] || mknod -m 666 "$1/dev/null" c 1 3 2>/dev/null || true
}

unmount_root() {
  local point
  # Deepest first; a folder without mounts has none to list.
  awk -v root="$(realpath -m "$1")/" 'index($2, root) == 1 { print $2 }' /proc/mounts | sort -r | while read -r point; do
    umount "$point"
  done
}
