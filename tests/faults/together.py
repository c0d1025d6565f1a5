#!/usr/bin/env python3
"""Several runs at once: together.py BINARY [--tries N]

A run that starts while another, of other seeds, is about to finish in the same folder: whatever it says, the next plain run
leaves the right spikes, and never believes the other's. Twelve recipes of one folder at the same time, each with an output
folder of its own: all end well and all are in the lock, with locks as they should be, as NFS has them, and with none. Runs
in one output folder follow each other where the file system knows no locks, and after one of them was killed there.
Where the system starts too few threads, the work is done by those it has.
"""
import argparse
import json
import pathlib
import random
import resource
import shutil
import signal
import subprocess
import time

import common

RECIPE = """\
stimgen: 1
seeds: {{network: 1, spikes: {seeds}}}
time: {{stop: {stop}}}
networks: {{populations: {{p: {{nodes: {nodes}}}}}}}
backgrounds: {{bg: {{population: p, rate: 20 Hz}}}}
output: {{directory: {folder}}}
"""


def start(binary, recipe, *words, env=None):
    return subprocess.Popen([binary, "run", recipe, "-q", *words], cwd=recipe.parent, env=env or common.environment(),
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def digest(binary, file):
    return subprocess.run([binary, "digest", file], capture_output=True, check=True).stdout.split()[0]


def stale_judgement(checks, binary, top, tries, generator):
    recipe = top / "r.yaml"
    recipe.write_text(RECIPE.format(seeds=1, stop="20 s", nodes=20000, folder="out"))
    other = ("--set", "seeds.spikes=7")
    file = top / "out" / "bg.h5"
    checks.check(common.finish(start(binary, recipe))[0] == 0, "the first run")
    right = digest(binary, file)
    shutil.copytree(top / "out", top / "good")
    shutil.copy(top / "stimgen.lock", top / "good.lock")
    begin = time.monotonic()
    common.finish(start(binary, recipe, *other))
    seconds = time.monotonic() - begin
    for number in range(tries):
        shutil.rmtree(top / "out")
        shutil.copytree(top / "good", top / "out")
        (top / "out" / ".stimgen" / "state.json").unlink(missing_ok=True)
        shutil.copy(top / "good.lock", top / "stimgen.lock")
        second = start(binary, recipe, *other)
        time.sleep(max(0.0, seconds + generator.uniform(-0.4, 0.05)))
        first = start(binary, recipe)
        ends = common.finish(first), common.finish(second)
        codes = ends[0][0], ends[1][0]
        problems = [] if codes == (0, 0) else [f"ended with {ends}"]
        again = common.finish(start(binary, recipe))
        if again[0] != 0 or digest(binary, file) != right:
            problems.append(f"the next run ended with {again} and left other spikes")
        locked = common.finish(start(binary, recipe, "--locked"))
        if locked[0] != 0:
            problems.append(f"--locked: {locked}")
        checks.no_problems(problems, f"a judgement that went stale, {number}")


def one_lock(checks, binary, top, shim):
    for kind in ("real", "nfs", "none"):
        env = common.environment(LD_PRELOAD=str(shim), STIMGEN_FLOCK=kind)
        for number in range(5):
            folder = top / f"{kind}-{number}"
            folder.mkdir()
            recipes = [folder / f"r{i}.yaml" for i in range(12)]
            for i, recipe in enumerate(recipes):
                recipe.write_text(RECIPE.format(seeds=i, stop="1 s", nodes=20, folder=f"out{i}"))
            ends = [common.finish(run) for run in [start(binary, recipe, "-j", "1", env=env) for recipe in recipes]]
            problems = [f"{end}" for end in ends if end[0] != 0]
            entries = len(json.loads((folder / "stimgen.lock").read_text())["recipes"])
            if entries != 12:
                problems.append(f"{entries} recipes in the lock")
            left = [name.name for name in folder.iterdir() if name.name.startswith(".")]
            if left:
                problems.append(f"left behind: {left}")
            checks.no_problems(problems, f"twelve recipes, {kind} locks, {number}")


def no_locks(checks, binary, top, shim):
    env = common.environment(LD_PRELOAD=str(shim), STIMGEN_FLOCK="none")
    recipe = top / "r.yaml"
    recipe.write_text(RECIPE.format(seeds=1, stop="20 s", nodes=20000, folder="out"))
    first = start(binary, recipe, env=env)
    marker = top / "out" / ".stimgen-running-alone"
    while not marker.exists() and first.poll() is None:
        time.sleep(0.002)
    refused = common.finish(start(binary, recipe, "--no-wait", env=env))
    checks.check(refused[0] == 4 and f"process {first.pid}" in refused[1], f"without locks, --no-wait: {refused}")
    second = start(binary, recipe, env=env)
    ends = common.finish(first)[0], common.finish(second)[0]
    checks.check(ends == (0, 0) and not marker.exists(), f"without locks, one after the other: {ends}")
    shutil.rmtree(top / "out")
    killed = start(binary, recipe, env=env)
    while not marker.exists() and killed.poll() is None:
        time.sleep(0.002)
    killed.send_signal(signal.SIGKILL)
    common.finish(killed)
    checks.check(marker.exists(), "a killed run leaves its marker where there are no locks")
    after = common.finish(start(binary, recipe, "--no-wait", env=env))
    checks.check(after[0] == 0 and not marker.exists(), f"after a killed run, without locks: {after}")


def few_threads(checks, binary, top):
    """Where the system starts fewer threads than wanted, those it has do the work; nothing hangs."""
    recipe = top / "r.yaml"
    recipe.write_text(RECIPE.format(seeds=1, stop="1 s", nodes=200, folder="out"))
    common.finish(start(binary, recipe))
    right = (top / "out" / "bg.h5").read_bytes()
    for limit in (300 << 20, 1 << 30):
        for words in (["run", "r.yaml", "--force"], ["verify", "r.yaml"], ["audit", "out/bg.h5"]):
            try:
                done = subprocess.run([binary, *words, "-j", "1024"], cwd=top, env=common.environment(), timeout=60,
                                      capture_output=True, text=True,
                                      preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))
                said = done.stderr.count("[system.fewer-threads]")
                checks.check(done.returncode == 0 and said == 1, f"{words}, {limit >> 20} MiB: {done.returncode} {done.stderr!r}")
            except subprocess.TimeoutExpired:
                checks.check(False, f"{words}, {limit >> 20} MiB: hangs")
        checks.check((top / "out" / "bg.h5").read_bytes() == right, "fewer threads: the same file")
    many = common.finish(start(binary, recipe, "--force", env=common.environment(SLURM_CPUS_PER_TASK="100000")))
    checks.check(many[0] == 0, f"SLURM_CPUS_PER_TASK=100000: {many}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("--tries", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    binary = options.binary.resolve()
    checks = common.Checks("several runs")
    with common.folder_for("together") as temporary:
        top = pathlib.Path(temporary)
        shim = common.compile_shim(top)
        for name in ("stale", "lock", "nolocks", "threads"):
            (top / name).mkdir()
        stale_judgement(checks, binary, top / "stale", options.tries, random.Random(options.seed))
        one_lock(checks, binary, top / "lock", shim)
        no_locks(checks, binary, top / "nolocks", shim)
        few_threads(checks, binary, top / "threads")
    checks.finish()


if __name__ == "__main__":
    main()
