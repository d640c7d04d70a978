"""A rock core before and after deformation: the crack is in the second state, and in the first there is none."""

import unittest

import numpy
from campaign import analyse, components, main, voxels

FOLDER = "rock-core-intact-deformed"


class rock_core(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.intact = analyse("rock-core-intact", "rock-core-intact-sweep")
        cls.deformed = analyse("rock-core-deformed", "rock-core-deformed-sweep")

    def test_otsu_of_the_whole_slices_and_its_volume_fraction_are_the_described_ones(self):
        whole = analyse("rock-core-whole", "no-widths")
        self.assertEqual(whole["scan"].tolist(), [b"intact", b"deformed"])
        self.assertEqual(whole["threshold_grey"][:, 0].tolist(), [71, 43])
        self.assertEqual([round(share, 4) for share in whole["volume_fraction"][:, 0, 0]], [0.3231, 0.3157])

    def test_states_are_compared_within_equal_cylinders(self):
        sizes = [state["region_voxels"].item() for state in (self.intact, self.deformed)]
        self.assertLess(abs(sizes[0] / sizes[1] - 1), 1e-3)

    def test_only_the_deformed_state_is_crossed_at_every_threshold(self):
        self.assertFalse(self.intact["spans_depth"].any())
        self.assertTrue(self.deformed["spans_depth"][0, :, 0].all())

    def test_the_crack_holds_much_of_the_dark_and_no_pore_does(self):
        self.assertLess(self.intact["interconnectivity"][0, :, 0].max(), 0.03)
        self.assertGreater(self.deformed["interconnectivity"][0, :, 0].min(), 0.3)

    def test_the_crack_is_a_hundred_times_larger_than_any_pore(self):
        pore = self.intact["largest_component_voxels"][0, :, 0]
        crack = self.deformed["largest_component_voxels"][0, :, 0]
        self.assertGreater((crack / pore).min(), 100)

    def test_the_crack_is_wider_than_the_pores(self):
        self.assertTrue(numpy.all(self.deformed["mean_width_um"][0, :, 0] > self.intact["mean_width_um"][0, :, 0]))
        wide = [state["phase_voxels"][0, :, 1:] for state in (self.intact, self.deformed)]
        self.assertTrue(numpy.all(wide[1] > 10 * wide[0]))

    def test_on_one_grey_scale_a_common_threshold_parts_the_same_share_of_solid_rock(self):
        both = analyse("rock-core-normalised", "rock-core-normalised-sweep")
        solid = 1 - both["volume_fraction"][:, :, 0]
        levels = list(both["threshold_grey"][0])
        for level in (110, 115, 125, 130):
            intact, deformed = solid[:, levels.index(level)]
            self.assertLess(abs(intact - deformed), 0.015, level)
        crack = both["interconnectivity"][:, levels.index(85.3), 0, -1]
        self.assertTrue(crack[0] < 0.01 and crack[1] > 0.5, crack)
        self.assertGreater(solid[0, levels.index(85.3)], solid[1, levels.index(85.3)])

    def test_components_inside_the_cylinder_agree_with_scipy(self):
        y, x = numpy.ogrid[:450, :450]
        core = (y + 0.5 - 222.2) ** 2 + (x + 0.5 - 222.2) ** 2 <= 200**2
        dark = (voxels(f"{FOLDER}/Deformed/*.tif")[24:] <= 49) & core
        for place, neighbours in enumerate(self.deformed["connectivity"]):
            names = ("component_count", "largest_component_voxels")
            found = [self.deformed[name][0, 2, 0, place] for name in names]
            self.assertEqual(tuple(found), components(dark, neighbours))


main(f"{FOLDER}/Intact", f"{FOLDER}/Deformed")
