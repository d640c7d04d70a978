"""The same work done by scipy, for bench/run: distance map and components of the phase grey <= THRESHOLD (below) or
grey > THRESHOLD (above). Prints seconds of each as JSON; reading does not count.
Usage: scipy_peer.py FILE.raw EDGE THRESHOLD below|above THREADS (scipy uses one)"""
import json
import sys
import time

import numpy
from scipy import ndimage


def seconds_of(work, *arguments):
    start = time.monotonic()
    work(*arguments)
    return time.monotonic() - start


path, edge, threshold, side = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
grey = numpy.fromfile(path, numpy.uint8).reshape(3 * (edge,))
phase = grey <= threshold if side == "below" else grey > threshold
del grey
print(json.dumps({"distance": seconds_of(ndimage.distance_transform_edt, phase),
                  "labels": seconds_of(ndimage.label, phase)}))
