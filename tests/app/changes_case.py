"""What the tests of changes between two states share: structures, how a scan sees them, and runs of pairs."""

import h5py
import numpy as np
from scipy import ndimage

from program import DONE, folder_test, under_sanitizers
from witness import NEIGHBOURS, thickness_sq_of

VOXEL_UM = 0.5
SHAPE = np.array([40, 64, 72])
THRESHOLDS = under_sanitizers([95], [105])
SWEEP = {"threshold": {"values": THRESHOLDS}, "resolution_limit_um": [0], "connectivity": [6, 26], "width": False}
LIMITS_UM = [0, 1.5, 2.0]
LIMITED = {**SWEEP, "resolution_limit_um": LIMITS_UM, "width": True}


def rotation(degrees, axis):
    """Rodrigues' formula, in the order (z, y, x)."""
    z, y, x = np.asarray(axis) / np.linalg.norm(axis)
    cross = np.array([[0, -x, y], [x, 0, -z], [-y, z, 0]])
    angle = np.radians(degrees)
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross


def structure(seed):
    """Pores of random shape in a solid: grey 60 in 150, soft edges, no noise, 24 voxels larger than a scan."""
    noise = ndimage.gaussian_filter(np.random.default_rng(seed).normal(size=SHAPE + 24), 2.5)
    return ndimage.gaussian_filter(np.where(noise < np.quantile(noise, 0.25), 60.0, 150.0), 0.8)


def seen(structure_grey, turn, shift, seed, noise=10):
    """The scan of a structure that was turned about the middle of the field of view and then shifted."""
    middle = (SHAPE - 1) / 2
    back = turn.T
    offset = middle + 12 - back @ (middle + shift)
    grey = ndimage.affine_transform(structure_grey, back, offset, tuple(SHAPE), order=3)
    grey += np.random.default_rng(seed).normal(0, noise, SHAPE)
    return np.clip(np.rint(grey), 0, 255).astype(np.uint8)


def largest(mask, neighbours):
    """Mask of the largest component; of equal ones, that of the first voxel."""
    labels, _ = ndimage.label(mask, NEIGHBOURS[neighbours])
    counts = np.bincount(labels.ravel())
    counts[0] = 0
    return (labels == counts.argmax()) & (counts.max() > 0), labels


thicknesses = {}


def local_thickness(phase, known):
    """2 x the radius of the largest ball of the phase that holds a voxel, in um; what is unknown ends no ball."""
    masks = (phase.tobytes(), known.tobytes())
    if masks not in thicknesses:
        _, radius_sq = thickness_sq_of(phase, known)
        thicknesses[masks] = 2 * np.sqrt(radius_sq) * VOXEL_UM
    return thicknesses[masks]


def left_at(phase, known, limit_um):
    return phase & (local_thickness(phase, known) >= limit_um * (1 - 1e-9)) if limit_um > 0 else phase


class changes_test(folder_test):
    def scan(self, name, grey, **keys):
        grey.tofile(self.folder / f"{name}.raw")
        return {"id": name, "sample": "core", "voxel_size_um": VOXEL_UM, **keys,
                "source": {"type": "raw", "path": f"{name}.raw", "shape": list(map(int, grey.shape)), "dtype": "uint8"}}

    def run_job(self, scans, changes, out="out", code=DONE, ranks=None, options=(), sweep=SWEEP, **job):
        described = {"campaign": "states", "scans": scans, "phase": {"name": "pore"}, "changes": changes, **job}
        return self.expect(code, "run", self.write("job.yaml", described), self.write("sweep.yaml", sweep), "-o",
                           self.folder / out, *options, ranks=ranks)

    def changes(self, out="out"):
        with h5py.File(self.folder / out / "campaign.h5") as archive:
            return {name: item.asstr()[:] if item.dtype.kind == "O" else item[()]
                    for name, item in archive["changes"].items() if isinstance(item, h5py.Dataset)}
