"""`stimgen nodes` prints the node table that bmtool reads, for SONATA files that BMTK's NetworkBuilder made."""

import h5py
import numpy as np
import pandas as pd
import pytest
from bmtool.util import util
from networks import build_column_network
from support import stimgen, table, write_recipe

COLUMNS = {
    "cortex": ["node_type_id", "pop_name", "ei", "model_type", "layer", "tau", "pos_x", "pos_y", "pos_z",
               "tuning_angle", "column", "rank", "rate_hz"],
    "thalamus": ["node_type_id", "pop_name", "model_type", "pulse_group_id", "x", "note"],
    "plain": ["node_type_id", "label", "maybe", "model_type"],
}  # fmt: skip

FROM_TEXT = {"cortex.tau"}


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """(recipe, node tables as bmtool reads them)."""
    folder = tmp_path_factory.mktemp("column_network")
    config = build_column_network(folder)
    with h5py.File(folder / "network" / "cortex_nodes.h5", "r+") as file:
        # An attribute of the nodes of one group that their types have too: the node's own wins.
        group = file["nodes/cortex/0"]
        group["layer"] = np.arange(len(group["rank"])) % 7
    recipe = write_recipe(folder, {"networks": {"from": config.name}})
    return recipe, util.load_nodes_from_config(str(config))


def assert_column_equal(ours, theirs, name):
    """CSV text against a pandas column: numbers to the last bit, text as it is, an empty field for a missing value."""
    assert len(ours) == len(theirs)
    for text, value in zip(ours, theirs):
        if isinstance(value, bytes):
            value = value.decode()
        if value is None or (isinstance(value, float) and np.isnan(value)) or value is pd.NA:
            assert text == "", name
        elif isinstance(value, str):
            assert text == value, name
        elif name in FROM_TEXT:
            # pandas reads decimal text to within a bit, we to the nearest: it misses 0.43333333333333335.
            assert float(text) == pytest.approx(float(value), rel=1e-15, abs=0), name
        else:
            assert float(text) == float(value), name


@pytest.mark.parametrize("population", COLUMNS)
def test_node_table_equals_bmtool(network, population):
    recipe, tables = network
    expected = tables[population]
    assert set(COLUMNS[population]) == set(expected.columns)
    ours = table(stimgen("nodes", recipe, population, *COLUMNS[population]).stdout)
    assert list(ours) == ["node_id", *COLUMNS[population]]
    assert [int(node) for node in ours["node_id"]] == list(expected.index)
    for column in COLUMNS[population]:
        assert_column_equal(ours[column], expected[column], f"{population}.{column}")


@pytest.mark.parametrize("population", COLUMNS)
def test_all_columns_are_listed(network, population):
    recipe, tables = network
    listed = table(stimgen("nodes", recipe, population).stdout)["column"]
    assert set(tables[population].columns) <= set(listed)
    assert len(listed) == len(set(listed))


def test_numbers_of_node_types_are_read_exactly(network):
    recipe, _ = network
    tau = table(stimgen("nodes", recipe, "cortex", "tau").stdout)["tau"]
    assert [float(text) for text in (tau[0], tau[23], tau[34])] == [0.1, 0.1 + 1 / 3, 0.1 + 2 / 3]


def test_the_override_is_in_the_tables(network):
    # Guards the fixture: without the node's own column the type's would be 4, 5 and 6 throughout.
    _, tables = network
    assert list(tables["cortex"]["layer"][:9]) == [0, 1, 2, 3, 4, 5, 6, 0, 1]
    assert set(tables["cortex"]["layer"][41:]) == {2}
