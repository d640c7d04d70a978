"""What the tests on a real SLURM share: a cluster for each class, a small campaign, and the program on its PATH."""

import os
import pathlib
import sys
import unittest

import yaml

import cluster
from program import DONE, SANITIZED, SWEEP, TOMOSWEEP, assert_same_content, campaign, campaign_content, folder_test

PROJECT = pathlib.Path(__file__).parent.parent.parent
SKIPPED = 77


# Of scans that take a second each on one rank, in many steps; under sanitizers fewer voxels do.
LONG_SHAPE = (32, 48, 48) if SANITIZED else (32, 96, 96)


def long_campaign(count=4, shape=LONG_SHAPE):
    job = campaign(count)
    for scan in job["scans"]:
        scan["source"]["shape"] = list(shape)
    return job


LONG_SWEEP = {**SWEEP, "threshold": {"values": list(range(80, 125, 3))}}


class slurm_case(folder_test):
    @classmethod
    def setUpClass(cls):
        cls.slurm = cluster.cluster()
        cls.addClassCleanup(cls.slurm.stop)
        cls.slurm.start()
        cls.slurm.environment["PATH"] = f"{pathlib.Path(TOMOSWEEP).parent}:{os.environ['PATH']}"

    def site(self, **keys):
        """The documented site file of the test cluster, with other values where a test needs them."""
        text = yaml.safe_load((PROJECT / "slurm/sites/test.yaml").read_text())
        text["environment"] |= keys.pop("environment", {})
        return self.write("site.yaml", {**text, **keys})

    def submit(self, *arguments, **how):
        """What `submit` printed, as {first word: rest of the line}."""
        finished = self.slurm.run(TOMOSWEEP, "submit", *arguments, **how)
        self.assertEqual(finished.returncode, DONE, finished.stdout + finished.stderr)
        return dict(line.split(maxsplit=1) for line in finished.stdout.replace("merge job", "merge").splitlines())

    def job_in(self, out, command):
        """The id of a job that a hand-made command submits from the folder where its log shall stand."""
        (self.folder / out / "slurm").mkdir(parents=True, exist_ok=True)
        finished = self.slurm.run("sbatch", "--parsable", *command, cwd=self.folder / out / "slurm")
        self.assertEqual(finished.returncode, 0, finished.stderr)
        return finished.stdout.strip()

    def logs(self, out):
        return "\n".join(path.read_text() for path in sorted((self.folder / out / "slurm").glob("*.log")))

    def assert_ended(self, number, code, out, seconds=60):
        job = self.slurm.await_end(number, seconds)
        self.assertEqual(job["ExitCode"], f"{code}:0", f"{job}\n{self.logs(out)}")
        return job

    def finished_scans(self, out):
        return len(list((self.folder / out / "scans").glob("*.h5")))

    def await_scan(self, out, after=0):
        """More scans are finished than `after`."""
        self.slurm.wait_until(lambda: self.finished_scans(out) > after, 30, "a scan is finished")

    def assert_as_at_once(self, out, job, sweep):
        """The archive is that of one uninterrupted run on one rank, without SLURM."""
        self.expect(DONE, "run", job, sweep, "-o", self.folder / "at-once")
        assert_same_content(self, campaign_content(self.folder / out), campaign_content(self.folder / "at-once"), out)


def main():
    """Without SLURM nothing can be tested; CI must have it."""
    if cluster.installed():
        unittest.main(module="__main__", verbosity=2)
    missing = ", ".join(name for name, path in cluster.DAEMONS.items() if not path)
    print(f"no SLURM here ({missing} not found; scripts/install-dependencies slurm), so nothing is tested", flush=True)
    sys.exit(1 if os.environ.get("CI") else SKIPPED)
