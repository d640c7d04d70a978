"""What every command says and leaves."""

import csv
import fcntl
import json
import math
import os
import pty
import struct
import subprocess
import termios
import unittest

import h5py
import yaml

from program import (BAD_INPUT, DONE, SANITIZED, SOME_FAILED, SWEEP, TOMOSWEEP, campaign, content, folder_test, phantom,
                     under_sanitizers)

COMMANDS = ("run", "check", "plan", "submit", "phantom", "status", "merge", "export", "verify", "reproduce")


class help_texts(folder_test):
    def test_every_command_explains_itself_and_says_its_version(self):
        version = self.expect(DONE, "--version").stdout
        self.assertRegex(version, r"^tomosweep \d+\.\d+")
        for command in COMMANDS:
            self.assertIn(f"tomosweep {command}", self.expect(DONE, command, "--help").stdout)
            self.assertEqual(self.expect(DONE, command, "--version").stdout, version)
        listed = self.expect(DONE, "--help").stdout
        for command in COMMANDS:
            self.assertIn(command, listed)
        self.expect(BAD_INPUT)

    def test_help_with_a_command_is_that_commands_help(self):
        self.assertEqual(self.expect(DONE, "help", "run").stdout, self.expect(DONE, "run", "--help").stdout)

    def test_what_is_missing_or_empty_is_named_as_it_is_typed(self):
        self.assertIn("found no --csv;", self.expect(BAD_INPUT, "export", self.folder).stderr)
        self.assertIn("found no JOB;", self.expect(BAD_INPUT, "check").stderr)
        job = self.write("job.yaml", campaign(1))
        told = self.expect(BAD_INPUT, "run", job, "-o", "", cwd=self.folder).stderr
        self.assertIn("--output: found an empty text", told)
        self.assertFalse((self.folder / "scans").exists())


