#!/usr/bin/env python3
"""Makes newer_format.h5 beside this script: a spike file as HDF5 2.0 writes it in its own format, which older versions
cannot read. Needs an h5py with HDF5 2.0 (3.16):

    python3 make_newer_format.py
"""
import pathlib

import h5py
import numpy

with h5py.File(pathlib.Path(__file__).with_name("newer_format.h5"), "w", libver=("v200", "v200")) as file:
    group = file.create_group("spikes/cortex")
    group.create_dataset("node_ids", data=numpy.arange(4, dtype="u8"), chunks=(4,), compression="gzip")
    group.create_dataset("timestamps", data=numpy.arange(1, 5) * 1.5, chunks=(4,), compression="gzip")
