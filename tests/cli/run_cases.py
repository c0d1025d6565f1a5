#!/usr/bin/env python3
"""Runs the command-line cases: run_cases.py BINARY [--update] [CASE…]

A case is a folder beside this script with a file `cmd`, a bash script that calls "$STIMGEN". It runs in a copy of the
folder, with the files of common/ and the SONATA model of recipes/data as network/ beside it; what it prints must equal `stdout` and `stderr` (absent: nothing) and its
exit code `exit` (absent: 0). --update writes these files anew. The last line counts the cases.
"""
import argparse
import difflib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

HERE = pathlib.Path(__file__).resolve().parent
NETWORK = HERE.parent.parent / "recipes" / "data" / "network"
EXPECTATIONS = ("stdout", "stderr", "exit")
SECONDS = 120


def environment(binary, folder):
    kept = {name: os.environ[name] for name in ("PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS") if name in os.environ}
    return dict(kept, STIMGEN=str(binary), HOME=str(folder), TMPDIR=str(folder), LC_ALL="C.UTF-8", TERM="dumb")


def run_case(binary, case):
    """What the case gave: {"stdout": text, "stderr": text, "exit": text}."""
    with tempfile.TemporaryDirectory(prefix="stimgen-cli-") as temporary:
        folder = pathlib.Path(temporary) / "case"
        shutil.copytree(HERE / "common", folder)
        shutil.copytree(NETWORK, folder / "network")
        shutil.copytree(case, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("cmd", *EXPECTATIONS))
        scratch = pathlib.Path(temporary) / "scratch"
        scratch.mkdir()
        try:
            done = subprocess.run(["bash", "-o", "pipefail", str(case / "cmd")], cwd=folder, capture_output=True,
                                  env=environment(binary, scratch), stdin=subprocess.DEVNULL, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            return {"stdout": "", "stderr": f"still running after {SECONDS} s\n", "exit": "timeout\n"}
        return {"stdout": done.stdout.decode(errors="replace"), "stderr": done.stderr.decode(errors="replace"),
                "exit": f"{done.returncode}\n"}


def expected_of(case):
    default = {"stdout": "", "stderr": "", "exit": "0\n"}
    return {name: (case / name).read_text() if (case / name).exists() else default[name] for name in EXPECTATIONS}


def write_expected(case, got):
    for name in EXPECTATIONS:
        if got[name] == ("0\n" if name == "exit" else ""):
            (case / name).unlink(missing_ok=True)
        else:
            (case / name).write_text(got[name])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("cases", nargs="*", metavar="CASE")
    parser.add_argument("--update", action="store_true")
    options = parser.parse_intermixed_args()
    binary = options.binary.resolve()
    cases = sorted(path.parent for path in HERE.glob("*/cmd"))
    if options.cases:
        cases = [HERE / name for name in options.cases]

    failed = 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda case: run_case(binary, case), cases))
    for case, got in zip(cases, results):
        if options.update:
            write_expected(case, got)
        expected = expected_of(case)
        if got == expected:
            continue
        failed += 1
        print(f"FAILED {case.name}")
        for name in EXPECTATIONS:
            sys.stdout.writelines(
                line if line.endswith("\n") else line + "\n"
                for line in difflib.unified_diff(expected[name].splitlines(True), got[name].splitlines(True),
                                                 f"{case.name}/{name}", "got"))
    print(f"command line: {len(cases) - failed} passed, {failed} failed")
    return 1 if failed or not cases else 0


sys.exit(main())
