"""The speeds that stimgen is meant to reach, against what was measured."""

import pathlib
import shutil
import statistics

from measuring import BYTES_PER_SPIKE, run_or_exit

# Of the comparison with BMTK, which the sizes need not hold: so many times as fast, by compression, nobody syncing.
BMTK_SPIKES = 1_500_000
BMTK_TIMES = {"none": 350, "gzip": 150}
# Time over that of write() of the same bytes, nobody syncing; of by_time over by_id; of verify over run.
WRITE_RATIO = 2.2
BY_TIME_RATIO = 1.8
VERIFY_RATIO = 0.8
# Share of the CPU time of a run that digests take, by compression.
DIGEST_SHARE = {"none": 0.12, "gzip": 0.08}
# 10 million nodes with three columns and two assemblies, planned.
NODES_S = 1.5
# Of all others but memory and exponent, at most.
TARGET_SPIKES = 100_000_000
TUTORIAL = pathlib.Path(__file__).resolve().parents[2] / "recipes" / "tutorial.yaml"


class Verdicts:
    def __init__(self):
        self.lines = []

    def compare(self, work, wanted, form, value, reached, at=None, where=""):
        """`value` None: not measured. `at`: the size, where the target is for TARGET_SPIKES."""
        if value is None:
            self.lines.append((work, wanted, "", "not measured"))
            return
        measured = form.format(value) + (f" at {shown(at)}" if at else "") + where
        if at and at < TARGET_SPIKES:  # the start of the program counts, which the target does not mean
            self.lines.append((work, wanted, measured, "too small"))
        else:
            self.lines.append((work, wanted, measured, "reached" if reached(value) else "MISSED"))


def shown(size):
    return f"{size:.3g}".replace("e+0", "e") + " spikes"


def up_to_target(results, job, name):
    """(size, cell) by size. Larger files than those of the targets measure how the disk empties the page cache."""
    return [(size, cell) for size, cell in results.measured(job, name) if size <= TARGET_SPIKES]


def last_pair(results, job, left, right):
    """(size, cell, cell) at the largest size where both were measured."""
    pairs = [(size, cell, results.at(job, right, size)) for size, cell in up_to_target(results, job, left)]
    return next(((size, a, b) for size, a, b in reversed(pairs) if b), None)


def against(verdicts, results, work, wanted, left, right, factor, most=None, least=None, job="baseline"):
    """The time of `left` over that of `right`, spike for spike, at the largest common size."""
    pair = last_pair(results, job, left, right)
    value = pair[1].seconds_per_spike / pair[2].seconds_per_spike if pair else None
    verdicts.compare(work, wanted, factor, value, lambda ratio: ratio <= most if most else ratio >= least,
                     pair and pair[0])


def faster_numpy(results, ours):
    """(size, its time over that of `ours`, name) of the faster NumPy at the largest size."""
    found = []
    for size, cell in up_to_target(results, "baseline", ours):
        for name in ("numpy-whole", "numpy-blocks"):
            rival = results.at("baseline", name, size)
            if rival:
                found.append((size, rival.seconds_per_spike / cell.seconds_per_spike, name))
    return min(found, key=lambda entry: (-entry[0], entry[1]), default=(0, None, ""))


