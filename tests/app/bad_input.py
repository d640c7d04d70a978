"""Bad input is refused with one clear message that names the file and the key; nothing hangs, nothing is left half written."""

import json
import unittest

import h5py
import numpy as np
import tifffile

from program import (BAD_INPUT, DONE, NOT_ENOUGH, SOME_FAILED, SWEEP, assert_nothing_half_written, campaign,
                     folder_test, phantom)

SHAPE = [12, 20, 20]


class bad_input_test(folder_test):
    def setUp(self):
        super().setUp()
        self.out = self.folder / "out"

    def run_job(self, code, job, sweep=None, ranks=2, options=()):
        arguments = [self.write("job.yaml", job), self.write("sweep.yaml", sweep or SWEEP)]
        return self.expect(code, "run", *arguments, "-o", self.out, *options, ranks=ranks)

    def messages(self, finished):
        return [line for line in finished.stderr.splitlines() if line.startswith("tomosweep: ")]

    def assert_refused(self, job, *words, sweep=None, ranks=2):
        """By `run` with one message, before anything is written, and by `check` with the same words."""
        finished = self.run_job(BAD_INPUT, job, sweep, ranks)
        self.assertEqual(len(self.messages(finished)), 1, finished.stderr)
        checked = self.expect(BAD_INPUT, "check", self.folder / "job.yaml", self.folder / "sweep.yaml")
        for word in words:
            self.assertIn(word, finished.stderr)
            self.assertIn(word, checked.stderr)
        self.assertFalse(self.out.exists(), "nothing is written")

    def raw(self, name="scan.raw", shape=SHAPE, dtype=np.uint8, **keys):
        """A source and its voxels on disk."""
        voxels = np.random.default_rng(1).integers(0, 200, shape).astype(dtype)
        voxels.tofile(self.folder / name)
        return {"type": "raw", "path": name, "shape": list(shape), "dtype": np.dtype(dtype).name, **keys}


class files(bad_input_test):
    def test_unknown_keys_are_named_with_the_nearest_one(self):
        job = campaign(2)
        job["scans"][1]["voxel_sise_um"] = job["scans"][1].pop("voxel_size_um")
        self.assert_refused(job, "job.yaml", "voxel_sise_um", "voxel_size_um")

    def test_unknown_keys_of_the_sweep(self):
        self.assert_refused(campaign(1), "sweep.yaml", "resolution_limits_um", "resolution_limit_um",
                            sweep={"resolution_limits_um": [0]})

    def test_no_job_at_all(self):
        finished = self.expect(BAD_INPUT, "run", self.folder / "nowhere.yaml", "-o", self.out, ranks=2)
        self.assertIn("nowhere.yaml", finished.stderr)
        self.expect(BAD_INPUT, "check", self.folder / "nowhere.yaml")

    def test_text_that_is_no_yaml(self):
        self.write("job.yaml", "scans: [a, {b: ]")
        self.assertIn("job.yaml", self.expect(BAD_INPUT, "run", self.folder / "job.yaml", "-o", self.out).stderr)

    def test_an_empty_job(self):
        self.write("job.yaml", "")
        self.assertIn("empty", self.expect(BAD_INPUT, "run", self.folder / "job.yaml", "-o", self.out).stderr)

    def test_duplicate_ids(self):
        job = campaign(2)
        job["scans"][1]["id"] = "s0"
        self.assert_refused(job, "job.yaml", "s0", "unique")

    def test_voxel_sizes_that_make_no_sense(self):
        for size, word in [(None, "voxel_size_um"), (-0.5, "voxel_size_um"), (0, "voxel_size_um"),
                           ([0.5, 0.5, 0.7], "resample"), (float("nan"), "voxel_size_um"), ("half", "voxel_size_um")]:
            job = campaign(1)
            job["scans"][0]["voxel_size_um"] = size
            if size is None:
                del job["scans"][0]["voxel_size_um"]
            with self.subTest(size=size):
                self.assert_refused(job, "job.yaml", word, ranks=None)

    def test_thresholds_out_of_range_or_twice(self):
        for values, word in [([90, 300], "300"), ([90, 90], "twice"), ([-1], "-1"), ([], "threshold")]:
            with self.subTest(values=values):
                self.assert_refused(campaign(1), "sweep.yaml", word, sweep={"threshold": {"values": values}},
                                    ranks=None)

    def test_check_lists_all_problems_at_once(self):
        job = campaign(4)
        job["scans"][0]["voxel_size_um"] = -1
        job["scans"][1]["id"] = "s2"
        job["scans"][3]["colour"] = "blue"
        finished = self.expect(BAD_INPUT, "check", self.write("job.yaml", job),
                               self.write("sweep.yaml", {"treshold": {"values": [1]}}))
        for word in ("scans[0].voxel_size_um", "scans[2].id", "colour", "treshold", "4 problems"):
            self.assertIn(word, finished.stderr)

    def test_check_lists_all_problems_of_files_at_once(self):
        job = campaign(3)
        job["scans"][0]["source"] = {"type": "raw", "path": "nowhere.raw", "shape": SHAPE, "dtype": "uint8"}
        job["scans"][1]["source"] = self.raw(shape=[12, 20, 19])
        job["scans"][1]["source"]["shape"] = SHAPE
        job["scans"][2]["region"] = {"z": [0, 900]}
        finished = self.expect(BAD_INPUT, "check", self.write("job.yaml", job), self.write("sweep.yaml", SWEEP))
        for word in ("nowhere.raw", "scan.raw", "900", "3 problems"):
            self.assertIn(word, finished.stderr)


