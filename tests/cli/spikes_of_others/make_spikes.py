"""Makes the spike files beside it, as other programs write them: python3 make_spikes.py (needs h5py and numpy)."""
import h5py
import numpy


def spikes(path, populations, units="ms"):
    with h5py.File(path, "w") as file:
        for population, (node_ids, times) in populations.items():
            group = file.create_group(f"spikes/{population}" if population else "spikes")
            group["node_ids" if population else "gids"] = numpy.array(node_ids, numpy.uint64)
            group["timestamps"] = times
            group["timestamps"].attrs["units"] = units
        file.require_group("spikes")


spikes("both.h5", {"fast": ([0, 1, 0], [10.0, 20.0, 2990.0]), "silent": ([], numpy.array([])),
                   "slow": ([0, 1, 0], [10.0, 20.0, 30.0])})
spikes("nan.h5", {"lgn": ([0, 1, 1], [5.0, 10.0, numpy.nan])})
spikes("endless.h5", {"lgn": ([1, 1, 0], [numpy.inf, 10.0, 5.0])})
spikes("sorted.h5", {"lgn": ([0, 0, 0, 1], [-5.0, 0.0, 5.0, 10.0])})
spikes("unsorted.h5", {"lgn": ([1, 0, 0, 0], [10.0, 5.0, 0.0, -5.0])})
spikes("gids.h5", {"": ([0, 1, 0], [1.0, 2.0, 3.0])})
spikes("seconds.h5", {"lgn": ([0, 1, 0], [0.0123, 1.0, 2.5])}, units="s")
spikes("trial.h5", {})
with h5py.File("nodes.h5", "w") as file:
    for name in ("fast", "slow", "silent"):
        file[f"nodes/{name}/node_type_id"] = numpy.zeros(2, int)
