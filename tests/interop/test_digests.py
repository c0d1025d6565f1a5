"""`stimgen digest` against an implementation of its own: PyPI's blake3 over files that h5py wrote, from the description
in schemas/README.md."""

import blake3
import h5py
import numpy as np
import pytest
from support import stimgen

ORDERS = {"none": 0, "by_id": 1, "by_time": 2}
LEAF_BYTES = 1 << 20


def number(value):
    return int(value).to_bytes(8, "little")


def content_digest(population, sorting, node_ids, timestamps):
    if sorting == "by_id":
        counts = dict(zip(*(values.tolist() for values in np.unique(node_ids, return_counts=True))))
        ids = b""
        for node_id in dict.fromkeys(node_ids.tolist()):  # ascending, so that each id is one stretch
            ids += number(node_id) + number(counts[node_id])
    else:
        ids = node_ids.astype("<u8").tobytes()
    text = b"".join(number(len(part)) + part for part in (b"stimgen-content-v2", population.encode(), b"ms", sorting.encode()))
    for data in (ids, timestamps.astype("<f8").tobytes()):
        for first in range(0, len(data), LEAF_BYTES):
            text += blake3.blake3(data[first : first + LEAF_BYTES]).digest()
    return blake3.blake3(text + number(len(node_ids))).hexdigest()


def write(path, population, sorting, node_ids, timestamps):
    kind = h5py.enum_dtype({name: value for name, value in ORDERS.items()}, basetype="u1")
    with h5py.File(path, "w") as file:
        file.attrs["magic"] = np.uint32(0x0A7A)
        file.attrs["version"] = np.array([0, 1], dtype=np.uint32)
        group = file.create_group(f"spikes/{population}")
        group.attrs.create("sorting", ORDERS[sorting], dtype=kind)
        group.create_dataset("node_ids", data=node_ids)
        group.create_dataset("timestamps", data=timestamps).attrs["units"] = "ms"


# A leaf of timestamps holds 131,072 spikes; one of stretches 65,536 nodes.
@pytest.mark.parametrize("sorting", ORDERS)
@pytest.mark.parametrize("spikes,nodes", [(0, 1), (1, 1), (1000, 7), (131_072, 300), (131_073, 70_000), (400_000, 3)])
def test_digest_of_a_file_by_h5py_is_that_of_blake3(tmp_path, sorting, spikes, nodes):
    generator = np.random.default_rng(spikes + nodes)
    node_ids = generator.integers(0, nodes, spikes, dtype=np.uint64) * np.uint64(3)
    timestamps = generator.uniform(0.1, 1e4, spikes)
    keys = {"none": None, "by_id": (timestamps, node_ids), "by_time": (node_ids, timestamps)}[sorting]
    if keys is not None:
        order = np.lexsort(keys)
        node_ids, timestamps = node_ids[order], timestamps[order]
    write(tmp_path / "x.h5", "größe", sorting, node_ids, timestamps)
    printed = stimgen("digest", tmp_path / "x.h5").stdout
    assert printed.split()[0] == content_digest("größe", sorting, node_ids, timestamps)