class bad_scans(bad_input_test):
    def test_each_says_why_and_all_others_are_stored(self):
        """One campaign with a bad scan of every kind between good ones."""
        bad = {"short": (self.truncated_raw("short.raw", -100), {}, "short.raw"),
               "empty": (self.truncated_raw("empty.raw", 0), {}, "empty.raw"),
               "cut": (self.truncated_tiff(), {}, "cut.tif"),
               "gap": (self.slices("gap", leave_out=5), {}, "missing: 5"),
               "odd": (self.slices("odd", odd=7), {}, "s007.tif"),
               "nan": (self.raw_with("nan.raw", np.nan), {}, "nan.raw"),
               "infinite": (self.raw_with("infinite.raw", np.inf), {}, "infinite.raw"),
               "nowhere": ({"type": "raw", "path": "nowhere.raw", "shape": SHAPE, "dtype": "uint8"}, {}, "nowhere.raw"),
               "outside": (phantom(seed=3), {"region": {"z": [30, 40]}}, "region"),
               "beside": (phantom(seed=3), {"region": {"cylinder": {"axis": "z", "center": [500, 500], "radius": 3}}}, "region"),
               "masked": (self.raw("whole.raw"), {"region": {"mask": self.mask_of_zeros()}}, "region")}
        job = campaign(2)
        for place, (name, (source, keys, _)) in enumerate(bad.items()):
            job["scans"].insert(1 + place, {"id": name, "sample": "a", "voxel_size_um": 0.5, "source": source, **keys})
        log = self.folder / "log.jsonl"
        finished = self.run_job(SOME_FAILED, job, ranks=3, options=("--fields", "mask,labels,thickness", "--log", log))
        with h5py.File(self.out / "campaign.h5") as archive:
            reasons = dict(zip(archive["scan"].asstr(), archive["failure"].asstr()))
            self.assertEqual(list(reasons), ["s0", *bad, "s1"])
            for place, (name, reason) in enumerate(reasons.items()):
                with self.subTest(scan=name):
                    self.check_scan(archive, place, reason, bad[name][2] if name in bad else None)
        logged = json.loads(log.read_text().splitlines()[-1])["failures"]
        for name, (_, _, word) in bad.items():
            for told in (finished.stderr.splitlines(), logged):
                self.assertTrue(any(f"{name}: " in line and word in line for line in told), (name, told))
        assert_nothing_half_written(self, self.out)

    def check_scan(self, archive, place, reason, word):
        """Figures and no reason, or, for a bad scan, a reason with `word` and no figures."""
        self.assertTrue(((archive["status"][place] != 0) == (word is not None)).all())
        self.assertEqual(bool(reason), word is not None)
        self.assertIn(word or "", reason)
        for name in ("volume_fraction", "mean_width_um", "interconnectivity", "depth_volume_fraction"):
            missing = np.isnan(archive[name][place])
            self.assertTrue(missing.all() if word else not missing.any(), name)
        self.assertEqual((archive["phase_voxels"][place] == 0).all(), word is not None)

    def truncated_raw(self, name, end):
        source = self.raw(name)
        (self.folder / name).write_bytes((self.folder / name).read_bytes()[:end])
        return source

    def truncated_tiff(self):
        voxels = np.random.default_rng(1).integers(0, 200, SHAPE).astype(np.uint8)
        tifffile.imwrite(self.folder / "cut.tif", voxels)
        (self.folder / "cut.tif").write_bytes((self.folder / "cut.tif").read_bytes()[:-900])
        return {"type": "tiff", "path": "cut.tif"}

    def slices(self, name, leave_out=None, odd=None):
        (self.folder / name).mkdir()
        for z in range(12):
            if z != leave_out:
                tifffile.imwrite(self.folder / name / f"s{z:03}.tif",
                                 np.full((20, 19 if z == odd else 20), 10 * z, np.uint8))
        return {"type": "tiff", "path": f"{name}/*.tif"}

    def raw_with(self, name, value):
        source = self.raw(name, dtype=np.float32)
        voxels = np.fromfile(self.folder / name, np.float32)
        voxels[777] = value
        voxels.tofile(self.folder / name)
        return source

    def mask_of_zeros(self):
        np.zeros(SHAPE, np.uint8).tofile(self.folder / "mask.raw")
        return {"type": "raw", "path": "mask.raw", "shape": SHAPE, "dtype": "uint8"}

    def among_good_ones(self, source):
        job = campaign(3)
        job["scans"][1].update(source=source)
        return job

    def test_fails_in_a_pooled_threshold_and_is_computed_when_it_is_repaired(self):
        source = self.raw()
        whole = (self.folder / "scan.raw").read_bytes()
        (self.folder / "scan.raw").write_bytes(whole[:-1])
        pooled = {"threshold": {"rule": "otsu", "scope": "campaign"}}
        for sweep in (pooled, None):
            finished = self.run_job(SOME_FAILED, self.among_good_ones(source), sweep)
            self.assertIn("scan.raw", finished.stderr)
            with h5py.File(self.out / "campaign.h5") as archive:
                for place, reason in enumerate(archive["failure"].asstr()):
                    self.check_scan(archive, place, reason, "scan.raw" if place == 1 else None)
            assert_nothing_half_written(self, self.out)
        (self.folder / "scan.raw").write_bytes(whole)
        self.assertIn("1 scan to do, 2 complete", self.run_job(DONE, self.among_good_ones(source)).stderr)

    def test_all_scans_bad(self):
        job = campaign(2)
        for scan in job["scans"]:
            scan["source"] = {"type": "raw", "path": "nowhere.raw", "shape": SHAPE, "dtype": "uint8"}
        self.assertIn("nowhere.raw", self.run_job(BAD_INPUT, job).stderr)


