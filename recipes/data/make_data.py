#!/usr/bin/env python3
"""Makes the small SONATA files that recipes use: python3 make_data.py [FOLDER] (needs h5py and numpy).

network/   two virtual populations, thalamus and shell, that drive a cortex of 10 cells, with circuit and simulation
           config as a BMTK model has them; only every second shell node drives anything
recorded_lgn_spikes.h5   spikes of 20 nodes over 3 s, as another program wrote them: in order of time
"""
import json
import pathlib
import sys

import h5py
import numpy as np

folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent)
network = folder / "network"


def h5_file(path):
    file = h5py.File(path, "w", libver=("earliest", "v110"))
    file.attrs["magic"] = np.uint32(0x0A7A)
    file.attrs["version"] = np.array([0, 1], dtype=np.uint32)
    return file


def write_nodes(name, types, properties):
    """One population with one node group; `types` is the node type id of every node."""
    with h5_file(network / f"{name}_nodes.h5") as file:
        nodes = file.create_group(f"nodes/{name}")
        count = len(types)
        nodes["node_id"] = np.arange(count, dtype=np.uint64)
        nodes["node_type_id"] = np.asarray(types, dtype=np.uint64)
        nodes["node_group_id"] = np.zeros(count, dtype=np.uint64)
        nodes["node_group_index"] = np.arange(count, dtype=np.uint64)
        group = nodes.create_group("0")
        for key, values in properties.items():
            group[key] = values


def write_types(name, rows):
    lines = ["node_type_id pop_name model_type"] + [" ".join(map(str, row)) for row in rows]
    (network / f"{name}_node_types.csv").write_text("\n".join(lines) + "\n")


def write_json(name, value):
    (network / name).write_text(json.dumps(value, indent=2) + "\n")


network.mkdir(parents=True, exist_ok=True)

# thalamus: 40 nodes on a grid of 100 x 100, three of four are PN.
index = np.arange(40)
positions = np.stack([(index % 8) * 12.5 + 5, (index // 8) * 20.0 + 5, np.zeros(40)], axis=1)
write_nodes("thalamus", np.where(index % 4 == 3, 101, 100), {"positions": positions})
write_types("thalamus", [(100, "PN", "virtual"), (101, "PV", "virtual")])

write_nodes("shell", np.full(20, 200), {"weight_scale": np.linspace(0.5, 1.5, 20)})
write_types("shell", [(200, "PN", "virtual")])

write_nodes("cortex", np.full(10, 300), {})
write_types("cortex", [(300, "Exc", "point_neuron")])

sources = np.repeat(np.arange(0, 20, 2), 2)
targets = (np.arange(20) * 3) % 10
with h5_file(network / "shell_to_cortex_edges.h5") as file:
    edges = file.create_group("edges/shell_to_cortex")
    for key, values, population in (("source_node_id", sources, "shell"), ("target_node_id", targets, "cortex")):
        edges[key] = values.astype(np.uint64)
        edges[key].attrs["node_population"] = population
    edges["edge_type_id"] = np.full(20, 400, dtype=np.uint64)
    edges["edge_group_id"] = np.zeros(20, dtype=np.uint64)
    edges["edge_group_index"] = np.arange(20, dtype=np.uint64)
    edges.create_group("0")
(network / "shell_to_cortex_edge_types.csv").write_text("edge_type_id target_query source_query\n400 NULL NULL\n")

write_json("circuit_config.json", {
    "manifest": {"$NETWORK_DIR": "."},
    "networks": {
        "nodes": [{"nodes_file": f"$NETWORK_DIR/{name}_nodes.h5",
                   "node_types_file": f"$NETWORK_DIR/{name}_node_types.csv"} for name in ("thalamus", "shell", "cortex")],
        "edges": [{"edges_file": "$NETWORK_DIR/shell_to_cortex_edges.h5",
                   "edge_types_file": "$NETWORK_DIR/shell_to_cortex_edge_types.csv"}],
    },
})
write_json("simulation_config.json", {
    "manifest": {"$BASE_DIR": "."},
    "run": {"tstop": 4000.0, "dt": 0.1},
    "network": "$BASE_DIR/circuit_config.json",
})

# Recorded spikes: node i fires every 100 + 10·i ms. BMTK's layout, with `sorting` as text.
spikes = sorted((step * (100.0 + 10 * node) + node * 1.5 + 0.5, node)
                for node in range(20) for step in range(int(3000 / (100 + 10 * node))))
with h5_file(folder / "recorded_lgn_spikes.h5") as file:
    population = file.create_group("spikes/lgn")
    population.attrs["sorting"] = "by_time"
    population["timestamps"] = np.array([time for time, _ in spikes])
    population["timestamps"].attrs["units"] = "milliseconds"
    population["node_ids"] = np.array([node for _, node in spikes], dtype=np.uint64)
