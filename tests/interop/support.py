"""Runs stimgen on recipes that the tests write, and reads what it prints and writes, with h5py as the judge."""

import csv
import io
import json
import os
import pathlib
import subprocess
from dataclasses import dataclass

import h5py
import numpy as np
import yaml

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]


def stimgen_path():
    path = os.environ.get("STIMGEN") or os.environ.get("STIMGEN_BINARY")
    if not path or not os.access(path, os.X_OK):
        raise RuntimeError("set STIMGEN to the program: STIMGEN=build/release/stimgen python -m pytest tests/interop")
    return str(pathlib.Path(path).resolve())


def stimgen(*arguments, expect=0):
    """Runs the program; returns the completed process. Any other exit code than `expect` fails with all it printed."""
    done = subprocess.run([stimgen_path(), *map(str, arguments)], capture_output=True, text=True, timeout=120)
    said = f"{done.stdout}{done.stderr}"
    assert done.returncode == expect, f"stimgen {arguments}: exit {done.returncode}, expected {expect}\n{said}"
    return done


def write_recipe(folder, recipe, name="recipe.yaml"):
    """Writes the recipe, given as a mapping without the header lines, and returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    full = {"stimgen": 1, "name": "interop", "seeds": {"network": 11, "spikes": 12}, **recipe}
    path.write_text(yaml.safe_dump(full, sort_keys=False))
    return path


def csv_rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def table(text):
    """Columns of a CSV text by name, as lists of strings."""
    rows = list(csv.reader(io.StringIO(text)))
    return {name: [row[i] for row in rows[1:]] for i, name in enumerate(rows[0])}


def inputs_block(recipe):
    """The `inputs` mapping of a simulation config, as `stimgen inputs` printed it."""
    return json.loads(stimgen("inputs", recipe).stdout)["inputs"]


@dataclass
class Spikes:
    node_ids: np.ndarray
    timestamps: np.ndarray

    def __len__(self):
        return len(self.node_ids)

    def of_node(self, node):
        return np.sort(self.timestamps[self.node_ids == node])


def h5_spikes(path, population):
    """One population as h5py reads it: in file order."""
    with h5py.File(path, "r") as file:
        group = file["spikes"][population]
        return Spikes(group["node_ids"][()], group["timestamps"][()])


def sorted_pairs(node_ids, timestamps):
    """(node, time) rows in one canonical order, to compare what two readers saw."""
    node_ids = np.asarray(node_ids, dtype=np.uint64)
    timestamps = np.asarray(timestamps, dtype=np.float64)
    order = np.lexsort((timestamps, node_ids))
    return node_ids[order], timestamps[order]


def assert_same_spikes(left, right):
    for a, b in zip(sorted_pairs(*left), sorted_pairs(*right)):
        np.testing.assert_array_equal(a, b)
