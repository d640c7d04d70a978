"""A campaign that was stopped, changed or cut in parts ends as if it had run in one go."""

import shutil
import signal
import time
import unittest

import h5py
import yaml

from program import (DONE, INTERRUPTED, SANITIZED, SWEEP, TIMEOUT_S, assert_nothing_half_written, assert_same_content, campaign,
                     campaign_content, content, folder_test, prepared_test, signal_ranks, start)


class resume_test(folder_test):
    points = SWEEP

    @property
    def sweep(self):
        return self.write("sweep.yaml", self.points)

    def run_job(self, job, out, *options, code=DONE, **how):
        arguments = ["run", self.write("job.yaml", job), self.sweep, "-o", self.folder / out, *options]
        return self.expect(code, *arguments, **how)

    def times(self, out):
        return {path.stem: path.stat().st_mtime_ns for path in (self.folder / out / "scans").glob("*.h5")}

    def assert_same_runs(self, found, expected):
        assert_same_content(self, campaign_content(self.folder / found), campaign_content(self.folder / expected), found)


class second_run(prepared_test, resume_test):
    """Of a campaign of three scans, which "out" holds, or of others."""

    def prepare(self):
        self.run_job(campaign(3), "out", ranks=2)

    def test_does_nothing_and_says_so(self):
        before, content = self.times("out"), campaign_content(self.folder / "out")
        finished = self.run_job(campaign(3), "out", ranks=3)
        self.assertIn("0 scans to do, 3 complete", finished.stderr)
        self.assertEqual(self.times("out"), before)
        assert_same_content(self, campaign_content(self.folder / "out"), content, "second run")

    def test_computes_again_only_the_scan_that_changed(self):
        job, before = campaign(3), self.times("out")
        job["scans"][1]["source"]["seed"] = 77
        self.run_job(job, "out")
        changed = {scan for scan, then in self.times("out").items() if then != before[scan]}
        self.assertEqual(changed, {"s1"})
        self.run_job(job, "at-once")
        self.assert_same_runs("out", "at-once")

    def test_keeps_volumes_that_it_does_not_ask_for(self):
        job = campaign(2)
        self.run_job(job, "fields", "--fields", "mask,labels")
        before, content = self.times("fields"), campaign_content(self.folder / "fields")
        for fields in ([], ["--fields", "mask"]):
            self.assertIn("0 scans to do, 2 complete", self.run_job(job, "fields", *fields, ranks=2).stderr)
            self.expect(DONE, "status", self.folder / "fields")
        self.assertEqual(self.times("fields"), before)
        assert_same_content(self, campaign_content(self.folder / "fields"), content, "without --fields")
        self.assertIn("2 scans to do", self.run_job(job, "fields", "--fields", "thickness").stderr)

    def test_computes_again_a_scan_whose_file_changed(self):
        self.expect(DONE, "phantom", self.write("spec.yaml", campaign(2)), "-o", self.folder / "data", "--format", "raw")
        arguments = ["run", self.folder / "data" / "job.yaml", self.sweep, "-o", self.folder / "other"]
        self.expect(DONE, *arguments)
        before = self.times("other")
        raw = self.folder / "data" / "s0.raw"
        raw.write_bytes(raw.read_bytes()[::-1])
        self.assertIn("1 scan to do, 1 complete", self.expect(DONE, *arguments).stderr)
        self.assertEqual(self.times("other")["s1"], before["s1"])

    def test_labels_of_scans_change_without_an_analysis(self):
        def job(*labels):
            phases = [{"name": "crack", "where": "below"}, {"name": "solid", "where": "above"}]
            pairs = {"pairs": [{"from": "s0", "to": "s1"}], "register": "none", "least_correlation": -1}
            made = campaign(3, phases=phases, changes=pairs)
            for scan, changed in zip(made["scans"], labels):
                scan.update(changed)
            return made

        self.run_job(job({"capacity_mAh_per_g": 1, "time_h": 2, "step": "lithiation"}), "other")
        files = sorted((self.folder / "other").glob("[cs]*s/*.h5"))
        self.assertEqual(len(files), 4)
        before = [path.stat().st_mtime_ns for path in files]
        corrected = job({"capacity_mAh_per_g": 10, "time_h": 20, "step": "delithiation", "sample": "renamed", "cycle": 7},
                        {"time_h": 0.5, "step": "pristine"})
        self.assertIn("0 scans to do, 3 complete", self.run_job(corrected, "other").stderr)
        self.assertEqual([path.stat().st_mtime_ns for path in files], before)
        self.run_job(corrected, "at-once")
        self.assertEqual(content(self.folder / "other" / "campaign.h5"), content(self.folder / "at-once" / "campaign.h5"))
        with h5py.File(self.folder / "other" / "campaign.h5") as archive:
            for group in (archive, archive["crack"], archive["solid"]):
                self.assertEqual(list(group["sample"].asstr()), ["renamed", "b", "a"])
                self.assertEqual(list(group["step"].asstr()), ["delithiation", "pristine", ""])
                self.assertEqual(list(group["cycle"]), [7, 1, 2])
                self.assertEqual(group["capacity_mAh_per_g"][0], 10)
                self.assertEqual(list(group["time_h"][:2]), [20, 0.5])
            self.assertEqual(list(archive["changes/sample"].asstr()), ["renamed"])
        self.assertIn("nothing wrong", self.expect(DONE, "verify", self.folder / "other").stdout)
        for archive in ("campaign.h5", "scans/s0.h5"):
            self.expect(DONE, "reproduce", self.folder / "other" / archive, "--scan", "s0", "--scratch", self.folder)

    def test_a_sample_counts_where_thresholds_are_pooled_over_it(self):
        self.points = {**SWEEP, "threshold": {"rule": "otsu", "scope": "sample"}}
        job = campaign(3)
        job["scans"][2]["source"]["crack_grey"] = 100
        self.run_job(job, "other")
        job["scans"][2]["sample"] = "b"
        self.assertNotIn("0 scans to do", self.run_job(job, "other").stderr)
        self.run_job(job, "at-once")
        self.assertEqual(content(self.folder / "other" / "campaign.h5"), content(self.folder / "at-once" / "campaign.h5"))

    def test_another_sweep_computes_all_again_and_leaves_out_what_it_has_not_yet(self):
        self.points = {**SWEEP, "threshold": {"values": [80, 90, 100]}}
        told = self.run_job(campaign(3), "out", "--scans", "s0").stderr
        self.assertIn("1 scan to do, 0 complete", told)
        for scan in ("s1", "s2"):
            self.assertIn(f"left out of the archive: {scan}", told)
        with h5py.File(self.folder / "out" / "campaign.h5") as archive:
            self.assertEqual(list(archive["scan"].asstr()), ["s0"])
        self.assertIn("2 scans to do, 1 complete", self.run_job(campaign(3), "out").stderr)
        self.run_job(campaign(3), "at-once")
        self.assert_same_runs("out", "at-once")

    def test_fresh_starts_over(self):
        before = self.times("out")
        self.run_job(campaign(3), "out", "--fresh")
        self.assertTrue(all(then != before[scan] for scan, then in self.times("out").items()))

    def test_asking_for_fields_later_computes_again(self):
        self.run_job(campaign(3), "out", "--fields", "mask")
        self.run_job(campaign(3), "at-once", "--fields", "mask")
        self.assert_same_runs("out", "at-once")


