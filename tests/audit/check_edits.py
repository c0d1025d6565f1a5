#!/usr/bin/env python3
"""Changes a lock in every place, one at a time: check_edits.py BINARY [--every N]

Every value and every name in the lock of a recipe with all kinds of entries is changed, every line is lost and every line
comes twice. verify and `run --locked` must both end with another code than 0 and name the entry, or the place in the lock;
where they read the lock, a run must bring it back byte for byte. With --every only each Nth change is tried, for programs
that start slowly. The last line counts the checks.
"""
import argparse
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

DATA = pathlib.Path(__file__).resolve().parent.parent.parent / "recipes" / "data"
RECIPE = """stimgen: 1
seeds: 1
time: {stop: 200 ms}
networks:
  from: data/network/circuit_config.json
  node_sets: data/node_sets.json
  populations: {cells: {nodes: 8, properties: {kind: {cycle: [A, B]}}}}
assemblies: {pair: {population: cells, method: property, property: kind}}
backgrounds:
  listed: {population: cells, rate: {values: {csv: data/measured_rates.csv}}}
  grouped: {population: thalamus, group_by: pop_name, rates: {PN: [4, 2], PV: 8 Hz}}
  connected: {population: shell, where: {node_id: {$lt: 20}}, rate: 2 Hz, connected_to: {edges: data/network/shell_to_cortex_edges.h5, population: shell_to_cortex}}
patterns: {long: {type: long, assemblies: pair, on_time: 50 ms, rates: {burst: 50 Hz}}}
combine: {all: {from: [long, {file: recorded.h5, population: thalamus}]}}
output: {directory: out, compression: none}
"""
RECORDED = """stimgen: 1
seeds: 2
time: {stop: 200 ms}
networks: {populations: {thalamus: {nodes: 5}}}
backgrounds: {recorded: {population: thalamus, rate: 20 Hz}}
output: {directory: .}
"""
OTHER = "recipe.yamlx"
PLACE = re.compile(r"stimgen\.lock:\d+:\d+: ")


def edits(value, path=()):
    """The value with one leaf or one name changed or gone, and the path there."""
    if isinstance(value, dict):
        for key, member in value.items():
            for there, changed in edits(member, (*path, key)):
                yield there, {**value, key: changed}
            rest = {other: value[other] for other in value if other != key}
            yield (*path, key), rest
            if "keys" not in path:
                yield (*path, key), {**rest, key + "x": member}
    elif isinstance(value, list):
        for index, member in enumerate(value):
            for there, changed in edits(member, path):
                yield there, [*value[:index], changed, *value[index + 1:]]
    elif isinstance(value, int):
        yield path, value + 1
        yield path, str(value)
    else:
        yield path, value[:-1] + ("1" if value[-1:] != "1" else "2")
        if "keys" not in path:
            yield path, 1


def cases(text):
    """What is changed, the names of which one must be said, and the text of the lock."""
    for path, changed in edits(json.loads(text)):
        entry = (path[3:4] or path[1:2] or path)[0]
        names = [f"{entry.removesuffix('_version')} version" if entry.endswith("_version") else entry]
        yield " ".join(path), names, json.dumps(changed, indent=1, sort_keys=True)
    lines = text.splitlines(keepends=True)
    for i, line in enumerate(lines):
        yield f"line {i + 1} is lost", [], "".join(lines[:i] + lines[i + 1:])
        yield f"line {i + 1} comes twice", [], "".join(lines[:i + 1] + lines[i:])


class Folder:
    """The recipe and its files, with the lock changed and mended again."""

    def __init__(self, binary, path):
        self.binary, self.path, self.lock = binary, path, path / "stimgen.lock"

    def stimgen(self, *words):
        done = subprocess.run([self.binary, words[0], "recipe.yaml", *words[1:], "-j", "1"], cwd=self.path, text=True, capture_output=True)
        return done.returncode, done.stdout + done.stderr

    def make(self):
        shutil.copytree(DATA, self.path / "data")
        for name, text in (("recorded", RECORDED), ("recipe", RECIPE)):
            (self.path / f"{name}.yaml").write_text(text)
            subprocess.run([self.binary, "run", f"{name}.yaml", "-q"], cwd=self.path, check=True, capture_output=True)
            if name == "recorded":
                self.lock.unlink()

    def problems(self, right, what, names, text):
        """What goes wrong with this text for the lock."""
        self.lock.write_text(text)
        for words in (("verify",), ("run", "--locked", "-q")):
            code, said = self.stimgen(*words)
            if code not in (1, 3):
                yield f"{what}: {' '.join(words)} ends with {code}"
            elif not PLACE.search(said) and not all(name in said for name in names):
                yield f"{what}: {' '.join(words)} does not name {names}: {said}"
        if code == 3:
            return  # a run reads the lock as they do
        code, said = self.stimgen("run", "-q")
        if code not in (0, 1):
            yield f"{what}: run ends with {code}: {said}"
        elif self.own_block() != json.loads(right) or (OTHER not in text and self.lock.read_text() != right):
            yield f"{what}: run does not bring the lock back"

    def own_block(self):
        """The lock without blocks of other recipes, whose entries nobody here knows."""
        lock = json.loads(self.lock.read_text())
        return {**lock, "recipes": {name: block for name, block in lock["recipes"].items() if name != OTHER}}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("--every", type=int, default=1)
    options = parser.parse_args()
    binary = options.binary.resolve()
    with tempfile.TemporaryDirectory(prefix="stimgen-edits-") as temporary:
        folders = [Folder(binary, pathlib.Path(temporary) / str(number)) for number in range(2)]
        for folder in folders:
            folder.path.mkdir()
            folder.make()
        right = folders[0].lock.read_text()
        todo = [case for case in cases(right) if case[2] != right][::options.every]

        def work(number):
            return [list(folders[number].problems(right, *case)) for case in todo[number::len(folders)]]

        with ThreadPoolExecutor(len(folders)) as pool:
            results = [problems for part in pool.map(work, range(len(folders))) for problems in part]
    failed = [problem for problems in results for problem in problems]
    for problem in failed[:20]:
        print("FAILED", problem)
    wrong = sum(1 for problems in results if problems)
    print(f"lock edits: {len(results) - wrong} passed, {wrong} failed")
    return 1 if wrong or len(results) < 500 // options.every else 0


sys.exit(main())
