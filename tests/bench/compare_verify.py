"""What reproducibility costs: verify against run, run with and without digests, and a run with nothing to do.

    python tests/bench/compare_verify.py --stimgen build/shared/stimgen

All ratios are of medians of runs that alternate, on one machine, in one folder (--folder). Prints the targets; the exit
code is 1 if one is missed. Needs a C compiler, and a stimgen built with -DSTIMGEN_STATIC_CRYPTO=OFF: digests are
switched off by a library that is preloaded.
"""

import argparse
import pathlib
import shutil
import sys
import tempfile

from jobs import BASELINE_JOB, STOP_S
from measuring import build_preload, describe, run_or_exit, verdict

# SHA-256 of OpenSSL with its work left out: what remains of a run is all but the digests.
NO_DIGEST = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>
/* Short texts are digested: stimgen tests itself by the digest of some numbers when it starts. */
int EVP_DigestUpdate(void *context, const void *bytes, size_t count) {
  static int (*original)(void *, const void *, size_t);
  if (!original) original = (int (*)(void *, const void *, size_t))dlsym(RTLD_NEXT, "EVP_DigestUpdate");
  return count < 262144 ? original(context, bytes, count) : 1;
}
"""


def lock_of(options, folder, environment):
    """The lock of a run of 1000 nodes."""
    recipe = folder / "small.yaml"
    recipe.write_text(BASELINE_JOB.recipe(1000, "small", "none"))
    lock = folder / "stimgen.lock"
    lock.unlink(missing_ok=True)
    run_or_exit([options.stimgen, "run", recipe, "-q", "--force"], environment)
    return lock.read_text()


def compare_large(options, folder, compression):
    nodes = options.spikes // int(20 * STOP_S)
    recipe = folder / "large.yaml"
    recipe.write_text(BASELINE_JOB.recipe(nodes, "large", compression))
    plain = {"PATH": "/usr/bin:/bin"}
    no_digest = build_preload(folder, "no_digest", NO_DIGEST)
    if not no_digest:
        sys.exit("no C compiler")
    no_digest = dict(plain, LD_PRELOAD=str(no_digest))
    if lock_of(options, folder, no_digest) == lock_of(options, folder, plain):
        sys.exit("digests cannot be switched off in this stimgen; build one with -DSTIMGEN_STATIC_CRYPTO=OFF")
    print(f"\n{nodes} nodes x 20 +- 2 Hz x {STOP_S:g} s, compression: {compression}")
    seconds = {"run": [], "verify": [], "run without digests": []}
    for _ in range(options.repeats):
        for name, environment in [("run without digests", no_digest), ("run", plain), ("verify", plain)]:
            if name != "verify":
                shutil.rmtree(folder / "large", ignore_errors=True)
                (folder / "stimgen.lock").unlink(missing_ok=True)
            command = [options.stimgen, name.split()[0], recipe, "-q"]
            seconds[name].append(run_or_exit(command, environment).seconds)
    medians = {name: describe(name, values, options.spikes) for name, values in seconds.items()}
    verify = medians["verify"] / medians["run"]
    digests = medians["run"] / medians["run without digests"] - 1
    return [verdict(f"verify takes {verify:.2f} x the time of run (target at most 0.9)", verify <= 0.9),
            verdict(f"digests cost run {100 * digests:.0f} % (target at most 15 %)", digests <= 0.15)]


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
