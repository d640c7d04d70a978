"""What a user sees of runs on real scans: the table, and the batch script of a plan."""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest

from campaign import HERE, PROGRAM, main

SCANS = "rock-core-intact-deformed/Intact"
FILES = [HERE / "rock-core-intact.yaml", HERE / "rock-core-intact-sweep.yaml"]


class reports(unittest.TestCase):
    def test_the_planned_batch_script_names_the_command_once(self):
        plan = subprocess.run([PROGRAM, "plan", *FILES], capture_output=True, text=True, check=True).stdout
        command = plan.splitlines()[-1]
        self.assertTrue(command.endswith(f"tomosweep run {FILES[0]} {FILES[1]}"), command)

    # At 85.3 the intact core has no pore of four voxels' width: nothing to tell a width or a share of.
    def test_the_table_leaves_a_dash_where_an_empty_phase_has_no_figure(self):
        with tempfile.TemporaryDirectory() as folder:
            command = [PROGRAM, "run", *FILES, "-o", folder]
            table = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        row = next(line for line in table.splitlines() if line.startswith("intact"))
        self.assertEqual(row.split(), ["intact", "85.3", "0", "-", "-", "-", "-", "no"])
        self.assertFalse(re.search("nan", table), table)

    def test_a_folder_that_held_another_campaign_is_not_taken_over_in_silence(self):
        def run(job, folder):
            command = [PROGRAM, "run", HERE / f"{job}.yaml", HERE / "no-widths.yaml", "-o", folder, "--quiet"]
            return subprocess.run(command, capture_output=True, text=True, check=True).stderr

        with tempfile.TemporaryDirectory() as folder:
            self.assertNotIn("warning", run("rock-core-intact", folder))
            self.assertNotIn("warning", run("rock-core-intact", folder))
            self.assertIn("held campaign rock-core-intact", run("rock-core-deformed", folder))

    def test_a_failure_of_the_first_rank_before_the_first_scan_ends_all_ranks(self):
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "run.json").write_text("no record")
            ranks = [os.environ.get("TOMOSWEEP_MPIEXEC", "mpirun"), "-n", "2"]
            command = [PROGRAM, "run", HERE / "rock-core-intact.yaml", HERE / "no-widths.yaml", "-o", folder]
            run = subprocess.run(ranks + command, capture_output=True, text=True,
                                 timeout=30 * int(os.environ.get("TOMOSWEEP_PATIENCE", "1")))
        self.assertEqual(run.returncode, 2, run.stderr)
        self.assertIn("run.json", run.stderr)


main(SCANS, "rock-core-intact-deformed/Deformed")
