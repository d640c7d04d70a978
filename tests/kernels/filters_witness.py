"""Compares filtered volumes with scipy.ndimage. cases.txt lists per line: name filter dtype nz ny nx parameter."""
import pathlib
import sys

try:
    import numpy
    from scipy import ndimage
except ImportError as missing:
    print(missing)
    sys.exit(77)


def expected(volume, kind, parameter):
    if kind == "median":
        return ndimage.median_filter(volume, size=2 * int(parameter) + 1)
    smooth = ndimage.gaussian_filter(volume.astype(numpy.float64), sigma=float(parameter))
    return numpy.floor(smooth + 0.5) if volume.dtype.kind in "iu" else smooth


def main(folder):
    wrong = 0
    for line in (folder / "cases.txt").read_text().splitlines():
        name, kind, dtype, *rest = line.split()
        shape = [int(length) for length in rest[:3]]
        volume = numpy.fromfile(folder / f"{name}.in", dtype).reshape(shape)
        ours = numpy.fromfile(folder / f"{name}.out", dtype).reshape(shape).astype(numpy.float64)
        difference = numpy.abs(ours - expected(volume, kind, rest[3]).astype(numpy.float64))
        tolerance = 1e-4 if dtype == "float32" and kind == "gaussian" else 0
        if difference.max() > tolerance:
            print(f"{line}: differs by up to {difference.max()} in {(difference > tolerance).sum()} voxels")
            wrong = 1
    return wrong


sys.exit(main(pathlib.Path(sys.argv[1])))
