"""Defects of the peers that need the peer to be shown: what it does, and that stimgen does not."""

import h5py
import numpy as np
import pytest
from bmtk.utils.reports.spike_trains import PoissonSpikeGenerator
from bmtk.utils.reports.spike_trains.core import SortOrder
from bmtool.stimulus.assemblies import assign_assembly, get_grid_assembly
from bmtool.stimulus.core import StimulusBuilder
from bmtool.util import util
from networks import build_column_network
from support import csv_rows, h5_spikes, stimgen, table, write_recipe


def inline(nodes, **properties):
    return {"populations": {"thalamus": {"nodes": nodes, "properties": properties}}}


def bmtk_train(path, rate_hz, seed=2, nodes=1, sort_order=SortOrder.none):
    generator = PoissonSpikeGenerator(population="thalamus", seed=seed)
    generator.add(node_ids=range(nodes), firing_rate=rate_hz, times=(0, 5.0))
    generator.to_sonata(str(path), sort_order=sort_order)
    return h5_spikes(path, "thalamus")


def our_run(folder, backgrounds, nodes=20, **top):
    recipe = {
        "networks": inline(nodes, pop_name={"cycle": ["PN", "PV"]}),
        "time": {"start": "0 s", "stop": "5 s"},
        "backgrounds": {name: {"population": "thalamus", **keys} for name, keys in backgrounds.items()},
        "output": {"directory": "out"},
        **top,
    }
    path = write_recipe(folder, recipe)
    stimgen("run", path)
    return {name: h5_spikes(folder / "out" / f"{name}.h5", "thalamus") for name in backgrounds}


def test_tasks_of_one_seed_are_independent(tmp_path):
    # BMTK: two generators with one seed give the same train, and a 5 Hz train is the 10 Hz train stretched.
    fast, again = bmtk_train(tmp_path / "a.h5", 10.0), bmtk_train(tmp_path / "b.h5", 10.0)
    slow = bmtk_train(tmp_path / "c.h5", 5.0)
    np.testing.assert_array_equal(fast.timestamps, again.timestamps)
    count = min(len(slow), 20)
    np.testing.assert_allclose(slow.timestamps[:count], 2 * fast.timestamps[:count])

    ours = our_run(tmp_path, {"first": {"rate": "10 Hz"}, "second": {"rate": "10 Hz"}, "slow": {"rate": "5 Hz"}})
    assert not np.intersect1d(ours["first"].timestamps, ours["second"].timestamps).size
    assert not np.intersect1d(2 * ours["first"].timestamps, ours["slow"].timestamps).size
    # Counts of a node in the two tasks are uncorrelated: 20 nodes and counts in 0.5 s windows, 200 pairs.
    counts = [
        np.histogram2d(train.node_ids, train.timestamps, bins=[np.arange(21), np.linspace(0, 5000, 11)])[0].ravel()
        for train in (ours["first"], ours["second"])
    ]
    assert abs(np.corrcoef(counts)[0, 1]) < 4 / np.sqrt(200)


def test_spikes_of_a_node_are_in_time_order(tmp_path):
    # BMTK sorts by id alone, with a sort that does not keep the order of equal keys.
    theirs = bmtk_train(tmp_path / "a.h5", 50.0, nodes=50, sort_order=SortOrder.by_id)
    in_order = [np.all(np.diff(theirs.timestamps[theirs.node_ids == node]) > 0) for node in range(50)]
    assert not all(in_order)

    ours = our_run(tmp_path, {"task": {"rate": "50 Hz"}}, nodes=50)["task"]
    assert np.all(np.diff(ours.node_ids.astype(np.int64)) >= 0)
    for node in range(50):
        assert np.all(np.diff(ours.timestamps[ours.node_ids == node]) > 0)


