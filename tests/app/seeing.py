"""What an operator sees of a run: its status while it goes on, its log, its provenance, and that it can be repeated."""

import json
import shutil
import time
import unittest

import h5py
import numpy as np

from program import (BAD_INPUT, DONE, SOME_FAILED, SWEEP, TIMEOUT_S, campaign, folder_test, kill_all, start,
                     under_sanitizers)


class seeing_test(folder_test):
    def setUp(self):
        super().setUp()
        self.out = self.folder / "out"
        self.sweep = self.write("sweep.yaml", SWEEP)

    def run_job(self, job, *options, code=DONE, **how):
        self.job = self.write("job.yaml", job)
        return self.expect(code, "run", self.job, self.sweep, "-o", self.out, *options, **how)

    def written(self, count=2, form="raw", **job):
        """The arguments of a job whose scans are files in the folder `data`."""
        data = self.folder / "data"
        self.expect(DONE, "phantom", self.write("spec.yaml", campaign(count, **job)), "-o", data, "--format", form)
        return ["run", data / "job.yaml", self.sweep, "-o", self.out]

    def status(self, code):
        return json.loads(self.expect(code, "status", self.out, "--json").stdout)

    def process(self, scan="s0"):
        with h5py.File(self.out / "scans" / f"{scan}.h5") as shard:
            return {name: value for name, value in shard[f"process/{scan}"].attrs.items()}


class long_runs(seeing_test):
    def long_run(self, *options):
        job = campaign(4)
        for scan in job["scans"]:
            scan["source"]["shape"] = [64, 128, 128]
        self.sweep = self.write("sweep.yaml", {**SWEEP, "threshold": {"values": list(range(80, 130, 2))}})
        return start("run", self.write("job.yaml", job), self.sweep, "-o", self.out, "--heartbeat", 1, *options, ranks=2)


class status(long_runs):
    def await_status(self, holds):
        end = time.monotonic() + TIMEOUT_S
        while time.monotonic() < end:
            if (self.out / "run.json").exists() and (self.out / "heartbeat.json").exists():
                found = self.status(SOME_FAILED)
                if holds(found):
                    return found
            time.sleep(0.05)
        self.fail("the run ended or hung before it was seen")

    def test_shows_what_runs_and_what_waits_and_a_killed_run_gives_no_more_signs_of_life(self):
        running = self.long_run("--ranks-per-scan", 1)
        found = self.await_status(lambda seen: seen["counts"]["running"] == 2)
        self.assertEqual(found["counts"]["running"] + found["counts"]["waiting"] + found["counts"]["complete"], 4)
        (run,) = found["runs"]
        self.assertTrue(run["alive"])
        self.assertEqual((run["state"], run["ranks"], run["restarts"]), ("running", 2, 0))
        self.assertIn("last sign of life", self.expect(SOME_FAILED, "status", self.out).stdout)
        kill_all(running)
        found = self.await_status(lambda seen: not seen["runs"][0]["alive"])
        self.assertEqual(found["counts"]["running"] + found["counts"]["waiting"], 0)
        self.assertIn("no sign of life", self.expect(SOME_FAILED, "status", self.out).stdout)
        self.sweep = self.write("sweep.yaml", SWEEP)
        self.run_job(campaign(2))
        found = self.status(DONE)
        self.assertEqual((found["counts"]["complete"], found["restarts"]), (2, 1))
        self.assertEqual(found["runs"][0]["state"], "finished")

    def test_touches_nothing(self):
        self.run_job(campaign(2), "--scans", "s1")
        before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in self.out.rglob("*") if path.is_file()}
        found = self.status(SOME_FAILED)
        after = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in self.out.rglob("*") if path.is_file()}
        self.assertEqual(before, after)
        self.assertEqual([scan["state"] for scan in found["scans"]], ["missing", "complete"])
        self.assertGreater(found["remaining"]["core_seconds"], 0)

    def test_tells_outdated_and_failed_scans_apart(self):
        self.run_job(campaign(3))
        job = campaign(3)
        job["scans"][1]["source"]["seed"] = 99
        job["scans"][2]["source"] = {"type": "raw", "path": "nowhere.raw", "shape": [4, 4, 4], "dtype": "uint8"}
        self.run_job(job, "--scans", "s[02]", code=SOME_FAILED)
        found = self.status(SOME_FAILED)
        self.assertEqual([scan["state"] for scan in found["scans"]], ["complete", "outdated", "failed"])
        self.assertIn("nowhere.raw", found["scans"][2]["failure"])

    def test_survives_a_spoilt_heartbeat(self):
        self.run_job(campaign(1))
        file = self.out / "heartbeat.json"
        sound = json.loads(file.read_text())
        for slurm in ('{"job"', ""):
            file.write_text(json.dumps({**sound, "slurm": slurm}))
            self.assertIsNone(self.status(DONE)["runs"][0]["slurm"])
        file.write_text(json.dumps({**sound, "slurm": "[" * 1_000_000 + "]" * 1_000_000}))
        self.assertLess(len(json.dumps(self.status(DONE)["runs"][0]["slurm"])), 100)
        file.write_text(json.dumps({**sound, "updated_s": -2**63}))
        self.assertEqual(self.status(DONE)["runs"], [])

    def test_shows_every_part_of_an_array(self):
        self.run_job(campaign(4), "--shard", "1/2")
        self.run_job(campaign(4), "--shard", "2/2")
        self.assertEqual([(run["part"], run["parts"]) for run in self.status(DONE)["runs"]], [(1, 2), (2, 2)])


