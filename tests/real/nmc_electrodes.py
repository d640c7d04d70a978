"""Two battery electrodes in three labels: published fractions, surfaces and connection; components counted elsewhere."""

import unittest

from campaign import analyse, main

GENERATED = "nmc-electrode-generated-tau/electrode.tiff"
SEGMENTED = "nmc-electrode-3phase/nmc-1-cal_generatedCBD_bridge.tif"


class generated_electrode(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.figures = analyse("nmc-generated", "no-widths")

    def of(self, name):
        return [self.figures[phase][name].squeeze() for phase in ("pore", "active", "binder")]

    def test_volume_fractions_are_the_published_ones(self):
        published = [0.44991737604141235, 0.40046632289886475, 0.1496163010597229]
        self.assertEqual([float(value) for value in self.of("volume_fraction")], published)

    def test_specific_surfaces_by_faces_are_the_published_ones(self):
        published = [785502.4719238281, 374027.55737304693, 876099.5483398439]  # 1/m of the whole volume
        volume_um3 = 256**3 * 0.390625**3
        for area_um2, per_metre in zip(self.of("face_area_um2"), published):
            self.assertAlmostEqual(area_um2 / volume_um3 * 1e6, per_metre, delta=1e-9 * per_metre)

    # The source gives the share of all components that run from end to end. One of each phase does, and it is the largest.
    def test_share_of_the_largest_component_is_the_published_connected_share(self):
        for place, published in ((0, [0.9989, 0.9611, 0.9740]), (1, [0.9996, 0.9612, 0.9936])):
            self.assertEqual([round(float(both[place]), 4) for both in self.of("interconnectivity")], published)
            self.assertEqual([int(both[place]) for both in self.of("spans_depth")], [1, 1, 1])


class segmented_electrode(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.figures = analyse("nmc-three-phase", "no-widths")

    def of(self, name):
        return [self.figures[phase][name].squeeze() for phase in ("pore", "active", "binder")]

    def test_labels_are_counted_as_described(self):
        self.assertEqual([int(count) for count in self.of("phase_voxels")], [9108821, 11357945, 2274085])

    def test_faces_between_labels_are_as_described(self):
        pore_active, pore_binder, active_binder = 1291082, 1854595, 2181973
        described = [pore_active + pore_binder, pore_active + active_binder, pore_binder + active_binder]
        self.assertEqual([round(area / 0.398**2) for area in self.of("face_area_um2")], described)

    def test_components_of_six_neighbours_are_as_described(self):
        self.assertEqual([int(both[0]) for both in self.of("component_count")], [226, 144, 64441])
        shares = [round(float(both[0]), 5) for both in self.of("interconnectivity")]
        self.assertEqual(shares, [0.99500, 0.99814, 0.65960])


main(GENERATED, SEGMENTED)
