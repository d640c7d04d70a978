"""What happens around a run: inputs that change, space and rights that run out, clocks that jump."""

import json
import os
import shutil
import subprocess
import time
import unittest

from program import (DONE, NOT_ENOUGH, SOME_FAILED, SWEEP, TIMEOUT_S, assert_nothing_half_written, assert_same_content,
                     await_that, campaign, campaign_content, command_line, folder_test, kill_all, start)
from survival import slow_job, locks


class inputs(folder_test):
    """Scans from files that do not stay as they were when the run looked at them."""

    def setUp(self):
        super().setUp()
        spec = slow_job(2)
        self.expect(DONE, "phantom", self.write("spec.yaml", spec), "-o", self.folder / "data", "--format", "raw")
        self.last = self.folder / "data" / "s1.raw"
        self.out = self.folder / "out"
        self.arguments = ["run", self.folder / "data" / "job.yaml", self.write("sweep.yaml", {
            **SWEEP, "threshold": {"values": list(range(80, 125, 3))}}), "-o", self.out]

    def while_the_first_is_analysed(self, change):
        running = start(*self.arguments, "--ranks-per-scan", 2, ranks=2)
        await_that(lambda: (self.out / "run.json").exists())
        change()
        self.assertEqual(running.wait(TIMEOUT_S), SOME_FAILED)
        [record] = (self.out / "failures").glob("s1-*.json")
        self.assertFalse((self.out / "scans" / "s0.h5").stat().st_size == 0)
        return json.loads(record.read_text())["message"]

    def test_changed_in_the_middle_fails_the_scan_and_the_next_run_computes_it(self):
        kept = self.last.read_bytes()
        told = self.while_the_first_is_analysed(lambda: self.last.write_bytes(kept[::-1]))
        self.assertIn(f"changed after the start of the run (the newest is {self.last}, of ", told)
        self.assertIn("1 scan to do, 1 complete", self.expect(DONE, *self.arguments).stderr)

    def test_vanished_in_the_middle_fails_the_scan(self):
        self.assertIn(str(self.last), self.while_the_first_is_analysed(self.last.unlink))


class storage(folder_test):
    """Output folders that fill up, may not be written, or whose files may not grow."""

    def setUp(self):
        super().setUp()
        self.out = self.folder / "out"
        self.out.mkdir()
        self.job = self.write("job.yaml", campaign(2))
        self.sweep = self.write("sweep.yaml", SWEEP)

    def mount(self, options):
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", self.out], capture_output=True)
        if mounted.returncode != 0:
            self.skipTest("file systems may not be mounted here")
        self.addCleanup(subprocess.run, ["umount", "-l", self.out])

    def fails_and_then_goes_on(self, told, enlarge, *options, prefix=(), ranks=2):
        line = [*prefix, *command_line(["run", self.job, self.sweep, "-o", self.out, *options], ranks)]
        finished = subprocess.run(list(map(str, line)), capture_output=True, text=True, timeout=TIMEOUT_S)
        self.assertEqual(finished.returncode, NOT_ENOUGH, finished.stderr)
        [message] = [line for line in finished.stderr.splitlines() if line.startswith("tomosweep: ")]
        self.assertIn(told, message)
        self.assertIn(str(self.out), message)
        assert_nothing_half_written(self, self.out)
        self.assertEqual(locks(self.out), [])
        enlarge()
        self.expect(DONE, "run", self.job, self.sweep, "-o", self.out, *options, ranks=2)

    def test_a_full_disk_ends_the_run_and_more_space_lets_it_go_on(self):
        self.mount("size=150k")
        self.fails_and_then_goes_on("not enough disk space",
                                    lambda: subprocess.run(["mount", "-o", "remount,size=50m", self.out], check=True))

    def test_a_full_disk_while_volumes_are_written(self):
        self.mount("size=5m")
        self.fails_and_then_goes_on("not enough disk space",
                                    lambda: subprocess.run(["mount", "-o", "remount,size=50m", self.out], check=True),
                                    "--fields", "labels,thickness")

    def test_a_folder_on_a_read_only_file_system_is_refused(self):
        self.mount("size=1m,ro")
        finished = self.expect(NOT_ENOUGH, "run", self.job, self.sweep, "-o", self.out, ranks=2)
        self.assertIn(str(self.out), finished.stderr)


class clocks(folder_test):
    def setUp(self):
        super().setUp()
        if not shutil.which("faketime"):
            self.skipTest("faketime is not installed")

    def test_that_jump_during_a_run_change_nothing(self):
        clock, out = self.folder / "clock", self.folder / "out"
        preload = subprocess.run(["faketime", "-f", "+0d", "printenv", "LD_PRELOAD"], capture_output=True, text=True)
        # As when somebody sets the clock: neither the steady clock nor the times of files jump with it.
        environment = {**os.environ, "LD_PRELOAD": preload.stdout.strip(), "FAKETIME_TIMESTAMP_FILE": str(clock),
                       "FAKETIME_NO_CACHE": "1", "DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1"}

        def set_clock(days):
            self.write("clock.new", days).replace(clock)
        set_clock("+0d")
        arguments = ["run", self.write("job.yaml", slow_job(1)),
                     self.write("sweep.yaml", {**SWEEP, "threshold": {"values": list(range(80, 125, 4))}})]
        line = command_line([*arguments, "-o", out, "--checkpoint", "0.1", "--heartbeat", "1"], 2)
        running = subprocess.Popen(list(map(str, line)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   env=environment, start_new_session=True)
        self.addCleanup(kill_all, running)
        jumps = 0
        while running.poll() is None and jumps < 600:
            set_clock(["+400d", "-400d"][jumps % 2])
            jumps += 1
            time.sleep(0.1)
        self.assertEqual(running.wait(1), DONE)
        self.assertGreater(jumps, 5)
        self.expect(DONE, "status", out)
        self.expect(DONE, *arguments, "-o", self.folder / "undisturbed", ranks=2)
        assert_same_content(self, campaign_content(out), campaign_content(self.folder / "undisturbed"), "clock set")

    def test_that_jump_between_runs_change_nothing(self):
        job, sweep = self.write("job.yaml", campaign(3)), self.write("sweep.yaml", SWEEP)
        for days, options in (("+400d", ("--scans", "s0")), ("-400d", ("--scans", "s1")), ("+1d", ())):
            line = ["faketime", "-f", days, *command_line(["run", job, sweep, "-o", self.folder / "out", *options], 2)]
            finished = subprocess.run(list(map(str, line)), capture_output=True, text=True, timeout=TIMEOUT_S)
            self.assertEqual(finished.returncode, DONE, finished.stderr)
        self.assertIn("1 scan to do, 2 complete", finished.stderr)
        self.expect(DONE, "run", job, sweep, "-o", self.folder / "at-once")
        assert_same_content(self, campaign_content(self.folder / "out"), campaign_content(self.folder / "at-once"),
                            "with jumping clocks")


if __name__ == "__main__":
    unittest.main()
