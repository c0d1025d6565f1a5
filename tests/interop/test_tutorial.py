"""The recipes of the project: the tutorial delivers the rates it asks for, and every recipe satisfies the schema."""

import json
import re

import jsonschema
import numpy as np
import pytest
import yaml
from support import REPOSITORY, csv_rows, h5_spikes, stimgen

TUTORIAL = REPOSITORY / "recipes" / "tutorial.yaml"
RECIPES = sorted((REPOSITORY / "recipes").glob("*.yaml"))
STOP_S = 15.0


class Loader(yaml.SafeLoader):
    """YAML 1.2 as far as recipes need it: `on` and `off` are text, only true and false are booleans."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))


@pytest.fixture(scope="module")
def tutorial(tmp_path_factory):
    """(recipe as read, folder of its files)."""
    folder = tmp_path_factory.mktemp("tutorial")
    stimgen("run", TUTORIAL, "--output", folder)
    return yaml.load(TUTORIAL.read_text(), Loader), folder


def rate_per_node(spikes, nodes):
    """Spikes a second of each of `nodes`, silent ones included."""
    return np.array([np.sum(spikes.node_ids == node) for node in nodes]) / STOP_S


def test_backgrounds_fire_as_asked(tutorial):
    recipe, folder = tutorial
    populations = recipe["networks"]["populations"]
    count = populations["baseline"]["nodes"]
    rates = rate_per_node(h5_spikes(folder / "baseline.h5", "baseline"), range(count))
    # Between nodes 2 Hz, and a Poisson count's own spread of sqrt(20 Hz / 15 s); four standard errors.
    assert np.mean(rates) == pytest.approx(20, abs=4 * np.hypot(2, np.sqrt(20 / STOP_S)) / np.sqrt(count))
    assert np.std(rates) == pytest.approx(np.hypot(2, np.sqrt(20 / STOP_S)), rel=4 / np.sqrt(2 * count))

    spikes = h5_spikes(folder / "shell.h5", "shell")
    members = {}
    for row in csv_rows(stimgen("nodes", TUTORIAL, "shell", "pop_name").stdout):
        members.setdefault(row["pop_name"], []).append(int(row["node_id"]))
    for name, mean, stdev in [("PN", 1.9, 1.8), ("PV", 7.5, 6.4), ("SST", 5, 6)]:
        rates = rate_per_node(spikes, members[name])
        spread = np.hypot(stdev, np.sqrt(mean / STOP_S))
        assert np.mean(rates) == pytest.approx(mean, abs=4 * spread / np.sqrt(len(rates)))


def thalamus_groups():
    members = {}
    for row in csv_rows(stimgen("groups", TUTORIAL, "thalamus_groups").stdout):
        members.setdefault(row["group"], []).append(int(row["node_id"]))
    return members


def expected_spikes(vertices):
    """Integral of a rate function given as CSV rows of vertices."""
    times = np.array([float(row["time_ms"]) for row in vertices]) / 1000
    rates = np.array([float(row["rate_hz"]) for row in vertices])
    return float(np.sum(np.diff(times) * (rates[1:] + rates[:-1]) / 2))


PATTERNS = ["long", "short", "ramp", "join", "quit", "fade", "loop"]


@pytest.mark.parametrize("task", PATTERNS)
def test_patterns_deliver_their_rate_functions(tutorial, task):
    _, folder = tutorial
    spikes = h5_spikes(folder / f"{task}.h5", "thalamus")
    assert len(spikes) > 1000
    curves = {}
    for row in csv_rows(stimgen("rates", TUTORIAL, task).stdout):
        curves.setdefault(row["group"], {}).setdefault(row["subgroup"], []).append(row)
    for group, nodes in thalamus_groups().items():
        # The sub-groups of a join are of equal size here: 60 nodes, 20 steps.
        per_node = np.mean([expected_spikes(vertices) for vertices in curves[group].values()])
        expected = per_node * len(nodes)
        assert np.sum(np.isin(spikes.node_ids, nodes)) == pytest.approx(expected, abs=4 * np.sqrt(expected))


def test_long_drives_one_group_a_cycle(tutorial):
    _, folder = tutorial
    spikes = h5_spikes(folder / "long.h5", "thalamus")
    groups = list(thalamus_groups().values())
    for cycle in range(9):
        start = 1000 + 1500 * cycle
        inside = (spikes.timestamps >= start) & (spikes.timestamps < start + 1000)
        driven = np.isin(spikes.node_ids[inside], groups[cycle % 4])
        assert np.all(driven)
        assert len(driven) == pytest.approx(50 * 60, abs=4 * np.sqrt(50 * 60))
    on = (spikes.timestamps >= 1000) & ((spikes.timestamps - 1000) % 1500 < 1000)
    assert np.all(on)


@pytest.fixture(scope="module")
def validator():
    schema = json.loads((REPOSITORY / "schemas" / "recipe.schema.json").read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.name)
def test_recipes_satisfy_the_schema(path, validator):
    problems = [f"{'/'.join(map(str, error.path))}: {error.message}" for error in
                validator.iter_errors(yaml.load(path.read_text(), Loader))]  # fmt: skip
    assert not problems, problems


def test_there_are_recipes_and_the_schema_is_not_empty(validator):
    assert TUTORIAL in RECIPES
    recipe = yaml.load(TUTORIAL.read_text(), Loader)
    for wrong in ({**recipe, "bakgrounds": {}}, {**recipe, "stimgen": "one"}):
        assert list(validator.iter_errors(wrong))
