"""Bad input is refused with one clear message that names the file and the key; nothing hangs, nothing is left half written."""

import json
import os
import pathlib
import subprocess
import unittest

import h5py
import numpy as np
import tifffile
import yaml

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

    def with_source(self, source, **scan):
        job = campaign(1)
        job["scans"][0].update(source=source, **scan)
        return job

    def among_good_ones(self, source, **scan):
        job = campaign(3)
        job["scans"][1].update(source=source, **scan)
        return job

    def assert_one_failed(self, job, *words, ranks=2, options=(), sweep=None):
        """The run goes on, says why, and stores the failed scan with its reason."""
        finished = self.run_job(SOME_FAILED, job, sweep, ranks=ranks, options=options)
        with h5py.File(self.out / "campaign.h5") as archive:
            self.assertEqual(list(archive["scan"].asstr()), ["s0", "s1", "s2"])
            reasons = list(archive["failure"].asstr())
            self.assertEqual([bool(reason) for reason in reasons], [False, True, False])
            for word in words:
                self.assertIn(word, reasons[1])
                self.assertIn(word, finished.stderr)
            status = archive["status"][()]
            self.assertTrue((status[[0, 2]] == 0).all() and (status[1] != 0).all())
            for name in ("volume_fraction", "mean_width_um", "interconnectivity", "depth_volume_fraction"):
                self.assertTrue(np.isnan(archive[name][1]).all(), name)
                self.assertFalse(np.isnan(archive[name][0]).all(), name)
            self.assertTrue((archive["phase_voxels"][1] == 0).all())
        assert_nothing_half_written(self, self.out)
        return finished


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


class one_bad_scan(bad_input_test):
    def test_truncated_raw(self):
        source = self.raw()
        (self.folder / "scan.raw").write_bytes((self.folder / "scan.raw").read_bytes()[:-100])
        self.assert_one_failed(self.among_good_ones(source), "scan.raw", ranks=3)

    def test_truncated_tiff(self):
        voxels = np.random.default_rng(1).integers(0, 200, SHAPE).astype(np.uint8)
        tifffile.imwrite(self.folder / "scan.tif", voxels)
        (self.folder / "scan.tif").write_bytes((self.folder / "scan.tif").read_bytes()[:-900])
        self.assert_one_failed(self.among_good_ones({"type": "tiff", "path": "scan.tif"}), "scan.tif", ranks=3)

    def slices(self, leave_out=None, odd=None):
        (self.folder / "slices").mkdir()
        for z in range(12):
            if z != leave_out:
                tifffile.imwrite(self.folder / "slices" / f"s{z:03}.tif",
                                 np.full((20, 19 if z == odd else 20), 10 * z, np.uint8))
        return {"type": "tiff", "path": "slices/*.tif"}

    def test_missing_slice(self):
        self.assert_one_failed(self.among_good_ones(self.slices(leave_out=5)), "missing: 5")

    def test_slice_of_another_size(self):
        self.assert_one_failed(self.among_good_ones(self.slices(odd=7)), "s007.tif")

    def test_nan_and_infinity(self):
        for value in (np.nan, np.inf):
            source = self.raw(dtype=np.float32)
            voxels = np.fromfile(self.folder / "scan.raw", np.float32)
            voxels[777] = value
            voxels.tofile(self.folder / "scan.raw")
            with self.subTest(value=value):
                self.assert_one_failed(self.among_good_ones(source), "scan.raw", ranks=3,
                                       options=("--fields", "mask,labels,thickness", "--fresh"))

    def test_missing_file(self):
        self.assert_one_failed(self.among_good_ones(
            {"type": "raw", "path": "nowhere.raw", "shape": SHAPE, "dtype": "uint8"}), "nowhere.raw")

    def test_region_outside_and_region_of_nothing(self):
        for region in ({"z": [30, 40]}, {"cylinder": {"axis": "z", "center": [500, 500], "radius": 3}}):
            with self.subTest(region=region):
                self.assert_one_failed(self.among_good_ones(phantom(seed=3), region=region), "region")

    def test_mask_of_zeros(self):
        np.zeros(SHAPE, np.uint8).tofile(self.folder / "mask.raw")
        mask = {"type": "raw", "path": "mask.raw", "shape": SHAPE, "dtype": "uint8"}
        self.assert_one_failed(self.among_good_ones(self.raw(), region={"mask": mask}), "region", ranks=3)

    def test_fails_in_a_pooled_threshold_too(self):
        source = self.raw(dtype=np.uint8)
        (self.folder / "scan.raw").write_bytes(b"\0" * 100)
        self.assert_one_failed(self.among_good_ones(source), "scan.raw",
                               sweep={"threshold": {"rule": "otsu", "scope": "campaign"}})

    def test_is_computed_when_it_is_repaired(self):
        source = self.raw()
        whole = (self.folder / "scan.raw").read_bytes()
        (self.folder / "scan.raw").write_bytes(whole[:-1])
        self.assert_one_failed(self.among_good_ones(source))
        (self.folder / "scan.raw").write_bytes(whole)
        self.assertIn("1 scan to do, 2 complete", self.run_job(DONE, self.among_good_ones(source)).stderr)

    def test_all_scans_bad(self):
        job = campaign(2)
        for scan in job["scans"]:
            scan["source"] = {"type": "raw", "path": "nowhere.raw", "shape": SHAPE, "dtype": "uint8"}
        self.assertIn("nowhere.raw", self.run_job(BAD_INPUT, job).stderr)

    def test_log_names_the_failure(self):
        source = self.raw()
        (self.folder / "scan.raw").write_bytes(b"")
        self.assert_one_failed(self.among_good_ones(source), options=("--log", str(self.folder / "log.jsonl")))
        last = json.loads((self.folder / "log.jsonl").read_text().splitlines()[-1])
        self.assertIn("scan.raw", last["failures"][0])


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

    def test_disk_that_fills_up(self):
        disk = self.folder / "disk"
        disk.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=5m", "tmpfs", disk], capture_output=True).returncode:
            self.skipTest("no right to mount a small disk here")
        self.addCleanup(subprocess.run, ["umount", "-l", disk])
        self.out = disk / "out"
        job = campaign(2)
        for scan in job["scans"]:
            scan["source"].update(shape=[64, 128, 128])
        arguments = [self.write("job.yaml", job), self.write("sweep.yaml", SWEEP), "-o", self.out]
        for options in (("--fields", "mask,labels,thickness"), ()):
            (disk / "filler").write_bytes(b"")
            if not options:
                free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
                (disk / "filler").write_bytes(b"0" * max(0, free - 8192))
            finished = self.expect(NOT_ENOUGH, "run", *arguments, *options, ranks=2)
            self.assertEqual(len(self.messages(finished)), 1, finished.stderr)
            self.assertIn(str(disk), finished.stderr)
            assert_nothing_half_written(self, disk)

    def test_more_ranks_than_voxels(self):
        job = self.with_source(phantom(shape=[1, 1, 4]))
        job["depth"] = {"bins": 1}
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
