"""A scan of 4.5 Gvoxel, a raw file with holes, through the whole program: 2 bytes per voxel of memory."""

import csv
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import h5py
import numpy as np
import yaml

SHAPE = (1700, 1626, 1626)
WALL = 1690  # this layer alone is solid: the phase is above and below
NEIGHBOURS = [(0, 0, 1), (0, 1, 0), (1, 0, 0), (0, 1, 1), (0, 1, -1), (1, 0, 1), (1, 0, -1), (1, 1, 0), (1, -1, 0),
              (1, 1, 1), (1, 1, -1), (1, -1, 1), (1, -1, -1)]


class whole_run(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tomosweep-large-"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        layer = SHAPE[1] * SHAPE[2]
        with open(self.folder / "scan.raw", "wb") as scan:
            scan.truncate(SHAPE[0] * layer)
            scan.seek(WALL * layer)
            scan.write(bytes([255]) * layer)
        (self.folder / "job.yaml").write_text(yaml.safe_dump({
            "campaign": "large", "phase": {"name": "pore", "where": "below"}, "depth": {"bins": 17},
            "scans": [{"id": "s", "voxel_size_um": 1.0,
                       "source": {"type": "raw", "path": "scan.raw", "shape": list(SHAPE), "dtype": "uint8"}}]}))
        (self.folder / "sweep.yaml").write_text(yaml.safe_dump({
            "threshold": {"rule": "otsu", "scope": "scan"}, "width": False, "connectivity": [6, 26]}))

    def tomosweep(self, *arguments, ranks=1):
        words = [os.environ["TOMOSWEEP_MPIEXEC"], "-n", ranks, os.environ["TOMOSWEEP"], *arguments]
        finished = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=400)
        self.assertEqual(finished.returncode, 0, finished.stdout + finished.stderr)
        return finished.stdout

    def test_counts_of_more_than_2_to_the_32_voxels_come_out_exact(self):
        ranks = int(os.environ.get("TOMOSWEEP_LARGE_RANKS", "2"))
        print(self.tomosweep("run", self.folder / "job.yaml", self.folder / "sweep.yaml", "-o", self.folder / "out",
                             ranks=ranks))
        layer = SHAPE[1] * SHAPE[2]
        phase = (SHAPE[0] - 1) * layer
        largest = WALL * layer
        self.assertGreater(largest, 2**32)
        with h5py.File(self.folder / "out" / "campaign.h5") as archive:
            figure = {name: archive[name][0, 0, 0] for name in
                      ("phase_voxels", "volume_fraction", "component_count", "largest_component_voxels",
                       "interconnectivity", "spans_depth", "euler_number", "depth_volume_fraction")}
            self.assertEqual(archive["region_voxels"][0], SHAPE[0] * layer)
            transitions = archive["tables/s/pore/transitions"][...].reshape(-1, 13)[0]
        self.assertEqual(figure["phase_voxels"], phase)
        self.assertEqual(figure["volume_fraction"], phase / (SHAPE[0] * layer))
        for name, value in [("component_count", 2), ("largest_component_voxels", largest), ("spans_depth", 0),
                            ("euler_number", 2), ("interconnectivity", largest / phase)]:
            np.testing.assert_array_equal(figure[name], [value, value], name)
        np.testing.assert_array_equal(figure["depth_volume_fraction"], [1.0] * 16 + [0.99])
        expected = [2 * dz * (SHAPE[1] - abs(dy)) * (SHAPE[2] - abs(dx)) for dz, dy, dx in NEIGHBOURS]
        np.testing.assert_array_equal(transitions, expected)
        self.tomosweep("export", self.folder / "out", "--csv", self.folder / "out.csv")
        with open(self.folder / "out.csv") as table:
            rows = list(csv.DictReader(table))
        self.assertEqual([row["phase_voxels"] for row in rows], [str(phase)] * 2)
        self.assertEqual([row["largest_component_voxels"] for row in rows], [str(largest)] * 2)


if __name__ == "__main__":
    unittest.main()