class run_log(long_runs):
    def test_of_a_killed_run_tells_of_the_scans_that_it_finished(self):
        log = self.folder / "log.jsonl"
        # The second group's scans are told of by its own first rank.
        running = self.long_run("--ranks-per-scan", 1, "--log", log)
        end = time.monotonic() + TIMEOUT_S
        told = []
        while len(told) < 2 and running.poll() is None and time.monotonic() < end:
            time.sleep(0.02)
            lines = log.read_text().splitlines(keepends=True) if log.exists() else []
            told = [json.loads(line) for line in lines if line.endswith("\n") and '"scan"' in line]
        kill_all(running)
        self.assertNotIn('"finished"', log.read_text())
        self.assertEqual(len({event["scan"] for event in told}), 2, told)
        for event in told:
            self.assertTrue((self.out / "scans" / f"{event['scan']}.h5").exists())
            self.assertIn("thickness", [step["step"] for step in event["steps"]])

    def test_says_of_every_step_of_every_scan_what_it_took(self):
        log = self.folder / "log.jsonl"
        job = campaign(2)
        self.run_job(job, "--log", log, "--ranks-per-scan", 3, "--fields", "mask", ranks=3)
        events = [json.loads(line) for line in log.read_text().splitlines()]
        scans = {event["scan"]: event for event in events if event["event"] == "scan"}
        self.assertEqual(sorted(scans), ["s0", "s1"])
        voxels = 24 * 40 * 40
        for event in scans.values():
            steps = {step["step"]: step for step in event["steps"]}
            self.assertEqual((event["ranks"], event["voxels"]), (3, voxels))
            self.assertAlmostEqual(steps["read"]["bytes_read"]["mean"] * 3, voxels)
            self.assertAlmostEqual(steps["fields"]["bytes_written"]["mean"] * 3, voxels * 2)
            self.assertGreater(steps["distance"]["bytes_sent"]["mean"], 0)
            self.assertLessEqual(sum(step["seconds"]["mean"] for step in steps.values()), event["seconds"] * 1.001)
            for step in steps.values():
                self.assertTrue(0 <= step["slowest_rank"] < 3)
                self.assertTrue(0 <= step["efficiency"] <= 1.001, step)
        (end,) = [event for event in events if event["event"] == "finished"]
        self.assertIn("thickness", [step["step"] for step in end["steps"]])
        self.assertGreater(end["peak_resident_bytes_per_rank"], 1e6)


def mixed(bits):
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))


def voxel_hash(volume, box):
    """As docs/archive.md defines it."""
    (z0, z1), (y0, y1), (x0, x1) = box
    part = volume[z0:z1, y0:y1, x0:x1]
    values = part.view(f"u{part.dtype.itemsize}").astype(np.uint64)
    z, y, x = np.ogrid[z0:z1, y0:y1, x0:x1]
    with np.errstate(over="ignore"):
        row = mixed((z.astype(np.uint64) << np.uint64(32)) + y.astype(np.uint64))
        return f"{int(mixed(row + (x.astype(np.uint64) << np.uint64(32)) + values).sum(dtype=np.uint64)):016x}"


