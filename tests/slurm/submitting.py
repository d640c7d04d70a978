"""`tomosweep submit` and the templates of slurm/ on a real SLURM."""

import os
import re
import shutil

import h5py
import yaml

from program import DONE, SOME_FAILED, SWEEP, campaign
from slurm_case import LONG_SWEEP, PROJECT, long_campaign, main, slurm_case


class generated(slurm_case):
    def test_names_that_would_break_a_script_are_only_names(self):
        weird = self.folder / "a b'c\"d$(touch pwned)`touch pwned`;touch pwned #é*"
        weird.mkdir()
        job, sweep = weird / "the job's.yaml", weird / "-o $HOME.yaml"
        shutil.move(self.write("job.yaml", campaign(2)), job)
        shutil.move(self.write("sweep.yaml", SWEEP), sweep)
        tools = self.folder / "tools"
        tools.mkdir()
        (tools / "lfs").write_text(f"#!/bin/bash\nprintf '%s\\n' \"$@\" > '{self.folder}/lfs'\n")
        (tools / "lfs").chmod(0o755)
        site = self.site(hints={"striping_factor": 2, "striping_unit": 1048576},
                         environment={"HOSTILE": "';touch pwned;'"})
        found = self.submit(job, sweep, "--site", site, "-o", weird / "out", "--fields", "mask",
                            env={"PATH": f"{tools}:{self.slurm.environment['PATH']}"})
        out = (weird / "out").relative_to(self.folder)
        self.assert_ended(found["job"], DONE, out)
        self.assert_as_at_once_with_fields(out, job, sweep)
        self.assertEqual(list(self.folder.rglob("*pwned")), [])
        self.assertEqual((self.folder / "lfs").read_text().splitlines(),
                         ["setstripe", "-c", "2", "-S", "1048576", str(weird / "out")])
        # The script was kept and is good by hand; there is nothing left to do.
        again = self.job_in(out, ["campaign.sbatch"])
        self.assert_ended(again, DONE, out)
        self.assertTrue((weird / "out" / "slurm" / f"small-{again}.log").exists())

    def assert_as_at_once_with_fields(self, out, job, sweep):
        self.expect(DONE, "run", job, sweep, "-o", self.folder / "at-once", "--fields", "mask")
        for name in ("campaign.h5", "scans/s0.h5"):
            with h5py.File(self.folder / out / name) as found, h5py.File(self.folder / "at-once" / name) as expected:
                self.assertEqual(found["component_count"][()].tobytes(), expected["component_count"][()].tobytes())

    def test_an_array_is_merged_when_its_last_task_has_ended(self):
        job, sweep = self.write("job.yaml", long_campaign()), self.write("sweep.yaml", LONG_SWEEP)
        found = self.submit(job, sweep, "--site", self.site(launcher="mpirun --bind-to none"), "-o",
                            self.folder / "out", "--array", "--shards", "3")
        self.assertIn("3 tasks, 2 at a time", found["array"])
        first = f"{found['job']}_1"
        self.slurm.await_state(first, ["RUNNING"], 20)
        self.slurm.wait_until(lambda: "restart 0" in self.logs("out"), 20, "the first task has begun")
        self.await_scan("out")
        # One task starts again; the merge job waits for it.
        self.slurm.command("scancel", "--signal=USR1", "--batch", first)
        self.assert_ended(found["merge"], DONE, "out")
        self.assertEqual(self.slurm.job(first)["Restarts"], "1", self.logs("out"))
        self.assertIn("4 of 4 scans complete", self.logs("out"))
        self.assert_as_at_once("out", job, sweep)

    def test_a_failed_scan_shows_in_the_merge_job(self):
        bad = campaign(3)
        bad["scans"][1]["source"] = {"type": "raw", "path": "none.raw", "shape": [4, 4, 4], "dtype": "uint8"}
        job = self.write("job.yaml", bad)
        found = self.submit(job, "--site", self.site(), "-o", self.folder / "out", "--shards", "3")
        self.assert_ended(found["merge"], SOME_FAILED, "out")
        self.assertRegex(self.logs("out"), r"s1 +failed")

    def test_a_cancelled_array_takes_its_merge_job_along(self):
        job = self.write("job.yaml", long_campaign(8))
        found = self.submit(job, self.write("sweep.yaml", LONG_SWEEP), "--site", self.site(), "-o", self.folder / "out",
                            "--shards", "2")
        self.slurm.await_state(f"{found['job']}_1", ["RUNNING"], 20)
        self.slurm.command("scancel", found["job"])
        self.slurm.await_state(found["merge"], ["CANCELLED"], 30)

    def test_a_site_that_the_cluster_does_not_know_is_refused(self):
        job = self.write("job.yaml", campaign(1))
        finished = self.slurm.run(os.environ["TOMOSWEEP"], "submit", job, "--site", self.site(partition="elsewhere"),
                                  "-o", self.folder / "out")
        self.assertEqual(finished.returncode, 2, finished.stderr)
        self.assertIn("invalid partition specified: elsewhere", finished.stderr)
        self.assertIn("accepted: a site file that agrees with the cluster", finished.stderr)

    def test_a_dry_run_prints_the_script_and_writes_nothing(self):
        job = self.write("job.yaml", campaign(1))
        finished = self.slurm.run(os.environ["TOMOSWEEP"], "submit", job, "--site", self.site(), "-o",
                                  self.folder / "out", "--array", "--dry-run")
        self.assertEqual(finished.returncode, DONE, finished.stderr)
        self.assertIn("#SBATCH --partition=work", finished.stdout)
        self.assertIn("merge.sbatch", finished.stdout)
        self.assertFalse((self.folder / "out").exists())
        self.assertEqual(self.slurm.command("squeue", "-h", "-t", "PD"), "")


class templates(slurm_case):
    """Edited by nothing but what a user must change: the size of the test cluster."""

    SIZE = ("--nodes=2", "--ntasks-per-node=1", "--cpus-per-task=1", "--mem=100", "--time=5")
    def setUp(self):
        super().setUp()
        site = yaml.safe_load((PROJECT / "slurm/sites/test.yaml").read_text())
        self.slurm.environment |= {name: str(value) for name, value in site["environment"].items()}
        self.job, self.sweep = self.write("job.yaml", campaign(4)), self.write("sweep.yaml", SWEEP)
        self.out = self.folder / "out"

    def test_campaign(self):
        number = self.job_in("out", [*self.SIZE, PROJECT / "slurm/campaign.sbatch", self.job, self.sweep, self.out])
        self.assert_ended(number, DONE, "out")
        self.assert_as_at_once("out", self.job, self.sweep)

    def test_array_and_merge(self):
        text = (PROJECT / "slurm/array.sbatch").read_text()
        edited = self.write("array.sbatch", re.sub("^shards=8$", "shards=2", text, flags=re.MULTILINE))
        number = self.job_in("out", [*self.SIZE, "--nodes=1", "--array=1-2%2", edited, self.job, self.sweep, self.out])
        merge = self.job_in("out", [f"--dependency=afterok:{number}", "--kill-on-invalid-dep=yes",
                                    PROJECT / "slurm/merge.sbatch", self.out])
        self.assert_ended(merge, DONE, "out")
        self.assert_as_at_once("out", self.job, self.sweep)

    def test_all_end_with_the_same_lines(self):
        kept = [(PROJECT / "slurm" / name).read_text().partition("\n# ==== ")[2]
                for name in ("campaign.sbatch", "array.sbatch")]
        self.assertEqual(kept[0], kept[1])
        self.assertGreater(kept[0].count("\n"), 50)


if __name__ == "__main__":
    main()
