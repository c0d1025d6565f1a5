"""Makes nodes.h5 as models of others are: python3 make_nodes.py (needs h5py and numpy)."""
import h5py
import numpy

with h5py.File("nodes.h5", "w") as file:
    lgn = file.create_group("nodes/lgn")
    lgn["node_type_id"] = [100, 101, 100, 101]
    lgn["0/positions"] = [[10.0, 10], [200, 10], [10, 100], [200, 100]]
    lgn["0/flag"] = numpy.array([True, False, True, False])
    lgn["0/spine"] = numpy.ones((4, 5))
    lgn["0/longer"] = numpy.arange(5)
    file["nodes/odd/node_type_id"] = numpy.ones(2)
    file["nodes/far"] = h5py.ExternalLink("../elsewhere.h5", "/nodes/far")
    file["nodes/near"] = h5py.ExternalLink("near.h5", "/nodes/v1")
with h5py.File("near.h5", "w") as file:
    file["nodes/v1/node_type_id"] = [7, 7]
