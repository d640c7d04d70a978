"""Holds distance and labels of the kernels to scipy.ndimage. Usage: scipy_witness.py DUMP_PROGRAM. Exits with 77 without scipy."""

import pathlib
import subprocess
import sys
import tempfile

try:
    import numpy as np
    from scipy import ndimage
except ImportError as missing:
    print("skipped:", missing)
    sys.exit(77)

SHAPE = (31, 47, 133)


def smallest_index_labels(phase, structure):
    """scipy's labels renamed to 1 + smallest linear index of the component."""
    labels, count = ndimage.label(phase, structure)
    first = ndimage.minimum(np.arange(phase.size).reshape(phase.shape), labels, np.arange(1, count + 1))
    return np.concatenate(([0], first.astype(np.uint64) + 1)).astype(np.uint64)[labels]


with tempfile.TemporaryDirectory() as folder:
    subprocess.run([sys.argv[1], folder], check=True)

    def read(name, dtype):
        return np.fromfile(pathlib.Path(folder) / f"{name}.raw", dtype).reshape(SHAPE)

    phase = read("classes", np.uint8) == 0
    assert 0.1 < phase.mean() < 0.9, phase.mean()
    expected = np.rint(ndimage.distance_transform_edt(phase) ** 2).astype(np.uint32)
    assert np.array_equal(read("distance", np.uint32), expected)
    for neighbours, order in ((6, 1), (26, 3)):
        expected = smallest_index_labels(phase, ndimage.generate_binary_structure(3, order))
        assert np.array_equal(read(f"labels_{neighbours}", np.uint64), expected), neighbours
        print(neighbours, "neighbours:", len(np.unique(expected)) - 1, "components")
