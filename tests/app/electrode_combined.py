"""The electrode together with nested phases and with pairs of states: whole runs against numpy on the same voxels."""

import unittest

import h5py
import numpy as np
from scipy import ndimage

from electrode import BINS, THRESHOLDS, VOXEL_UM, electrode_test, job, scan
from program import DONE, SANITIZED, campaign, prepared_test, under_sanitizers


class nested(prepared_test, electrode_test):
    """Phases with a region of their own, inside one another, in the electrode."""

    SHAPE = (64, 80, 68)
    PHASES = [{"name": "crack", "where": "below"},
              {"name": "solid", "where": "above", "threshold": {"values": [105]}},
              {"name": "soft", "where": "below", "inside": "solid", "threshold": {"values": [140, 150]}},
              {"name": "core", "where": "between", "inside": "solid", "threshold": {"values": [[120, 160]]},
               "region": {"z": [14, 40], "cylinder": {"center": [40.5, 33], "radius": 30}}}]

    def prepare(self):
        analysed = job(phases=self.PHASES, islets=True)
        self.expect(DONE, "phantom", self.write("spec.yaml", analysed), "-o", self.folder / "data", "--format", "raw")
        self.analyse(analysed)

    def setUp(self):
        super().setUp()
        self.out = self.folder / "out"
        self.grey = np.fromfile(self.folder / "data" / "narrow.raw", np.uint8).reshape(self.SHAPE)

    def looked_in(self, figures):
        """Where every phase is looked for, and the bin of normalised depth of every voxel."""
        electrode, depth = self.electrode_of(figures, 1, self.SHAPE)
        y, x = np.ogrid[:80, :68]
        cylinder = np.broadcast_to((y + 0.5 - 40.5) ** 2 + (x + 0.5 - 33) ** 2 <= 900, self.SHAPE).copy()
        cylinder[:14] = cylinder[40:] = False
        solid = electrode & (self.grey > 105)
        bins = np.clip(np.floor(depth * BINS), 0, BINS - 1).astype(int)
        return {"crack": electrode, "solid": electrode, "soft": solid, "core": solid & cylinder}, bins

    def test_figures_of_nested_phases_are_of_the_electrodes_voxels(self):
        grey = self.grey
        with h5py.File(self.out / "campaign.h5") as figures, h5py.File(self.out / "scans" / "narrow.h5") as shard:
            looked_in, bins = self.looked_in(figures)
            phases = {"crack": [grey <= level for level in THRESHOLDS], "solid": [grey > 105], "soft": [grey <= 140, grey <= 150],
                      "core": [(grey > 120) & (grey <= 160)]}
            for name, masks in phases.items():
                inside = looked_in[name]
                self.assertEqual(figures[name]["region_voxels"][1], inside.sum(), name)
                for threshold, mask in enumerate(masks):
                    self.assertGreater((inside & mask).sum(), 1000, name)
                    self.check_point(figures[name], threshold, inside & mask, inside, bins)
                    np.testing.assert_array_equal(shard[f"fields/{name}/mask"][threshold] != 0, inside & mask, name)
            tables = figures["tables/narrow"]
            for group, inside in ((tables, looked_in["crack"]), (tables["soft"], looked_in["soft"]),
                                  (tables["core"], looked_in["core"])):
                np.testing.assert_array_equal(group["region_normalised_voxels"], np.bincount(bins[inside], minlength=BINS))

    def check_point(self, group, threshold, phase, inside, bins):
        at = (1, threshold, 0)
        self.assertEqual(group["phase_voxels"][at], phase.sum())
        self.assertEqual(group["volume_fraction"][at], phase.sum() / inside.sum())
        shares = [np.divide((phase & (bins == bin)).sum(), (inside & (bins == bin)).sum()) for bin in range(BINS)]
        np.testing.assert_allclose(group["normalised_depth_volume_fraction"][at], shares, rtol=1e-12)
        to_background = ndimage.distance_transform_edt(~(inside & ~phase)) * phase
        self.assertEqual(group["max_distance_sq"][1, threshold], round(to_background.max() ** 2))
        whole = 0
        for layer, region in zip(inside & ~phase, inside):
            pieces, count = ndimage.label(layer)
            beyond = ndimage.binary_dilation(np.pad(~region, 1, constant_values=True))[1:-1, 1:-1]
            whole += count - len(np.unique(pieces[beyond & layer]))
        self.assertEqual(group["islet_count"][at], whole)

    def test_four_ranks_reproduce_what_one_has_found(self):
        for name in under_sanitizers(["narrow"], ["first"]):
            self.expect(DONE, "reproduce", self.out / "campaign.h5", "--scan", name, "--scratch", self.folder, ranks=4)