class places(bad_input_test):
    def test_output_folder_that_cannot_be_made(self):
        (self.folder / "file").write_text("")
        self.out = self.folder / "file" / "out"
        finished = self.run_job(NOT_ENOUGH, campaign(1))
        self.assertEqual(len(self.messages(finished)), 1, finished.stderr)
        self.assertIn("file/out", finished.stderr)

    def test_output_folder_that_is_a_file(self):
        self.out = self.folder / "file"
        self.out.write_text("kept")
        for ranks in (None, 2):
            finished = self.run_job(BAD_INPUT, campaign(1), ranks=ranks)
            self.assertEqual(len(self.messages(finished)), 1, finished.stderr)
            self.assertIn("which is a file", finished.stderr)
        self.assertEqual(self.out.read_text(), "kept")

    def test_log_that_cannot_be_written(self):
        for ranks in (None, 3):
            finished = self.run_job(NOT_ENOUGH, campaign(1), ranks=ranks, options=("--log", "/nowhere/log.jsonl"))
            self.assertIn("/nowhere/log.jsonl", finished.stderr)

    def test_more_ranks_than_voxels(self):
        job = campaign(1, depth={"bins": 1})
        job["scans"][0]["source"] = phantom(shape=[1, 1, 4])
        self.run_job(DONE, job, ranks=8)
        finished = self.run_job(BAD_INPUT, job, ranks=8, options=("--ranks-per-scan", "8"))
        self.assertEqual(len(self.messages(finished)), 1, finished.stderr)
        self.assertIn("--ranks-per-scan", finished.stderr)

    def test_more_ranks_per_scan_than_ranks(self):
        finished = self.run_job(NOT_ENOUGH, campaign(1), ranks=2, options=("--ranks-per-scan", "5"))
        self.assertEqual(len(self.messages(finished)), 1, finished.stderr)


class command_lines(bad_input_test):
    def refused(self, *arguments, ranks=None):
        finished = self.expect(BAD_INPUT, *arguments, ranks=ranks)
        self.assertEqual(len(self.messages(finished)), 1, finished.stderr)
        return finished.stderr

    def test_words_that_mean_nothing(self):
        job = self.write("job.yaml", campaign(1))
        for arguments, word in [(["analyse"], "analyse"), (["run"], "JOB"), (["run", job, "--frsh"], "frsh"),
                                (["run", job, "--threads", "0"], "--threads"), (["run", job, "--threads", "x"], "threads"),
                                (["run", job, "--ranks-per-scan", "-1"], "--ranks-per-scan"),
                                (["run", job, "--shard", "3/2"], "--shard"), (["run", job, "--shard", "0/2"], "--shard"),
                                (["run", job, "--shard", "a"], "--shard"), (["run", job, "--fields", "masks"], "masks"),
                                (["run", job, job, job], "too many"), (["phantom", job], "output"),
                                (["export", self.folder], "csv")]:
            with self.subTest(arguments=arguments):
                self.assertIn(word, self.refused(*arguments))

    def test_pattern_that_no_scan_matches(self):
        self.assertIn("--scans", self.refused("run", self.write("job.yaml", campaign(1)), "-o", self.out, "--scans", "z*"))

    def test_folders_that_no_run_has_filled(self):
        for command in (["status", self.folder], ["merge", self.folder], ["status", "/nowhere"], ["merge", "/nowhere"],
                        ["export", self.folder, "--csv", self.folder / "t.csv"],
                        ["export", "/nowhere/a.h5", "--csv", self.folder / "t.csv"]):
            with self.subTest(command=command):
                self.refused(*command)
        self.assertFalse((self.folder / "t.csv").exists())


if __name__ == "__main__":
    unittest.main()
