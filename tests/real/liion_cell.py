"""A cylindrical cell: slices as one scan, single slices of 16 bit, and a segmentation as the region."""

import unittest

import skimage.filters
from campaign import analyse, main, voxels

FOLDER = "liion-cylindrical-cell"


class stack_of_slices(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.figures = analyse("liion-cell", "no-widths")

    def test_every_slice_is_in_the_scan(self):
        self.assertEqual(self.figures["region_voxels"].item(), 20 * 728 * 728)

    def test_otsu_and_its_volume_fraction_are_the_described_ones(self):
        self.assertEqual(self.figures["threshold_grey"].item(), 33)
        self.assertEqual(round(self.figures["volume_fraction"].item(), 4), 0.4618)


class slices_of_sixteen_bit(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.figures = analyse("liion-slices", "no-widths")
        cls.of = {name.decode(): index for index, name in enumerate(cls.figures["scan"])}

    def test_otsu_and_its_volume_fraction_are_the_described_ones(self):
        for scan, threshold, fraction in (("slice-1", 31248, 0.6136), ("slice-2", 29453, 0.6091)):
            self.assertEqual(self.figures["threshold_grey"][self.of[scan], 0], threshold)
            self.assertEqual(round(self.figures["volume_fraction"][self.of[scan]].item(), 4), fraction)

    def test_the_segmentation_bounds_the_region_and_the_histogram(self):
        for number, described in ((1, 76433), (2, 72758)):
            scan = self.of[f"slice-{number}-electrode"]
            inside = voxels(f"{FOLDER}/im_{number}.tif")[voxels(f"{FOLDER}/mask_{number}.tif") > 0]
            threshold = self.figures["threshold_grey"][scan, 0]
            self.assertEqual(self.figures["region_voxels"][scan], described)
            self.assertEqual(threshold, skimage.filters.threshold_otsu(inside))
            self.assertEqual(self.figures["phase_voxels"][scan].item(), (inside <= threshold).sum())


main(f"{FOLDER}/cell_vol", f"{FOLDER}/im_1.tif", f"{FOLDER}/mask_2.tif")
