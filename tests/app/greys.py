"""What is done to grey levels before the threshold, against numpy and against scans that never needed it."""

import unittest

import h5py
import numpy as np

from program import BAD_INPUT, DONE, SOME_FAILED, assert_same_content, campaign, content, folder_test, phantom

OTSU = {"threshold": {"rule": "otsu"}, "resolution_limit_um": [0], "connectivity": [26]}
FIGURES = ("volume_fraction", "surface_area_um2", "mean_width_um")


def raw(name, volume):
    return {"type": "raw", "path": name, "shape": list(volume.shape), "dtype": str(volume.dtype)}


class grey_test(folder_test):
    def volume(self, **keys):
        """The voxels of a phantom."""
        self.expect(DONE, "phantom", self.write("spec.yaml", campaign(1, scans=[
            {"id": "p", "voxel_size_um": 0.5, "source": phantom(**keys)}])), "-o", self.folder / "data", "--format", "raw")
        return np.fromfile(self.folder / "data" / "p.raw", np.uint8).reshape(keys["shape"])

    def analyse(self, scans, sweep=None, name="out", code=DONE, ranks=None, options=(), **job):
        for scan in scans:
            scan.setdefault("voxel_size_um", 0.5)
        out = self.folder / name
        self.told = self.expect(code, "run", self.write("job.yaml", campaign(0, scans=scans, **job)),
                                self.write("sweep.yaml", sweep or OTSU), "-o", out, *options, ranks=ranks)
        return out / "campaign.h5"

    def figures(self, archive, scan):
        with h5py.File(archive) as file:
            at = list(file["scan"].asstr()).index(scan)
            return {name: file[name][at].item() for name in FIGURES}

    def process(self, archive, scan):
        with h5py.File(archive) as file:
            return dict(file["process"][scan].attrs)

    def file_of(self, name, volume):
        volume.tofile(self.folder / name)
        return raw(name, volume)


class rings(grey_test):
    def test_crack_figures_under_rings_come_back_within_two_per_cent(self):
        plain = dict(shape=[6, 360, 370], islet_diameter=40, crack_width_collector=4, crack_width_separator=7,
                     noise_sigma=8, blur_sigma=0.8, seed=3)
        ringed = phantom(**plain, ring_count=40, ring_amplitude=30, ring_width=2.5, ring_center=[170.4, 190.2])
        archive = self.analyse([
            {"id": "clean", "source": phantom(**plain)},
            {"id": "ringed", "source": ringed},
            {"id": "corrected", "source": ringed, "preprocess": {"rings": {"center": [170.4, 190.2]}}}], ranks=3)
        clean, spoilt, corrected = (self.figures(archive, name) for name in ("clean", "ringed", "corrected"))
        for name in FIGURES:
            self.assertLess(abs(corrected[name] / clean[name] - 1), 0.02, name)
        self.assertGreater(max(abs(spoilt[name] / clean[name] - 1) for name in FIGURES), 0.02)


