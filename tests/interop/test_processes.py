"""Trains of each point process, as Elephant's own analysis sees them."""

import elephant.conversion
import elephant.spike_train_correlation
import elephant.statistics
import numpy as np
import pytest
import quantities as pq
from neo import SpikeTrain
from support import h5_spikes, stimgen, write_recipe

RATE_HZ, STOP_S, NODES = 20.0, 50.0, 200
PROCESSES = {
    "poisson": "poisson",
    "gamma": {"gamma": {"shape": 4}},
    "bursty": {"gamma": {"shape": 0.5}},
    "lognormal": {"lognormal": {"cv": 0.8}},
    "integrator": {"inverse_gaussian": {"cv": 0.5}},
    "dead": {"refractory": {"absolute": "5 ms", "relative": "10 ms"}},
    "clock": {"regular": {"jitter": 0.6}},
    "correlated": {"correlated": {"c": 0.2}},
    "jittered": {"correlated": {"c": 0.2, "jitter": "2 ms", "copy": 0.5}},
}
# CV of intervals, and variance by mean of counts, which of renewal processes is its square for long times.
DEAD_CV = np.hypot(10, 50 - 15) / 50
CV = {"poisson": 1, "gamma": 0.5, "bursty": np.sqrt(2), "lognormal": 0.8, "integrator": 0.5, "dead": DEAD_CV,
      "clock": 0.6 / np.sqrt(6), "correlated": 1, "jittered": 1}


@pytest.fixture(scope="module")
def trains(tmp_path_factory):
    folder = tmp_path_factory.mktemp("processes")
    recipe = write_recipe(folder, {
        "time": {"stop": f"{STOP_S} s"},
        "networks": {"populations": {"cells": {"nodes": NODES}}},
        "defaults": {"backgrounds": {"population": "cells", "rate": f"{RATE_HZ} Hz"}},
        "backgrounds": {name: {"process": process} for name, process in PROCESSES.items()},
        "alternatives": list(PROCESSES),
        "output": {"directory": "out"},
    })
    stimgen("run", recipe)
    result = {}
    for name in PROCESSES:
        spikes = h5_spikes(folder / "out" / f"{name}.h5", "cells")
        result[name] = [SpikeTrain(spikes.timestamps[spikes.node_ids == node], t_stop=STOP_S * 1000, units="ms")
                        for node in range(NODES)]
    return result


@pytest.mark.parametrize("name", PROCESSES)
def test_rate_cv_and_fano_factor(trains, name):
    """The standard errors: of a CV below 1 % over 200,000 intervals, of a Fano factor 10 % over 200 nodes."""
    rates = [float(elephant.statistics.mean_firing_rate(train).rescale(pq.Hz)) for train in trains[name]]
    spread = max(np.std(rates), 0.01) / np.sqrt(NODES)
    if name not in ("correlated", "jittered"):
        assert abs(np.mean(rates) - RATE_HZ) < 4.5 * spread
    intervals = np.concatenate([elephant.statistics.isi(train).magnitude for train in trains[name]])
    assert elephant.statistics.cv(intervals) == pytest.approx(CV[name], rel=0.03)
    fano = elephant.statistics.fanofactor(trains[name])
    if name == "clock":
        assert fano < 0.001  # no count is off by more than 2
    elif name not in ("correlated", "jittered"):  # whose nodes are no independent samples
        assert fano == pytest.approx(CV[name] ** 2, rel=0.45)


def pairs(matrix):
    return matrix[np.triu_indices(len(matrix), 1)]


def test_correlation_coefficient(trains):
    """Over 40 nodes in bins of 20 ms: 1 % for copies of 5000 mother spikes a node, 3 % where there are 800."""
    for name, asked, error in (("poisson", 0, 0.003), ("correlated", 0.2, 0.01), ("jittered", 0.2 * (1 - 4 / 60), 0.03)):
        binned = elephant.conversion.BinnedSpikeTrain(trains[name][:40], bin_size=20 * pq.ms)
        found = pairs(elephant.spike_train_correlation.correlation_coefficient(binned))
        assert np.mean(found) == pytest.approx(asked, abs=error)


def test_spike_time_tiling(trains):
    """Shared spikes coincide: of each train the share c has a partner in any other one."""
    tile = elephant.spike_train_correlation.spike_time_tiling_coefficient
    for name, asked in (("poisson", 0), ("correlated", 0.2)):
        found = [tile(trains[name][i], trains[name][i + 1], dt=0.1 * pq.ms) for i in range(0, 40, 2)]
        assert np.mean(found) == pytest.approx(asked, abs=0.015)
    # Displaced by up to 2 ms either way, they are found within 5 ms, and not within 0.1 ms.
    wide = [tile(trains["jittered"][i], trains["jittered"][i + 1], dt=5 * pq.ms) for i in range(0, 40, 2)]
    near = [tile(trains["jittered"][i], trains["jittered"][i + 1], dt=0.1 * pq.ms) for i in range(0, 40, 2)]
    assert np.mean(wide) > 0.12 > 0.05 > np.mean(near)
