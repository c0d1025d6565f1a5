"""BMTK, libsonata and bmtool read every kind of file that stimgen writes, and see the spikes that h5py sees."""

import json
import os
import subprocess
import sys

import h5py
import numpy as np
import pytest
from bmtk.utils.reports.spike_trains import PoissonSpikeGenerator, SpikeTrains
from bmtk.utils.reports.spike_trains.core import SortOrder
from bmtool.analysis import spikes as bmtool_spikes
from support import assert_same_spikes, h5_spikes, stimgen, write_recipe

NODES = 40
# Two populations with spikes (half the nodes of `beta` are silent) and one with none.
EXPECTED = {"task.h5": ["alpha"], "quiet.h5": ["empty"], "all.h5": ["alpha", "beta", "empty"]}


def recipe_of_all_kinds(sort, compression):
    return {
        "time": {"start": "0 s", "stop": "2 s"},
        "networks": {
            "populations": {
                "alpha": {"nodes": NODES, "properties": {"pop_name": {"cycle": ["PN", "PV"]}}},
                "beta": {"nodes": NODES, "properties": {"pop_name": {"blocks": ["active", "resting"]}}},
                "empty": {"nodes": 5},
            }
        },
        "backgrounds": {
            "task": {"population": "alpha", "rate": {"mean": "40 Hz", "stdev": "10 Hz"}},
            "half": {"population": "beta", "group_by": "pop_name", "rates": {"active": "30 Hz"}, "others": "silent"},
            "quiet": {"population": "empty", "rate": "0 Hz"},
        },
        "combine": {"all": {"from": ["task", "half", "quiet"]}},
        "output": {"directory": "out", "sort": sort, "compression": compression},
    }


KINDS = [(sort, compression) for sort in ("by_id", "by_time") for compression in ("gzip", "none")]


@pytest.fixture(scope="module", params=KINDS, ids=[f"{s}-{c}" for s, c in KINDS])
def batch(request, tmp_path_factory):
    """(sort, compression, folder of the files)."""
    sort, compression = request.param
    folder = tmp_path_factory.mktemp(f"{sort}_{compression}")
    stimgen("run", write_recipe(folder, recipe_of_all_kinds(sort, compression)))
    return sort, compression, folder / "out"


def test_files_are_what_the_recipe_says(batch):
    sort, compression, folder = batch
    for name, populations in EXPECTED.items():
        with h5py.File(folder / name, "r") as file:
            assert file.attrs["magic"] == 0x0A7A and file.attrs["magic"].dtype == np.uint32
            assert list(file.attrs["version"]) == [0, 1]
            assert list(file["spikes"]) == populations
            for population in populations:
                group = file["spikes"][population]
                order = group.attrs.get_id("sorting").dtype
                assert h5py.check_enum_dtype(order) == {"none": 0, "by_id": 1, "by_time": 2}
                assert group["timestamps"].attrs["units"] == "ms"
                assert group["node_ids"].dtype == np.uint64 and group["timestamps"].dtype == np.float64
                assert len(group["node_ids"]) == len(group["timestamps"])
                if len(group["node_ids"]):
                    assert group["node_ids"].compression == (None if compression == "none" else "gzip")
    for name, population, fewest in [("task.h5", "alpha", 2000), ("all.h5", "beta", 800)]:
        spikes = h5_spikes(folder / name, population)
        assert len(spikes) > fewest
        assert np.all(spikes.timestamps > 0) and np.all(spikes.timestamps < 2000)
        keys = (spikes.timestamps, spikes.node_ids) if sort == "by_id" else (spikes.node_ids, spikes.timestamps)
        np.testing.assert_array_equal(np.lexsort(keys), np.arange(len(spikes)))
    assert len(h5_spikes(folder / "quiet.h5", "empty")) == 0


@pytest.mark.parametrize("name", EXPECTED)
def test_bmtk_reads_every_file(batch, name):
    sort, _, folder = batch
    trains = SpikeTrains.load(str(folder / name))
    assert sorted(trains.populations) == EXPECTED[name]
    for population in EXPECTED[name]:
        expected = h5_spikes(folder / name, population)
        assert trains.units(population) == "ms"
        assert trains.n_spikes(population) == len(expected)
        frame = trains.to_dataframe(populations=population)
        assert_same_spikes((frame["node_ids"], frame["timestamps"]), (expected.node_ids, expected.timestamps))
        for node in range(5 if population == "empty" else NODES):
            np.testing.assert_array_equal(np.sort(trains.get_times(node, population)), expected.of_node(node))
        if sort == "by_id" and len(expected):
            # Only this lets BMTK index a file by slices; without it, it loops over every spike.
            assert trains.sort_order(population) == SortOrder.by_id


