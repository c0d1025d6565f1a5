"""What the fault tests share: a small job, its undisturbed result, and counted checks."""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile

FILES = ("all.h5", "base.h5", "long.h5", "ramp.h5")
MARKER = ".stimgen-running"
TEMPORARY = re.compile(r"\.tmp\.\d+\.[0-9a-f]{16}$")
SECONDS = 120
# Under nohup it is ignored, and children would ignore it, too.
signal.signal(signal.SIGHUP, signal.SIG_DFL)

RECIPE = """\
stimgen: 1
name: faults
seeds: {{network: 1, spikes: {seed}}}
time: {{stop: {stop}}}
networks:
  populations:
    cells: {{nodes: {nodes}, properties: {{group: {{blocks: [a, b, c]}}}}}}
backgrounds:
  base: {{population: cells, rate: {{mean: 10 Hz, stdev: 3 Hz}}}}
assemblies:
  groups: {{population: cells, method: property, property: group}}
defaults:
  patterns: {{assemblies: groups, on_time: 200 ms, off_time: 50 ms}}
patterns:
  long: {{type: long, rates: {{burst: 40 Hz, off: 1 Hz, silent: 0.5 Hz}}}}
  ramp: {{type: ramp, rates: {{from: 3 Hz, to: 31 Hz}}}}
combine:
  all: {{from: [base, long, ramp]}}
# The limits are tested elsewhere; here the disk itself has to refuse.
output: {{{output}}}
"""
BY_ID = "max_bytes: 1000000000000"
BY_TIME = "max_bytes: 1000000000000, sort: by_time, compression: none, resolution: 0.1 ms"


class Checks:
    """Counts what held; says what did not. Used by one thread."""

    def __init__(self, title):
        self.title, self.passed, self.failed = title, 0, 0

    def check(self, held, what):
        if held:
            self.passed += 1
        else:
            self.failed += 1
            print(f"FAILED {what}", flush=True)
        return held

    def no_problems(self, problems, what):
        return self.check(not problems, f"{what}: {'; '.join(problems)}")

    def finish(self):
        print(f"{self.title}: {self.passed} passed, {self.failed} failed")
        sys.exit(1 if self.failed or not self.passed else 0)


def environment(**more):
    kept = {name: value for name, value in os.environ.items()
            if name in ("PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TMPDIR")}
    return dict(kept, LC_ALL="C.UTF-8", TERM="dumb", **more)


def write_recipe(folder, seed, output=BY_ID, nodes=60, stop="2 s"):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "recipe.yaml"
    path.write_text(RECIPE.format(seed=seed, output=output, nodes=nodes, stop=stop))
    return path


def start(binary, recipe, folder, *arguments, env=None, **more):
    return subprocess.Popen([binary, "run", recipe, "--output", folder, "--quiet", *arguments], cwd=recipe.parent,
                            env=env or environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, **more)


def finish(process):
    """(exit code, standard error) of a started run; a death by signal has a negative code."""
    try:
        _, errors = process.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return "timeout", ""
    return process.returncode, errors.decode(errors="replace")


def run(binary, recipe, folder, *arguments, **more):
    return finish(start(binary, recipe, folder, *arguments, **more))


def contents(folder):
    """Bytes of the files under a final name."""
    return {path.name: path.read_bytes() for path in folder.iterdir()
            if path.is_file() and not TEMPORARY.search(path.name) and path.name != MARKER} if folder.is_dir() else {}


def litter(folder):
    """Names that are neither a result nor, in the recipe's folder, the recipe."""
    if not folder.is_dir():
        return []
    return sorted(path.name for path in folder.iterdir() if TEMPORARY.search(path.name) or path.name == MARKER)


def reference(binary, recipe, folder):
    """The undisturbed result; ends the test if there is none."""
    code, errors = run(binary, recipe, folder)
    made = contents(folder)
    if code != 0 or sorted(made) != sorted(FILES):
        sys.exit(f"FAILED the undisturbed run ended with {code} and {sorted(made)}:\n{errors}\nfaults: 0 passed, 1 failed")
    return made


def before_and_after_an_edit(binary, top, output=BY_ID):
    """The files of a recipe whose seed was edited, those of before (both also in folders), and the recipe.

    They are files of one recipe: those of another one would be refused, not replaced.
    """
    older = reference(binary, write_recipe(top / "recipe", 3, output), top / "older")
    recipe = write_recipe(top / "recipe", 2, output)
    return reference(binary, recipe, top / "undisturbed"), older, recipe


def whole_files(found, *allowed):
    """Problems of files that are none of the allowed whole ones."""
    problems = []
    for name, data in found.items():
        if not any(data == files.get(name) for files in allowed):
            problems.append(f"{name} ({len(data)} bytes) is neither the new file nor the old one")
    return problems


def clean_message(errors, causes, names):
    """Problems of what a refused run said: lines that name a file and the cause, and nothing of HDF5's own."""
    problems = []
    if "HDF5-DIAG" in errors or "#000" in errors:
        problems.append("HDF5's own error report is shown")
    lines = [line for line in errors.splitlines() if line.strip()]
    named = [line for line in lines if any(cause in line for cause in causes)]
    if not named:
        problems.append(f"no line names the cause ({' or '.join(causes)}): {errors!r}")
    elif not any(name in line for line in named for name in names):
        problems.append(f"the line with the cause names no file: {named[0]!r}")
    if len(lines) > len(FILES):
        problems.append(f"{len(lines)} lines are said, more than there are tasks: {errors!r}")
    return problems


def folder_for(title):
    return tempfile.TemporaryDirectory(prefix=f"stimgen-{title}-")


def compile_shim(folder):
    here = pathlib.Path(__file__).resolve().parent
    library = folder / "fault_shim.so"
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    subprocess.run([compiler, "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", library,
                    here / "fault_shim.c", "-ldl"], check=True)
    return library
