"""What compare.py measures: stimgen in its variants, the peers, and the floor beneath them all."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Program:
    name: str  # in the CSV file and for --programs
    label: str
    reference: str  # the variant of stimgen that its ratios are against
    compression: str = "none"
    jobs: tuple = ("baseline",)
    peer: str = ""  # of peers.py; empty: stimgen
    # Of stimgen.
    threads: int = 0  # 0: all
    order: str = "by_id"
    synced: bool = True
    isa: str = ""  # forced instruction set
    # Whether the time limit may leave sizes out.
    limited: bool = True

    @property
    def is_stimgen(self):
        return not self.peer


BOTH = ("baseline", "long")


def ours(name, label, reference="stimgen", **more):
    return Program(name, label, reference, limited=False, **more)


def peer(name, label, compression="none", **more):
    reference = "stimgen-gzip" if compression == "gzip" else "stimgen"
    return Program(name, label, reference, compression, peer=name.removesuffix("-gzip").replace("-", "_"), **more)


PROGRAMS = [
    ours("stimgen", "stimgen", jobs=BOTH),
    ours("stimgen-j1", "stimgen, 1 thread", threads=1),
    ours("stimgen-nosync", "stimgen, fsync off", synced=False),
    ours("stimgen-nosync-j1", "stimgen, fsync off, 1 thread", synced=False, threads=1),
    ours("stimgen-nosync-j1-avx2", "stimgen, fsync off, 1 thread, AVX2", synced=False, threads=1, isa="avx2"),
    ours("stimgen-nosync-j1-scalar", "stimgen, fsync off, 1 thread, scalar", synced=False, threads=1, isa="scalar"),
    ours("stimgen-bytime", "stimgen, by_time", order="by_time"),
    ours("stimgen-gzip", "stimgen, gzip", "stimgen-gzip", compression="gzip", jobs=BOTH),
    ours("stimgen-gzip-j1", "stimgen, gzip, 1 thread", "stimgen-gzip", compression="gzip", threads=1),
    ours("stimgen-gzip-bytime", "stimgen, gzip, by_time", "stimgen-gzip", compression="gzip", order="by_time"),
    peer("numpy-whole", "NumPy, whole arrays"),
    peer("numpy-blocks", "NumPy, in blocks"),
    peer("elephant", "Elephant"),
    peer("nest", "NEST poisson_generator"),
    peer("nest-ps", "NEST poisson_generator_ps"),
    peer("brian2", "Brian2 PoissonGroup"),
    peer("bmtk", "BMTK", jobs=BOTH),
    peer("numpy-whole-gzip", "NumPy, whole arrays, gzip", "gzip"),
    peer("numpy-blocks-gzip", "NumPy, in blocks, gzip", "gzip"),
    peer("bmtk-gzip", "BMTK, gzip", "gzip", jobs=BOTH),
    peer("bmtool-gzip", "bmtool, gzip", "gzip", jobs=("long",)),
    peer("write-synced", "write() and fsync()", limited=False),
    peer("write-unsynced", "write()", limited=False),
    peer("h5py-arrays", "h5py, ready arrays"),
    peer("h5py-arrays-gzip", "h5py, ready arrays, gzip", "gzip"),
]
BY_NAME = {program.name: program for program in PROGRAMS}
FLOOR = ("write-synced", "write-unsynced", "h5py-arrays", "h5py-arrays-gzip")
