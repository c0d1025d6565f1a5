"""One job drawn and written by one program other than stimgen, in a process of its own:

    python tests/bench/peers.py PEER JOB SPIKES COMPRESSION FILE RESULT

FILE is the spike file, COMPRESSION none or gzip (level 4). RESULT gets {"seconds", "spikes"}: the seconds of the work
without the imports, and in the peers' favour without fsync(). compare.py starts it; `--can PEER` only imports.
"""

import json
import os
import pathlib
import sys

from jobs import BURST_HZ, JOBS, LONG_OFF_S, LONG_ON_S, baseline_rates_hz
from measuring import BYTES_PER_SPIKE, timed, write_bytes

CHUNK_SPIKES = 65536
# Of NumPy in blocks: small enough for the caches, large enough to hide the calls.
BLOCK_SPIKES = 1 << 18


class Task:
    def __init__(self, job, spikes, compression, path):
        self.job = JOBS[job]
        self.spikes = spikes
        self.nodes = self.job.nodes(spikes)
        self.compression = compression
        self.path = path
        self.stop_ms = 1000 * self.job.stop_s
        self.rates_hz = baseline_rates_hz(self.nodes) if job == "baseline" else None


# ---- writing --------------------------------------------------------------------------------------------------------


def filters(task, chunk_spikes=CHUNK_SPIKES):
    gzip = {"compression": "gzip", "compression_opts": 4, "shuffle": True, "chunks": (chunk_spikes,)}
    return gzip if task.compression == "gzip" else {}


def create_file(task):
    """The file and the population's group."""
    import h5py
    import numpy as np

    file = h5py.File(task.path, "w")
    file.attrs["magic"] = np.uint32(0x0A7A)
    file.attrs["version"] = [0, 1]
    group = file.create_group(f"spikes/{task.job.name}")
    group.attrs["sorting"] = "by_id"
    return file, group


def write_arrays(task, node_ids, times_ms):
    file, group = create_file(task)
    layout = filters(task, max(1, min(CHUNK_SPIKES, len(times_ms))))
    with file:
        group.create_dataset("node_ids", data=node_ids, dtype="u8", **layout)
        group.create_dataset("timestamps", data=times_ms, dtype="f8", **layout).attrs["units"] = "ms"
    return len(times_ms)


def write_blocks(task, blocks):
    """Datasets that grow block by block, for programs that hold only a part."""
    file, group = create_file(task)
    layout = {"shape": (0,), "maxshape": (None,), "chunks": (CHUNK_SPIKES,), **filters(task)}
    count = 0
    with file:
        columns = [group.create_dataset("node_ids", dtype="u8", **layout),
                   group.create_dataset("timestamps", dtype="f8", **layout)]
        columns[1].attrs["units"] = "ms"
        for block in blocks:
            first, count = count, count + len(block[0])
            for column, values in zip(columns, block):
                column.resize((count,))
                column[first:count] = values
    return count


def write_by_id(task, node_ids, times_ms):
    """For programs that record in order of time: readers look for the spikes of a node."""
    import numpy as np

    order = np.lexsort((times_ms, node_ids))
    return write_arrays(task, node_ids[order], times_ms[order])


# ---- the peers: each imports, then returns its work, which returns the number of spikes ------------------------------


def draw_trains(random, rates_hz, stop_ms, first_node):
    """All trains at once: one stretch of unit-rate time, of which each node has rate × duration."""
    import numpy as np

    shares = rates_hz * (stop_ms / 1000)
    ends = np.cumsum(shares)
    gaps = random.standard_exponential(int(ends[-1] + 8 * np.sqrt(ends[-1]) + 8))
    points = np.cumsum(gaps, out=gaps)
    counts = np.diff(np.searchsorted(points, ends), prepend=0)
    times_ms = points[: counts.sum()]
    times_ms -= np.repeat(ends - shares, counts)
    times_ms *= np.repeat(1000 / rates_hz, counts)
    return np.repeat(np.arange(first_node, first_node + len(rates_hz), dtype=np.uint64), counts), times_ms


def numpy_whole(task):
    import h5py  # noqa: F401
    import numpy as np

    random = np.random.default_rng(2)
    return lambda: write_arrays(task, *draw_trains(random, task.rates_hz, task.stop_ms, 0))


def numpy_blocks(task):
    import h5py  # noqa: F401
    import numpy as np

    random = np.random.default_rng(2)
    block_nodes = max(1, task.job.nodes(BLOCK_SPIKES))

    def blocks():
        for first in range(0, task.nodes, block_nodes):
            yield draw_trains(random, task.rates_hz[first : first + block_nodes], task.stop_ms, first)

    return lambda: write_blocks(task, blocks())


def bmtk(task):
    import numpy as np
    from bmtk.utils.reports.spike_trains import PoissonSpikeGenerator

    def long_trace():
        """A rate that jumps, as BMTK takes it: two points at one time."""
        times_s, rates_hz = [], []
        cycle_s = LONG_ON_S + LONG_OFF_S
        for cycle in range(round(task.job.stop_s / cycle_s)):
            start_s = cycle * cycle_s
            times_s += [start_s, start_s + LONG_ON_S, start_s + LONG_ON_S, start_s + cycle_s]
            rates_hz += [BURST_HZ, BURST_HZ, 0.0, 0.0]
        return np.array(times_s), np.array(rates_hz)

    def work():
        generator = PoissonSpikeGenerator(population=task.job.name, seed=2)
        if task.job.name == "baseline":
            for node, rate in enumerate(task.rates_hz):
                generator.add(node_ids=node, firing_rate=float(rate), times=(0.0, task.job.stop_s))
        else:
            times_s, rates_hz = long_trace()
            generator.add(node_ids=list(range(task.nodes)), firing_rate=rates_hz, times=times_s)
        generator.to_sonata(task.path, compression="gzip" if task.compression == "gzip" else None)

    return work


