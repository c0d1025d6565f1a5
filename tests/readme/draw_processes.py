#!/usr/bin/env python3
"""Draws recipes/pictures/processes.png: draw_processes.py BINARY (needs build/venv beside the build of BINARY).

For each point process spikes of some nodes, the intervals at a constant rate, and the rate at the start of the file and
after a step, beside what a usual generator delivers, written here in NumPy after what such generators do:

* gamma: ordinary renewal, the first interval like all others (NEST sinusoidal_gamma_generator, PyNN, obi-one)
* refractory: the hazard r/(1 - r·d) of the moment (Elephant NonStationaryPoissonProcess)
* correlated: copies displaced by ± jitter, whatever the rate is there (Elephant single_interaction_process)
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import h5py
import matplotlib
import numpy as np

matplotlib.use("agg")
matplotlib.rcParams.update({"font.size": 8})
import matplotlib.pyplot as plt  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
OURS, NAIVE = "#d1495b", "#8d99ae"
NODES, STEP_MS, STOP_MS, LOW_HZ, HIGH_HZ, BIN_MS = 20000, 60.0, 120.0, 20.0, 100.0, 1.0
RECIPE = """
stimgen: 1
seeds: {{network: 1, spikes: 7}}
time: {{stop: {stop} ms}}
networks: {{populations: {{cells: {{nodes: {nodes}}}}}}}
backgrounds: {{long: {{population: cells, where: {{node_id: {{$lt: 200}}}}, rate: 20 Hz, stop: 20 s, process: {process}}}}}
assemblies: {{groups: {{population: cells, method: random, count: 2000}}}}
patterns:
  step:
    type: long
    assemblies: groups
    start: {step} ms
    on_time: {step} ms
    rates: {{silent: 20 Hz, off: 100 Hz, burst: 100 Hz}}
    process: {process}