def libsonata_read(path, plugins=None):
    script = os.path.join(os.path.dirname(__file__), "read_with_libsonata.py")
    environment = {**os.environ, "HDF5_PLUGIN_PATH": str(plugins or path.parent / "no_plugins")}
    return subprocess.run([sys.executable, script, str(path)], capture_output=True, text=True, env=environment)


@pytest.mark.parametrize("name", EXPECTED)
def test_libsonata_reads_every_file(batch, name, deflate_plugin):
    # libsonata's wheels carry an HDF5 without zlib (next test): with the deflate filter given to it, it must read all.
    sort, _, folder = batch
    done = libsonata_read(folder / name, deflate_plugin)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert sorted(seen) == EXPECTED[name]
    for population in EXPECTED[name]:
        expected = h5_spikes(folder / name, population)
        assert seen[population]["sorting"] == sort
        assert seen[population]["units"] == "ms"
        assert_same_spikes(
            (seen[population]["node_ids"], seen[population]["timestamps"]), (expected.node_ids, expected.timestamps)
        )


def test_libsonata_wheel_needs_uncompressed_files(batch):
    # PyPI's libsonata cannot inflate anyone's file, h5py's own included: `compression: none`, the default, it reads.
    _, compression, folder = batch
    done = libsonata_read(folder / "task.h5")
    if compression == "none":
        assert done.returncode == 0, done.stderr
        return
    assert done.returncode != 0
    with h5py.File(folder / "by_h5py.h5", "w") as file:
        group = file.create_group("spikes/alpha")
        group.create_dataset("node_ids", data=np.zeros(10, dtype=np.uint64), compression="gzip")
        group.create_dataset("timestamps", data=np.arange(1.0, 11.0), compression="gzip").attrs["units"] = "ms"
    assert libsonata_read(folder / "by_h5py.h5").returncode != 0


def test_libsonata_wheel_reads_what_a_recipe_without_compression_key_makes(tmp_path):
    recipe = recipe_of_all_kinds("by_id", None)
    del recipe["output"]["compression"]
    stimgen("run", write_recipe(tmp_path, recipe))
    for name, populations in EXPECTED.items():
        done = libsonata_read(tmp_path / "out" / name)
        assert done.returncode == 0, done.stderr
        seen = json.loads(done.stdout)
        for population in populations:
            expected = h5_spikes(tmp_path / "out" / name, population)
            assert_same_spikes(
                (seen[population]["node_ids"], seen[population]["timestamps"]), (expected.node_ids, expected.timestamps)
            )