class window(grey_test):
    def setUp(self):
        super().setUp()
        random = np.random.default_rng(1)
        grey = self.volume(shape=[12, 40, 44], seed=5).astype(np.float64)
        self.grey = (grey * 0.013 - 0.4 + random.normal(0, 0.02, grey.shape)).astype(np.float32)

    def converted(self, low, high, bits):
        """As numpy does it, from the definition."""
        top = 2**bits - 1
        return np.clip(np.floor((self.grey.astype(np.float64) - low) * (top / (high - low)) + 0.5), 0, top).astype(
            {8: np.uint8, 16: np.uint16}[bits])

    def test_a_converted_scan_has_the_figures_of_the_same_scan_converted_by_numpy(self):
        for bits in (8, 16):
            low, high = 0.3, 1.6
            told = self.analyse([{"id": "s", "source": self.file_of("grey.raw", self.grey),
                                  "preprocess": {"grey_window": {"range": [low, high], "bits": bits}}}], ranks=2)
            other = self.analyse([{"id": "s", "source": self.file_of("bytes.raw", self.converted(low, high, bits))}],
                                 name="other")
            assert_same_content(self, {"s": content(told)}, {"s": content(other)}, f"{bits} bits")
            process = self.process(told, "s")
            self.assertEqual(process["grey_clipped_below"], np.mean(self.grey.astype(np.float64) < low))
            self.assertEqual(process["grey_clipped_above"], np.mean(self.grey.astype(np.float64) > high))

    def test_clipping_of_more_than_a_hundredth_is_said_at_the_end_of_the_run(self):
        source = self.file_of("grey.raw", self.grey)
        self.analyse([{"id": "s", "source": source, "preprocess": {"grey_window": {"range": [0.9, 3]}}}])
        self.assertRegex(self.told.stderr, r"s: \d+\.\d % of the region's voxels lie below the grey window")
        self.analyse([{"id": "s", "source": source, "preprocess": {"grey_window": {"range": [-1, 3]}}}], name="wide")
        self.assertNotIn("grey window", self.told.stderr)

    def test_percentiles_are_order_statistics_of_the_scan_or_of_the_whole_campaign(self):
        volumes = {"a": np.rint(self.grey * 9000 + 20000).astype(np.uint16),
                   "b": np.rint(self.grey * 5000 + 30000).astype(np.uint16)}
        for scope, voxels in (("scan", volumes["b"]), ("campaign", np.concatenate(list(volumes.values())))):
            archive = self.analyse([{"id": name, "source": self.file_of(name, volume)} for name, volume in volumes.items()],
                                   name=scope, ranks=2, options=("--ranks-per-scan", 1),
                                   preprocess={"grey_window": {"percentiles": [2, 97.5], "scope": scope}})
            ends = np.percentile(voxels, [2, 97.5], method="inverted_cdf")
            process = self.process(archive, "b")
            self.assertEqual([process["grey_window_low"], process["grey_window_high"]], list(ends), scope)
        self.expect(DONE, "reproduce", archive, "--scan", "a", "--scratch", self.folder)

    def test_thresholds_are_those_of_the_converted_grey_levels(self):
        told = self.expect(BAD_INPUT, "check", self.write("job.yaml", campaign(1, preprocess={
            "grey_window": {"range": [0, 255], "bits": 8}})), self.write("sweep.yaml", {"threshold": {"values": [300]}}))
        self.assertIn("uint8", told.stderr)