def bmtool(task):
    """Its backgrounds are BMTK's generator, called node by node; the pattern is its own, always to gzip."""
    import numpy as np
    from bmtool.stimulus.core import StimulusBuilder

    builder = StimulusBuilder.__new__(StimulusBuilder)  # which would read a network; only the groups are needed
    builder.psg_seed = 2
    builder.assemblies = {"all": [np.arange(task.nodes)]}
    return lambda: builder.generate_stimulus(
        output_path=task.path, pattern_type="long", assembly_name="all", population=task.job.name,
        firing_rate=(0.0, BURST_HZ, 0.0), on_time=LONG_ON_S, off_time=LONG_OFF_S, t_start=0.0, t_stop=task.job.stop_s)


def elephant(task):
    import h5py  # noqa: F401
    import numpy as np
    import quantities as pq
    from elephant.spike_train_generation import StationaryPoissonProcess

    def work():
        np.random.seed(2)
        stop = task.stop_ms * pq.ms
        trains = [StationaryPoissonProcess(rate=rate * pq.Hz, t_stop=stop).generate_spiketrain(as_array=True)
                  for rate in task.rates_hz]
        times_ms = np.concatenate(trains)
        node_ids = np.repeat(np.arange(task.nodes, dtype=np.uint64), [len(train) for train in trains])
        return write_arrays(task, node_ids, times_ms)

    return work


def nest_with(model, task):
    import h5py  # noqa: F401
    import nest
    import numpy as np

    def work():
        nest.ResetKernel()
        nest.set(resolution=0.1, local_num_threads=len(os.sched_getaffinity(0)), rng_seed=2)
        generators = nest.Create(model, task.nodes, params={"rate": task.rates_hz.tolist()})
        recorder = nest.Create("spike_recorder")
        nest.Connect(generators, recorder)
        nest.Simulate(task.stop_ms)
        events = recorder.get("events")
        return write_by_id(task, np.asarray(events["senders"], dtype=np.uint64) - 1, np.asarray(events["times"]))

    return work


def nest(task):
    """On the grid of 0.1 ms."""
    return nest_with("poisson_generator", task)


def nest_ps(task):
    """At continuous times, as all but the two grids."""
    return nest_with("poisson_generator_ps", task)


def brian2(task):
    """On the grid of 0.1 ms."""
    import brian2 as b2
    import h5py  # noqa: F401
    import numpy as np

    def work():
        b2.start_scope()
        b2.seed(2)
        b2.defaultclock.dt = 0.1 * b2.ms
        group = b2.PoissonGroup(task.nodes, rates=task.rates_hz * b2.Hz)
        monitor = b2.SpikeMonitor(group)
        b2.Network(group, monitor).run(task.stop_ms * b2.ms)
        # A step bears the time of its start; SONATA has none at 0.
        return write_by_id(task, np.asarray(monitor.i, dtype=np.uint64), np.asarray(monitor.t / b2.ms) + 0.1)

    return work


# ---- the floor: what must be done by whoever writes these bytes ------------------------------------------------------


def write_synced(task):
    return lambda: write_bytes(task.path, BYTES_PER_SPIKE * task.spikes, sync=True) and task.spikes


def write_unsynced(task):
    return lambda: write_bytes(task.path, BYTES_PER_SPIKE * task.spikes, sync=False) and task.spikes


def h5py_arrays(task):
    """Arrays that are ready, 16 M spikes at most, written as often as needed."""
    import numpy as np

    ready = min(task.spikes, 1 << 24)
    nodes = max(1, task.job.nodes(ready))
    node_ids, times_ms = draw_trains(np.random.default_rng(2), baseline_rates_hz(nodes), task.stop_ms, 0)

    def blocks():
        left = task.spikes
        while left > 0:
            yield node_ids[:left], times_ms[:left]
            left -= len(node_ids)

    if len(node_ids) >= task.spikes or task.spikes == ready:
        return lambda: write_arrays(task, node_ids[: task.spikes], times_ms[: task.spikes])
    return lambda: write_blocks(task, blocks())


PEERS = {peer.__name__: peer for peer in (numpy_whole, numpy_blocks, bmtk, bmtool, elephant, nest, nest_ps, brian2,
                                          write_synced, write_unsynced, h5py_arrays)}


def main():
    if sys.argv[1] == "--can":
        PEERS[sys.argv[2]](Task(sys.argv[3], 1, "none", os.devnull))
        return
    peer, job, spikes, compression, path, result = sys.argv[1:]
    task = Task(job, int(spikes), compression, path)
    seconds, count = timed(PEERS[peer](task))
    pathlib.Path(result).write_text(json.dumps({"seconds": seconds, "spikes": count}))


if __name__ == "__main__":
    main()
