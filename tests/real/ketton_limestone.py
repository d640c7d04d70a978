"""Segmented limestone: published porosity, and surface from the published two-point correlation."""

import csv
import unittest

from campaign import DATA, analyse, components, faces, main, voxels

SCAN = "ketton-limestone-binary/ketton.tif"
CORRELATION = "ketton-limestone-binary/published_S2_pore_orig_pph.csv"
AXIS_COLUMNS = ("x", "z", "y")  # of the table, for z, y, x of the scan


def correlation_at_one_voxel():
    with open(DATA / CORRELATION, newline="") as table:
        rows = list(csv.DictReader(table))
    return [float(rows[1][column]) for column in AXIS_COLUMNS]


class ketton_limestone(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.figures = analyse("ketton-limestone", "no-widths")
        cls.pore = voxels(SCAN) == 0

    def test_porosity_is_the_published_one(self):
        self.assertEqual(self.figures["phase_voxels"].item(), 2128392)
        self.assertEqual(self.figures["volume_fraction"].item(), 2128392 / 16777216)
        self.assertEqual(round(self.figures["volume_fraction"].item(), 12), 0.126862049103)

    def test_faces_follow_from_the_published_correlation_at_one_voxel(self):
        expected = 0
        for axis, probability in enumerate(correlation_at_one_voxel()):
            slices = self.pore.shape[axis]
            pairs = self.pore.size // slices * (slices - 1)
            ends = self.pore.take(0, axis).sum() + self.pore.take(-1, axis).sum()
            expected += 2 * self.pore.sum() - ends - 2 * round(probability * pairs)
        self.assertEqual(self.figures["face_area_um2"].item(), expected)
        self.assertEqual(sum(faces(self.pore)), expected)

    def test_components_agree_with_scipy(self):
        for place, neighbours in enumerate(self.figures["connectivity"]):
            found = [self.figures[name][0, 0, 0, place] for name in ("component_count", "largest_component_voxels")]
            self.assertEqual(tuple(found), components(self.pore, neighbours))


main(SCAN, CORRELATION)
