"""Files that ask for more than any machine has are refused, by name, before memory is taken."""

import os
import signal
import subprocess
import time
import unittest

import h5py

from program import BAD_INPUT, PATIENCE, SWEEP, TOMOSWEEP, campaign, folder_test, phantom, under_sanitizers

MOST_KIB = 1 << 20  # with a sanitizer's own memory; without one it is a tenth
MOST_SECONDS = 30 * PATIENCE


class bomb_test(folder_test):
    def refuse(self, job, *words, sweep=None):
        """By `check` and by `run`, which reads the same way, with all of `words`, little memory and in little time."""
        arguments = [self.write("job.yaml", job), self.write("sweep.yaml", sweep or SWEEP)]
        for command in under_sanitizers([["run", "-o", self.folder / "out"]], [["check"]]):
            with self.subTest(command=command[0]), open(self.folder / "said", "w+") as said:
                process = subprocess.Popen([TOMOSWEEP, *map(str, command + arguments)], stdout=said, stderr=said)
                timer = time.monotonic() + MOST_SECONDS
                while True:
                    pid, status, usage = os.wait4(process.pid, os.WNOHANG)
                    if pid:
                        break
                    if time.monotonic() > timer:
                        os.kill(process.pid, signal.SIGKILL)
                    time.sleep(0.01)
                process.returncode = os.waitstatus_to_exitcode(status)
                said.seek(0)
                text = said.read()
                self.assertEqual(process.returncode, BAD_INPUT, text[:2000])
                self.assertLess(usage.ru_maxrss, MOST_KIB)
                for word in words:
                    self.assertIn(word, text)
                self.assertFalse((self.folder / "out").exists(), "nothing is written")

    def with_source(self, **source):
        job = campaign(1)
        job["scans"][0]["source"] = source
        return job


class yaml_bombs(bomb_test):
    def test_aliases_that_multiply(self):
        lines = ["a0: &a0 [x, x]"]
        lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 30)]
        self.refuse("\n".join(lines), "job.yaml", "more than 250000 values")

    def test_brackets_without_end(self):
        self.refuse("scans: " + "[" * 1_000_000, "job.yaml:1", "nested")
        self.refuse("- " * 100_000, "job.yaml", "nested")

    def test_more_values_than_any_campaign(self):
        self.refuse("scans: [" + "x, " * 1_000_000 + "x]", "job.yaml", "more than 250000 values")

    def test_countless_mistakes(self):
        self.refuse("scans: [" + "x, " * 50_000 + "x]", "job.yaml", "scans[0]", "more than 1000 problems")

    def test_a_file_of_gigabytes(self):
        (self.folder / "job.yaml").touch()
        os.truncate(self.folder / "job.yaml", 1 << 40)
        job = (self.folder / "job.yaml")
        finished = self.expect(BAD_INPUT, "check", job)
        self.assertIn("more than 8 MiB", finished.stderr)

    def test_numbers_of_thresholds_limits_and_bins(self):
        for sweep, word in [({"threshold": {"from": 0, "to": 1e9, "step": 1}}, "4096"),
                            ({"threshold": {"from": -1e308, "to": 1e308, "step": 1e-308}}, "4096"),
                            ({"threshold": {"values": list(range(20_000))}}, "4096"),
                            ({"resolution_limit_um": list(range(20_000))}, "254")]:
            self.refuse(campaign(1), "sweep.yaml", word, sweep=sweep)
        for key in ("depth", "width"):
            self.refuse(campaign(1, **{key: {"bins": 1_000_000_000}}), "job.yaml", f"{key}.bins", "100000")

    def test_a_product_that_explodes(self):
        sweep = {"threshold": {"from": 0, "to": 200, "step": 0.05}, "resolution_limit_um": list(range(200))}
        self.refuse(campaign(1, depth={"bins": 100_000}), "sweep.yaml", "4001 thresholds", "split the sweep", sweep=sweep)


class scan_bombs(bomb_test):
    def test_phantoms_of_absurd_size(self):
        for change, word in [({"shape": [10**6] * 3}, "shape"), ({"shape": [10**12, 1, 1]}, "shape"),
                             ({"shape": [4, 46000, 46000], "islet_diameter": 1}, "islet_diameter"),
                             ({"pores": 10**9}, "pores"), ({"blur_sigma": 1000}, "blur_sigma")]:
            with self.subTest(change=change):
                self.refuse(self.with_source(**phantom(**change)), word)

    def test_raw_shapes_whose_product_overflows(self):
        (self.folder / "scan.raw").write_bytes(b"0" * 64)
        raw = {"type": "raw", "path": "scan.raw", "dtype": "float32"}
        self.refuse(self.with_source(**raw, shape=[2**62, 4, 4]), "shape")
        self.refuse(self.with_source(**raw, shape=[10**6] * 3), "scan.raw", "shape")
        self.refuse(self.with_source(**raw, shape=[1, 1, 1], offset=2**63 - 1), "scan.raw", "offset")

    def test_an_info_file_of_absurd_lengths(self):
        (self.folder / "scan.vol").write_bytes(b"0" * 64)
        for length in (2**63 - 1, 2**32, 2**21):
            (self.folder / "scan.vol.info").write_text(f"NUM_X = {length}\nNUM_Y = {length}\nNUM_Z = {length}\n")
            self.refuse(self.with_source(type="vol", path="scan.vol"), "scan.vol", str(length))

    def test_an_hdf5_dataset_of_huge_extent_without_data(self):
        for shape in ((2**40, 2**11, 2**11), (40000, 20000, 10000)):
            with h5py.File(self.folder / "scan.h5", "w") as file:
                file.create_dataset("volume", shape, "u1", chunks=(64, 64, 64))
            self.refuse(self.with_source(type="hdf5", path="scan.h5"), "scan.h5", "volume")


if __name__ == "__main__":
    unittest.main()