class provenance(seeing_test):
    def test_holds_what_it_takes_to_repeat_a_scan(self):
        self.run_job(campaign(1), "--ranks-per-scan", 2, ranks=2)
        told = self.process()
        self.assertEqual(told["job"], self.job.read_text())
        self.assertEqual(told["sweep"], self.sweep.read_text())
        self.assertEqual(told["job_file"], str(self.job))
        self.assertIn("tomosweep run", told["command"])
        for name in ("HDF5 1.", "Boost 1.", "yaml-cpp 0.", "libtiff ", "xxHash 0."):
            self.assertRegex(told["libraries"], name + r"\d")
        self.assertIn("MPI", told["mpi_library"])
        self.assertIn("-O", told["compiler_flags"])
        self.assertRegex(told["hosts"], r"^\S+ x 2$")
        self.assertLessEqual(told["started"], told["finished"])
        self.assertEqual(told["input_shape"], "[24, 40, 40]")

    def test_the_hash_of_the_input_is_that_of_its_voxels_whatever_the_format_and_the_ranks(self):
        region = {"z": [1, 22], "y": [2, 39], "x": [3, 38]}
        hashes = set()
        for form, ranks in under_sanitizers([("raw", 1), ("tiff", 4), ("hdf5", 3)], [("raw", 3), ("raw", 8), ("hdf5", 7)]):
            arguments = self.written(1, form, region=region, preprocess={"median_radius": 1})
            shutil.rmtree(self.out, True)
            self.expect(DONE, *arguments, "--ranks-per-scan", ranks, ranks=ranks)
            hashes.add(self.process()["input_voxel_hash"])
        volume = np.fromfile(self.folder / "data" / "s0.raw", np.uint8).reshape(24, 40, 40)
        self.assertEqual(hashes, {voxel_hash(volume, json.loads(self.process()["input_box"]))})
        self.assertEqual(self.process()["input_box"], "[[1, 22], [2, 39], [3, 38]]")

    def test_the_hash_of_float_voxels_under_a_mask_and_binning(self):
        grey = np.random.default_rng(1).normal(100, 20, (13, 21, 17)).astype(np.float32)
        mask = (grey > 60).astype(np.uint8)
        grey.tofile(self.folder / "grey.raw")
        mask.tofile(self.folder / "mask.raw")
        raw = {"type": "raw", "shape": list(grey.shape)}
        job = campaign(1)
        job["scans"][0].update(source={**raw, "path": "grey.raw", "dtype": "float32"}, preprocess={"binning": 2},
                               region={"mask": {**raw, "path": "mask.raw", "dtype": "uint8"}})
        self.run_job(job, "--ranks-per-scan", 4, ranks=4)
        told, box = self.process(), [[0, 12], [0, 20], [0, 16]]
        self.assertEqual(json.loads(told["input_box"]), box)
        self.assertEqual(told["input_voxel_hash"], voxel_hash(grey, box))
        self.assertEqual(told["mask_voxel_hash"], voxel_hash(mask, box))


class reproduce(seeing_test):
    def reproduce(self, archive, *options, code=DONE, **how):
        finished = self.expect(code, "reproduce", archive, "--scratch", self.folder, *options, **how)
        self.assertEqual(list(self.folder.glob("tomosweep-reproduce-*")), [])
        return finished

    def test_one_scan_of_a_campaign_without_the_others_on_other_ranks(self):
        self.sweep = self.write("sweep.yaml", {"threshold": {"rule": "otsu", "scope": "campaign", "offsets": [-8, 0]},
                                               "connectivity": [26, 6]})
        job = dict(phases=[{"name": "crack", "where": "below"}, {"name": "solid", "where": "above"}])
        self.expect(DONE, *self.written(3, **job), "--fields", "mask,labels", ranks=3)
        for scan in ("s1", "s2"):
            (self.folder / "data" / f"{scan}.raw").unlink()
        told = self.reproduce(self.out / "campaign.h5", "--scan", "s0", ranks=2).stdout
        self.assertIn("s0: figures and tables, fields are the same, bit by bit", told)
        self.assertIn("the same voxels", told)
        self.reproduce(self.out / "scans" / "s0.h5")
        self.assertIn("s1.raw", self.reproduce(self.out / "campaign.h5", "--scan", "s1", code=BAD_INPUT).stderr)
        self.assertIn("campaign.h5: scan: found no scan 'x'; accepted: one of its scans: s0",
                      self.reproduce(self.out / "campaign.h5", "--scan", "x", code=BAD_INPUT).stderr)

    def test_data_that_moved_are_found_with_data_and_changed_ones_refused(self):
        self.expect(DONE, *self.written(1))
        moved = self.folder / "moved"
        (self.folder / "data").rename(moved)
        shard = self.out / "scans" / "s0.h5"
        self.assertIn("s0.raw", self.reproduce(shard, code=BAD_INPUT).stderr)
        self.reproduce(shard, "--data", moved)
        raw = moved / "s0.raw"
        content = bytearray(raw.read_bytes())
        content[1000] ^= 1
        raw.write_bytes(content)
        told = self.reproduce(shard, "--data", moved, code=BAD_INPUT).stderr
        self.assertIn("the input has changed", told)
        self.assertIn(self.process()["input_voxel_hash"], told)

    def test_a_record_that_the_program_does_not_confirm_is_told_variable_by_variable(self):
        self.run_job(campaign(1))
        shard = self.out / "scans" / "s0.h5"
        with h5py.File(shard, "r+") as file:
            for name in ("euler_number", "mean_width_um"):
                file[name][0, 1] += 1
                del file[name].attrs["xxh3_128"]

        def forget(name, item):
            if "xxh3_128" in item.attrs:
                del item.attrs["xxh3_128"]

        with h5py.File(shard, "r+") as file:
            forget("", file)
            file.visititems(forget)
        told = self.reproduce(shard, code=SOME_FAILED).stdout
        self.assertRegex(told, r"/euler_number: 4 of 8 values differ, first value")
        self.assertRegex(told, r"/mean_width_um: 2 of 4 values differ")
        self.assertIn("2 variables differ", told)


if __name__ == "__main__":
    unittest.main()
