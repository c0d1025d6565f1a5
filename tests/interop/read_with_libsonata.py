"""Prints as JSON what libsonata reads in a spike file: its own process, since HDF5 reads HDF5_PLUGIN_PATH at start."""

import json
import sys

import libsonata

reader = libsonata.SpikeReader(sys.argv[1])
out = {}
for name in reader.get_population_names():
    population = reader[name]
    spikes = population.get()
    out[name] = {
        "sorting": population.sorting,
        "units": population.time_units,
        "node_ids": [int(node) for node, _ in spikes],
        "timestamps": [float(time) for _, time in spikes],
    }
json.dump(out, sys.stdout)