class moved(prepared_test, resume_test):
    """Data that lie elsewhere, as after every staging to a scratch file system, or were touched."""

    def prepare(self):
        self.expect(DONE, "phantom", self.write("spec.yaml", campaign(3)), "-o", self.folder / "data", "--format", "raw")
        job = yaml.safe_load((self.folder / "data" / "job.yaml").read_text())
        # What lies outside the box must not change anything unseen.
        job["scans"][2].update(region={"z": [2, 20]}, preprocess={"median_radius": 1})
        (self.folder / "data" / "job.yaml").write_text(yaml.safe_dump(job))
        self.analyse("data", "out", ranks=2)

    def analyse(self, data, out, *options, **how):
        return self.expect(DONE, "run", self.folder / data / "job.yaml", self.sweep, "-o", self.folder / out, *options,
                           **how)

    def seconds(self, out):
        """What the analysis of each scan took: no two analyses take equally long."""
        taken = {}
        for path in (self.folder / out / "scans").glob("*.h5"):
            with h5py.File(path) as shard:
                taken[path.stem] = float(shard[f"process/{path.stem}"].attrs["seconds"])
        return taken

    def test_results_of_the_same_voxels_are_kept(self):
        self.analyse("data", "fields", "--fields", "mask,thickness", ranks=2)
        for out, options in (("out", []), ("fields", ["--fields", "mask,thickness"])):
            with self.subTest(options=options):
                before, content = self.seconds(out), campaign_content(self.folder / out)
                shutil.copytree(self.folder / "data", self.folder / "scratch" / out)
                self.assertIn("2 scans lie elsewhere now", self.analyse(f"scratch/{out}", out, *options, ranks=3).stderr)
                after = self.seconds(out)
                self.assertEqual({scan for scan in before if after[scan] != before[scan]}, {"s2"},
                                 "a filter looks beyond the box, whose voxels alone are recorded")
                assert_same_content(self, campaign_content(self.folder / out), content, "kept")
                self.assertIn("0 scans to do, 3 complete", self.analyse(f"scratch/{out}", out, *options).stderr)
                self.assertIn("nothing wrong", self.expect(DONE, "verify", self.folder / out).stdout)
                assert_nothing_half_written(self, self.folder / out)
        (self.folder / "data").rename(self.folder / "gone")
        for scan in ("s0", "s2"):
            self.expect(DONE, "reproduce", self.folder / "fields" / "campaign.h5", "--scan", scan, "--scratch", self.folder)

    def test_other_voxels_at_another_place_are_analysed(self):
        before = self.seconds("out")
        shutil.copytree(self.folder / "data", self.folder / "scratch")
        raw = self.folder / "scratch" / "s1.raw"
        raw.write_bytes(raw.read_bytes()[::-1])
        self.analyse("scratch", "out", "--ranks-per-scan", 1, ranks=2)
        after = self.seconds("out")
        self.assertEqual({scan for scan in before if after[scan] != before[scan]}, {"s1", "s2"})
        self.analyse("scratch", "at-once")
        self.assert_same_runs("out", "at-once")

    def test_pairs_of_states_follow(self):
        job = yaml.safe_load((self.folder / "data" / "job.yaml").read_text())
        job["changes"] = {"pairs": [{"from": "s0", "to": "s1"}], "register": "none", "least_correlation": -1}
        (self.folder / "data" / "job.yaml").write_text(yaml.safe_dump(job))
        self.assertIn("0 scans to do, 3 complete", self.analyse("data", "out").stderr)
        shutil.copytree(self.folder / "data", self.folder / "scratch")
        self.analyse("scratch", "out")
        self.analyse("scratch", "at-once")
        self.assert_same_runs("out", "at-once")


