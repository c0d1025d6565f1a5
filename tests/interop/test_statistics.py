"""stimgen's statistics against those of bmtool and Elephant, on the same files."""

import elephant.statistics
import numpy as np
import pandas as pd
import pytest
import quantities as pq
from bmtool.analysis.spikes import compute_firing_rate_stats, get_population_spike_rate
from neo import SpikeTrain
from support import csv_rows, h5_spikes, stimgen, write_recipe

STOP_MS = 8000.0
RECIPE = {
    "time": {"stop": "8 s"},
    "networks": {
        "populations": {"cells": {"nodes": 90, "properties": {"pop_name": {"blocks": ["PN", "PV", "SST"]}}}},
    },
    "backgrounds": {
        "noise": {
            "population": "cells",
            "group_by": "pop_name",
            # SST: about half of the nodes have no spike at all.
            "rates": {"PN": {"mean": "9 Hz", "stdev": "4 Hz"}, "PV": "20 Hz", "SST": "0.08 Hz"},
        }
    },
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """(recipe, file, table of spikes as bmtool has it, pop_name of every node)."""
    folder = tmp_path_factory.mktemp("statistics")
    recipe = write_recipe(folder, RECIPE)
    stimgen("run", recipe, "--output", folder / "out")
    file = folder / "out" / "noise.h5"
    spikes = h5_spikes(file, "cells")
    names = np.array([row["pop_name"] for row in csv_rows(stimgen("nodes", recipe, "cells", "pop_name").stdout)])
    frame = pd.DataFrame({"timestamps": spikes.timestamps, "node_ids": spikes.node_ids.astype(int)})
    frame["pop_name"] = names[frame["node_ids"]]
    return recipe, file, frame, names


def stats(made, *more):
    recipe, file, _, _ = made
    return csv_rows(stimgen("stats", file, "--recipe", recipe, "--csv", *more).stdout)


def test_rates_are_those_of_bmtool_where_no_node_is_silent(made):
    frame, names = made[2], made[3]
    theirs, of_nodes = compute_firing_rate_stats(frame, "pop_name", 0.0, STOP_MS)
    theirs = theirs.set_index("pop_name")
    ours = {row["pop_name"]: row for row in stats(made, "--by", "pop_name")}
    for name in ("PN", "PV"):
        assert ours[name]["silent_nodes"] == "0"
        assert float(ours[name]["mean_rate_hz"]) == pytest.approx(theirs.loc[name, "firing_rate_mean"], rel=1e-12)
        assert float(ours[name]["stdev_rate_hz"]) == pytest.approx(theirs.loc[name, "firing_rate_std"], rel=1e-12)
    of_nodes = of_nodes.set_index("node_ids")["firing_rate"]
    for row in stats(made, "--nodes"):
        assert float(row["rate_hz"]) == pytest.approx(of_nodes.get(int(row["node_id"]), 0.0), rel=1e-12)

    # bmtool leaves silent nodes out, so its mean is that of the nodes that fire.
    silent = int(ours["SST"]["silent_nodes"])
    firing = np.sum(names == "SST") - silent
    assert silent > 0
    assert theirs.loc["SST", "firing_rate_mean"] * firing / (firing + silent) == pytest.approx(
        float(ours["SST"]["mean_rate_hz"]), rel=1e-12
    )


def test_rates_over_several_windows_are_those_of_bmtool(made):
    frame = made[2]
    windows = [(1000.0, 3000.0), (3000.0, 8000.0)]
    words = [word for window in windows for word in ("--window", *(f"{time:g} ms" for time in window))]
    ours = stats(made, "--by", "pop_name", *words)
    assert len(ours) == 6
    for start, stop in windows:
        theirs = compute_firing_rate_stats(frame, "pop_name", start, stop)[0].set_index("pop_name")
        rows = {
            row["pop_name"]: row
            for row in ours
            if (float(row["window_start_ms"]), float(row["window_stop_ms"])) == (start, stop)
        }
        assert rows["PV"]["silent_nodes"] == "0"
        assert float(rows["PV"]["mean_rate_hz"]) == pytest.approx(theirs.loc["PV", "firing_rate_mean"], rel=1e-12)
        assert float(rows["PV"]["stdev_rate_hz"]) == pytest.approx(theirs.loc["PV", "firing_rate_std"], rel=1e-12)


def test_rate_over_time_is_that_of_bmtool(made):
    recipe, file, frame, names = made
    fs = 100.0
    # Without a config bmtool counts nodes that fire; every PN and PV node does.
    frame = frame[frame["pop_name"] != "SST"]
    theirs = get_population_spike_rate(frame, fs=fs, t_start=0, t_stop=STOP_MS, smooth_window=30)
    rows = csv_rows(
        stimgen("psth", file, "--recipe", recipe, "--by", "pop_name", "--bin", "10ms", "--smooth", "gaussian:50").stdout
    )
    for name in ("PN", "PV"):
        ours = [row for row in rows if row["group"] == name]
        assert np.allclose([float(row["time_ms"]) for row in ours], theirs["time"])
        raw = theirs.sel(population=name, type="raw").to_numpy()
        assert np.allclose([float(row["rate_hz"]) for row in ours], raw, rtol=1e-9, atol=1e-9)
        # Its sigma is a sixth of the window, here 5 bins. It takes the kernel at the middle of each bin, cut at four
        # sigma; here it is integrated over the bin. Near the ends it mirrors the rate.
        smoothed = theirs.sel(population=name, type="smoothed").to_numpy()
        inside = slice(25, -25)
        mine = np.array([float(row["smoothed_hz"]) for row in ours])
        assert np.allclose(mine[inside], smoothed[inside], rtol=0.01)
        assert np.allclose(mine, smoothed, rtol=0.2)


def trains(made):
    frame, names = made[2], made[3]
    return [
        SpikeTrain(np.sort(frame["timestamps"][frame["node_ids"] == node].to_numpy()), t_stop=STOP_MS, units="ms")
        for node in range(len(names))
    ]


def test_cv_and_count_dispersion_are_those_of_elephant(made):
    names = made[3]
    all_trains = trains(made)
    for row in stats(made, "--nodes"):
        train = all_trains[int(row["node_id"])]
        if len(train) < 3:
            assert row["cv_isi"] == ""
            continue
        assert float(row["cv_isi"]) == pytest.approx(elephant.statistics.cv(elephant.statistics.isi(train)), rel=1e-9)
        assert float(row["rate_hz"]) == pytest.approx(
            float(elephant.statistics.mean_firing_rate(train, 0 * pq.ms, STOP_MS * pq.ms).rescale(pq.Hz)), rel=1e-12
        )
    for row in stats(made, "--by", "pop_name"):
        of_group = [all_trains[node] for node in np.flatnonzero(names == row["pop_name"])]
        assert float(row["count_dispersion"]) == pytest.approx(elephant.statistics.fanofactor(of_group), rel=1e-9)


def test_counts_over_time_are_those_of_elephant(made):
    recipe, file, _, names = made
    rows = csv_rows(stimgen("psth", file, "--recipe", recipe, "--bin", "25ms", "--smooth", "none").stdout)
    theirs = elephant.statistics.time_histogram(trains(made), 25 * pq.ms, t_start=0 * pq.ms, t_stop=STOP_MS * pq.ms)
    counts = [round(float(row["rate_hz"]) * len(names) * 0.025) for row in rows]
    assert counts == theirs.magnitude.flatten().astype(int).tolist()
