#!/usr/bin/env python3
"""Makes the kernel refuse: io_errors.py BINARY [--every N]

A library loaded before the program (fault_shim.c, compiled here) makes the k-th write, fsync, rename, ftruncate, close
or creation in the output folder fail, for every k (or every N-th) until nothing fails any more; once, and from then on.
Short writes must change nothing. After any other fault the run ends with 0 and right files (the call did not matter),
or with 4, lines that name file and cause, and old or new whole files only; nothing else is left behind.
"""
import argparse
import pathlib
import shutil

import common

CAUSES = {"EIO": "Input/output error", "ENOSPC": "No space left on device", "EDQUOT": "Disk quota exceeded",
          "EACCES": "Permission denied"}
FAULTS = [("write", "EIO"), ("write", "ENOSPC+"), ("write", "short"), ("write", "short+"), ("fsync", "EIO"),
          ("fsync", "EIO+"), ("rename", "EIO"), ("rename", "EACCES+"), ("ftruncate", "EIO"), ("ftruncate", "EDQUOT+"),
          ("close", "EIO"), ("close", "EIO+"), ("create", "ENOSPC"), ("create", "EACCES+")]


def strike(binary, shim, recipe, folder, fault, number, top):
    """Runs with one fault: (was it injected, exit code, standard error)."""
    operation, how = fault
    log = top / "injected"
    log.unlink(missing_ok=True)
    env = common.environment(LD_PRELOAD=str(shim), STIMGEN_FAULT=f"{operation} {number} {how}",
                             STIMGEN_FAULT_UNDER=str(folder), STIMGEN_FAULT_LOG=str(log),
                             ASAN_OPTIONS="verify_asan_link_order=0")
    code, errors = common.run(binary, recipe, folder, "-j", "1", env=env)
    return log.exists(), code, errors


def judge(fault, code, errors, folder, wanted, older):
    how = fault[1].rstrip("+")
    found = common.contents(folder)
    problems = common.whole_files(found, wanted, older)
    if how == "short" and code != 0:
        problems.append(f"ended with {code}: {errors!r}")
    elif code == 0:
        if found != wanted:
            problems.append("ended with 0, but not all files are the new ones")
    elif code == 4:
        problems += common.clean_message(errors, [CAUSES[how]], [*common.FILES, folder.name])
    else:
        problems.append(f"ended with {code}: {errors!r}")
    if set(found) < set(older):
        problems.append(f"old files are gone: {', '.join(sorted(set(older) - set(found)))}")
    if common.litter(folder):
        problems.append(f"left behind: {', '.join(common.litter(folder))}")
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("--every", type=int, default=1)
    options = parser.parse_args()
    binary = options.binary.resolve()
    checks = common.Checks("I/O errors")
    injected = {}

    with common.folder_for("io") as temporary:
        top = pathlib.Path(temporary)
        shim = common.compile_shim(top)
        for layout, output in (("by-id", common.BY_ID), ("by-time", common.BY_TIME)):
            wanted, older, recipe = common.before_and_after_an_edit(binary, top / layout, output)
            folder = top / layout / "stimuli"
            for fault in FAULTS:
                number, struck = 1, True
                while struck:
                    shutil.rmtree(folder, ignore_errors=True)
                    shutil.copytree(top / layout / "older", folder)
                    struck, code, errors = strike(binary, shim, recipe, folder, fault, number, top)
                    if struck:
                        injected[fault] = injected.get(fault, 0) + 1
                        checks.no_problems(judge(fault, code, errors, folder, wanted, older),
                                           f"{layout}: {fault[0]} {number} {fault[1]}")
                    number += options.every
        for fault in FAULTS:
            # No run truncates where HDF5 has no need to; all else must have struck.
            checks.check(injected.get(fault, 0) > 0 or fault[0] == "ftruncate", f"no fault of kind {fault} was injected")
        print("injected: " + ", ".join(f"{operation} {how} {count}" for (operation, how), count in injected.items()))
    checks.finish()


if __name__ == "__main__":
    main()
