"""stimgen, its peers and the floor beneath them: the same job, the same file format, one run, one machine.

    build/venv/bin/python tests/bench/compare.py --stimgen build/release/stimgen --output build/speed

Needs the environment of tests/support/setup_venv.sh; Brian2 has one of its own:

    python3 -m venv build/venv-brian2
    build/venv-brian2/bin/python -m pip install --requirement tests/bench/requirements.txt

A program that cannot be imported is left out, and the table says so. Prints medians, ratios, memory, exponents and the
targets; writes speed.csv, speed_time.svg and speed_ratio.svg. The exit code is 0 whatever the figures say. --folder
should be on the disk that results would go to: a file of the largest size must fit (16 bytes a spike).
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile

import plots
import tables
import targets
from jobs import JOBS
from measuring import (BYTES_PER_SPIKE, NO_SYNC, STOPPED_STATUS, build_preload, preloaded, run_process, spike_count)
from programs import BY_NAME, PROGRAMS
from results import Measurement, Results

PEERS = pathlib.Path(__file__).resolve().parent / "peers.py"
# Of the pattern: BMTK draws a hundred spikes for each that it keeps, and ends early.
LONG_SMALLEST, LONG_LARGEST = 10_000, 100_000_000
# Beyond the time limit, for what no smaller size foretold.
GRACE_S = 30


class Machine:
    def __init__(self, options):
        self.cpu = platform.processor() or platform.machine()
        try:
            for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
                if line.startswith("model name"):
                    self.cpu = line.split(":", 1)[1].strip()
                    break
        except OSError:
            pass
        self.cores = len(os.sched_getaffinity(0))
        self.date = datetime.date.today().isoformat()
        # Paths of this machine say nothing to others.
        words = [pathlib.Path(word).name if word.startswith("/") else word for word in sys.argv[1:]]
        self.command = "compare.py " + shlex.join(words)
        self.stimgen = options.stimgen_version

    def describe(self):
        return f"{self.date} · {self.cpu}, {self.cores} cores · {self.stimgen}"


def available_mib():
    for line in pathlib.Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable"):
            return int(line.split()[1]) / 1024
    return float("inf")


def failed(process, job, program, size, repeat):
    last_line = (process.errors.strip().splitlines() or ["no message"])[-1]
    return Measurement(job, program.name, size, "failed", repeat, process_seconds=process.seconds,
                       note=f"failed with {process.status}: {last_line[:200]}")


class Runner:
    """Runs programs on jobs of one size and adds what it saw to the results."""

    def __init__(self, options, folder, results):
        self.options = options
        self.folder = folder
        self.results = results
        self.no_sync = build_preload(folder, "no_sync", NO_SYNC)
        self.pythons = {}

    def python_of(self, program, job):
        """The interpreter that can import the peer; None if none can."""
        if program.peer not in self.pythons:
            candidates = [sys.executable, *filter(os.path.exists, self.options.extra_python)]
            can = [python for python in candidates
                   if run_process([python, PEERS, "--can", program.peer, job], keep_errors=True).status == 0]
            self.pythons[program.peer] = can[0] if can else None
        return self.pythons[program.peer]

    def why_missing(self, program, job):
        """Why the program cannot run here; empty if it can."""
        if program.is_stimgen:
            if not program.synced and not self.no_sync:
                return "no C compiler to switch fsync() off with"
            if program.isa:
                version = run_process([self.options.stimgen, "--version"], {**os.environ, "STIMGEN_ISA": program.isa})
                return "" if version.status == 0 else f"no {program.isa} here"
            return ""
        return "" if self.python_of(program, job) else f"{program.peer} cannot be imported"

    def foretold(self, program, job, size):
        """A row for a size that would take too long or too much memory; None if it may run."""
        seconds, peak_mib = self.results.predict(job, program.name, size)
        unknown = [row for row in self.results.rows if (row.job, row.program) == (job, program.name)]
        if unknown and unknown[-1].outcome in ("failed", "missing"):
            return Measurement(job, program.name, size, unknown[-1].outcome, note=unknown[-1].note)
        if program.limited and unknown and unknown[-1].outcome == "stopped" and not seconds > 0:
            return Measurement(job, program.name, size, "stopped", note=unknown[-1].note)
        if program.limited and seconds > self.options.limit_s:
            return Measurement(job, program.name, size, "predicted", seconds=seconds, peak_mib=peak_mib)
        if peak_mib > 0.8 * available_mib():
            return Measurement(job, program.name, size, "memory", seconds=seconds, peak_mib=peak_mib,
                               note=f"would need {peak_mib / 1024:.0f} GiB")
        if shutil.disk_usage(self.folder).free < 1.2 * BYTES_PER_SPIKE * size:
            return Measurement(job, program.name, size, "failed", note="no room on the disk")
        return None

    def run(self, program, job, size, repeat):
        out = self.folder / "out"
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        os.sync()  # no run pays for the pages of another
        row = (self.run_stimgen if program.is_stimgen else self.run_peer)(program, job, size, repeat, out)
        shutil.rmtree(out)
        self.results.add(row)
        return row

    def run_stimgen(self, program, job, size, repeat, out):
        recipe = out / "recipe.yaml"
        recipe.write_text(JOBS[job].recipe(JOBS[job].nodes(size), "spikes", program.compression, program.order))
        environment = dict(os.environ) if program.synced else preloaded(self.no_sync)
        if program.isa:
            environment["STIMGEN_ISA"] = program.isa
        threads = [f"-j{program.threads}"] if program.threads else []
        process = run_process([self.options.stimgen, "run", recipe, "--quiet", *threads], environment, keep_errors=True)
        if process.status != 0:
            return failed(process, job, program, size, repeat)
        path = out / "spikes" / f"{job}.h5"
        return Measurement(job, program.name, size, "measured", repeat, spike_count(path, job), process.seconds,
                           process.seconds, process.peak_mib, path.stat().st_size)

    def run_peer(self, program, job, size, repeat, out):
        path, result = out / "spikes.h5", out / "result.json"
        command = [self.python_of(program, job), PEERS, program.peer, job, size, program.compression, path, result]
        limit_s = self.options.limit_s + GRACE_S if program.limited else 0
        process = run_process(command, limit_s=limit_s, keep_errors=True)
        if process.status == STOPPED_STATUS:
            return Measurement(job, program.name, size, "stopped", repeat, process_seconds=process.seconds,
                               note=f"stopped after {limit_s:.0f} s")
        if process.status != 0:
            return failed(process, job, program, size, repeat)
        done = json.loads(result.read_text())
        spikes = done["spikes"] or spike_count(path, job)
        return Measurement(job, program.name, size, "measured", repeat, spikes, done["seconds"], process.seconds,
                           process.peak_mib, path.stat().st_size)


def measure_size(runner, options, programs, job, size):
    """Programs take turns, so that all see the same state of the machine."""
    waiting, spent_s = [], {}
    for program in programs:
        missing = runner.why_missing(program, job)
        if missing:
            row = Measurement(job, program.name, size, "missing", note=missing)
        else:
            row = runner.foretold(program, job, size)
        if row:
            runner.results.add(row)
            if missing and size == min(options.sizes):
                print(f"  left out: {program.label}: {missing}", file=sys.stderr)
        else:
            waiting.append(program)
            spent_s[program.name] = 0.0
    for repeat in range(options.repeats):
        for program in list(waiting):
            row = runner.run(program, job, size, repeat)
            print(f"  {job} {size:>10} {program.label:<40} {row.seconds:9.3f} s {row.note}", file=sys.stderr)
            spent_s[program.name] += row.process_seconds
            if row.outcome != "measured" or spent_s[program.name] > options.limit_s:
                waiting.remove(program)


def read_options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stimgen", required=True, help="the stimgen program (a Release build)")
    parser.add_argument("--output", type=pathlib.Path, required=True, help="folder for the CSV file and the figures")
    parser.add_argument("--folder", type=pathlib.Path, help="where spikes are written (default: a temporary folder)")
    parser.add_argument("--sizes", default="1e5,1e6,1e7,1e8,1e9", help="spikes, with commas (default: %(default)s)")
    parser.add_argument("--repeats", type=int, default=5, help="at most: who has used up --limit-s repeats no more")
    parser.add_argument("--limit-s", type=float, default=60, help="peers leave out sizes that would take longer")
    parser.add_argument("--programs", help=f"some of them, with commas between: {', '.join(BY_NAME)}")
    parser.add_argument("--jobs", default="baseline,long", help="(default: %(default)s)")
    parser.add_argument("--extra-python", action="append", default=[],
                        help="tried for peers that this Python lacks (default: build/venv-brian2 beside this one)")
    parser.add_argument("--markdown", type=pathlib.Path, help="write the table here, between the marks if there are any")
    options = parser.parse_args()
    options.stimgen = str(pathlib.Path(options.stimgen).resolve())
    options.sizes = sorted({int(float(size)) for size in options.sizes.split(",")})
    names = options.programs.split(",") if options.programs else list(BY_NAME)
    options.jobs = options.jobs.split(",")
    unknown = [*(name for name in names if name not in BY_NAME), *(job for job in options.jobs if job not in JOBS)]
    if unknown:
        parser.error(f"no such program or job: {', '.join(unknown)}")
    options.programs = [program for program in PROGRAMS if program.name in names]
    if not options.extra_python:
        options.extra_python = [str(pathlib.Path(sys.prefix).parent / "venv-brian2" / "bin" / "python")]
    return options


def sizes_of(job, options):
    if job == "long":
        return sorted({LONG_SMALLEST, *(min(size, LONG_LARGEST) for size in options.sizes)})
    return options.sizes


def main():
    options = read_options()
    options.output.mkdir(parents=True, exist_ok=True)
    results = Results()
    options.stimgen_version = version_of(options.stimgen)
    machine = Machine(options)
    print(f"{machine.describe()}\n{machine.command}")
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = pathlib.Path(name)
        start_s = targets.measure_start_s(options.stimgen)
        tutorial_s = targets.measure_tutorial_s(options.stimgen, folder)
        runner = Runner(options, folder, results)
        for job in options.jobs:
            programs = [program for program in options.programs if job in program.jobs]
            for size in sizes_of(job, options):
                measure_size(runner, options, programs, job, size)
                results.write_csv(options.output / "speed.csv")  # what was measured survives an interruption
                if job == "baseline" and size == 1_000_000:
                    with_bmtk = [program for program in programs
                                 if program.name in ("stimgen", "stimgen-gzip", "bmtk", "bmtk-gzip")]
                    measure_size(runner, options, with_bmtk, job, targets.BMTK_SPIKES)
    results.write_csv(options.output / "speed.csv")
    print(tables.plain(results, options.programs, options.limit_s))
    print(tables.plain_verdicts(targets.judge(results, start_s, tutorial_s)))
    if options.markdown:
        tables.write_markdown(options.markdown, tables.markdown(results, options.programs, machine, options.limit_s))
    plots.draw(options.output, results, options.programs, machine)


def version_of(stimgen):
    lines = subprocess.run([stimgen, "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    path = [line.split()[-1] for line in lines if line.startswith("CPU path")]
    return " ".join([lines[0], *(f"({name})" for name in path)])


if __name__ == "__main__":
    main()
