"""bench/run keeps working: the smallest whole runs it can make. No time is judged."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

RUN = pathlib.Path(__file__).resolve().parents[2] / "bench" / "run"
SPREADS = ("seconds", "cpu_seconds", "bytes_per_voxel", "system_bytes_per_voxel")


def bench(*arguments):
    return subprocess.run([RUN, *arguments], capture_output=True, text=True)


class smallest(unittest.TestCase):
    def test_every_case_has_a_line_and_its_figures(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "runs.json")
            done = bench("--program", os.environ["TOMOSWEEP"], "--sizes", "40", "--kinds", "cracks", "near-full",
                         "--ranks", "1", "2", "--cores", "2", "--repeats", "2", "--json", file)
            self.assertEqual(done.returncode, 0, done.stderr)
            rows = json.loads(file.read_text())
        own = [row for row in rows if row["what"] == "tomosweep"]
        self.assertEqual([(row["kind"], row["ranks"]) for row in own],
                         [(kind, ranks) for kind in ("cracks", "near-full") for ranks in (1, 2)])
        for row in own:
            for low, middle, high in (row[key] for key in SPREADS):
                self.assertTrue(0 < low <= middle <= high)
            # The scan, its classes and its distances alone are 4 bytes.
            self.assertGreater(row["system_bytes_per_voxel"][0], 4)
        table = done.stdout.splitlines()
        for row in rows:
            self.assertTrue(any(line.startswith(row["what"]) and row["kind"] in line for line in table), row)
        for peer in ("scipy", "ITK"):
            self.assertEqual(sum(f"{peer}: skipped" in line for line in table), peer not in {row["what"] for row in rows})

    def test_help_names_every_kind_of_phase(self):
        text = bench("--help").stdout
        for kind in ("cracks", "thick", "near-empty", "near-full", "noise"):
            self.assertIn(kind, text)

    def test_a_missing_program_is_said_in_one_line(self):
        done = bench("--program", "/nonexistent/tomosweep")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr.count("\n"), 1)
        self.assertIn("/nonexistent/tomosweep", done.stderr)


if __name__ == "__main__":
    unittest.main()
