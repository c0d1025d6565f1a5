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
    return [verdict(f"verify takes {verify:.2f} x the time of run (target at most 0.8)", verify <= 0.8)]


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
    sys.exit(0 if all(reached) else 1)


if __name__ == "__main__":
    main()
