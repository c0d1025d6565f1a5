"""Compares stimgen with BMTK's Poisson generator and with write(), in one run on one machine.

    python tests/bench/compare_bmtk.py --stimgen build/release/stimgen

Needs the environment of tests/support/setup_venv.sh. Prints medians, ratios and the targets; the exit code is 1 if one
is missed. The folder (--folder) should be on the disk that results would go to; the large run needs 3.2 GB there.
"""

import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

BASELINE = """stimgen: 1
name: baseline
seeds: {{network: 1, spikes: 2}}
time: {{start: 0 s, stop: {stop_s} s}}
networks: {{populations: {{baseline: {{nodes: {nodes}}}}}}}
backgrounds: {{baseline: {{population: baseline, rate: {{mean: 20 Hz, stdev: 2 Hz}}}}}}
output: {{directory: {folder}, compression: {compression}}}
"""
# Leaves the disk out: what a program wrote stays in memory, as what write() wrote does.
NO_SYNC = """
#include <sys/types.h>
int fsync(int d) { (void)d; return 0; }
int fdatasync(int d) { (void)d; return 0; }
int sync_file_range(int d, off_t first, off_t count, unsigned flags) {
  (void)d; (void)first; (void)count; (void)flags;
  return 0;
}
"""
STOP_S = 15.0
BYTES_PER_SPIKE = 16

# Runs a program and prints "seconds KiB": a process of its own, since a child's peak memory starts at that of the
# process that forked it, and this one holds BMTK.
LAUNCHER = """
import os, sys, time
start = time.perf_counter()
child = os.fork()
if child == 0:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.execv(sys.argv[1], sys.argv[1:])
_, status, usage = os.wait4(child, 0)
print(time.perf_counter() - start, usage.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status) != 0)
"""


def timed(work):
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def build_no_sync(folder):
    """A library that makes fsync() do nothing in the program it is preloaded into; None without a C compiler."""
    source, library = folder / "no_sync.c", folder / "no_sync.so"
    source.write_text(NO_SYNC)
    compiler = shutil.which("cc") or shutil.which("gcc")
    if not compiler or subprocess.run([compiler, "-shared", "-fPIC", str(source), "-o", str(library)]).returncode:
        return None
    return library


def run_stimgen(options, folder, nodes, compression, preload=None):
    """(wall seconds, peak resident MiB, path of the file) of one process from start to exit."""
    out = folder / f"out_{compression}"
    shutil.rmtree(out, ignore_errors=True)
    recipe = folder / f"recipe_{nodes}_{compression}.yaml"
    recipe.write_text(BASELINE.format(stop_s=int(STOP_S), nodes=nodes, folder=out.name, compression=compression))
    command = [options.stimgen, "run", str(recipe), "--quiet", *options.stimgen_option]
    environment = {**os.environ, "LD_PRELOAD": str(preload)} if preload else dict(os.environ)
    launcher = [sys.executable, "-S", "-E", "-c", LAUNCHER, str(options.stimgen)]
    done = subprocess.run([*launcher, *command[1:]], env=environment, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"stimgen failed: {' '.join(command)}")
    seconds, memory_kib = done.stdout.splitlines()[-1].split()
    return float(seconds), float(memory_kib) / 1024, out / "baseline.h5"


def run_bmtk(folder, nodes, compression):
    """Seconds to draw and write the same job: rates are given, imports are not counted."""
    import numpy as np
    from bmtk.utils.reports.spike_trains import PoissonSpikeGenerator

    sigma2 = np.log(1 + (2 / 20) ** 2)
    rates = np.random.default_rng(1).lognormal(np.log(20) - sigma2 / 2, np.sqrt(sigma2), nodes)
    path = folder / f"bmtk_{compression}.h5"

    def work():
        generator = PoissonSpikeGenerator(population="baseline", seed=2)
        for node, rate in enumerate(rates):
            generator.add(node_ids=node, firing_rate=float(rate), times=(0.0, STOP_S))
        generator.to_sonata(str(path), compression="gzip" if compression == "gzip" else None)

    seconds, _ = timed(work)
    return seconds, path


def spike_count(path):
    import h5py

    with h5py.File(path, "r") as file:
        return len(file["spikes/baseline/node_ids"])