class states(prepared_test, electrode_test):
    """Pairs of states of which each has its own electrode."""

    SHAPES = {"first": (64, 80, 68), "second": (64, 80, 68), "large": (72, 110, 120)}

    def prepare(self):
        scans = [scan(name, shape, seed=seed) for (name, shape), seed in zip(self.SHAPES.items(), (7, 9, 11))]
        self.expect(DONE, "phantom", self.write("spec.yaml", campaign(0, scans=scans)), "-o", self.folder / "data", "--format",
                    "raw")

    def grey_of(self, name):
        return np.fromfile(self.folder / "data" / f"{name}.raw", np.uint8).reshape(self.SHAPES[name])

    def compare(self, greys, register, phases=None, correlation=0.5):
        scans = []
        for cycle, (name, grey) in enumerate(greys.items()):
            np.ascontiguousarray(grey).tofile(self.folder / f"{name}.raw")
            scans.append({"id": name, "sample": "s", "cycle": cycle, "voxel_size_um": VOXEL_UM,
                          "source": {"type": "raw", "path": f"{name}.raw", "shape": list(grey.shape), "dtype": "uint8"}})
        compared = {**job(changes={"pairs": [{"from": "a", "to": "b"}], "register": register,
                                    "least_correlation": correlation}), "scans": scans}
        if phases:
            del compared["phase"]
            compared["phases"] = phases
        return self.analyse(compared, ranks=None if SANITIZED else 2)

    def test_what_opened_is_counted_where_both_electrodes_are(self):
        first = self.grey_of("first")
        shape = first.shape
        second = first.copy()
        second[:, 30:34, 10:50] = np.minimum(second[:, 30:34, 10:50], 58)
        # The second state's electrode is three layers thinner at the separator, and has no such crack there.
        second[3:], second[:3] = np.where(np.arange(3, 64)[:, None, None] > 36, first[:-3], second[3:]), second[:3]
        out = self.compare({"a": first, "b": second}, "none")
        with h5py.File(out / "campaign.h5") as figures:
            regions = [self.electrode_of(figures, index, shape)[0] for index in (0, 1)]
            self.assertEqual(list(figures["region_voxels"][:]), [region.sum() for region in regions])
            common = regions[0] & regions[1]
            self.assertTrue(common.sum() < min(region.sum() for region in regions))
            found = figures["changes"]
            self.assertTrue((found["common_voxels"][0] == common.sum()).all())
            for i, threshold in enumerate(THRESHOLDS):
                before, after = common & (first <= threshold), common & (second <= threshold)
                self.assertEqual(found["kept_voxels"][0, i, 0], (before & after).sum())
                self.assertEqual(found["opened_voxels"][0, i, 0], (after & ~before).sum())
                self.assertEqual(found["closed_voxels"][0, i, 0], (before & ~after).sum())
                self.assertGreater((after & ~before).sum(), 2000)

    def test_nested_phases_are_compared_where_both_states_look_for_them(self):
        first, second = self.grey_of("first"), self.grey_of("second")
        shape = first.shape
        out = self.compare({"a": first, "b": second}, "none", phases=nested.PHASES, correlation=-1)
        with h5py.File(out / "campaign.h5") as figures:
            common = self.electrode_of(figures, 0, shape)[0] & self.electrode_of(figures, 1, shape)[0]
            y, x = np.ogrid[:80, :68]
            cylinder = np.broadcast_to((y + 0.5 - 40.5) ** 2 + (x + 0.5 - 33) ** 2 <= 900, shape).copy()
            cylinder[:14] = cylinder[40:] = False
            solid = common & (first > 105) & (second > 105)
            for name, threshold, looked_in, voxels_of in (
                    ("solid", 0, common, lambda grey: grey > 105),
                    ("soft", 1, solid, lambda grey: grey <= 150),
                    ("core", 0, solid & cylinder, lambda grey: (grey > 120) & (grey <= 160))):
                before, after = looked_in & voxels_of(first), looked_in & voxels_of(second)
                found = figures["changes"][name]
                self.assertEqual(found["common_voxels"][0, threshold, 0], looked_in.sum(), name)
                for what, voxels in (("from", before), ("to", after), ("kept", before & after),
                                     ("opened", after & ~before), ("closed", before & ~after)):
                    self.assertEqual(found[f"{what}_voxels"][0, threshold, 0], voxels.sum(), f"{what} {name}")

    def test_a_shift_is_found_by_the_electrode_alone(self):
        grey = self.grey_of("large")
        shift = np.array([2, -3, 4])
        start = np.array([4, 5, 6])
        other = start - shift

        def part(corner):
            return grey[tuple(slice(c, c + n) for c, n in zip(corner, (64, 96, 104)))].copy()
        a, b = part(start), part(other)
        # What lies above the electrode has another structure that does not move: only the electrode may count.
        b[50:] = a[50:]
        out = self.compare({"a": a, "b": b}, "rigid")
        with h5py.File(out / "campaign.h5") as figures:
            found = figures["changes"]
            np.testing.assert_allclose(found["displacement_voxels"][0], shift, atol=0.05)
            self.assertGreater(found["correlation"][0], 0.9)
            self.assertLess(found["opened_fraction"][0, 0, 0] + found["closed_fraction"][0, 0, 0], 0.01)


if __name__ == "__main__":
    unittest.main()
