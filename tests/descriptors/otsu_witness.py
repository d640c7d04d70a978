"""Compares thresholds with scikit-image. cases.txt lists per line: name classes threshold...; NAME.raw is an uint8 image."""
import pathlib
import sys

try:
    import numpy
    from skimage import filters
except ImportError as missing:
    print(missing)
    sys.exit(77)


def main(folder):
    wrong = 0
    for line in (folder / "cases.txt").read_text().splitlines():
        name, classes, *ours = line.split()
        image = numpy.fromfile(folder / f"{name}.raw", numpy.uint8)
        if classes == "2":
            theirs = [filters.threshold_otsu(image)]
        else:
            theirs = list(filters.threshold_multiotsu(image, classes=int(classes)))
        if [float(value) for value in ours] != [float(value) for value in theirs]:
            print(f"{line}: scikit-image has {theirs}")
            wrong = 1
    return wrong


sys.exit(main(pathlib.Path(sys.argv[1])))
