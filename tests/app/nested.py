"""Phases with a region of their own and phases inside others, against numpy and scipy on the same voxels."""

import unittest

import h5py
import numpy as np
from scipy import ndimage

from skimage.filters import threshold_otsu

from program import (BAD_INPUT, DONE, SANITIZED, SOME_FAILED, assert_same_content, campaign, campaign_content, phantom,
                     prepared_test, under_sanitizers)

SHAPE = [18, 30, 34]
ALL = ndimage.generate_binary_structure(3, 3)
# Where nothing else is said; tests that compare ranks take more under sanitizers, too.
RANKS = 1 if SANITIZED else 2


class nested_test(prepared_test):
    def prepare(self):
        self.expect(DONE, "phantom", self.write("spec.yaml", campaign(1, scans=[
            {"id": "p", "voxel_size_um": 0.5, "source": phantom(shape=SHAPE, noise_sigma=25)}])), "-o",
            self.folder / "data", "--format", "raw")

    def setUp(self):
        super().setUp()
        self.grey = np.fromfile(self.folder / "data" / "p.raw", np.uint8).reshape(SHAPE)
        self.source = {"type": "raw", "path": "data/p.raw", "shape": SHAPE, "dtype": "uint8"}

    def analyse(self, phases, name="out", ranks=RANKS, sweep=None, fields="mask", **scan):
        job = campaign(0, scans=[{"id": "s", "voxel_size_um": 0.5, "source": self.source, **scan}], phases=phases)
        sweep = sweep or {"threshold": {"values": [90, 120]}, "resolution_limit_um": [0, 1.5]}
        out = self.folder / name
        self.expect(DONE, "run", self.write("job.yaml", job), self.write("sweep.yaml", sweep), "-o", out, "--quiet",
                    "--fields", fields, "--ranks-per-scan", ranks, ranks=ranks if ranks > 1 else None)
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

    def pooled_scans(self):
        """Three scans of two samples, each with a grey scale of its own."""
        scans, written = [], hasattr(self, "greys")
        self.greys = {}
        for place, (name, sample) in enumerate((("s", "one"), ("t", "one"), ("u", "two"))):
            drifted = self.grey if place == 0 else np.roll(self.grey[::-1], 3 * place, axis=2)
            self.greys[name] = np.clip(drifted.astype(int) + 7 * place, 0, 255).astype(np.uint8)
            if not written:
                self.greys[name].tofile(self.folder / "data" / f"{name}.raw")
            scans.append({"id": name, "sample": sample, "voxel_size_um": 0.5,
                          "source": {**self.source, "path": f"data/{name}.raw"}})
        return scans

    def run_pooled(self, phases, name="out", ranks=1 if SANITIZED else 3, per_scan=RANKS):
        out = self.folder / name
        job = campaign(0, scans=self.pooled_scans(), phases=phases)
        sweep = {"threshold": {"rule": "otsu"}, "resolution_limit_um": [0]}
        self.expect(DONE, "run", self.write("job.yaml", job), self.write("sweep.yaml", sweep), "-o", out, "--quiet",
                    "--ranks-per-scan", per_scan, ranks=ranks if ranks > 1 else None)
        return out

    @staticmethod
    def otsu(greys):
        return threshold_otsu(hist=(np.bincount(np.concatenate(greys), minlength=256), np.arange(256)))

    def levels(self, out, phase):
        with h5py.File(out / "campaign.h5") as archive:
            return dict(zip(archive[phase]["scan"].asstr()[:].tolist(), archive[phase]["threshold_grey"][:, 0].tolist()))

    def test_pooled_rules_see_the_phases_around_at_levels_that_are_pooled_themselves(self):
        """layer: pooled over the campaign, of a part of the region; sei: over the sample; rim: its own; core: the
        campaign's, inside a phase whose level each scan finds by itself."""
        phases = [
            {"name": "layer", "where": "above", "threshold": {"rule": "otsu", "scope": "campaign"}, "region": {"z": [3, 16]}},
            {"name": "sei", "where": "below", "inside": "layer", "threshold": {"rule": "otsu", "scope": "sample", "offsets": [2]}},
            {"name": "rim", "where": "above", "inside": "sei", "threshold": {"rule": "otsu"}},
            {"name": "core", "where": "below", "inside": "rim", "threshold": {"rule": "otsu", "scope": "campaign"}},
            {"name": "whole", "where": "below", "threshold": {"rule": "otsu", "scope": "campaign"}}]
        out = self.run_pooled(phases)
        layers = {name: grey[3:16] for name, grey in self.greys.items()}
        layer = self.otsu([grey.ravel() for grey in layers.values()])
        self.assertEqual(self.levels(out, "layer"), dict.fromkeys("stu", layer))
        inside = {name: grey[grey > layer] for name, grey in layers.items()}
        one, two = self.otsu([inside["s"], inside["t"]]) + 2, self.otsu([inside["u"]]) + 2
        sei = {"s": one, "t": one, "u": two}
        self.assertEqual(self.levels(out, "sei"), sei)
        self.assertNotEqual(one, two)
        inside = {name: grey[grey <= sei[name]] for name, grey in inside.items()}
        rim = {name: self.otsu([grey]) for name, grey in inside.items()}
        self.assertEqual(self.levels(out, "rim"), rim)
        inside = {name: grey[grey > rim[name]] for name, grey in inside.items()}
        core = self.otsu(list(inside.values()))
        self.assertEqual(self.levels(out, "core"), dict.fromkeys("stu", core))
        with h5py.File(out / "campaign.h5") as archive:
            for place, name in enumerate("stu"):
                self.assertEqual(archive["core"]["region_voxels"][place], inside[name].size)
                self.assertEqual(archive["core"]["phase_voxels"][place, 0, 0], np.count_nonzero(inside[name] <= core))
        self.assertEqual(self.levels(out, "whole"),
                         dict.fromkeys("stu", self.otsu([grey.ravel() for grey in self.greys.values()])))
        self.expect(DONE, "reproduce", out / "campaign.h5", "--scan", "t", "--scratch", self.folder)
        expected = campaign_content(out)
        for ranks, per_scan in under_sanitizers([(4, 4)], [(1, 1)]):
            found = campaign_content(self.run_pooled(phases, f"on-{ranks}", ranks, per_scan))
            assert_same_content(self, found, expected, f"{ranks} ranks")

    def test_pairs_compare_a_nested_phase_where_both_states_look_for_it(self):
        scans = self.pooled_scans()[:2]
        phases = [{"name": "layer", "where": "above", "threshold": {"rule": "otsu"}, "region": {"z": [3, 16]}},
                  {"name": "sei", "where": "below", "inside": "layer", "threshold": {"values": [150, 170]}}]
        job = campaign(0, scans=scans, phases=phases,
                       changes={"pairs": [{"from": "s", "to": "t", "register": "none"}], "least_correlation": -1})
        out = self.folder / "out"
        self.expect(DONE, "run", self.write("job.yaml", job), self.write("sweep.yaml", {"resolution_limit_um": [0]}), "-o",
                    out, "--quiet", "--ranks-per-scan", 3, ranks=3)
        first, second = (self.greys[name][3:16] for name in "st")
        levels = self.levels(out, "layer")
        around = (first > levels["s"], second > levels["t"])
        with h5py.File(out / "campaign.h5") as archive:
            found = archive["changes"]
            self.assertEqual(found["layer/common_voxels"][0, 0, 0], first.size)
            self.assertEqual(found["layer/kept_voxels"][0, 0, 0], np.count_nonzero(around[0] & around[1]))
            for place, threshold in enumerate((150, 170)):
                both = around[0] & around[1]
                before, after = (first <= threshold) & both, (second <= threshold) & both
                counted = {"common": both, "from": before, "to": after, "kept": before & after}
                for name, mask in counted.items():
                    self.assertEqual(found[f"sei/{name}_voxels"][0, place, 0], np.count_nonzero(mask), name)

    def test_a_pooled_level_moves_with_the_phase_around_it_and_is_not_read_twice(self):
        phases = [{"name": "layer", "where": "above", "threshold": {"values": [75]}},
                  {"name": "sei", "where": "below", "inside": "layer", "threshold": {"rule": "otsu", "scope": "campaign"}}]

        def check(levels):
            value = phases[0]["threshold"]["values"][0]
            self.assertEqual(levels, dict.fromkeys("stu", self.otsu([grey[grey > value] for grey in self.greys.values()])))

        out = self.run_pooled(phases)
        check(self.levels(out, "sei"))
        kept = (out / "histograms-sei.h5").stat().st_mtime_ns
        shards = [path.stat().st_mtime_ns for path in sorted((out / "scans").glob("*.h5"))]
        self.run_pooled(phases)
        self.assertEqual((out / "histograms-sei.h5").stat().st_mtime_ns, kept)
        self.assertEqual([path.stat().st_mtime_ns for path in sorted((out / "scans").glob("*.h5"))], shards)
        phases[0]["threshold"] = {"values": [90]}
        check(self.levels(self.run_pooled(phases), "sei"))

    def test_scans_of_a_pool_without_a_voxel_to_look_in_say_so_each_by_itself(self):
        phases = [{"name": "layer", "where": "above", "threshold": {"values": [255]}},
                  {"name": "sei", "where": "below", "inside": "layer", "threshold": {"rule": "otsu", "scope": "campaign"}}]
        job = campaign(0, scans=self.pooled_scans(), phases=phases)
        told = self.expect(SOME_FAILED, "run", self.write("job.yaml", job), "-o", self.folder / "out", "--quiet").stderr
        for name in "stu":
            self.assertIn(f"{name}: ", told)

    def test_ranks_and_binning_do_not_matter_to_a_nested_phase(self):
        phases = [{"name": "layer", "where": "above", "threshold": {"rule": "otsu"}, "region": {"z": [3, 16], "y": [1, 28]}},
                  {"name": "sei", "where": "below", "inside": "layer"}]
        serial = campaign_content(self.analyse(phases, ranks=1, preprocess={"binning": 2}))
        for ranks in under_sanitizers([4], [7]):
            found = campaign_content(self.analyse(phases, f"{ranks}", ranks, preprocess={"binning": 2}))
            assert_same_content(self, found, serial, f"{ranks} ranks")

    def test_mistakes_are_named(self):
        solid = {"name": "solid", "where": "above", "threshold": {"values": [75]}}
        for listed, told in (
                ([{"name": "a", "inside": "solid"}, solid], "the name of a phase that stands before this one"),
                ([{"name": "a", "inside": "a"}], "the name of a phase that stands before this one"),
                ([{**solid, "threshold": {"values": [1, 2]}}, {"name": "a", "inside": "solid"}], "which has 2 thresholds"),
                ([{**solid, "threshold": {"rule": "otsu", "scope": "sample"}, "region": {"z": [0, 2]}}],
                 "a sample for every scan"),
                ([{**solid, "region": {"z": [0, 99]}}], "scan s"),
                ([{**solid, "region": {"mask": {"type": "tiff", "path": "x"}}}], "masks stand in the region of a scan")):
            job = campaign(0, scans=[{"id": "s", "voxel_size_um": 0.5, "source": self.source}], phases=listed)
            self.assertIn(told, self.expect(BAD_INPUT, "check", self.write("job.yaml", job)).stderr)


if __name__ == "__main__":
    unittest.main()
