#!/usr/bin/env python3
"""Makes endless.h5, whose heap of names has a list of free places that leads in a circle: make_endless.py (needs h5py)

HDF5 1.10 follows it for ever.
"""
import pathlib

import h5py

path = pathlib.Path(__file__).resolve().parent / "endless.h5"
with h5py.File(path, "w", libver="earliest") as file:
    file.create_group("spikes")
data = bytearray(path.read_bytes())
heap = data.index(b"HEAP")
free_place = int.from_bytes(data[heap + 16 : heap + 24], "little")
place = int.from_bytes(data[heap + 24 : heap + 32], "little") + free_place
data[place : place + 8] = free_place.to_bytes(8, "little")
path.write_bytes(data)
