"""Runs a PointNet simulation: run_pointnet.py CONFIG OUT. Writes as JSON {virtual node: [times of its input events]}.

Its own process: NEST keeps one kernel a process.
"""

import json
import sys

import nest
from bmtk.simulator import pointnet


class InputRecorder:
    """A simulator module: a spike recorder on every virtual cell, connected after the inputs have been made."""

    def __init__(self):
        self.recorders = {}

    def initialize(self, simulator):
        for population in simulator.net._virtual_ids_map.values():
            for node, generator in population.items():
                self.recorders[int(node)] = nest.Create("spike_recorder")
                nest.Connect(nest.NodeCollection([generator]), self.recorders[int(node)])

    def finalize(self, simulator):
        pass

    def events(self):
        return {node: sorted(map(float, recorder.get("events")["times"])) for node, recorder in self.recorders.items()}


nest.set_verbosity("M_ERROR")
config = pointnet.Config.from_json(sys.argv[1], validate=False)
config.build_env(force=True)
network = pointnet.PointNetwork.from_config(config)
simulator = pointnet.PointSimulator.from_config(config, network)
recorder = InputRecorder()
simulator.add_mod(recorder)
simulator.run()
with open(sys.argv[2], "w") as out:
    json.dump(recorder.events(), out)
