#!/usr/bin/env python3
"""Fills the disk: disk_full.py BINARY [--every N]

A small tmpfs with older files on it has from nothing up to enough room for the new ones (steps of 4 KiB, or every N-th);
and file sizes are limited (RLIMIT_FSIZE, "File too large") from nothing up to enough. Each run ends with 0 and the new
files, or with 4, lines that name file and cause, and only whole files, old or new. Mounting needs root.
"""
import argparse
import pathlib
import resource
import shutil
import subprocess

import common

PAGE = 4096


def judge(code, errors, cause, folder, wanted, older):
    found = common.contents(folder)
    problems = common.whole_files(found, wanted, older)
    if sorted(found) != sorted(wanted):
        problems.append(f"the folder holds {sorted(found)}")
    if code == 0:
        if found != wanted:
            problems.append("ended with 0, but not all files are the new ones")
    elif code == 4:
        problems += common.clean_message(errors, [cause], [*common.FILES, folder.name])
    else:
        problems.append(f"ended with {code}: {errors!r}")
    if common.litter(folder):
        problems.append(f"left behind: {', '.join(common.litter(folder))}")
    return problems


def fill_disk(checks, binary, recipe, wanted, older, mount_point, every, title):
    """Room for 0, 1, 2… pages more than the older files need."""
    needed = sum(-(-len(data) // PAGE) for data in wanted.values()) + 8
    ended_well = 0
    for pages in range(0, needed, every):
        mount_point.mkdir(exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", mount_point], check=True)
        try:
            folder = mount_point / "stimuli"
            folder.mkdir()
            for name, data in older.items():
                (folder / name).write_bytes(data)
            used = sum(-(-len(data) // PAGE) for data in older.values())
            subprocess.run(["mount", "-o", f"remount,size={(used + pages) * PAGE}", mount_point], check=True)
            code, errors = common.run(binary, recipe, folder, "-j", "2")
            ended_well += code == 0
            checks.no_problems(judge(code, errors, "No space left on device", folder, wanted, older),
                               f"{title}: room for {pages} pages")
        finally:
            subprocess.run(["umount", mount_point], check=True)
    checks.check(0 < ended_well < needed // every, f"{title}: {ended_well} runs had room enough; some should, not all")


def limit_sizes(checks, binary, recipe, wanted, older_folder, older, folder, every, title):
    largest = max(map(len, wanted.values()))
    for limit in [*range(0, largest, max(1, every * largest // 40)), largest]:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(older_folder, folder)
        code, errors = common.run(binary, recipe, folder, "-j", "2",
                                  preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
        problems = judge(code, errors, "File too large", folder, wanted, older)
        if (code == 0) != (limit >= largest):
            problems.append(f"ended with {code}")
        checks.no_problems(problems, f"{title}: files of at most {limit} bytes")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("--every", type=int, default=1)
    options = parser.parse_args()
    binary = options.binary.resolve()
    checks = common.Checks("full disk")

    with common.folder_for("full") as temporary:
        top = pathlib.Path(temporary)
        for layout, output in (("by-id", common.BY_ID), ("by-time", common.BY_TIME)):
            wanted, older, recipe = common.before_and_after_an_edit(binary, top / layout, output)
            fill_disk(checks, binary, recipe, wanted, older, top / "disk", options.every, f"{layout}, small disk")
            limit_sizes(checks, binary, recipe, wanted, top / layout / "older", older, top / "stimuli", options.every,
                        f"{layout}, size limit")
    checks.finish()


if __name__ == "__main__":
    main()
