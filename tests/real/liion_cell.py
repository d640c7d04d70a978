"""A cylindrical cell: slices as one scan, single slices of 16 bit, a segmentation as the region, and the wound electrodes
between the can and the hole in the middle as an electrode between its interfaces."""

import json
import pathlib
import tempfile
import unittest

import numpy
import scipy.ndimage
import skimage.filters
from campaign import analyse, main, voxels

FOLDER = "liion-cylindrical-cell"
COLUMNS, CELL, DEPTH = 1920, 20, 300
ANGLES = numpy.arange(COLUMNS) * 2 * numpy.pi / COLUMNS


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


def unrolled(slices, centre, radius, depth):
    """Grey over (depth inwards from a radius, slice, angle)."""
    radii = radius - numpy.arange(depth)[:, None]
    places = [centre[0] + radii * numpy.sin(ANGLES), centre[1] + radii * numpy.cos(ANGLES)]
    return numpy.stack([scipy.ndimage.map_coordinates(each, places, order=1) for each in slices], axis=1)


def first_fall(grey, level):
    """Height at which every column first falls below a level behind its brightest voxel, on a straight line between voxels."""
    behind = numpy.arange(len(grey))[:, None, None] > grey.argmax(axis=0)
    at = ((grey < level) & behind).argmax(axis=0)[None]
    after, before = (numpy.take_along_axis(grey, at - step, axis=0)[0] for step in (0, 1))
    return at[0] - 0.5 + (before - level) / (before - after)


def last_above(grey, level):
    """Height behind the last voxel of every column whose surroundings are above a level."""
    bright = scipy.ndimage.uniform_filter(grey, (1, 5, 5)) > level
    return len(grey) - bright[::-1].argmax(axis=0)


def cells_of(heights, average):
    return average(heights.reshape(len(heights), COLUMNS // CELL, CELL), axis=(0, 2))


class windings_between_can_and_hole(unittest.TestCase):
    """Unrolled about the axis, the bright can stands for the collector and the hole in the middle for the separator."""

    @classmethod
    def setUpClass(cls):
        slices = voxels(f"{FOLDER}/cell_vol/*.tif").astype(float)
        centre = numpy.array(scipy.ndimage.center_of_mass(slices.mean(axis=0) > 130))
        for _ in range(3):
            radii = 325.5 - first_fall(unrolled(slices, centre, 325, 60), 110).mean(axis=0)
            circle = numpy.stack([numpy.ones(COLUMNS), numpy.sin(ANGLES), numpy.cos(ANGLES)], axis=1)
            radius, *shift = numpy.linalg.lstsq(circle, radii, rcond=None)[0]
            centre += shift
        cls.grey = numpy.rint(unrolled(slices, centre, radius + 5, DEPTH))
        cls.of_scan = cls.figures_with({})
        cls.of_level = cls.figures_with({"separator_level": 25})

    @classmethod
    def figures_with(cls, levels):
        with tempfile.TemporaryDirectory() as folder:
            cls.grey.astype(numpy.uint8).tofile(pathlib.Path(folder) / "windings.raw")
            source = {"type": "raw", "path": "windings.raw", "shape": list(cls.grey.shape), "dtype": "uint8"}
            job = {"campaign": "windings", "scans": [{"id": "cell", "voxel_size_um": 1, "source": source}],
                   "phase": {"name": "gap", "where": "below"}, "electrode": {"lateral_step_um": CELL, **levels}}
            (pathlib.Path(folder) / "windings.yaml").write_text(json.dumps(job))
            return analyse(pathlib.Path(folder) / "windings", "no-widths")

    def test_the_can_is_found_where_its_edge_is_and_is_nearly_round(self):
        heights = self.of_scan["collector_height_um"][0, 0]
        edge = cells_of(first_fall(self.grey, self.of_scan["collector_level_grey"][0]), numpy.mean)
        self.assertLess(abs(heights - edge).max(), 0.1)
        self.assertEqual(self.of_scan["collector_filled_share"][0], 0)
        self.assertLess(self.of_scan["collector_roughness_sq_um"][0], 0.5)

    def test_the_hole_is_found_where_the_last_winding_ends(self):
        heights = self.of_level["separator_height_um"][0, 0]
        off = abs(heights - cells_of(last_above(self.grey, 25), numpy.median))
        self.assertLess(numpy.median(off), 1)
        self.assertGreater((off < 2).mean(), 0.8)


main(f"{FOLDER}/cell_vol", f"{FOLDER}/im_1.tif", f"{FOLDER}/mask_2.tif")
