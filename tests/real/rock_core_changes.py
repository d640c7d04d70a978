"""The deformed rock core registered on the intact one: a crack was opened, and nothing of the kind was closed."""

import os
import pathlib
import subprocess
import tempfile
import unittest

import h5py
import numpy
import yaml
from campaign import DATA, HERE, PROGRAM, main, voxels
from scipy import ndimage

FOLDER = "rock-core-intact-deformed"
# Under sanitizers, which look at the code on the way and not at the figures, two of the sweep's six thresholds.
FEW = int(os.environ.get("TOMOSWEEP_PATIENCE", "1")) > 1


def scaled(grey):
    """The deformed state's grey with air and rock where the intact state has them."""
    return ((grey.astype(numpy.float32) - 23) * ((121 - 19) / (63 - 23)) + 19).astype("<f4")


class rock_core_changes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.intact, cls.deformed = voxels(f"{FOLDER}/Intact/*.tif"), scaled(voxels(f"{FOLDER}/Deformed/*.tif"))
        with tempfile.TemporaryDirectory() as folder:
            cls.deformed.tofile(pathlib.Path(folder) / "deformed-scaled.raw")
            job = pathlib.Path(folder) / "job.yaml"
            described = (HERE / "rock-core-changes.yaml").read_text()
            job.write_text(described.replace("../../../shared/data/real", str(DATA)))
            sweep = HERE / "rock-core-changes-sweep.yaml"
            if FEW:
                points = yaml.safe_load(sweep.read_text())
                points["threshold"]["values"] = points["threshold"]["values"][::3]
                sweep = pathlib.Path(folder) / "sweep.yaml"
                sweep.write_text(yaml.safe_dump(points))
            run = subprocess.run([PROGRAM, "run", job, sweep, "-o", folder, "--quiet"], capture_output=True, text=True,
                                 env={**os.environ, "OMP_NUM_THREADS": "2"})
            assert run.returncode == 0, run.stderr
            with h5py.File(pathlib.Path(folder) / "campaign.h5") as archive:
                cls.found = {name: item[()] for name, item in archive["changes"].items() if isinstance(item, h5py.Dataset)}

    def test_registration_improves_what_the_scans_own_places_give(self):
        self.assertEqual(self.found["converged"][0], 1)
        self.assertGreater(self.found["correlation"][0], self.found["correlation_before"][0] + 0.1)
        self.assertGreater(self.found["overlap"][0], 0.98)
        self.assertLess(self.found["rotation_deg"][0], 1)

    def test_scipy_resampling_with_the_stored_transform_correlates_as_well(self):
        """The transform's direction and corner, against scipy and smoothing of its own."""
        rotation, shift = self.found["rotation"][0], self.found["shift_um"][0] / 117.9
        offset = rotation @ numpy.full(3, 0.5) + shift - 0.5
        moved = ndimage.affine_transform(ndimage.gaussian_filter(self.deformed, 1), rotation, offset, order=1)
        y, x = numpy.ogrid[:450, :450]
        core = (y + 0.5 - 224.7) ** 2 + (x + 0.5 - 224.9) ** 2 <= 195**2
        inside = numpy.broadcast_to(core, (36, 450, 450))
        fixed = ndimage.gaussian_filter(self.intact.astype(numpy.float32), 1)
        found = numpy.corrcoef(moved[28:64][inside], fixed[28:64][inside])[0, 1]
        self.assertAlmostEqual(found, self.found["correlation"][0], delta=0.02)

    def test_a_crack_was_opened_and_nothing_of_the_kind_closed(self):
        opened = self.found["opened_largest_voxels"][0, :, 0, 0]
        closed = self.found["closed_largest_voxels"][0, :, 0, 0]
        self.assertGreater((opened / closed).min(), 300)
        self.assertTrue((self.found["from_largest_voxels"][0, :, 0, 0] < opened / 100).all())
        # What the deformed state has as its largest cluster is new.
        self.assertTrue((self.found["to_largest_share"][0, :, 0, 0] < 0.01).all())

    def test_its_plane_and_width_hold_over_thresholds(self):
        # At the lowest one the crack is in pieces.
        normals = self.found["opened_largest_normal"][0, 1:, 0, 0]
        mean = normals.mean(axis=0) / numpy.linalg.norm(normals.mean(axis=0))
        self.assertLess(numpy.degrees(numpy.arccos(numpy.minimum(1, (normals @ mean).min()))), 3)
        dip = self.found["opened_largest_dip_deg"][0, 1:, 0, 0]
        self.assertTrue((dip > 52).all() and (dip < 58).all(), dip)
        width = self.found["opened_largest_mean_width_um"][0, :, 0, 0]
        self.assertTrue((width > 230).all() and (width < 400).all(), width)


main(f"{FOLDER}/Intact", f"{FOLDER}/Deformed")