def test_rate_draws_do_not_depend_on_what_else_is_made(tmp_path):
    # bmtool draws rates from one generator in the order of calls, and `seed` does not reach it: the second of two equal
    # calls gives other rates.
    config = build_column_network(tmp_path)
    builder = StimulusBuilder(config=str(config), net_seed=1)
    assert not np.array_equal(builder._generate_firing_rates(9, 5, 2), builder._generate_firing_rates(9, 5, 2))

    def rates(folder, names):
        keys = {"population": "thalamus", "rate": {"mean": "5 Hz", "stdev": "2 Hz"}}
        recipe = {"networks": inline(9), "time": {"stop": "5 s"}, "backgrounds": {name: keys for name in names}}
        path = write_recipe(folder, recipe)
        return {name: table(stimgen("rates", path, name).stdout)["rate_hz"] for name in names}

    alone, among = rates(tmp_path / "one", ["b"]), rates(tmp_path / "three", ["c", "b", "a"])
    assert alone["b"] == among["b"] and among["a"] != among["b"]


def test_a_run_without_spikes_keeps_its_population(tmp_path):
    # BMTK writes a file without the population: simulators fail on it.
    with np.errstate(divide="ignore"):
        generator = PoissonSpikeGenerator(population="thalamus", seed=1)
        generator.add(node_ids=range(5), firing_rate=0.0, times=(0, 1.0))
    generator.to_sonata(str(tmp_path / "a.h5"))
    with h5py.File(tmp_path / "a.h5") as file:
        assert "thalamus" not in file["spikes"]

    assert len(our_run(tmp_path, {"quiet": {"rate": "0 Hz"}})["quiet"]) == 0


def test_seed_zero_is_a_seed_and_numpy_is_left_alone(tmp_path):
    # BMTK reseeds NumPy's global generator under its user.
    np.random.seed(77)
    expected = np.random.random()
    np.random.seed(77)
    bmtk_train(tmp_path / "a.h5", 10.0, seed=5)
    assert np.random.random() != expected

    trains = [
        our_run(tmp_path / str(i), {"task": {"rate": "10 Hz"}}, seeds={"network": seed, "spikes": seed})["task"]
        for i, seed in enumerate([0, 0, 1])
    ]
    np.testing.assert_array_equal(trains[0].timestamps, trains[1].timestamps)
    assert not np.intersect1d(trains[0].timestamps, trains[2].timestamps).size


def test_a_misspelt_group_is_an_error(tmp_path):
    # bmtool: a group that no node has is skipped, so the file holds nothing.
    config = build_column_network(tmp_path / "net")
    builder = StimulusBuilder(config=str(config))
    rates = {"PNN": {"mean_firing_rate": 20.0}}
    builder.generate_background(str(tmp_path / "their" / "a.h5"), "thalamus", rates, t_stop=1)
    with h5py.File(tmp_path / "their" / "a.h5") as file:
        assert len(file["spikes"]) == 0

    recipe = {
        "networks": inline(10, pop_name="PN"),
        "time": {"stop": "1 s"},
        "backgrounds": {"task": {"population": "thalamus", "group_by": "pop_name", "rates": {"PNN": "20 Hz"}}},
    }
    done = stimgen("run", write_recipe(tmp_path, recipe), expect=3)
    assert "did you mean 'PN'?" in done.stderr and "recipe.yaml:" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["net", "recipe.yaml", "their"]


def test_a_normal_distribution_has_the_mean_asked_for(tmp_path):
    # bmtool sets negative draws to zero: mean 2, stdev 3 gives mean 2.46.
    config = build_column_network(tmp_path)
    clamped = StimulusBuilder(config=str(config))._generate_firing_rates(200000, 2.0, 3.0, "normal")
    assert np.mean(clamped) == pytest.approx(2.46, abs=0.02)

    def rates_of(mean, stdev, expect=0):
        rate = {"mean": mean, "stdev": stdev, "distribution": "normal"}
        recipe = {
            "networks": inline(20000),
            "time": {"stop": "1 s"},
            "backgrounds": {"task": {"population": "thalamus", "rate": rate}},
        }
        return stimgen("rates", write_recipe(tmp_path, recipe), "task", expect=expect)

    rates = np.array(table(rates_of("3 Hz", "2 Hz").stdout)["rate_hz"], dtype=float)
    assert np.all(rates >= 0)
    assert np.mean(rates) == pytest.approx(3, abs=4 * 2 / np.sqrt(20000))
    assert np.std(rates) == pytest.approx(2, rel=0.03)
    # No normal distribution cut at zero has a stdev above its mean: said, not bent.
    assert "stdev" in rates_of("2 Hz", "3 Hz", expect=3).stderr


