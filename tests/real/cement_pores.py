"""Cement with dark pores: Otsu's threshold as described, and figures of several thresholds against scipy and scikit-image."""

import unittest

import numpy
import scipy.ndimage
import skimage.measure
from campaign import analyse, components, main, voxels

SCAN = "cement-pores-grey/cement_128x128x128.tif"
OTSU = 3  # of the sweep's thresholds


class cement_pores(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.figures = analyse("cement-pores", "cement-pores-sweep")
        cls.grey = voxels(SCAN)

    def test_otsu_and_its_volume_fraction_are_the_described_ones(self):
        self.assertEqual(self.figures["threshold_grey"][0, OTSU], 75)
        self.assertEqual(round(self.figures["volume_fraction"][0, OTSU, 0], 6), 0.171856)

    def test_components_agree_with_scipy_at_every_threshold(self):
        for index, threshold in enumerate(self.figures["threshold_grey"][0]):
            pores = self.grey <= threshold
            self.assertEqual(self.figures["phase_voxels"][0, index, 0], pores.sum())
            for place, neighbours in enumerate(self.figures["connectivity"]):
                found = [self.figures[name][0, index, 0, place] for name in ("component_count", "largest_component_voxels")]
                self.assertEqual(tuple(found), components(pores, neighbours), (threshold, neighbours))

    def test_largest_distance_agrees_with_scipy(self):
        for index in (0, OTSU, 5):
            pores = self.grey <= self.figures["threshold_grey"][0, index]
            farthest = scipy.ndimage.distance_transform_edt(pores).max()
            self.assertEqual(self.figures["max_distance_sq"][0, index], round(farthest**2))

    def test_euler_numbers_agree_with_scikit_image(self):
        for index in (0, OTSU, 5):
            pores = self.grey <= self.figures["threshold_grey"][0, index]
            expected = [skimage.measure.euler_number(pores, connectivity) for connectivity in (1, 3)]
            self.assertEqual(self.figures["euler_number"][0, index, 0].tolist(), expected)

    def test_pores_join_into_a_spanning_network_only_well_above_otsu(self):
        spans = self.figures["spans_depth"][0, :, 0]
        self.assertEqual(spans[:, 0].tolist(), [0, 0, 0, 0, 0, 0])
        self.assertEqual(spans[:, 1].tolist(), [0, 0, 0, 0, 1, 1])
        self.assertTrue(numpy.all(numpy.diff(self.figures["volume_fraction"][0, :, 0]) > 0))


main(SCAN)