alternatives: [long, step]
output: {{directory: out}}
"""


def rate_hz(time_ms):
    return np.where(time_ms < STEP_MS, LOW_HZ, HIGH_HZ)


def naive_gamma(shape):
    def make(generator):
        times = []
        for _ in range(NODES):
            unit = np.cumsum(generator.gamma(shape, 1 / shape, 40))
            at_step = LOW_HZ * STEP_MS / 1000
            train = np.where(unit < at_step, unit * 1000 / LOW_HZ, STEP_MS + (unit - at_step) * 1000 / HIGH_HZ)
            times.append(train[train < STOP_MS])
        return np.concatenate(times)

    return make


def naive_refractory(dead_ms):
    """In steps of 0.1 ms."""

    def make(generator):
        step_ms = 0.1
        alive_ms = np.where(generator.random(NODES) < LOW_HZ * dead_ms / 1000, generator.random(NODES) * dead_ms, 0)
        times = []
        for time_ms in np.arange(0, STOP_MS, step_ms):
            per_ms = rate_hz(time_ms) / 1000
            fires = (alive_ms <= time_ms) & (generator.random(NODES) < step_ms * per_ms / (1 - per_ms * dead_ms))
            alive_ms[fires] = time_ms + dead_ms
            times.append(np.full(np.count_nonzero(fires), time_ms + step_ms / 2))
        return np.concatenate(times)

    return make


def naive_jitter(jitter_ms):
    def make(generator):
        counts = generator.poisson(NODES * LOW_HZ * STEP_MS / 1000), generator.poisson(
            NODES * HIGH_HZ * (STOP_MS - STEP_MS) / 1000)
        times = np.concatenate([generator.uniform(0, STEP_MS, counts[0]),
                                generator.uniform(STEP_MS, STOP_MS, counts[1])])
        return times + generator.uniform(-jitter_ms, jitter_ms, len(times))

    return make


ROWS = [
    ("gamma: {shape: 4}", naive_gamma(4)),
    ("gamma: {shape: 0.5}", naive_gamma(0.5)),
    ("lognormal: {cv: 0.8}", None),
    ("inverse_gaussian: {cv: 0.5}", None),
    ("refractory: {absolute: 5 ms}", naive_refractory(5)),
    ("correlated: {c: 0.2, jitter: 5 ms}", naive_jitter(5)),
    ("regular: {jitter: 0.3}", None),
]


def spikes_of(binary, process, folder):
    (folder / "r.yaml").write_text(RECIPE.format(process="{" + process + "}", nodes=NODES, step=STEP_MS, stop=STOP_MS))
    subprocess.run([binary, "run", folder / "r.yaml", "--quiet", "--force"], check=True, cwd=folder,
                   capture_output=True)
    result = []
    for task in ("long", "step"):
        with h5py.File(folder / "out" / f"{task}.h5") as file:
            group = file["spikes/cells"]
            result.append((group["node_ids"][:], group["timestamps"][:]))
    return result


def draw_row(axes, binary, process, naive, folder):
    (long_nodes, long_times), (_, step_times) = spikes_of(binary, process, folder)
    shown = (long_nodes < 25) & (long_times < 1000)
    axes[0].plot(long_times[shown], long_nodes[shown], "|", color=OURS, markersize=3, markeredgewidth=0.6)
    axes[0].set(xlim=(0, 1000), ylim=(-1, 25), yticks=[0, 24], ylabel="node")
    axes[0].set_title(process, loc="left", fontsize=8)
    same = np.diff(long_nodes) == 0
    intervals_ms = np.diff(long_times)[same]
    cv = intervals_ms.std() / intervals_ms.mean()
    axes[1].hist(intervals_ms, bins=np.arange(0, 201, 2), density=True, color=OURS)
    grid = np.linspace(0, 200, 200)
    axes[1].plot(grid, np.exp(-grid / 50) / 50, color="black", linewidth=0.8, linestyle=":")
    axes[1].set(xlim=(0, 200), yticks=[])
    axes[1].set_title(f"CV {cv:.2f}", loc="right", fontsize=8)
    bins = np.arange(0, STOP_MS + BIN_MS / 2, BIN_MS)
    middles = bins[:-1] + BIN_MS / 2
    to_hz = 1000 / (BIN_MS * NODES)
    if naive is not None:
        counts, _ = np.histogram(naive(np.random.default_rng(1)), bins)
        axes[2].plot(middles, counts * to_hz, color=NAIVE, linewidth=1, label="usual way")
    counts, _ = np.histogram(step_times, bins)
    axes[2].plot(middles, counts * to_hz, color=OURS, linewidth=1, label="stimgen")
    axes[2].plot(middles, rate_hz(middles), color="black", linewidth=0.8, linestyle=":", label="asked for")
    axes[2].set(xlim=(0, STOP_MS), ylim=(0, 190), ylabel="Hz")


def main():
    binary = Path(sys.argv[1]).resolve()
    figure, axes = plt.subplots(len(ROWS), 3, figsize=(9, 1.25 * len(ROWS)), constrained_layout=True,
                                gridspec_kw={"width_ratios": [2, 1, 1.4]})
    with tempfile.TemporaryDirectory() as folder:
        for row, (process, naive) in enumerate(ROWS):
            draw_row(axes[row], binary, process, naive, Path(folder))
    axes[0][1].plot([], [], color="black", linestyle=":", label="Poisson")
    axes[0][1].legend(frameon=False, fontsize=7)
    axes[0][2].legend(frameon=False, fontsize=7, loc="upper left")
    for axis, label in zip(axes[-1], ("time in ms, 25 nodes at 20 Hz", "interval in ms, at 20 Hz",
                                      "time in ms: from 20 to 100 Hz at 60 ms")):
        axis.set_xlabel(label)
    figure.savefig(ROOT / "recipes" / "pictures" / "processes.png", dpi=110, metadata={"Software": None})


if __name__ == "__main__":
    main()
