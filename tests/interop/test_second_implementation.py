"""Spikes and content digests of a run against the second implementation, bit for bit."""

import json
import re

import numpy as np
import pytest
from second_implementation import C, spikes
from support import REPOSITORY, h5_spikes, stimgen, write_recipe
from test_digests import content_digest

POPULATION = {"populations": {"cells": {"nodes": 200}}}
BACKGROUNDS = {
    "steady": "20 Hz",
    "lognormal": {"mean": "20 Hz", "stdev": "4 Hz"},
    "wide_lognormal": {"mean": "8 Hz", "stdev": "12 Hz"},
    "normal": {"mean": "20 Hz", "stdev": "12 Hz", "distribution": "normal"},
    "narrow_normal": {"mean": "20 Hz", "stdev": "0.5 Hz", "distribution": "normal"},
    "gamma": {"mean": "20 Hz", "stdev": "6 Hz", "distribution": "gamma"},
    "wide_gamma": {"mean": "9 Hz", "stdev": "14 Hz", "distribution": "gamma"},
    "uniform": {"mean": "12 Hz", "stdev": "5 Hz", "distribution": "uniform"},
    "uniform_between": {"uniform": ["1.3 Hz", "17 Hz"]},
    "exponential": {"exponential": "11 Hz"},
}
# Times whose seconds no double holds, a last off-time that does not fit, a fall to silence, rates at which segments join.
RAMPS = {
    "rise": {"off_time": "0.35 s", "ramp": {"start": "0.05 s", "stop": "0.35 s"}, "fit": "on_time",
             "rates": {"from": "2 Hz", "to": "70.3 Hz", "off": "3 Hz", "silent": "1 Hz"}},
    "fall": {"off_time": "0.3 s", "ramp": {"start": "0 s", "stop": "0.4 s"}, "start": "0.7 s",
             "rates": {"from": "60 Hz", "to": "0 Hz"}},
    "joined": {"off_time": "0 s", "ramp": {"start": "0.1 s", "stop": "0.3 s"},
               "rates": {"from": "5 Hz", "to": "90 Hz", "off": "5 Hz", "silent": "5 Hz"}},
}  # fmt: skip
TASKS = {
    "backgrounds": {name: {"population": "cells", "rate": rate} for name, rate in BACKGROUNDS.items()},
    "patterns": {
        name: {"type": "ramp", "assemblies": "groups", "on_time": "0.4 s", **ramp} for name, ramp in RAMPS.items()
    },
}
ASSEMBLIES = {"groups": {"population": "cells", "method": "random", "count": 3, "fraction": 0.7}}
RECIPES = {
    "by_id": {"time": {"stop": "5 s"}, "output": {"directory": "out"}},
    "by_time": {
        "time": {"start": "0.2 s", "stop": "1.7 s"},
        "output": {"directory": "out", "sort": "by_time", "resolution": "0.1 ms"},
    },
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """By sorting: the recipe, its folder, and the entries of its lock by task."""
    done = {}
    for sorting, common in RECIPES.items():
        folder = tmp_path_factory.mktemp(sorting)
        recipe = {"seeds": {"network": 3, "spikes": 4}, "networks": POPULATION, "assemblies": ASSEMBLIES, **TASKS, **common}
        stimgen("run", write_recipe(folder, recipe))
        lock = json.loads((folder / "stimgen.lock").read_text(encoding="utf-8"))
        done[sorting] = recipe, folder, lock["recipes"]["recipe.yaml"]["tasks"]
    return done


@pytest.mark.parametrize("sorting", RECIPES)
@pytest.mark.parametrize("task", [*BACKGROUNDS, *RAMPS])
def test_spikes_are_those_of_the_second_implementation(run, task, sorting):
    recipe, folder, locked = run[sorting]
    made = spikes(recipe, task)
    assert len(made) > 500
    node_ids = np.array([node for node, _ in made], dtype="<u8")
    timestamps = np.array([time for _, time in made], dtype="<f8")
    written = h5_spikes(folder / "out" / f"{task}.h5", "cells")
    np.testing.assert_array_equal(written.node_ids, node_ids)
    np.testing.assert_array_equal(written.timestamps.view("<u8"), timestamps.view("<u8"))
    assert locked[task]["files"][f"{task}.h5"]["populations"]["cells"]["blake3"] == content_digest("cells", sorting, node_ids, timestamps)


def test_constants_of_the_page_are_those_of_the_sources():
    """Also in the last bits of small coefficients, which hardly any spike shows."""
    text = "".join(path.read_text(encoding="utf-8") for path in (REPOSITORY / "src").rglob("*.?pp"))
    of_sources = {float.fromhex(number) for number in re.findall(r"-?0x1\.[0-9a-f]+p[+-]\d+", text)}
    by_their_bits = np.array([int(number, 16) for number in re.findall(r"0x3fe[0-9a-f]{13}\b", text)], dtype="<u8")
    of_page = {number for numbers in C.values() for number in numbers}
    assert len(of_page) == 57
    assert of_page <= of_sources | set(by_their_bits.view("<f8").tolist())