def test_bmtool_loads_spikes_and_computes_rates(batch):
    _, _, folder = batch
    for population, name in [("alpha", "task.h5"), ("beta", "all.h5"), ("empty", "quiet.h5")]:
        expected = h5_spikes(folder / name, population)
        frame = bmtool_spikes.load_spikes_to_df(str(folder / name), population)
        assert_same_spikes((frame["node_ids"], frame["timestamps"]), (expected.node_ids, expected.timestamps))
        if not len(expected):
            continue
        frame["pop_name"] = "all"
        groups, nodes = bmtool_spikes.compute_firing_rate_stats(frame, "pop_name", start_time=0, stop_time=2000)
        firing = np.unique(expected.node_ids)
        counts = {int(node): np.sum(expected.node_ids == node) for node in firing}
        rates = dict(zip(nodes["node_ids"].astype(int), nodes["firing_rate"]))
        assert rates == pytest.approx({node: count / 2.0 for node, count in counts.items()})
        # bmtool's mean is over the nodes that fired: the silent half of beta is left out, so the mean is twice what
        # the population delivers. stimgen's `stats` counts silent nodes (tests of the command line).
        assert groups["firing_rate_mean"][0] == pytest.approx(len(expected) / 2.0 / len(firing))
        assert len(firing) == (NODES if population == "alpha" else NODES // 2)


@pytest.mark.parametrize("order", [SortOrder.none, SortOrder.by_id, SortOrder.by_time])
def test_files_by_bmtk_are_combined(order, tmp_path):
    # BMTK's own files: text for `sorting`, signed ids, times of a node out of order.
    generator = PoissonSpikeGenerator(population="alpha", seed=3)
    generator.add(node_ids=range(10), firing_rate=20.0, times=(0.0, 1.0))
    generator.to_sonata(str(tmp_path / "recorded.h5"), sort_order=order)
    recipe = {
        "time": {"stop": "2 s"},
        "networks": {"populations": {"alpha": {"nodes": 20}}},
        "backgrounds": {"task": {"population": "alpha", "rate": "20 Hz"}},
        "combine": {"all": {"from": ["task", {"file": "recorded.h5", "shift": "500 ms"}]}},
        "output": {"directory": "out"},
    }
    stimgen("run", write_recipe(tmp_path, recipe))
    ours, theirs = h5_spikes(tmp_path / "out" / "task.h5", "alpha"), h5_spikes(tmp_path / "recorded.h5", "alpha")
    both = h5_spikes(tmp_path / "out" / "all.h5", "alpha")
    assert_same_spikes(
        (both.node_ids, both.timestamps),
        (
            np.concatenate([ours.node_ids, theirs.node_ids.astype(np.uint64)]),
            np.concatenate([ours.timestamps, theirs.timestamps + 500.0]),
        ),
    )


def write_spikes(path, node_ids, timestamps, **filters):
    with h5py.File(path, "w") as file:
        group = file.create_group("spikes/alpha")
        group.create_dataset("node_ids", data=node_ids, **filters)
        group.create_dataset("timestamps", data=timestamps, **filters).attrs["units"] = "ms"


def digest_of(path):
    return stimgen("digest", path).stdout.split()[0]


FILTERS = {
    "gzip": {"compression": "gzip"},
    "gzip 9 of shuffled": {"compression": "gzip", "compression_opts": 9, "shuffle": True},
    "shuffled": {"shuffle": True},
    "gzip of shuffled, and a checksum": {"compression": "gzip", "shuffle": True, "fletcher32": True},
    "a checksum": {"fletcher32": True},
}


@pytest.mark.parametrize("chunk", [1000, 4096, 50000])
@pytest.mark.parametrize("name", FILTERS)
def test_filters_of_h5py_are_undone(name, chunk, tmp_path):
    # 10 chunks and a piece, a single chunk, and one that is not full; whatever is done to them, the spikes are the same.
    generator = np.random.default_rng(8)
    node_ids = np.sort(generator.integers(0, 300, 40960)).astype(np.uint64)
    timestamps = generator.uniform(0.1, 5000.0, 40960)
    if chunk > len(node_ids):
        chunk = len(node_ids)
    write_spikes(tmp_path / "plain.h5", node_ids, timestamps)
    write_spikes(tmp_path / "filtered.h5", node_ids, timestamps, chunks=(chunk,), **FILTERS[name])
    assert digest_of(tmp_path / "filtered.h5") == digest_of(tmp_path / "plain.h5")


def test_a_shuffle_of_other_elements_is_undone_as_hdf5_does(tmp_path):
    # HDF5 shuffles by the element size that the file states, which another program may have set to anything.
    node_ids = np.arange(5000, dtype=np.uint64) // 10 * 0x100000001
    path = tmp_path / "strange.h5"
    write_spikes(path, node_ids, np.arange(1.0, 5001.0), chunks=(5000,), compression="gzip", shuffle=True)
    data = path.read_bytes()
    stated = b"shuffle\0" + (8).to_bytes(4, "little")
    assert data.count(stated) == 2
    path.write_bytes(data.replace(stated, b"shuffle\0" + (4).to_bytes(4, "little"), 1))
    seen = h5_spikes(path, "alpha")
    assert not np.array_equal(seen.node_ids, node_ids)
    write_spikes(tmp_path / "plain.h5", seen.node_ids, seen.timestamps)
    assert digest_of(path) == digest_of(tmp_path / "plain.h5")


@pytest.mark.parametrize("where", ["node_ids", "timestamps"])
@pytest.mark.parametrize("compression", ["gzip", "none"])
def test_one_wrong_bit_in_a_file_is_found(compression, where, tmp_path):
    recipe = recipe_of_all_kinds("by_id", compression)
    stimgen("run", write_recipe(tmp_path, recipe))
    path = tmp_path / "out" / "task.h5"
    with h5py.File(path) as file:
        chunk = file["spikes/alpha"][where].id.get_chunk_info(0)
    data = bytearray(path.read_bytes())
    data[chunk.byte_offset + chunk.size // 2] ^= 1
    path.write_bytes(data)
    done = stimgen("digest", path, expect=3)
    assert f"/spikes/alpha/{where}" in done.stderr and "damaged" in done.stderr


def test_an_empty_list_of_h5py_is_an_empty_population(tmp_path):
    write_spikes(tmp_path / "empty.h5", [], [])  # both of doubles
    write_spikes(tmp_path / "typed.h5", np.zeros(0, dtype=np.uint64), np.zeros(0))
    assert digest_of(tmp_path / "empty.h5") == digest_of(tmp_path / "typed.h5")
    write_spikes(tmp_path / "wrong.h5", [1.0], [2.0])
    assert "integers in one dimension" in stimgen("digest", tmp_path / "wrong.h5", expect=3).stderr
