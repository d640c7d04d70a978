"""Carbon fibres: the published volume fraction at the published threshold, Otsu's threshold as described."""

import unittest

import scipy.ndimage
from campaign import analyse, components, main, voxels

SCAN = "carbon-fibreform-grey/100_fiberform.tif"
PUBLISHED = 1  # 90 and above is fibre
OTSU = 3


class carbon_fibreform(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        figures = analyse("carbon-fibreform", "widths")
        cls.fibre, cls.void = figures["fibre"], figures["void"]
        cls.grey = voxels(SCAN)

    def test_volume_fraction_is_the_published_one(self):
        self.assertEqual(self.fibre["threshold_grey"][0, PUBLISHED], 89)
        self.assertEqual(self.fibre["volume_fraction"][0, PUBLISHED, 0], 0.16714)

    def test_otsu_is_the_described_one(self):
        self.assertEqual(self.void["threshold_grey"][0, OTSU], 108)
        self.assertEqual(self.void["volume_fraction"][0, OTSU, 0], 0.846046)

    def test_fibre_and_void_of_one_threshold_share_volume_and_faces(self):
        self.assertEqual(self.fibre["threshold_grey"].tolist(), self.void["threshold_grey"].tolist())
        whole = self.fibre["phase_voxels"][0, :, 0] + self.void["phase_voxels"][0, :, 0]
        self.assertEqual(whole.tolist(), [1000000] * 5)
        self.assertEqual(self.fibre["face_area_um2"][0, :, 0].tolist(), self.void["face_area_um2"][0, :, 0].tolist())

    def test_components_and_largest_distance_agree_with_scipy(self):
        for figures, phase in ((self.fibre, self.grey > 89), (self.void, self.grey <= 89)):
            for place, neighbours in enumerate(figures["connectivity"]):
                found = [figures[name][0, PUBLISHED, 0, place] for name in ("component_count", "largest_component_voxels")]
                self.assertEqual(tuple(found), components(phase, neighbours))
            farthest = scipy.ndimage.distance_transform_edt(phase).max()
            self.assertEqual(figures["max_distance_sq"][0, PUBLISHED], round(farthest**2))

    def test_volume_depends_on_the_threshold_and_connection_hardly(self):
        volume = self.fibre["volume_fraction"][0, :, 0]
        shares = self.fibre["interconnectivity"][0, :, 0, 0]
        self.assertGreater(volume.max() / volume.min(), 1.15)
        self.assertLess(shares.max() / shares.min(), 1.01)


main(SCAN)