def judge(results, start_s, tutorial_s):
    verdicts = Verdicts()
    against(verdicts, results, "no compression, all cores, against write() and fsync()", "≤ 1.5 ×", "stimgen",
            "write-synced", "{:.2f} ×", most=1.5)
    against(verdicts, results, "the same with fsync() off, against write()", f"≤ {WRITE_RATIO} ×", "stimgen-nosync",
            "write-unsynced", "{:.2f} ×", most=WRITE_RATIO)
    for isa, least in (("avx2", 80), ("scalar", 40)):
        cells = up_to_target(results, "baseline", f"stimgen-nosync-j1-{isa}")
        verdicts.compare(f"one thread, {isa}, fsync() off, written", f"≥ {least} M spikes/s", "{:.0f} M spikes/s",
                         1e-6 / cells[-1][1].seconds_per_spike if cells else None, lambda speed: speed >= least,
                         cells and cells[-1][0])
    for suffix, least in (("-gzip", BMTK_TIMES["gzip"]), ("", BMTK_TIMES["none"])):
        ratio = None
        ours, theirs = (results.at("baseline", name + suffix, BMTK_SPIKES) for name in ("stimgen", "bmtk"))
        if ours and theirs:
            ratio = theirs.seconds_per_spike / ours.seconds_per_spike
        verdicts.compare(f"against BMTK, 1.5 M spikes, {'gzip' if suffix else 'no compression'}", f"≥ {least:,} ×",
                         "{:,.0f} ×", ratio, lambda value: value >= least)
    # BMTK ends long before stimgen has more to do than to start: spike for spike, each at its largest size.
    ours, theirs = results.measured("long", "stimgen"), results.measured("long", "bmtk")
    ratio = theirs[-1][1].seconds_per_spike / ours[-1][1].seconds_per_spike if ours and theirs else None
    verdicts.compare("pattern active 1 % of the time, against BMTK, per spike, each at its largest size", "≥ 10,000 ×",
                     "{:,.0f} ×", ratio, lambda value: value >= 10000,
                     ratio and ours[-1][0], f", BMTK at {shown(theirs[-1][0])}" if ratio else "")
    for name, synced in (("stimgen", ""), ("stimgen-nosync", ", both without fsync()")):
        size, ratio, rival = faster_numpy(results, name)
        verdicts.compare(f"against NumPy by hand, no compression{synced}", "≥ 5 ×", "{:.2f} ×", ratio,
                         lambda value: value >= 5, size, f" ({rival})")
    gzip = up_to_target(results, "baseline", "stimgen-gzip")
    verdicts.compare("gzip, all cores", "≥ 30 M spikes/s", "{:.1f} M spikes/s",
                     1e-6 / gzip[-1][1].seconds_per_spike if gzip else None, lambda speed: speed >= 30,
                     gzip and gzip[-1][0])
    verdicts.compare("gzip, size of the file", "≤ 41 % of the raw size", "{:.1f} %",
                     100 * gzip[-1][1].bytes_per_spike / BYTES_PER_SPIKE if gzip else None, lambda value: value <= 41,
                     gzip and gzip[-1][0])
    for suffix in ("", "-gzip"):
        against(verdicts, results, f"by_time against by_id{', gzip' if suffix else ''}", f"≤ {BY_TIME_RATIO} ×",
                f"stimgen{suffix}-bytime", f"stimgen{suffix}", "{:.2f} ×", most=BY_TIME_RATIO)
    for one, both, name in (("stimgen-nosync-j1", "stimgen-nosync", "fsync() off"),
                            ("stimgen-gzip-j1", "stimgen-gzip", "gzip")):
        against(verdicts, results, f"all threads against one, {name}", "≥ 1.8 × on 2 cores", one, both, "{:.2f} ×",
                least=1.8)
    peaks = [(row.peak_mib, row.program, row.spikes_asked) for row in results.rows
             if row.outcome == "measured" and row.program.startswith("stimgen") and row.spikes_asked >= 1_000_000]
    verdicts.compare("peak memory of every run from 10⁶ spikes on", "≤ 256 MiB", "{:.0f} MiB",
                     max(peaks)[0] if peaks else None, lambda value: value <= 256,
                     where=f" ({max(peaks)[1]}, {shown(max(peaks)[2])})" if peaks else "")
    for name in ("stimgen", "stimgen-nosync", "stimgen-gzip"):
        fit = results.fit("baseline", name, 1_000_000)
        verdicts.compare(f"exponent of time against spikes, {name}", "≤ 1.02", "{:.3f}", fit and fit.exponent,
                         lambda value: value <= 1.02,
                         where=f" ({shown(fit.sizes[0])} to {shown(fit.sizes[-1])})" if fit else "")
    verdicts.compare("stimgen --version", "≤ 10 ms", "{:.1f} ms", 1000 * start_s, lambda value: value <= 10)
    verdicts.compare("the tutorial from cold", "≤ 150 ms", "{:.0f} ms", 1000 * tutorial_s, lambda value: value <= 150)
    return verdicts.lines


def measure_start_s(stimgen, repeats=11):
    return statistics.median(run_or_exit([stimgen, "--version"]).seconds for _ in range(repeats))


def measure_tutorial_s(stimgen, folder, repeats=5):
    """From a folder that holds the recipe alone."""
    seconds = []
    for _ in range(repeats):
        work = folder / "tutorial"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        shutil.copy(TUTORIAL, work)
        seconds.append(run_or_exit([stimgen, "run", work / TUTORIAL.name, "--quiet"], keep_errors=True).seconds)
    return statistics.median(seconds)
