#!/usr/bin/env python3
"""Interrupts runs, and starts two in one folder: interruptions.py BINARY [--signals N] [--races N]

SIGINT, SIGTERM, SIGHUP, SIGXCPU and SIGUSR1, at random moments of a run far too long, once or twice within a second, which is the same
wish (`timeout` of coreutils sends SIGTERM twice): it ends within a second with exit code 130 (on a busy machine: of computing,
in one of three tries), leaves the older files as they were and nothing else behind. Of two runs started in one folder, the second
waits until the first is done, or is refused with the number of the other if it is told not to wait; nothing is ever
damaged, and a third is not stopped by a marker that a crash left.
"""
import argparse
import os
import pathlib
import random
import resource
import shutil
import signal
import subprocess
import time

import common

LIMIT_SECONDS = 1.0
KINDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGXCPU, signal.SIGUSR1)


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def ended_cpu_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def interrupted_run(binary, recipe, folder, threads, kind, after, twice):
    """(exit code, standard error, seconds and CPU seconds from the signal to the end)"""
    ended_before = ended_cpu_seconds()
    process = common.start(binary, recipe, folder, "-j", str(threads))
    # Signals before the program has begun to handle them are the system's matter.
    while not folder.is_dir() and process.poll() is None:
        time.sleep(0.002)
    time.sleep(after)
    begin, used_before = time.monotonic(), cpu_seconds(process.pid)
    process.send_signal(kind)
    if twice:
        time.sleep(0.01)
        process.send_signal(kind)
    code, errors = common.finish(process)
    return code, errors, time.monotonic() - begin, ended_cpu_seconds() - ended_before - used_before


def interrupt(checks, binary, top, count, generator):
    slowest = 0
    jobs = {}
    for layout, output in (("by-id", common.BY_ID), ("by-time", common.BY_TIME)):
        older_recipe = common.write_recipe(top / layout / "old", 3, output)
        older = common.reference(binary, older_recipe, top / layout / "older")
        jobs[layout] = (common.write_recipe(top / layout / "long", 2, output, 3000, "200000 s"), older)
    for number in range(count):
        layout = ("by-id", "by-time")[number % 2]
        recipe, older = jobs[layout]
        kind = KINDS[number // 2 % len(KINDS)]
        twice = number % 5 == 4
        after, threads = generator.uniform(0, 0.4), generator.choice((1, 2, 4))
        for _ in range(3):
            folder = top / layout / "stimuli"
            shutil.rmtree(folder, ignore_errors=True)
            code, errors, seconds, computing = interrupted_run(binary, recipe, folder, threads, kind, after, twice)
            if seconds <= LIMIT_SECONDS:
                break
            seconds = computing
            if seconds <= LIMIT_SECONDS / 2 or code != 130:
                break
        slowest = max(slowest, seconds)
        if os.environ.get("STIMGEN_SHOW_TIMES"):
            print(f"{layout} -j{threads} {seconds:.2f} s, computing {computing:.2f} s", flush=True)
        problems = []
        if code != 130:
            problems.append(f"ended with {code}: {errors!r}")
        if seconds > LIMIT_SECONDS:
            problems.append(f"computed for {seconds:.2f} s more")
        if common.contents(folder):
            problems.append(f"an unfinished run left {sorted(common.contents(folder))}")
        if common.litter(folder):
            problems.append(f"left behind: {', '.join(common.litter(folder))}")
        if number % 10 == 4:
            code, errors = common.run(binary, top / layout / "old" / "recipe.yaml", folder)
            if code != 0 or common.contents(folder) != older or common.litter(folder):
                problems.append(f"the next run ended with {code}: {errors!r}, {common.litter(folder)}")
        checks.no_problems(problems, f"{kind.name} {number} ({layout}, {threads} threads, after {after:.2f} s)")
    print(f"{count} signals, the slowest end took {slowest:.2f} s")


def race(checks, binary, top, count, generator):
    recipe = common.write_recipe(top / "race" / "new", 2, nodes=200)
    wanted = common.reference(binary, recipe, top / "race" / "undisturbed")
    folder = top / "race" / "stimuli"
    refused = 0
    for number in range(count):
        shutil.rmtree(folder, ignore_errors=True)
        first = common.start(binary, recipe, folder)
        time.sleep(generator.uniform(0, 0.05))
        patience = ("--no-wait",) if number % 2 else ()
        second = common.start(binary, recipe, folder, *patience)
        ends = {first.pid: common.finish(first), second.pid: common.finish(second)}
        problems = common.whole_files(common.contents(folder), wanted)
        for process, (code, errors) in ends.items():
            others = [str(pid) for pid in ends if pid != process]
            if process == second.pid and patience and code == 4 and "another run" in errors and len(errors.splitlines()) == 1:
                refused += 1
                # A holder that has the folder since an instant may not have written its number yet.
                if "(process" in errors and not any(f"process {pid}" in errors for pid in others):
                    problems.append(f"the message names another process: {errors!r}")
            elif code != 0:
                problems.append(f"ended with {code}: {errors!r}")
        if all(code != 0 for code, _ in ends.values()):
            problems.append("both were refused")
        if common.contents(folder) != wanted or common.litter(folder):
            problems.append(f"the end state is {sorted(common.contents(folder))} and {common.litter(folder)}")
        checks.no_problems(problems, f"race {number}")
    checks.check(refused > 0, "no race had a second run while the first was writing")
    print(f"{count} races, {refused} runs refused")


def hold(checks, binary, top):
    """The folder held by someone else, and a marker whose maker is gone."""
    recipe = common.write_recipe(top / "hold" / "new", 2)
    wanted = common.reference(binary, recipe, top / "hold" / "stimuli")
    folder = top / "hold" / "stimuli"
    marker = folder / common.MARKER
    marker.write_text("4711\n")
    code, errors = common.run(binary, recipe, folder)
    checks.no_problems([] if code == 0 and not common.litter(folder) else [f"{code}: {errors!r}"], "a marker of a dead run")
    marker.write_text("4711\n")
    holder = subprocess.Popen(["flock", "--exclusive", marker, "cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    holder.stdin.write(b"held\n")
    holder.stdin.flush()
    holder.stdout.readline()
    before = common.contents(folder)
    # Of other seeds: an idle run would not want the folder.
    other = common.write_recipe(top / "hold" / "new", 3)
    code, errors = common.run(binary, other, folder, "--no-wait")
    said = f"error: another run (process 4711) is writing to '{folder}'"
    checks.check(code == 4 and errors.startswith(said) and errors.count("\n") == 1, f"a held folder: {code}: {errors!r}")
    checks.check(common.contents(folder) == before == wanted, "a held folder: its files stay")
    waiting = common.start(binary, other, folder)
    time.sleep(0.3)
    checks.check(waiting.poll() is None, "a held folder is waited for")
    holder.communicate()
    code, errors = common.finish(waiting)
    checks.check(code == 0 and not common.litter(folder), f"a folder let go: {code}: {errors!r}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("--signals", type=int, default=60)
    parser.add_argument("--races", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    binary = options.binary.resolve()
    generator = random.Random(options.seed)
    checks = common.Checks("interruptions")
    with common.folder_for("stop") as temporary:
        top = pathlib.Path(temporary)
        hold(checks, binary, top)
        race(checks, binary, top, options.races, generator)
        interrupt(checks, binary, top, options.signals, generator)
    checks.finish()


if __name__ == "__main__":
    main()
