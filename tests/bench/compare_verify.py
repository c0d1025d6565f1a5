"""What reproducibility costs: verify against run, and a run with nothing to do.

    python tests/bench/compare_verify.py --stimgen build/shared/stimgen

All ratios are of medians of runs that alternate, on one machine, in one folder (--folder). Prints the targets; the exit
code is 1 if one is missed.
"""

import argparse
import pathlib
import shutil
import sys
import tempfile

import targets
from jobs import BASELINE_JOB, STOP_S
from measuring import describe, run_or_exit, verdict


def compare_large(options, folder, compression):
    nodes = options.spikes // int(20 * STOP_S)
    recipe = folder / "large.yaml"
    recipe.write_text(BASELINE_JOB.recipe(nodes, "large", compression))
    plain = {"PATH": "/usr/bin:/bin"}
    print(f"\n{nodes} nodes x 20 +- 2 Hz x {STOP_S:g} s, compression: {compression}")
    seconds = {"run": [], "verify": []}
    for _ in range(options.repeats):
        for name in seconds:
            if name != "verify":
                shutil.rmtree(folder / "large", ignore_errors=True)
                (folder / "stimgen.lock").unlink(missing_ok=True)
            command = [options.stimgen, name, recipe, "-q"]
            seconds[name].append(run_or_exit(command, plain).seconds)
    medians = {name: describe(name, values, options.spikes) for name, values in seconds.items()}
    verify = medians["verify"] / medians["run"]
    return [verdict(f"verify takes {verify:.2f} x the time of run (target at most {targets.VERIFY_RATIO})",
                    verify <= targets.VERIFY_RATIO)]


def compare_nothing_to_do(options, folder):
    recipe = folder / "many.yaml"
    lines = ["stimgen: 1", "name: many", "seeds: 1", "time: {stop: 1 s}", "networks: {populations: {cells: {nodes: 10}}}",
             "output: {directory: many, compression: none}", "backgrounds:"]
    lines += [f"  b{i}: {{population: cells, rate: {5 + i % 40} Hz}}" for i in range(options.tasks)]
    recipe.write_text("\n".join(lines) + "\n")
    command, environment = [options.stimgen, "run", recipe, "-q"], {"PATH": "/usr/bin:/bin"}
    print(f"\n{options.tasks} tasks, nothing to do")
    run_or_exit(command, environment)
    measured = [run_or_exit(command, environment) for _ in range(max(options.repeats, 5))]
    median = describe("run", [process.seconds for process in measured], 0)
    memory = max(process.peak_mib for process in measured)
    return [verdict(f"{median:.2f} s (target at most 0.5 s)", median <= 0.5),
            verdict(f"{memory:.0f} MiB resident (target at most 100 MiB)", memory <= 100)]


def compare_nodes(options, folder):
    """A population of 10 million nodes with three columns, and two assemblies, one of them drawn from a query."""
    import h5py
    import numpy as np

    count = 10_000_000
    rng = np.random.default_rng(1)
    with h5py.File(folder / "nodes.h5", "w") as file:
        group = file.create_group("nodes/cells")
        group["node_id"] = np.arange(count, dtype=np.uint64)
        group["node_type_id"] = np.zeros(count, np.int64)
        group["node_group_id"] = np.zeros(count, np.int64)
        group["node_group_index"] = np.arange(count, dtype=np.int64)
        group["0/layer"] = rng.integers(1, 7, count)
        group["0/x"] = rng.uniform(0, 1000, count)
        group["0/kind"] = rng.integers(0, 3, count)
    (folder / "types.csv").write_text("node_type_id model_type\n0 virtual\n")
    recipe = folder / "nodes.yaml"
    recipe.write_text("stimgen: 1\nname: nodes\nseeds: 1\ntime: {stop: 2 s}\n"
                      "networks: {files: [{nodes: nodes.h5, node_types: types.csv}]}\n"
                      "assemblies:\n  layers: {population: cells, method: property, property: layer}\n"
                      "  some: {population: cells, method: random, count: 4, where: {x: {$lt: 500}}}\n"
                      "patterns:\n  a: {type: long, assemblies: layers, on_time: 1 s, off_time: 1 s, rates: {burst: 1 Hz}}\n"
                      "  b: {type: long, assemblies: some, on_time: 1 s, off_time: 1 s, rates: {burst: 1 Hz}}\n")
    print(f"\n{count} nodes with three columns, two assemblies: check")
    measured = [run_or_exit([options.stimgen, "check", recipe, "-q"], keep_errors=True) for _ in range(options.repeats)]
    median = describe("check", [process.seconds for process in measured], 0)
    return [verdict(f"{median:.2f} s (target at most {targets.NODES_S} s)", median <= targets.NODES_S)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stimgen", required=True, help="the stimgen program (a Release build)")
    parser.add_argument("--folder", type=pathlib.Path, help="where to write (default: a temporary folder)")
    parser.add_argument("--spikes", type=int, default=100_000_000)
    parser.add_argument("--tasks", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    options.stimgen = str(pathlib.Path(options.stimgen).resolve())
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = pathlib.Path(name)
        reached = [target for compression in ("none", "gzip") for target in compare_large(options, folder, compression)]
        reached += compare_nothing_to_do(options, folder)
        reached += compare_nodes(options, folder)
    sys.exit(0 if all(reached) else 1)


if __name__ == "__main__":
    main()
