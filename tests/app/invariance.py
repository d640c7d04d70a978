"""What the archive says does not depend on ranks, threads, or how scans are shared out."""

import unittest

from program import (DONE, assert_nothing_half_written, assert_same_content, campaign, campaign_content, folder_test,
                     phantom, under_sanitizers)

SWEEP = {"threshold": {"rule": "otsu", "scope": "campaign", "offsets": [-12, -4, 0, 9]},
         "resolution_limit_um": [0, 0.5, 1.5, 2.5], "connectivity": [6, 26]}


def odd_job(**keys):
    """Odd extents, a cylinder, a box, filters, unequal scans."""
    shape = {"shape": [37, 53, 61]}
    scans = [
        {"id": "plain", "cycle": 1, "source": phantom(seed=1, **shape)},
        {"id": "cylinder", "cycle": 2, "source": phantom(seed=2, **shape),
         "region": {"cylinder": {"axis": "z", "center": [26.2, 30.9], "radius": 23.4}}},
        {"id": "filtered", "cycle": 3, "source": phantom(seed=3, shape=[41, 35, 67], noise_sigma=25),
         "region": {"z": [3, 40], "x": [1, 66]},
         "preprocess": {"median_radius": 1, "gaussian_sigma": 0.8, "binning": 2}}]
    return campaign(0, scans=scans, defaults={"voxel_size_um": 0.5}, depth={"axis": "z", "bins": 5}, **keys)


TWO_PHASES = {"phases": [{"name": "crack", "where": "below"}, {"name": "solid", "where": "above"}]}


class invariance_test(folder_test):
    def run_as(self, job, name, *options, ranks=None, threads=1, sweep=None):
        out = self.folder / name
        self.expect(DONE, "run", self.write("job.yaml", job), self.write("sweep.yaml", sweep or SWEEP), "-o", out,
                    "--quiet", "--fields", "mask,labels,thickness", *options, ranks=ranks, threads=threads)
        assert_nothing_half_written(self, out)
        return campaign_content(out)

    def compare(self, job, variants, sweep=None):
        expected = self.run_as(job, "serial", sweep=sweep)
        for name, options, ranks, threads in variants:
            found = self.run_as(job, name, *options, ranks=ranks, threads=threads, sweep=sweep)
            assert_same_content(self, found, expected, name)


class ranks(invariance_test):
    def test_one_scan_shared_by_any_number_of_ranks_and_threads(self):
        together = ("--ranks-per-scan",)
        self.compare(odd_job(**TWO_PHASES), [
            (f"{n} ranks", (*together, n), n, threads)
            for n, threads in under_sanitizers([(4, 2)], [(1, 4), (2, 1), (3, 1), (7, 1), (8, 1)])])


class groups(invariance_test):
    def test_scans_shared_out_to_groups_of_any_size(self):
        self.compare(odd_job(), under_sanitizers(
            [("two groups of two ranks, one left over", ("--ranks-per-scan", 2), 5, 1)],
            [("one rank per scan", ("--ranks-per-scan", 1), 3, 1),
             ("three groups of two ranks, one left over", ("--ranks-per-scan", 2), 7, 1),
             ("three ranks per scan", ("--ranks-per-scan", 3), 4, 4),
             ("eight groups of one", ("--ranks-per-scan", 1), 8, 2),
             ("as the program chooses", (), 4, 1)]))


class degenerate(invariance_test):
    def test_more_ranks_than_voxels_along_an_axis(self):
        scans = [{"id": "thin", "voxel_size_um": 1.0, "source": phantom(shape=[1, 3, 40])},
                 {"id": "needle", "voxel_size_um": 1.0, "source": phantom(shape=[1, 1, 19])},
                 {"id": "plate", "voxel_size_um": 1.0, "source": phantom(shape=[5, 2, 17])}]
        self.compare(campaign(0, scans=scans), [("8 ranks on little", ("--ranks-per-scan", 8), 8, 1)],
                     {"threshold": {"values": [60, 100, 140]}, "resolution_limit_um": [0, 2, 4]})

    def test_phases_that_fill_the_volume_or_are_absent(self):
        self.compare(campaign(1, **TWO_PHASES), [("3 ranks", ("--ranks-per-scan", 3), 3, 1)],
                     {"threshold": {"values": [0, 255]}, "resolution_limit_um": [0, 1]})


if __name__ == "__main__":
    unittest.main()
