"""Runs a BioNet simulation: run_bionet.py CONFIG OUT. Writes as JSON {virtual node: [times of its input events]}.

Its own process, started in the folder of the compiled mechanisms: NEURON keeps one network a process.
"""

import json
import sys

from bmtk.simulator import bionet
from neuron import h

config = bionet.Config.from_json(sys.argv[1], validate=False)
config.build_env()
network = bionet.BioNetwork.from_config(config)
simulator = bionet.BioSimulator.from_config(config, network=network)
arrivals = {}
for cells in network._virtual_nodes.values():
    for node, cell in cells.items():
        times = h.Vector()
        connection = h.NetCon(cell.hobj, None)
        connection.record(times)
        arrivals[int(node)] = (times, connection)
simulator.run()
with open(sys.argv[2], "w") as out:
    json.dump({node: sorted(times.to_python()) for node, (times, _) in arrivals.items()}, out)
