"""Compares stimgen with BMTK's Poisson generator and with write(), in one run on one machine.

    python tests/bench/compare_bmtk.py --stimgen build/release/stimgen

Needs the environment of tests/support/setup_venv.sh. Prints medians, ratios and the targets; the exit code is 1 if one
is missed. The folder (--folder) should be on the disk that results would go to; the large run needs 3.2 GB there.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import peers
import targets
from jobs import BASELINE_JOB, STOP_S
from measuring import (BYTES_PER_SPIKE, NO_SYNC, build_preload, describe, preloaded, run_or_exit, spike_count, verdict,
                       write_bytes)


def run_stimgen(options, folder, nodes, compression, preload=None, order="by_id"):
    """(wall seconds, peak resident MiB, path of the file) of one process from start to exit."""
    out = folder / f"out_{compression}"
    shutil.rmtree(out, ignore_errors=True)
    recipe = folder / f"recipe_{nodes}_{compression}.yaml"
    recipe.write_text(BASELINE_JOB.recipe(nodes, out.name, compression, order))
    command = [options.stimgen, "run", recipe, "--quiet", *options.stimgen_option]
    process = run_or_exit(command, preloaded(preload) if preload else None)
    return process.seconds, process.peak_mib, out / "baseline.h5"


def run_bmtk(folder, nodes, compression):
    """(wall seconds of a process from start to exit, seconds of its work without imports, path of the file)."""
    path, result = folder / f"bmtk_{compression}.h5", folder / "bmtk.json"
    spikes = round(nodes * BASELINE_JOB.spikes_per_node)
    peer = pathlib.Path(peers.__file__).resolve()
    process = run_or_exit([sys.executable, peer, "bmtk", "baseline", spikes, compression, path, result])
    return process.seconds, json.loads(result.read_text())["seconds"], path


def write_and_remove(path, count, sync):
    seconds = write_bytes(path, count, sync)
    path.unlink()
    return seconds


def compare_with_bmtk(options, folder, compression):
    """End to end: whole processes. The target is on like against like, and BMTK does not fsync(); stimgen as it is, and
    BMTK without its imports, are shown beside."""
    target = targets.BMTK_TIMES[compression]
    print(f"\nBaseline, {options.nodes} nodes x 20 +- 2 Hz x {STOP_S:g} s, {compression}, whole processes")
    no_sync = build_preload(folder, "no_sync", NO_SYNC)
    if not no_sync:
        sys.exit("needs a C compiler (cc): stimgen is also run without fsync()")
    theirs, work = [], []
    for _ in range(options.bmtk_repeats):
        seconds, without_imports, path = run_bmtk(folder, options.nodes, compression)
        theirs.append(seconds)
        work.append(without_imports)
    their_spikes = spike_count(path)
    synced, unsynced = [], []
    for _ in range(options.repeats):
        for seconds, preload in [(synced, None), (unsynced, no_sync)]:
            taken, memory, path = run_stimgen(options, folder, options.nodes, compression, preload)
            seconds.append(taken)
    our_spikes = spike_count(path)
    their_median = describe("BMTK", theirs, their_spikes)
    their_work = describe("BMTK without its imports", work, their_spikes)
    our_synced = describe("stimgen", synced, our_spikes)
    our_unsynced = describe("stimgen, fsync off", unsynced, our_spikes)

    # Per spike, since the two draw other rates and trains: their counts differ by about half a percent.
    def ratio(their_seconds, our_seconds):
        return (their_seconds / their_spikes) / (our_seconds / our_spikes)

    alike = ratio(their_median, our_unsynced)
    reached = verdict(f"{alike:.0f} x as fast as BMTK, neither syncing (target {target} x)", alike >= target)
    print(f"           {ratio(their_median, our_synced):.0f} x with stimgen's fsync(); "
          f"{ratio(their_work, our_synced):.0f} x of that without BMTK's imports")
    return reached


def compare_with_write(options, folder):
    nodes = options.large_spikes // int(20 * STOP_S)
    print(f"\nLarge run, {nodes} nodes, uncompressed")
    no_sync = build_preload(folder, "no_sync", NO_SYNC)
    ours = {"stimgen": (None, "by_id"), "stimgen, fsync off": (no_sync, "by_id"),
            "stimgen by_time, fsync off": (no_sync, "by_time")}
    seconds = {name: [] for name in (*ours, "write() + fsync()", "write()")}
    memories = []
    for _ in range(options.large_repeats):
        for name, (preload, order) in ours.items():
            if name != "stimgen" and not no_sync:
                continue
            taken, memory, path = run_stimgen(options, folder, nodes, "none", preload, order)
            seconds[name].append(taken)
            memories.append(memory)
            spikes = spike_count(path)
            path.unlink()
            os.sync()
        size = spikes * BYTES_PER_SPIKE
        seconds["write() + fsync()"].append(write_and_remove(folder / "raw.bin", size, sync=True))
        seconds["write()"].append(write_and_remove(folder / "raw.bin", size, sync=False))
        os.sync()
    medians = {name: describe(name, values, spikes) for name, values in seconds.items() if values}
    print(f"  {size / 1e9:.2f} GB")
    reached = []
    for name, other, most in [("stimgen", "write() + fsync()", targets.WRITE_RATIO),
                              ("stimgen, fsync off", "write()", targets.WRITE_RATIO),
                              ("stimgen by_time, fsync off", "stimgen, fsync off", targets.BY_TIME_RATIO)]:
        if name in medians and other in medians:
            ratio = medians[name] / medians[other]
            reached.append(verdict(f"{ratio:.2f} x {other} by {name} (target at most {most} x)", ratio <= most))
    reached.append(verdict(f"{max(memories):.0f} MiB resident (target under 300 MiB)", max(memories) < 300))
    return all(reached)


def share_of_digests(options, folder, compression):
    """CPU time of content digests over that of the run, as `run --profile` says it."""
    recipe = folder / "profiled.yaml"
    recipe.write_text(BASELINE_JOB.recipe(options.large_spikes // int(20 * STOP_S), "profiled", compression))
    done = subprocess.run([options.stimgen, "run", recipe, "--profile", *options.stimgen_option], check=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    shutil.rmtree(folder / "profiled")
    stages = dict(re.findall(r"^(\w+) +([0-9.]+) s +[0-9.]+ %", done.stdout, re.MULTILINE))
    share, most = float(stages["digest"]) / float(stages["all"]), targets.DIGEST_SHARE[compression]
    return verdict(f"{100 * share:.1f} % of the CPU time for digests, {compression} (target at most {100 * most:.0f} %)",
                   share <= most)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stimgen", required=True, help="the stimgen program (a Release build)")
    parser.add_argument("--stimgen-option", action="append", default=[], help="passed on to `stimgen run`, e.g. -j2")
    parser.add_argument("--folder", type=pathlib.Path, help="where to write (default: a temporary folder)")
    parser.add_argument("--nodes", type=int, default=5000)
    parser.add_argument("--repeats", type=int, default=15, help="runs of stimgen on the baseline")
    parser.add_argument("--bmtk-repeats", type=int, default=3, help="runs of BMTK on the baseline, about 8 s each")
    parser.add_argument("--large-spikes", type=int, default=100_000_000, help="0 leaves the large run out")
    parser.add_argument("--large-repeats", type=int, default=3)
    options = parser.parse_args()
    options.stimgen = str(pathlib.Path(options.stimgen).resolve())

    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = pathlib.Path(name)
        reached = [compare_with_bmtk(options, folder, compression) for compression in ("gzip", "none")]
        if options.large_spikes:
            reached.append(compare_with_write(options, folder))
            reached += [share_of_digests(options, folder, compression) for compression in ("none", "gzip")]
    sys.exit(0 if all(reached) else 1)


if __name__ == "__main__":
    main()
