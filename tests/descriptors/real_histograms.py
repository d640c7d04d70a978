"""Writes the grey histograms of real scans: real_histograms.py DATA OUT; one file NAME.txt of 256 counts each."""
import pathlib
import sys

try:
    import numpy
    from skimage import io
except ImportError as missing:
    print(missing)
    sys.exit(77)

SCANS = {
    "cement": "cement-pores-grey/cement_128x128x128.tif",
    "fibreform": "carbon-fibreform-grey/100_fiberform.tif",
    "ilastik": "ilastik-3d-pixel-classification/Data_3D.npy",
}
data, out = (pathlib.Path(argument) for argument in sys.argv[1:3])
for name, path in SCANS.items():
    scan = numpy.load(data / path) if path.endswith(".npy") else io.imread(data / path)
    counts = numpy.bincount(scan.ravel(), minlength=256)
    (out / f"{name}.txt").write_text(" ".join(str(count) for count in counts))