def write_bytes(path, count, sync):
    """Seconds of write() for `count` bytes in pieces of 1 MiB, with or without a final fsync."""
    piece = os.urandom(1 << 20)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT)

    def work():
        left = count
        while left:
            left -= os.write(descriptor, piece[: min(left, len(piece))])
        if sync:
            os.fsync(descriptor)

    seconds, _ = timed(work)
    os.close(descriptor)
    path.unlink()
    return seconds


def describe(name, seconds, spikes):
    median = statistics.median(seconds)
    spread = f"{min(seconds):.3f}-{max(seconds):.3f}"
    print(f"  {name:<28} {median:8.3f} s  ({spread}; {len(seconds)} runs)  {spikes / median / 1e6:8.2f} M spikes/s")
    return median


def verdict(text, reached):
    print(f"  {'reached' if reached else 'MISSED '}  {text}")
    return reached


def compare_with_bmtk(options, folder, compression, target):
    print(f"\nBaseline, {options.nodes} nodes x 20 +- 2 Hz x {STOP_S:g} s, {compression}")
    theirs, ours = [], []
    for _ in range(options.bmtk_repeats):
        seconds, path = run_bmtk(folder, options.nodes, compression)
        theirs.append(seconds)
    their_spikes = spike_count(path)
    for _ in range(options.repeats):
        seconds, memory, path = run_stimgen(options, folder, options.nodes, compression)
        ours.append(seconds)
    our_spikes = spike_count(path)
    # Per spike, since the two draw other rates and trains: their counts differ by about half a percent.
    their_median = describe("BMTK", theirs, their_spikes)
    our_median = describe("stimgen, whole process", ours, our_spikes)
    ratio = (their_median / their_spikes) / (our_median / our_spikes)
    return verdict(f"{ratio:.0f} x as fast as BMTK (target {target} x)", ratio >= target)


def compare_with_write(options, folder):
    nodes = options.large_spikes // int(20 * STOP_S)
    print(f"\nLarge run, {nodes} nodes, uncompressed")
    no_sync = build_no_sync(folder)
    seconds = {name: [] for name in ("stimgen", "write() + fsync()", "stimgen, fsync off", "write()")}
    memories = []
    for _ in range(options.large_repeats):
        for name, preload in [("stimgen", None), ("stimgen, fsync off", no_sync)]:
            if name != "stimgen" and not no_sync:
                continue
            taken, memory, path = run_stimgen(options, folder, nodes, "none", preload)
            seconds[name].append(taken)
            memories.append(memory)
            spikes = spike_count(path)
            path.unlink()
            os.sync()
        size = spikes * BYTES_PER_SPIKE
        seconds["write() + fsync()"].append(write_bytes(folder / "raw.bin", size, sync=True))
        seconds["write()"].append(write_bytes(folder / "raw.bin", size, sync=False))
        os.sync()
    medians = {name: describe(name, values, spikes) for name, values in seconds.items() if values}
    print(f"  {size / 1e9:.2f} GB")
    reached = []
    for ours, raw in [("stimgen", "write() + fsync()"), ("stimgen, fsync off", "write()")]:
        if ours in medians:
            ratio = medians[ours] / medians[raw]
            reached.append(verdict(f"{ratio:.2f} x {raw} by {ours} (target at most 3 x)", ratio <= 3))
    reached.append(verdict(f"{max(memories):.0f} MiB resident (target under 300 MiB)", max(memories) < 300))
    return all(reached)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stimgen", required=True, help="the stimgen program (a Release build)")
    parser.add_argument("--stimgen-option", action="append", default=[], help="passed on to `stimgen run`, e.g. -j2")
    parser.add_argument("--folder", type=pathlib.Path, help="where to write (default: a temporary folder)")
    parser.add_argument("--nodes", type=int, default=5000)
    parser.add_argument("--repeats", type=int, default=7, help="runs of stimgen on the baseline")
    parser.add_argument("--bmtk-repeats", type=int, default=2, help="runs of BMTK on the baseline, about 8 s each")
    parser.add_argument("--large-spikes", type=int, default=100_000_000, help="0 leaves the large run out")
    parser.add_argument("--large-repeats", type=int, default=3)
    options = parser.parse_args()
    options.stimgen = str(pathlib.Path(options.stimgen).resolve())

    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = pathlib.Path(name)
        reached = [compare_with_bmtk(options, folder, "gzip", 30), compare_with_bmtk(options, folder, "none", 200)]
        if options.large_spikes:
            reached.append(compare_with_write(options, folder))
    sys.exit(0 if all(reached) else 1)


if __name__ == "__main__":
    main()
