"""BMTK simulates with our files: every virtual cell gets the spikes that were written, in NEURON and in NEST."""

import json
import pathlib
import subprocess
import sys

import numpy as np
import pytest
from networks import build_driven_cells
from support import h5_spikes, inputs_block, stimgen, write_recipe

SOURCES = 25
STOP_MS = 1000.0

# A background and a stimulus for the same nodes reach the simulator in one combined file: of two inputs for one
# population BMTK ignores the second.
RECIPE = {
    "networks": {"from": "circuit_config.json"},
    "time": {"start": "0 s", "stop": "1 s"},
    "backgrounds": {"shell": {"population": "thalamus", "rate": {"mean": "15 Hz", "stdev": "10 Hz"}}},
    "assemblies": {"groups": {"population": "thalamus", "method": "property", "property": "pulse_group_id"}},
    "patterns": {
        "long": {"type": "long", "assemblies": "groups", "start": "0 s", "stop": "1 s", "on_time": "0.2 s",
                 "off_time": "0.05 s", "rates": {"burst": "60 Hz"}}
    },
    "combine": {"trial_input": {"from": ["shell", "long"]}},
    "output": {"directory": "stimulus"},
}  # fmt: skip


def simulation_config(folder, engine, inputs):
    config = {
        "manifest": {"$OUTPUT_DIR": "${configdir}/output"},
        "run": {"tstop": STOP_MS + 50.0, "dt": 0.1, "nsteps_block": 5000, "overwrite_output_dir": True},
        "target_simulator": {"bionet": "NEURON", "pointnet": "NEST"}[engine],
        "conditions": {"celsius": 34.0, "v_init": -80.0},
        "output": {"output_dir": "$OUTPUT_DIR", "log_file": "log.txt", "spikes_file": "spikes.h5"},
        "inputs": inputs,
        "network": "circuit_config.json",
    }  # fmt: skip
    if engine == "pointnet":
        config["run"]["precise_times"] = True
    path = folder / "simulation_config.json"
    path.write_text(json.dumps(config, indent=2))
    return path


def simulate(engine, config, run_folder):
    """{virtual node: times of the input events that arrived}."""
    script = pathlib.Path(__file__).parent / f"run_{engine}.py"
    out = config.parent / "arrived.json"
    command = [sys.executable, str(script), str(config), str(out)]
    done = subprocess.run(command, cwd=run_folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0 and out.exists(), done.stdout + done.stderr
    return {int(node): times for node, times in json.loads(out.read_text()).items()}


def run_on_our_files(engine, folder, run_folder, recipe=RECIPE):
    """(spikes written, events that arrived)."""
    build_driven_cells(folder, engine, sources=SOURCES)
    path = write_recipe(folder, recipe)
    stimgen("run", path)
    inputs = inputs_block(path)
    assert len(inputs) == 1
    block = next(iter(inputs.values()))
    assert block["input_type"] == "spikes" and block["module"] == "sonata" and block["population"] == "thalamus"
    arrived = simulate(engine, simulation_config(folder, engine, inputs), run_folder)
    written = h5_spikes(folder / "stimulus" / f"{next(iter(recipe['combine']))}.h5", "thalamus")
    return written, arrived


def assert_all_arrived(written, arrived, tolerance_ms):
    assert set(arrived) == set(range(SOURCES))
    assert len(written) > 300
    for node in range(SOURCES):
        expected = written.of_node(node)
        assert len(arrived[node]) == len(expected), node
        np.testing.assert_allclose(arrived[node], expected, rtol=0, atol=tolerance_ms)


def test_bionet_delivers_every_spike(tmp_path, mechanisms):
    written, arrived = run_on_our_files("bionet", tmp_path, mechanisms)
    assert_all_arrived(written, arrived, 1e-9)


def test_pointnet_delivers_every_spike(tmp_path):
    written, arrived = run_on_our_files("pointnet", tmp_path, tmp_path)
    assert_all_arrived(written, arrived, 1e-9)


@pytest.mark.parametrize("engine", ["bionet", "pointnet"])
def test_a_population_without_spikes_simulates(engine, tmp_path, mechanisms):
    # BMTK's own generator writes no population then, and the simulation fails.
    quiet = {
        "networks": {"from": "circuit_config.json"},
        "time": {"start": "0 s", "stop": "1 s"},
        "backgrounds": {"quiet": {"population": "thalamus", "rate": "0 Hz"}},
        "combine": {"trial_input": {"from": ["quiet"]}},
        "output": {"directory": "stimulus"},
    }
    written, arrived = run_on_our_files(engine, tmp_path, mechanisms, quiet)
    assert len(written) == 0
    assert set(arrived) == set(range(SOURCES)) and not any(arrived.values())


def test_two_inputs_for_one_population_are_refused(tmp_path):
    build_driven_cells(tmp_path, "bionet", sources=SOURCES)
    recipe = {key: value for key, value in RECIPE.items() if key != "combine"}
    done = stimgen("inputs", write_recipe(tmp_path, recipe), expect=3)
    assert "combine" in done.stderr and "thalamus" in done.stderr
