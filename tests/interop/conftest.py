"""Programs that several tests need, built once a run: BMTK's NEURON mechanisms and a deflate plugin for libsonata."""

import os
import pathlib
import shutil
import subprocess
import sys

import pytest


@pytest.fixture(scope="session")
def mechanisms(tmp_path_factory):
    """A folder with BMTK's modfiles compiled by nrnivmodl. BioNet needs them (VecStim) even for built-in cells."""
    import bmtk

    source = pathlib.Path(bmtk.__file__).parent / "utils/scripts/bionet/mechanisms/modfiles/vecevent.mod"
    folder = tmp_path_factory.mktemp("mechanisms")
    (folder / "modfiles").mkdir()
    shutil.copy(source, folder / "modfiles")
    nrnivmodl = pathlib.Path(sys.executable).parent / "nrnivmodl"
    built = subprocess.run([nrnivmodl, "modfiles"], cwd=folder, capture_output=True, text=True)
    assert built.returncode == 0, f"nrnivmodl failed:\n{built.stdout}{built.stderr}"
    return folder


@pytest.fixture(scope="session")
def deflate_plugin(tmp_path_factory):
    """A folder for HDF5_PLUGIN_PATH: with it, the HDF5 inside libsonata's wheel reads gzip files."""
    folder = tmp_path_factory.mktemp("hdf5_plugins")
    source = pathlib.Path(__file__).parent / "deflate_plugin.c"
    # Debian's folder for the serial library; elsewhere the headers are where the compiler looks anyway.
    flags = ["-I/usr/include/hdf5/serial"]
    compiler = os.environ.get("CC", "cc")
    library = folder / "libdeflate_plugin.so"
    subprocess.run([compiler, "-O2", "-shared", "-fPIC", *flags, str(source), "-o", str(library), "-lz"], check=True)
    return folder