class on_a_job(folder_test):
    def setUp(self):
        super().setUp()
        self.out = self.folder / "out"
        self.job = [self.write("job.yaml", campaign(3)), self.write("sweep.yaml", SWEEP)]

    def test_check_finds_nothing_wrong(self):
        self.assertIn("3 scans", self.expect(DONE, "check", *self.job).stdout)

    def test_dry_run_leaves_nothing(self):
        told = self.expect(DONE, "run", *self.job, "-o", self.out, "--dry-run", ranks=2).stdout
        for scan in ("s0", "s1", "s2"):
            self.assertEqual(told.count(scan), 1, told)
        self.assertFalse(self.out.exists())

    def test_plan_prints_memory_and_a_header_for_slurm(self):
        told = self.expect(DONE, "plan", *self.job, "--nodes", 2, "--cores-per-node", 16, "--memory-per-node",
                           "64G").stdout
        self.assertIn("#SBATCH", told)
        self.assertIn("--nodes=2", told.replace(" ", "="))
        self.expect(BAD_INPUT, "plan", *self.job, "--memory-per-node", "lots")

    def test_quiet_says_nothing(self):
        finished = self.expect(DONE, "run", *self.job, "-o", self.out, "--quiet")
        self.assertEqual(finished.stdout + finished.stderr, "")

    def test_the_end_of_a_run_shows_a_table_and_the_archives_place(self):
        told = self.expect(DONE, "run", *self.job, "-o", self.out, ranks=2).stdout
        self.assertIn(str(self.out / "campaign.h5"), told)
        self.assertEqual([line.split()[0] for line in told.splitlines() if line.startswith("s") and line[1].isdigit()],
                         ["s0", "s1", "s2"])

    def bars(self, columns, *job):
        """What a run draws on a terminal of so many columns."""
        terminal, stderr = pty.openpty()
        fcntl.ioctl(stderr, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        run = subprocess.Popen([TOMOSWEEP, "run", *job, "-o", self.out, "--fresh"], stderr=stderr,
                               stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        os.close(stderr)
        told = b""
        try:
            while piece := os.read(terminal, 4096):
                told += piece
        except OSError:  # the other side is closed
            pass
        os.close(terminal)
        self.assertEqual(run.wait(), DONE)
        bars = [line.split("\x1b")[0] for line in told.decode().split("\r") if "Mvoxel/s" in line]
        self.assertTrue(bars, told)
        return bars

    def test_the_bar_fits_its_terminal(self):
        for columns in (*under_sanitizers([60], [80]), 200):
            bars = self.bars(columns, *self.job)
            self.assertLess(max(map(len, bars)), columns)
            self.assertIn("0 of 3 scans done, threshold 0 of 2", bars[0])
        self.assertRegex(bars[0], r"just begun  [a-z]+$")

    def test_the_bar_names_a_long_step_that_follows_on_short_ones(self):
        edge = 100 if SANITIZED else 200
        job = self.write("long.yaml", campaign(1, scans=[{"id": "s0", "voxel_size_um": 0.5,
                                                          "source": phantom(shape=[edge, edge, edge])}]))
        sweep = self.write("long_sweep.yaml", {"threshold": {"from": 20, "to": 250, "step": 1}, "width": False})
        steps = {bar.split()[-1] for bar in self.bars(200, job, sweep, "--threads", "1")}  # half a second of tables
        self.assertIn("tables", steps)

    def test_log_is_made_of_json_lines_in_an_output_folder_that_is_not_there_yet(self):
        log = self.out / "logs" / "log.jsonl"
        self.expect(DONE, "run", *self.job, "-o", self.out, "--log", log, ranks=2)
        events = [json.loads(line) for line in log.read_text().splitlines()]
        self.assertEqual((events[0]["event"], events[-1]["event"]), ("started", "finished"))
        self.assertEqual(events[0]["scans_to_do"], 3)
        self.assertEqual(events[-1]["scans_complete"], 3)
        self.assertTrue(all("time" in event for event in events))

    def test_status_before_during_and_after(self):
        self.expect(DONE, "run", *self.job, "-o", self.out, "--scans", "s1")
        told = self.expect(SOME_FAILED, "status", self.out).stdout
        self.assertEqual([line.split()[1] for line in told.splitlines()[:3]], ["missing", "complete", "missing"])
        self.assertIn("1 of 3 scans complete", told)
        self.expect(DONE, "run", *self.job, "-o", self.out)
        self.assertIn("3 of 3 scans complete", self.expect(DONE, "status", self.out).stdout)

    def test_merge_builds_the_archive_of_the_run(self):
        self.expect(DONE, "run", *self.job, "-o", self.out, ranks=2)
        expected = content(self.out / "campaign.h5")
        (self.out / "campaign.h5").unlink()
        self.expect(DONE, "merge", self.out)
        self.assertEqual(content(self.out / "campaign.h5"), expected)


    def test_reproduce_finds_the_archive_of_a_folder(self):
        self.expect(DONE, "run", *self.job, "-o", self.out, "--quiet")
        self.assertIn("bit by bit", self.expect(DONE, "reproduce", self.out, "--scan", "s1").stdout)

    def test_more_threads_than_cores_are_told_without_blaming_mpirun(self):
        threads = os.cpu_count() + 30
        told = self.expect(DONE, "run", *self.job, "-o", self.out, "--threads", threads).stderr
        self.assertIn(f"for {threads} threads", told)
        self.assertNotIn("mpirun", told)


class export(folder_test):
    def test_dash_is_standard_output(self):
        out, table = self.folder / "out", self.folder / "table.csv"
        self.expect(DONE, "run", self.write("job.yaml", campaign(2)), self.write("sweep.yaml", SWEEP), "-o", out, "--quiet")
        self.expect(DONE, "export", out, "--csv", table)
        self.assertEqual(self.expect(DONE, "export", out, "--csv", "-").stdout, table.read_text())

    def rows(self, **phases):
        out, table = self.folder / "out", self.folder / "table.csv"
        self.expect(DONE, "run", self.write("job.yaml", campaign(3, **phases)), self.write("sweep.yaml", SWEEP), "-o", out)
        self.expect(DONE, "export", out, "--csv", table)
        with open(table, newline="") as file:
            return list(csv.DictReader(file)), out / "campaign.h5"

    def check(self, rows, group):
        axes = [(s, t, r, c) for s in range(3) for t in range(2) for r in range(2) for c in range(2)]
        self.assertEqual(len(rows), len(axes))
        for row, at in zip(rows, axes):
            self.assertEqual(row["scan"], group["scan"].asstr()[at[0]])
            for name in ("threshold", "resolution_limit", "connectivity"):
                place = at[{"threshold": 1, "resolution_limit": 2, "connectivity": 3}[name]]
                self.assertEqual(float(row[name]), group[name][place])
            for name in ("phase_voxels", "volume_fraction", "mean_width_um", "surface_area_um2", "status"):
                self.assertEqual(float(row[name]), group[name][at[:3]], name)
            for name in ("euler_number", "interconnectivity", "component_count", "spans_depth"):
                self.assertEqual(float(row[name]), group[name][at], name)
            capacity = group["capacity_mAh_per_g"][at[0]]
            self.assertEqual(row["capacity_mAh_per_g"], "" if math.isnan(capacity) else repr(capacity))

    def test_one_row_per_point_with_the_archives_values(self):
        rows, archive = self.rows()
        with h5py.File(archive) as root:
            self.check(rows, root)

    def test_phases_come_one_after_the_other(self):
        rows, archive = self.rows(phases=[{"name": "crack", "where": "below"}, {"name": "solid", "where": "above"}])
        with h5py.File(archive) as root:
            for phase in ("crack", "solid"):
                self.check([row for row in rows if row["phase"] == phase], root[phase])


class phantoms(folder_test):
    def test_phantom_writes_scans_truth_and_a_job_that_passes_the_check(self):
        for form, ending in (("raw", "raw"), ("tiff", "tif"), ("hdf5", "h5")):
            folder = self.folder / form
            self.expect(DONE, "phantom", self.write("spec.yaml", campaign(2)), "-o", folder, "--format", form)
            self.assertTrue((folder / f"s1.{ending}").exists())
            self.assertEqual(len((folder / "truth.csv").read_text().splitlines()), 3)
            self.assertEqual(len(yaml.safe_load((folder / "job.yaml").read_text())["scans"]), 2)
            self.expect(DONE, "check", folder / "job.yaml")


if __name__ == "__main__":
    unittest.main()
