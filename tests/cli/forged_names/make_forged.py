#!/usr/bin/env python3
"""Makes the files of this case, whose names try to speak for stimgen: make_forged.py (needs h5py)

forged.h5: a spike file with populations whose names hold a line end and a digest, the codes that wipe a terminal's
line, marks that reorder text, C1 controls and bytes that are not UTF-8. left.h5: the same with other spikes.
nodes.h5: nodes with such names as labels, as column names and as a population.
"""
import pathlib

import h5py
import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
DIGEST = b"0123456789abcdef" * 4
NAMES = [
    b"q\n" + DIGEST + b"  bg.h5#p",
    b"\x1b[1A\x1b[2K\rbg  same       105 spikes\x1b[8m",
    "bidi \u202e\u2066ecart\u2069 \u200f".encode(),
    "c1 \u009b2J\u0085 del\x7f".encode(),
    b"latin \xff\xc3",
]
LABELS = [b"A\nB", b"\x1b[2J\rC", "\u202ecba".encode(), b"\xe9t\xe9"]


def strings(group, name, values):
    kind = h5py.h5t.C_S1.copy()
    kind.set_size(max(map(len, values)) + 1)
    kind.set_cset(h5py.h5t.CSET_UTF8)
    space = h5py.h5s.create_simple((len(values),))
    dataset = h5py.h5d.create(group.id, name, kind, space)
    dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, np.array(values, dtype=f"S{kind.get_size()}"), kind)


def spikes(path, shift):
    with h5py.File(HERE / path, "w") as file:
        for name in NAMES:
            group = file.create_group(b"spikes/" + name)
            group["node_ids"] = np.arange(3, dtype="u8")
            group["timestamps"] = np.array([1.0, 2.0, 3.0]) * 100 + shift


spikes("forged.h5", 0)
spikes("left.h5", 1)
with h5py.File(HERE / "nodes.h5", "w") as file:
    for population in (b"cells", NAMES[1]):
        group = file.create_group(b"nodes/" + population)
        group["node_type_id"] = np.full(4, 1, dtype="u8")
        group["node_id"] = np.arange(4, dtype="u8")
        group["node_group_id"] = np.zeros(4, dtype="u8")
        group["node_group_index"] = np.arange(4, dtype="u8")
        columns = group.create_group("0")
        strings(columns, b"pop_name", LABELS)
        columns[b"col\numn \x1b[2J"] = np.arange(4.0)
