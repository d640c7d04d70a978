"""A batch job that is interrupted starts again by itself and ends as if it had run in one go."""

import os
import random
import re
import time

from program import DONE, INTERRUPTED
from slurm_case import LONG_SHAPE, LONG_SWEEP, long_campaign, main, slurm_case


class restart_case(slurm_case):
    def begin(self, scans=4, shape=LONG_SHAPE, edit=(), **site):
        """A job that is at work; `edit` changes lines of the script that was kept, and submits it by hand."""
        self.job = self.write("job.yaml", long_campaign(scans, shape))
        self.sweep = self.write("sweep.yaml", LONG_SWEEP)
        found = self.submit(self.job, self.sweep, "--site", self.site(**site), "-o", self.folder / "out", "--nodes",
                            "2")
        if edit:
            self.slurm.command("scancel", found["job"])
            self.slurm.await_end(found["job"])
            script = self.folder / "out/slurm/campaign.sbatch"
            text = script.read_text()
            for old, new in edit:
                self.assertEqual(len(re.findall(old, text, re.MULTILINE)), 1, old)
                text = re.sub(old, new, text, flags=re.MULTILINE)
            script.write_text(text)
            return self.job_in("out", ["campaign.sbatch"])
        return found["job"]

    def await_restart(self, restarts, seconds=40):
        """The job is at work for the n-th time."""
        self.slurm.wait_until(lambda: f"restart {restarts} on" in self.logs("out"), seconds,
                              f"restart {restarts}")


class interrupted(restart_case):
    def test_by_a_signal_to_the_shell_and_by_one_to_the_ranks(self):
        number = self.begin(scans=8)
        self.await_scan("out")
        self.slurm.command("scancel", "--signal=USR1", "--batch", number)
        self.await_restart(1)
        # The ranks die of a signal that comes before they are ready for it.
        self.await_scan("out", after=self.finished_scans("out"))
        self.slurm.command("scancel", "--signal=USR1", number)
        job = self.assert_ended(number, DONE, "out")
        self.assertEqual(job["Restarts"], "2", self.logs("out"))
        self.assertRegex(self.logs("out"), r"(?s)restart 0 on.*the ranks are asked to stop.*interrupted.*queued again, "
                         r"restart 1 of at most 20.*restart 1 on.*restart 2 on.*ended with code 0")
        # SLURM ends what the script starts while it says so.
        self.assertNotRegex(self.logs("out"), r"(?m)^ job ")
        self.assert_as_at_once("out", self.job, self.sweep)

    def test_gives_up_after_a_set_number_of_restarts(self):
        number = self.begin(edit=[(r"^most_restarts=\d+$", "most_restarts=0")])
        self.await_scan("out")
        self.slurm.command("scancel", "--signal=USR1", "--batch", number)
        self.assert_ended(number, INTERRUPTED, "out")
        self.assertIn("given up after 0 restarts; what is finished stays in", self.logs("out"))

    def test_cancelled_stays_cancelled(self):
        number = self.begin(scans=8)
        self.await_scan("out")
        self.slurm.command("scancel", number)
        self.slurm.await_state(number, ["CANCELLED"], 30)
        self.assertEqual(self.slurm.job(number)["Restarts"], "0", self.logs("out"))


class node_killed(restart_case):
    """kill -9 of what SLURM runs on a node, at random moments."""

    def scan_times(self):
        return {path.name: path.stat().st_mtime_ns for path in (self.folder / "out" / "scans").glob("*.h5")}

    def test_a_daemon_that_comes_back_changes_nothing_and_a_lost_node_starts_the_job_again(self):
        seed = int(os.environ.get("TOMOSWEEP_SEED", random.SystemRandom().randrange(2**32)))
        print(f"seed {seed}", flush=True)
        draw = random.Random(seed)
        number = self.begin(scans=8)
        self.await_scan("out")
        nodes = [f"n{node}" for node in re.search(r"restart 0 on n\[(\d)-(\d)\]", self.logs("out")).groups()]
        node = draw.choice(nodes)
        self.slurm.kill_daemon(node)
        self.slurm.start_node(node)
        self.await_scan("out", after=self.finished_scans("out"))
        time.sleep(draw.uniform(0, 0.5))
        self.slurm.lose_node(draw.choice(nodes))
        finished = self.scan_times()
        self.await_restart(1, 120)  # SLURM gives a node up after half a minute
        job = self.assert_ended(number, DONE, "out")
        self.assertEqual(job["Restarts"], "1", self.logs("out"))
        self.assertLessEqual(finished.items(), self.scan_times().items(), "a finished scan was computed again")
        self.assert_as_at_once("out", self.job, self.sweep)


class preempted(restart_case):
    def test_makes_room_for_a_job_of_higher_priority_and_comes_back(self):
        number = self.begin(scans=8)
        self.await_scan("out")
        urgent = self.job_in("urgent", ["--partition=urgent", "--nodes=4", "--exclusive", "--wrap", "true"])
        self.assert_ended(urgent, DONE, "urgent")
        job = self.assert_ended(number, DONE, "out")
        self.assertEqual(job["Restarts"], "1", self.logs("out"))
        self.assertIn("queued again, restart 1", self.logs("out"))
        self.assert_as_at_once("out", self.job, self.sweep)


if __name__ == "__main__":
    main()
