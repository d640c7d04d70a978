"""Holds Euler numbers and components of all phases to scikit-image and scipy. Usage: SCRIPT PRINT_ALL_PHASES"""

import subprocess
import sys
import tempfile

SKIPPED = 77

try:
    import numpy as np
    from scipy import ndimage
    from skimage.measure import euler_number
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(SKIPPED)


def random_classes(rng, shape, phases, sigma):
    """Classes in equal parts, of smooth noise or plain noise; a fifth is background, some is outside the region."""
    noise = ndimage.gaussian_filter(rng.random(shape), sigma) if sigma else rng.random(shape)
    rank = noise.ravel().argsort().argsort().reshape(shape) / noise.size
    classes = np.minimum(rank / 0.8 * phases, 254).astype(np.uint8)
    classes[rank >= 0.8] = 254
    classes[rng.random(shape) < 0.02] = 255
    return classes


def expected(mask):
    row = [int(mask.sum()), int(euler_number(mask, connectivity=1)), int(euler_number(mask, connectivity=3))]
    for connectivity in (1, 3):
        labels, count = ndimage.label(mask, ndimage.generate_binary_structure(3, connectivity))
        row += [count, int(np.bincount(labels.ravel())[1:].max(initial=0))]
    return row


def computed(program, classes, phases):
    with tempfile.NamedTemporaryFile() as file:
        classes.tofile(file)
        file.flush()
        command = [program, file.name, *map(str, classes.shape), str(phases)]
        lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    return [[int(word) for word in line.split()] for line in lines]


def main(program):
    seed = 20
    rng = np.random.default_rng(seed)
    failures = compared = 0
    for shape in [(17, 23, 70), (12, 12, 12), (3, 30, 65), (1, 20, 30)]:
        for phases, sigma in [(1, 1.0), (4, 0), (4, 1.5), (60, 1.0)]:
            classes = random_classes(rng, shape, phases, sigma)
            rows = computed(program, classes, phases)
            for k in range(0, phases, 7):
                compared += 1
                truth = expected(classes <= k)
                if rows[k] != truth:
                    failures += 1
                    print(f"seed {seed}, {shape}, phase {k} of {phases}: {rows[k]}, expected {truth}")
    print(f"{compared} phases compared, {failures} differ")
    return 1 if failures or not compared else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