def groups_of(recipe, name):
    members = {}
    for row in csv_rows(stimgen("groups", recipe, name).stdout):
        members.setdefault(int(row["group"]), []).append(int(row["node_id"]))
    return [members[group] for group in sorted(members)]


def test_random_assemblies_are_not_one_permutation(tmp_path):
    # bmtool: every random assembly set of one builder is cut from the same permutation.
    first, second = (assign_assembly(60, 3, rng=np.random.default_rng(123)) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(first, second))

    random = {"population": "thalamus", "method": "random", "count": 3}
    recipe = write_recipe(tmp_path, {"networks": inline(60), "assemblies": {"a": random, "b": random}})
    a, b = groups_of(recipe, "a"), groups_of(recipe, "b")
    assert [len(group) for group in a] == [20, 20, 20] and sorted(sum(a, [])) == list(range(60))
    assert a != b


def grid_recipe(config, ids, bounds, **more):
    grid = {"population": "cortex", "where": {"pop_name": ["PN", "PV", "SST"]}, "method": "grid", "ids": ids,
            "bounds": {"x": bounds[0], "y": bounds[1]}, **more}  # fmt: skip
    return {"networks": {"from": config.name}, "assemblies": {"grid": grid}}


def test_grid_assemblies(tmp_path):
    config = build_column_network(tmp_path)
    nodes = util.load_nodes_from_config(str(config))["cortex"]
    nodes = nodes[nodes["pop_name"] != "VIP"]
    bounds = [[-300, 300], [-300, 300]]
    ids = [[3, 1], [0, 2], [5, 4]]
    theirs, _ = get_grid_assembly(nodes, ids, bounds)
    ours = groups_of(write_recipe(tmp_path, grid_recipe(config, ids, bounds)), "grid")
    assert ours == [sorted(map(int, group)) for group in theirs]

    # A repeated id: one group of two cells. bmtool makes that group twice.
    repeated = [[1, 0], [0, 2], [2, 1]]
    theirs, _ = get_grid_assembly(nodes, repeated, bounds)
    assert len(theirs) == 6
    ours = groups_of(write_recipe(tmp_path, grid_recipe(config, repeated, bounds)), "grid")
    assert ours == [sorted(map(int, group)) for group in theirs[::2]]

    # Nodes left of the bounds: bmtool puts them all into the first cell. Here they are an error, or dropped if asked.
    tight = [[0, 300], [-300, 300]]
    outside = set(nodes.index[nodes["pos_x"] < 0])
    theirs, _ = get_grid_assembly(nodes, ids, tight)
    assert outside <= set(np.concatenate(theirs))
    stimgen("groups", write_recipe(tmp_path, grid_recipe(config, ids, tight)), "grid", expect=3)
    dropped = groups_of(write_recipe(tmp_path, grid_recipe(config, ids, tight, outside="drop")), "grid")
    assert not outside & set(sum(dropped, [])) and set(sum(dropped, [])) | outside == set(nodes.index)


def test_a_bare_file_name_and_a_new_folder_work(tmp_path):
    # bmtool: os.makedirs("") for a path without a folder.
    config = build_column_network(tmp_path / "net")
    with pytest.raises(FileNotFoundError):
        StimulusBuilder(config=str(config)).generate_background("a.h5", "thalamus", {"PN": {"mean_firing_rate": 1.0}})

    recipe = {
        "networks": inline(3),
        "time": {"stop": "1 s"},
        "backgrounds": {"task": {"population": "thalamus", "rate": "20 Hz"}},
        "output": {"directory": "deep/er"},
    }
    stimgen("run", write_recipe(tmp_path, recipe))
    assert (tmp_path / "deep" / "er" / "task.h5").exists()
