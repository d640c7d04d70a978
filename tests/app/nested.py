"""Phases with a region of their own and phases inside others, against numpy and scipy on the same voxels."""

import unittest

import h5py
import numpy as np
from scipy import ndimage

from skimage.filters import threshold_otsu

from program import BAD_INPUT, DONE, assert_same_content, campaign, campaign_content, folder_test, phantom

SHAPE = [18, 30, 34]
ALL = ndimage.generate_binary_structure(3, 3)


class nested_test(folder_test):
    def setUp(self):
        super().setUp()
        self.expect(DONE, "phantom", self.write("spec.yaml", campaign(1, scans=[
            {"id": "p", "voxel_size_um": 0.5, "source": phantom(shape=SHAPE, noise_sigma=25)}])), "-o",
            self.folder / "data", "--format", "raw")
        self.grey = np.fromfile(self.folder / "data" / "p.raw", np.uint8).reshape(SHAPE)
        self.source = {"type": "raw", "path": "data/p.raw", "shape": SHAPE, "dtype": "uint8"}

    def analyse(self, phases, name="out", ranks=2, sweep=None, fields="mask", **scan):
        job = campaign(0, scans=[{"id": "s", "voxel_size_um": 0.5, "source": self.source, **scan}], phases=phases)
        sweep = sweep or {"threshold": {"values": [90, 120]}, "resolution_limit_um": [0, 1.5]}
        out = self.folder / name
        self.expect(DONE, "run", self.write("job.yaml", job), self.write("sweep.yaml", sweep), "-o", out, "--quiet",
                    "--fields", fields, "--ranks-per-scan", ranks, ranks=ranks)
        return out

    def check(self, out, name, phase, looked_in, threshold=0):
        """Figures of a phase whose voxels and surroundings numpy gives."""
        with h5py.File(out / "campaign.h5") as archive:
            group = archive[name]
            self.assertEqual(group["region_voxels"][0], looked_in.sum())
            self.assertEqual(group["phase_voxels"][0, threshold, 0], phase.sum())
            self.assertEqual(group["volume_fraction"][0, threshold, 0], phase.sum() / looked_in.sum())
            self.assertEqual(group["component_count"][0, threshold, 0, 1], ndimage.label(phase, ALL)[1])
            faces = sum(((near != far) & known[1:] & known[:-1]).sum() for near, far, known in
                        ((np.moveaxis(phase, a, 0)[1:], np.moveaxis(phase, a, 0)[:-1], np.moveaxis(looked_in, a, 0))
                         for a in range(3)))
            self.assertAlmostEqual(group["face_area_um2"][0, threshold, 0], faces * 0.25, 9)
            distance = ndimage.distance_transform_edt(phase | ~looked_in) * phase
            self.assertEqual(group["max_distance_sq"][0, threshold], round(distance.max() ** 2))


class phases(nested_test):
    def test_a_phase_inside_another_counts_within_its_voxels_only(self):
        grey = self.grey
        out = self.analyse([
            {"name": "layer", "where": "above", "threshold": {"values": [70]}, "region": {"z": [3, 16]}},
            {"name": "sei", "where": "below", "inside": "layer"}])
        layers = np.zeros(SHAPE, bool)
        layers[3:16] = True
        electrode = layers & (grey > 70)
        self.check(out, "layer", electrode, layers)
        for place, threshold in enumerate((90, 120)):
            self.check(out, "sei", electrode & (grey <= threshold), electrode, place)

    def test_three_phases_one_inside_the_other_and_a_cylinder_at_the_end(self):
        grey = self.grey
        out = self.analyse([
            {"name": "layer", "where": "above", "threshold": {"values": [70]}},
            {"name": "sei", "where": "below", "inside": "layer", "threshold": {"values": [130]}},
            {"name": "rim", "where": "between", "inside": "sei", "threshold": {"values": [[80, 100]]},
             "region": {"x": [2, 30], "cylinder": {"center": [14.5, 16], "radius": 11}}}],
            region={"cylinder": {"center": [15, 17], "radius": 15}}, ranks=3)
        y, x = np.ogrid[:SHAPE[1], :SHAPE[2]]
        region = np.broadcast_to((y + .5 - 15) ** 2 + (x + .5 - 17) ** 2 <= 225, SHAPE)
        cylinder = ((y + .5 - 14.5) ** 2 + (x + .5 - 16) ** 2 <= 121) & (x >= 2) & (x < 30)
        electrode = region & (grey > 70)
        sei = electrode & (grey <= 130)
        self.check(out, "layer", electrode, region)
        self.check(out, "sei", sei, electrode)
        self.check(out, "rim", sei & cylinder & (grey > 80) & (grey <= 100), sei & cylinder)

    def test_a_rule_sees_the_voxels_that_the_phase_is_looked_for_in(self):
        out = self.analyse([{"name": "layer", "where": "above", "threshold": {"values": [75]}},
                            {"name": "inner", "where": "below", "inside": "layer", "threshold": {"rule": "otsu"}}])
        counted = self.grey[self.grey > 75]
        otsu = threshold_otsu(hist=(np.bincount(counted, minlength=256), np.arange(256)))
        with h5py.File(out / "campaign.h5") as archive:
            self.assertEqual(archive["inner"]["threshold_grey"][0, 0], otsu)
            self.assertEqual(archive["inner"]["threshold_separability"][0, 0], archive["inner"]["otsu_separability"][0])
        self.expect(DONE, "reproduce", out / "campaign.h5", "--scratch", self.folder)

    def test_ranks_and_binning_do_not_matter_to_a_nested_phase(self):
        phases = [{"name": "layer", "where": "above", "threshold": {"rule": "otsu"}, "region": {"z": [3, 16], "y": [1, 28]}},
                  {"name": "sei", "where": "below", "inside": "layer"}]
        serial = campaign_content(self.analyse(phases, ranks=1, preprocess={"binning": 2}))
        for ranks in (4, 7):
            found = campaign_content(self.analyse(phases, f"{ranks}", ranks, preprocess={"binning": 2}))
            assert_same_content(self, found, serial, f"{ranks} ranks")

    def test_mistakes_are_named(self):
        solid = {"name": "solid", "where": "above", "threshold": {"values": [75]}}
        for listed, told in (
                ([{"name": "a", "inside": "solid"}, solid], "the name of a phase that stands before this one"),
                ([{"name": "a", "inside": "a"}], "the name of a phase that stands before this one"),
                ([{**solid, "threshold": {"values": [1, 2]}}, {"name": "a", "inside": "solid"}], "which has 2 thresholds"),
                ([{**solid, "threshold": {"rule": "otsu", "scope": "campaign"}, "region": {"z": [0, 2]}}], "`scope: scan`"),
                ([{**solid, "region": {"z": [0, 99]}}], "scan s"),
                ([{**solid, "region": {"mask": {"type": "tiff", "path": "x"}}}], "masks stand in the region of a scan")):
            job = campaign(0, scans=[{"id": "s", "voxel_size_um": 0.5, "source": self.source}], phases=listed)
            self.assertIn(told, self.expect(BAD_INPUT, "check", self.write("job.yaml", job)).stderr)


if __name__ == "__main__":
    unittest.main()