class normalisation(grey_test):
    DRIFTS = {"first": (1, 0), "second": (0.7, 60), "third": (1.3, -12)}

    def setUp(self):
        super().setUp()
        self.grey = self.volume(shape=[12, 60, 60], seed=9, noise_sigma=4).astype(np.float32)
        self.grey[:, :6, :6], self.grey[:, :6, 8:14] = self.grey[:, :6, :6] * 0.02 + 20, self.grey[:, :6, 8:14] * 0.02 + 200
        self.sweep = {"threshold": {"values": [105]}, "resolution_limit_um": [0], "connectivity": [26]}
        self.scans = [{"id": name, "sample": "x", "source": self.file_of(name, (self.grey * gain + offset).astype(np.float32))}
                      for name, (gain, offset) in self.DRIFTS.items()]

    def check(self, normalise):
        archive = self.analyse(self.scans, self.sweep, ranks=2, preprocess={"normalise": normalise})
        expected = self.figures(archive, "first")
        for name, (gain, offset) in self.DRIFTS.items():
            process = self.process(archive, name)
            self.assertAlmostEqual(process["normalise_gain"], 1 / gain, 4, name)
            self.assertAlmostEqual(process["normalise_offset"], -offset / gain, 2, name)
            for figure, value in self.figures(archive, name).items():
                self.assertLess(abs(value / expected[figure] - 1), 1e-3, f"{name} {figure}")
        self.expect(DONE, "reproduce", archive, "--scan", "third", "--scratch", self.folder)
        return archive

    def test_two_materials_undo_a_drift_of_offset_and_gain(self):
        archive = self.check({"dark": {"y": [0, 6], "x": [0, 6]}, "bright": {"y": [0, 6], "x": [8, 14]},
                              "reference": "first"})
        dark = np.median((self.grey[:, :6, :6] * 0.7 + 60).astype(np.float32))
        self.assertAlmostEqual(self.process(archive, "second")["normalise_dark"], dark, 2)

    def test_class_medians_of_the_histogram_undo_it_too(self):
        self.check({"by": "histogram", "reference": "first"})

    def test_drifted_scans_without_normalisation_differ(self):
        archive = self.analyse(self.scans, self.sweep)
        self.assertGreater(abs(self.figures(archive, "second")["volume_fraction"] /
                               self.figures(archive, "first")["volume_fraction"] - 1), 0.05)

    def test_stated_greys_are_what_the_medians_become(self):
        whole = {"by": "histogram", "greys": [1000, 2000]}
        archive = self.analyse(self.scans, {**self.sweep, "threshold": {"values": [1500]}}, preprocess={"normalise": whole})
        for name in self.DRIFTS:
            told = self.process(archive, name)
            for stated, found in ((1000, "normalise_dark"), (2000, "normalise_bright")):
                self.assertAlmostEqual(told["normalise_gain"] * told[found] + told["normalise_offset"], stated, 6)

    def test_another_grey_in_the_reference_is_another_result(self):
        normalise = {"dark": {"y": [0, 6], "x": [0, 6]}, "bright": {"y": [0, 6], "x": [8, 14]}, "reference": "first"}
        keys = []
        for bright in (200, 210):
            self.grey[:, :6, 8:14] = bright
            self.file_of("first", self.grey)
            archive = self.analyse(self.scans, self.sweep, preprocess={"normalise": normalise})
            keys.append(self.process(archive, "second")["content_key"])
        self.assertNotEqual(*keys)

    def test_a_dark_material_that_is_the_brighter_one_fails_its_scan_only(self):
        boxes = {"dark": {"y": [0, 6], "x": [0, 6]}, "bright": {"y": [0, 6], "x": [8, 14]}}
        self.scans[1]["preprocess"] = {"normalise": {"dark": boxes["bright"], "bright": boxes["dark"]}}
        self.analyse(self.scans, self.sweep, code=SOME_FAILED,
                     defaults={"preprocess": {"normalise": {**boxes, "greys": [50, 150]}}})
        self.assertIn("dark material of grey", self.told.stderr)
        self.assertIn("second", self.told.stderr)

    def test_mistakes_are_named_before_anything_is_computed(self):
        box = {"y": [0, 6], "x": [0, 6]}
        for normalise, told in (
                ({"dark": box, "reference": "first"}, "preprocess.normalise.bright"),
                ({"dark": box, "bright": box, "reference": "fist"}, "'fist', which is no scan"),
                ({"dark": box, "bright": box}, "no reference"),
                ({"by": "histogram", "dark": box, "greys": [1, 2]}, "an option of `by: materials`"),
                ({"by": "histogram", "greys": [2, 1]}, "[2, 1]"),
                ({"by": "histogram", "box": {"z": [0, 99]}, "greys": [1, 2]}, "99)")):
            job = self.write("job.yaml", campaign(0, scans=self.scans, preprocess={"normalise": normalise},
                                                  defaults={"voxel_size_um": 1}))
            self.assertIn(told, self.expect(BAD_INPUT, "check", job).stderr)


class separability(grey_test):
    def test_of_every_threshold_is_between_class_over_total_variance(self):
        grey = self.volume(shape=[12, 40, 44])
        source = self.file_of("grey.raw", grey)
        levels = [70, 100, 254, 255]
        archive = self.analyse([{"id": "s", "source": source}], {"threshold": {"values": levels}})
        with h5py.File(archive) as file:
            found = file["threshold_separability"][0]
        for level, share in zip(levels, found):
            low, high = grey[grey <= level].astype(float), grey[grey > level].astype(float)
            between = sum(part.size * (part.mean() - grey.mean()) ** 2 for part in (low, high) if part.size) / grey.size
            self.assertAlmostEqual(share, between / grey.astype(float).var(), 9)


if __name__ == "__main__":
    unittest.main()