class parts(resume_test):
    def test_scans_by_pattern_then_the_rest(self):
        job = campaign(4)
        self.run_job(job, "out", "--scans", "s[13]")
        self.assertEqual(set(self.times("out")), {"s1", "s3"})
        self.assertIn("2 scans to do, 2 complete", self.run_job(job, "out").stderr)
        self.run_job(job, "at-once")
        self.assert_same_runs("out", "at-once")

    def test_shards_then_merge(self):
        job = campaign(5)
        for part in (2, 1, 3):
            self.run_job(job, "out", "--shard", f"{part}/3")
        self.run_job(job, "at-once")
        self.assert_same_runs("out", "at-once")
        (self.folder / "out" / "campaign.h5").unlink()
        self.expect(DONE, "merge", self.folder / "out")
        self.assert_same_runs("out", "at-once")

    def test_shards_at_the_same_time(self):
        job = self.write("job.yaml", campaign(6))
        out = self.folder / "out"
        running = [start("run", job, self.sweep, "-o", out, "--shard", f"{part}/3") for part in (1, 2, 3)]
        self.assertEqual([process.wait(TIMEOUT_S) for process in running], [DONE] * 3)
        self.expect(DONE, "merge", out)
        assert_nothing_half_written(self, out)
        self.run_job(campaign(6), "at-once")
        self.assert_same_runs("out", "at-once")

    def test_pooled_thresholds_are_the_same_in_every_part(self):
        self.points = {**SWEEP, "threshold": {"rule": "otsu", "scope": "campaign"}}
        job = campaign(4)
        for part in (1, 2):
            self.run_job(job, "out", "--shard", f"{part}/2")
        self.run_job(job, "at-once")
        self.assert_same_runs("out", "at-once")


class stop_test(prepared_test, resume_test):
    """A job of a few seconds, in many steps; under sanitizers fewer voxels take as long."""

    ranks = 3
    options = ("--fields", "mask,labels,thickness", "--ranks-per-scan", 2)

    def prepare(self):
        job = campaign(5)
        for scan in job["scans"]:
            scan["source"]["shape"] = [24, 32, 32] if SANITIZED else [32, 56, 56]
        self.write("job.yaml", job)
        self.write("sweep.yaml", {**SWEEP, "threshold": {"values": list(range(80, 125, 8 if SANITIZED else 4))}})
        self.expect(DONE, *self.arguments("at-once"), ranks=self.ranks)

    def arguments(self, out):
        return ["run", self.folder / "job.yaml", self.folder / "sweep.yaml", "-o", self.folder / out, *self.options]

    def begin(self, out):
        return start(*self.arguments(out), ranks=self.ranks)

    def finish(self, out):
        self.expect(DONE, *self.arguments(out), ranks=self.ranks)
        assert_nothing_half_written(self, self.folder / out)
        self.assert_same_runs(out, "at-once")


class stopped(stop_test):
    def await_first_scan(self, out):
        end = time.monotonic() + TIMEOUT_S
        while not list((self.folder / out / "scans").glob("s*.h5")) and time.monotonic() < end:
            time.sleep(0.01)

    def check(self, number):
        running = self.begin("out")
        self.await_first_scan("out")
        signal_ranks(running, number)
        self.assertEqual(running.wait(TIMEOUT_S), INTERRUPTED)
        self.assertLess(len(self.times("out")), 5)
        assert_nothing_half_written(self, self.folder / "out")
        self.finish("out")

    def test_by_sigterm(self):
        self.check(signal.SIGTERM)

    def test_by_sigusr1_to_mpirun_which_passes_it_on(self):
        running = self.begin("out")
        self.await_first_scan("out")
        running.send_signal(signal.SIGUSR1)
        self.assertEqual(running.wait(TIMEOUT_S), INTERRUPTED)
        self.finish("out")


class stopped_without_mpirun(stopped):
    ranks = None
    options = ("--fields", "mask")


if __name__ == "__main__":
    unittest.main()
