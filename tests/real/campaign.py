"""Runs tomosweep on public tomograms that may lie beside the source tree, and reads the archive it leaves.

A check is a file of unittest cases beside this one; `python3 CHECK.py TOMOSWEEP` runs it, and exits with 77 where its scans
or its Python packages are missing. The scans are not part of the project: see docs/real-data.md.
"""

import pathlib
import subprocess
import sys
import tempfile
import unittest

try:
    import h5py
    import numpy
    import scipy.ndimage
    import skimage.io
except ImportError as missing:
    print("skipped:", missing)
    sys.exit(77)

HERE = pathlib.Path(__file__).resolve().parent
DATA = HERE.parents[2] / "shared" / "data" / "real"
PROGRAM = sys.argv[1]


def main(*needed):
    """Runs the checks of the calling file, if all the scans that they need are there."""
    for path in needed:
        if not (DATA / path).exists():
            print(f"skipped: no public scan {path} beside the source tree")
            sys.exit(77)
    unittest.main(module="__main__", argv=sys.argv[:1] + sys.argv[2:], verbosity=2)


def contents(group):
    """Figures as arrays, groups of phases as dictionaries of the same kind."""
    return {
        name: contents(item) if isinstance(item, h5py.Group) else item[()]
        for name, item in group.items()
        if name not in ("tables", "process")
    }


def analyse(job, sweep):
    """What the archive of JOB.yaml with SWEEP.yaml says; dimensions are (scan, threshold, resolution_limit, connectivity)."""
    with tempfile.TemporaryDirectory() as folder:
        command = [PROGRAM, "run", HERE / f"{job}.yaml", HERE / f"{sweep}.yaml", "-o", folder, "--quiet"]
        run = subprocess.run(command, capture_output=True, text=True)
        if run.returncode != 0:
            raise AssertionError(f"exit code {run.returncode} of {job}: {run.stdout}{run.stderr}")
        with h5py.File(pathlib.Path(folder) / "campaign.h5") as archive:
            figures = contents(archive)
    for each in [figures] if "status" in figures else [held for held in figures.values() if isinstance(held, dict)]:
        assert not each["status"].any(), each["failure"]
    return figures


def voxels(pattern):
    """The scan as (z, y, x): one file of pages, or a pattern of slices in the order of their names."""
    files = sorted(DATA.glob(pattern))
    return skimage.io.imread(files[0]) if len(files) == 1 else numpy.stack([skimage.io.imread(file) for file in files])


def components(phase, neighbours):
    """scipy's number of components and the voxels of the largest, for 6 or 26 neighbours."""
    structure = scipy.ndimage.generate_binary_structure(3, {6: 1, 26: 3}[neighbours])
    labels, count = scipy.ndimage.label(phase, structure)
    return count, int(numpy.bincount(labels.ravel())[1:].max(initial=0))


def faces(phase):
    """Voxel faces between the phase and the rest, for each axis."""
    return [int(numpy.count_nonzero(numpy.diff(phase.astype(numpy.int8), axis=axis))) for axis in range(3)]
