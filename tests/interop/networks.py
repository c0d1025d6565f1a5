"""SONATA networks that BMTK's NetworkBuilder makes for the tests, with their circuit config."""

import json

import numpy as np
from bmtk.builder import NetworkBuilder


def write_circuit(folder, networks, edges=(), components=None):
    """A circuit config that names the files of `networks` (saved in folder/network) through manifest variables."""
    config = {
        "manifest": {"$BASE_DIR": "${configdir}", "$NETWORK_DIR": "$BASE_DIR/network"},
        "components": components or {},
        "networks": {
            "nodes": [
                {
                    "nodes_file": f"$NETWORK_DIR/{name}_nodes.h5",
                    "node_types_file": f"$NETWORK_DIR/{name}_node_types.csv",
                }
                for name in networks
            ],
            "edges": [
                {
                    "edges_file": f"$NETWORK_DIR/{name}_edges.h5",
                    "edge_types_file": f"$NETWORK_DIR/{name}_edge_types.csv",
                }
                for name in edges
            ],
        },
    }
    path = folder / "circuit_config.json"
    path.write_text(json.dumps(config, indent=2))
    return path


def build_column_network(folder):
    """Three populations with many node types, node groups with different attributes, positions and text columns."""
    rng = np.random.default_rng(5)
    cortex = NetworkBuilder("cortex")
    for layer, (name, count, kind) in enumerate([("PN", 23, "e"), ("PV", 11, "i"), ("SST", 7, "i")]):
        cortex.add_nodes(
            N=count,
            pop_name=name,
            ei=kind,
            model_type="virtual",
            layer=4 + layer,
            tau=0.1 + layer / 3,
            positions=rng.uniform(-300, 300, (count, 3)),
            tuning_angle=rng.uniform(0, 360, count),
            column=[f"col {i % 3}" for i in range(count)],
            rank=[int(i) for i in rng.permutation(count)],
        )
    # A group with other attributes of its own: it lacks tuning_angle, and its rate is a node's, not the type's.
    cortex.add_nodes(N=9, pop_name="VIP", ei="i", model_type="virtual", layer=2, rate_hz=rng.uniform(1, 9, 9))
    thalamus = NetworkBuilder("thalamus")
    thalamus.add_nodes(
        N=30,
        pop_name="PN",
        model_type="virtual",
        pulse_group_id=[i // 10 for i in range(30)],
        x=rng.uniform(0, 1, 30),
        note=["it's \"quoted\"" if i == 3 else f"n{i}" for i in range(30)],
    )
    plain = NetworkBuilder("plain")
    plain.add_nodes(N=4, model_type="virtual", label="a text with spaces", maybe=None)
    plain.add_nodes(N=3, model_type="virtual", label="other", maybe=2.5)
    names = []
    for network in (cortex, thalamus, plain):
        network.build()
        network.save_nodes(output_dir=str(folder / "network"))
        names.append(network.name)
    return write_circuit(folder, names)


def build_driven_cells(folder, engine, sources=25, cells=6):
    """Virtual `thalamus` onto `cortex`, of IntFire1 (NEURON) or integrate-and-fire (NEST) cells; all drive all.

    Returns the circuit config. Weights are small: what is tested is the input, not the cells.
    """
    models = {
        "bionet": dict(model_type="point_process", model_template="nrn:IntFire1"),
        "pointnet": dict(model_type="point_neuron", model_template="nest:iaf_psc_alpha"),
    }
    synapses = {
        "bionet": dict(syn_weight=0.001, dynamics_params="excitatory.json", delay=2.0),
        "pointnet": dict(syn_weight=1.0, dynamics_params="static.json", delay=2.0, model_template="static_synapse"),
    }
    parameters = {
        "bionet": {"cell.json": {"tau": 10.0, "refrac": 5.0}, "excitatory.json": {"sign": 1}},
        "pointnet": {"cell.json": {"tau_m": 10.0, "t_ref": 2.0}, "static.json": {}},
    }
    for kind in ("point_neuron_models", "synaptic_models"):
        (folder / "components" / kind).mkdir(parents=True)
        for name, values in parameters[engine].items():
            (folder / "components" / kind / name).write_text(json.dumps(values))
    cortex = NetworkBuilder("cortex")
    cortex.add_nodes(N=cells, pop_name="cell", dynamics_params="cell.json", **models[engine])
    thalamus = NetworkBuilder("thalamus")
    thalamus.add_nodes(N=sources, pop_name="PN", model_type="virtual", pulse_group_id=[i % 5 for i in range(sources)])
    thalamus.add_edges(source=thalamus.nodes(), target=cortex.nodes(), connection_rule=1, **synapses[engine])
    for network in (cortex, thalamus):
        network.build()
        network.save(output_dir=str(folder / "network"))
    components = {
        "point_neuron_models_dir": "$BASE_DIR/components/point_neuron_models",
        "synaptic_models_dir": "$BASE_DIR/components/synaptic_models",
    }
    return write_circuit(folder, ["cortex", "thalamus"], ["thalamus_cortex"], components)
