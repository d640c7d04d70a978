"""What changed between two states: registered against a motion that scipy applied, counted anew with numpy and scipy."""

import os
import unittest

import h5py
import numpy as np
from scipy import ndimage
from skimage.registration import phase_cross_correlation

from changes_case import (LIMITED, LIMITS_UM, SHAPE, SWEEP, THRESHOLDS, VOXEL_UM, changes_test, largest, left_at, local_thickness,
                          rotation, seen, structure)
from program import BAD_INPUT, DONE, SOME_FAILED, assert_same_content, campaign_content, prepared_test, under_sanitizers

print_accuracy = "TOMOSWEEP_PRINT_ACCURACY" in os.environ


class registered(changes_test):
    def test_a_turn_and_a_shift_of_a_noisy_scan_are_found(self):
        turn, shift = rotation(0.8, [1, -2, 0.7]), np.array([1.4, -2.3, 3.7])
        grey = structure(1)
        scans = [self.scan("a", seen(grey, np.eye(3), np.zeros(3), 2), cycle=0),
                 self.scan("b", seen(grey, turn, shift, 3), cycle=1)]
        self.run_job(scans, {"consecutive": "sample"})
        found = self.changes()
        self.assertEqual(found["pair"].tolist(), ["a--b"])
        self.assertEqual((found["converged"][0], found["status"][0]), (1, 0))
        np.testing.assert_allclose(found["displacement_voxels"][0], shift, atol=0.05)
        left = found["rotation"][0] @ turn.T
        self.assertLess(np.degrees(np.arccos(min(1, (np.trace(left) - 1) / 2))), 0.05)
        self.assertAlmostEqual(found["rotation_deg"][0], 0.8, delta=0.05)
        self.assertGreater(found["correlation"][0], 0.95)
        self.assertLess(found["correlation_before"][0], found["correlation"][0])
        # The stated direction: places of the first scan, in um, to places of the second.
        middle = SHAPE / 2 * VOXEL_UM
        np.testing.assert_allclose(found["rotation"][0] @ middle + found["shift_um"][0],
                                   middle + found["displacement_um"][0], atol=1e-9)

    def test_a_shift_agrees_with_scikit_image(self):
        shift = np.array([-1.75, 2.5, 0.4])
        grey = structure(4)
        first, second = seen(grey, np.eye(3), np.zeros(3), 5), seen(grey, np.eye(3), shift, 6)
        witness = phase_cross_correlation(second.astype(float), first.astype(float), upsample_factor=20,
                                          normalization=None, return_error=False)
        # Borders that do not repeat draw the witness off by up to a quarter of a voxel.
        witness = np.asarray(witness[0] if isinstance(witness, tuple) else witness)
        self.run_job([self.scan("a", first), self.scan("b", second)],
                     [{"from": "a", "to": "b", "register": "translation"}])
        found = self.changes()
        np.testing.assert_allclose(found["displacement_voxels"][0], shift, atol=0.05)
        np.testing.assert_allclose(found["displacement_voxels"][0], witness, atol=0.25)
        np.testing.assert_array_equal(found["rotation"][0], np.eye(3))

    def test_regions_of_different_corners_are_brought_together(self):
        grey = seen(structure(7), np.eye(3), np.zeros(3), 8)
        scans = [self.scan("a", grey), self.scan("b", grey)]
        scans[0]["region"] = {"z": [4, 36], "y": [6, 60]}
        scans[1]["region"] = {"x": [3, 70], "cylinder": {"axis": "z", "center": [32, 36], "radius": 30}}
        self.run_job(scans, [{"from": "a", "to": "b"}])
        found = self.changes()
        np.testing.assert_allclose(found["displacement_um"][0], 0, atol=1e-3)
        self.assertGreater(found["correlation_before"][0], 0.999)
        y, x = np.ogrid[:64, :72]
        inside = (y + 0.5 - 32) ** 2 + (x + 0.5 - 36) ** 2 <= 900
        self.assertLess(abs(found["common_voxels"][0, 0, 0] / (32 * np.count_nonzero(inside[6:60])) - 1), 0.02)

    def test_states_that_do_not_fit_are_refused_by_name(self):
        scans = [self.scan("a", seen(structure(9), np.eye(3), np.zeros(3), 1)),
                 self.scan("b", seen(structure(10), np.eye(3), np.zeros(3), 2))]
        told = self.run_job(scans, {"pairs": [{"from": "a", "to": "b"}]}, code=SOME_FAILED).stderr
        self.assertRegex(told, r"a--b: .*(least_correlation|least_overlap)")
        found = self.changes()
        self.assertEqual(found["status"][0], 1)
        self.assertIn("least_", found["failure"][0])
        self.assertTrue(np.isnan(found["jaccard"]).all() and not found["opened_voxels"].any())


class textures(changes_test):
    """Shift and turn of what electrodes and rocks look like, not of random pores alone; soft edges, grey 60 in 150."""

    LARGE = SHAPE + 24

    def places(self, count, seed):
        return np.random.default_rng(seed).uniform(0, self.LARGE, (count, 3))

    def directions(self, count, seed):
        arrows = np.random.default_rng(seed).normal(size=(count, 3))
        return arrows / np.linalg.norm(arrows, axis=1, keepdims=True)

    def grid(self):
        return np.moveaxis(np.indices(self.LARGE), 0, -1).astype(float)

    def plates(self):
        """Cracks: twelve plates of three voxels in all directions, bent a little."""
        p, inside = self.grid(), np.zeros(self.LARGE, bool)
        p += 2 * np.sin(p[..., [1, 2, 0]] / 9)
        for place, normal in zip(self.places(12, 21), self.directions(12, 22)):
            inside |= np.abs((p - place) @ normal) < 1.5
        return inside

    def spheres(self):
        """Pores: two hundred balls of radius 2 to 5."""
        p, inside = self.grid(), np.zeros(self.LARGE, bool)
        for place, radius in zip(self.places(200, 23), np.random.default_rng(24).uniform(2, 5, 200)):
            inside |= ((p - place) ** 2).sum(axis=-1) < radius**2
        return inside

    def fibres(self):
        """Forty straight fibres of radius 2."""
        p, inside = self.grid(), np.zeros(self.LARGE, bool)
        for place, along in zip(self.places(40, 25), self.directions(40, 26)):
            away = p - place
            inside |= (away**2).sum(axis=-1) - (away @ along) ** 2 < 4
        return inside

    def each_texture(self):
        return under_sanitizers([self.plates], [self.spheres, self.fibres])

    def check(self, inside, turn, shift, tolerance_voxels, tolerance_deg, noise=10):
        grey = ndimage.gaussian_filter(np.where(inside, 60.0, 150.0), 0.8)
        scans = [self.scan("a", seen(grey, np.eye(3), np.zeros(3), 27, noise)),
                 self.scan("b", seen(grey, turn, shift, 28, noise))]
        self.run_job(scans, [{"from": "a", "to": "b"}])
        found = self.changes()
        self.assertEqual((found["converged"][0], found["status"][0]), (1, 0))
        off = np.abs(found["displacement_voxels"][0] - shift).max()
        left = found["rotation"][0] @ turn.T
        # The angle from the antisymmetric part: the trace says nothing of small ones.
        turned = np.degrees(np.linalg.norm(left - left.T) / 2 / 2**0.5)
        if print_accuracy:
            print(f"{self.id()}: off by {off:.4f} voxels, {turned:.4f} degrees; noise {noise}")
        self.assertLess(off, tolerance_voxels)
        self.assertLess(turned, tolerance_deg)

    def test_small_motions_of_every_texture_are_found_to_a_twentieth_of_a_voxel(self):
        turn, shift = rotation(0.8, [1, -2, 0.7]), np.array([1.4, -2.3, 3.7])
        for texture in self.each_texture():
            with self.subTest(texture=texture.__name__):
                self.check(texture(), turn, shift, 0.05, 0.05)

    def test_large_motions_of_every_texture_are_found_to_a_twentieth_of_a_voxel(self):
        turn, shift = rotation(2.5, [-1, 0.4, 2]), np.array([-5.6, 9.25, 7.5])
        for texture in self.each_texture():
            with self.subTest(texture=texture.__name__):
                self.check(texture(), turn, shift, 0.05, 0.05)

    def test_noise_of_a_third_of_the_contrast_costs_turns_not_shifts(self):
        """0.2 degrees are a tenth of a voxel at the ends of these fields."""
        turn, shift = rotation(-1.2, [2, 1, 1]), np.array([0.5, -0.5, 2.5])
        for texture in self.each_texture():
            with self.subTest(texture=texture.__name__):
                self.check(texture(), turn, shift, 0.05, 0.2, noise=30)


class compared(prepared_test, changes_test):
    """Without registration, so that numpy sees the very same voxels."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = seen(structure(11), np.eye(3), np.zeros(3), 12)
        cls.second = cls.first.copy()
        z, y, x = np.ogrid[:40, :64, :72]
        plane = np.abs((y - 30) - 0.5 * (x - 36)) < 1.7
        cls.second[np.broadcast_to(plane & (z > 5), cls.second.shape)] = 50
        cls.second[:3] = 140
        cls.pairs = [{"from": "a", "to": "b", "register": "none"}]
        cls.both_ways = [*cls.pairs, {"from": "b", "to": "a"}]

    def prepare(self):
        self.run_job(self.written(), self.both_ways, "alone", sweep=LIMITED)

    def setUp(self):
        super().setUp()
        self.scans = self.written()

    def written(self):
        return [self.scan("a", self.first, cycle=3), self.scan("b", self.second, cycle=1)]

    def test_everything_is_what_numpy_and_scipy_count(self):
        found = self.changes("alone")
        self.assertEqual(found["resolution_limit"].tolist(), LIMITS_UM)
        known = np.ones(self.first.shape, bool)
        for i, threshold in enumerate(THRESHOLDS):
            for k, limit_um in enumerate(LIMITS_UM):
                with self.subTest(threshold=threshold, limit_um=limit_um):
                    self.check_point(found, (0, i, k), left_at(self.first <= threshold, known, limit_um),
                                     left_at(self.second <= threshold, known, limit_um), known)
        # The planted crack, three voxels wide, upright, tilted by one in two; all limits leave it.
        np.testing.assert_allclose(np.abs(found["opened_largest_normal"][0]) - [0, 2 / 5**0.5, 1 / 5**0.5], 0, atol=0.01)
        np.testing.assert_allclose(found["opened_largest_dip_deg"][0], 90, atol=0.5)
        np.testing.assert_allclose(found["opened_largest_mean_width_um"][0], 3 * VOXEL_UM, atol=VOXEL_UM)

    def check_point(self, found, place, before, after, known):
        counted = {"from": before, "to": after, "kept": before & after, "opened": after & ~before,
                   "closed": before & ~after}
        self.assertEqual(found["common_voxels"][place], np.count_nonzero(known))
        for name, mask in counted.items():
            self.assertEqual(found[f"{name}_voxels"][place], np.count_nonzero(mask), name)
        union = np.count_nonzero(before | after)
        self.assertEqual(found["jaccard"][place], np.count_nonzero(before & after) / union)
        self.assertEqual(found["opened_share_of_union"][place], np.count_nonzero(counted["opened"]) / union)
        self.assertAlmostEqual(found["closed_volume_um3"][place], np.count_nonzero(counted["closed"]) / 8)
        for j, neighbours in enumerate((6, 26)):
            self.check_clusters(found, (*place, j), neighbours, counted, known)

    def check_clusters(self, found, place, neighbours, counted, known):
        before, _ = largest(counted["from"], neighbours)
        after, labels = largest(counted["to"], neighbours)
        shared = np.count_nonzero(before & after)
        self.assertEqual(found["from_largest_voxels"][place], np.count_nonzero(before))
        self.assertEqual(found["to_largest_voxels"][place], np.count_nonzero(after))
        self.assertEqual(found["largest_shared_voxels"][place], shared)
        self.assertEqual(found["from_largest_share"][place], shared / np.count_nonzero(before))
        overlaps = np.bincount(labels[before])
        overlaps[0] = 0
        self.assertEqual(found["successor_shared_voxels"][place], overlaps.max())
        self.assertEqual(found["successor_voxels"][place], np.count_nonzero(labels == overlaps.argmax()))
        self.assertEqual(found["largest_is_same"][place], int(after[labels == overlaps.argmax()].any()))
        for name in ("opened", "closed"):
            changed, _ = largest(counted[name], neighbours)
            self.assertEqual(found[f"{name}_largest_voxels"][place], np.count_nonzero(changed))
            np.testing.assert_allclose(found[f"{name}_largest_mean_width_um"][place],
                                       local_thickness(changed, known)[changed].mean())
            positions = np.argwhere(changed)
            values, directions = np.linalg.eigh(np.cov(positions.T, bias=True))
            np.testing.assert_allclose(abs(found[f"{name}_largest_normal"][place] @ directions[:, 0]), 1, atol=1e-9)
            np.testing.assert_allclose(found[f"{name}_largest_plane_spread_um"][place], np.sqrt(values[0]) * VOXEL_UM)
            np.testing.assert_allclose(found[f"{name}_largest_centre_um"][place],
                                       (positions.mean(axis=0) + 0.5) * VOXEL_UM)

    def test_what_only_one_state_knows_ends_no_ball_and_counts_nowhere(self):
        """Regions of other corners: both states are cut to what is known in both before their limits."""
        self.scans[0]["region"] = {"z": [1, 38], "y": [4, 64]}
        self.scans[1]["region"] = {"x": [3, 70], "cylinder": {"axis": "z", "center": [32, 36], "radius": 30}}
        self.run_job(self.scans, self.pairs, sweep=LIMITED)
        found = self.changes()
        y, x = np.ogrid[:64, :72]
        known = np.broadcast_to(((y + 0.5 - 32) ** 2 + (x + 0.5 - 36) ** 2 <= 900) & (x >= 3) & (x < 70) & (y >= 4),
                                self.first.shape).copy()
        known[:1] = known[38:] = False
        for k, limit_um in enumerate(LIMITS_UM):
            before, after = (left_at((grey <= THRESHOLDS[0]) & known, known, limit_um)
                             for grey in (self.first, self.second))
            for name, mask in {"common": known, "from": before, "to": after, "kept": before & after}.items():
                self.assertEqual(found[f"{name}_voxels"][0, 0, k], np.count_nonzero(mask), (name, limit_um))
            for j, neighbours in enumerate((6, 26)):
                changed, _ = largest(after & ~before, neighbours)
                self.assertEqual(found["opened_largest_voxels"][0, 0, k, j], np.count_nonzero(changed))
                np.testing.assert_allclose(found["opened_largest_mean_width_um"][0, 0, k, j],
                                           local_thickness(changed, known)[changed].mean())

    def test_ranks_and_threads_do_not_matter(self):
        expected = campaign_content(self.folder / "alone")
        self.assertTrue(any(place.startswith("changes/opened_largest") for place in expected["campaign.h5"]))
        for ranks, options in under_sanitizers(
                [(3, ["--ranks-per-scan", 3])],
                [(2, ["--ranks-per-scan", 2]), (4, ["--ranks-per-scan", 4]), (5, ["--ranks-per-scan", 2, "--threads", 3])]):
            self.run_job(self.scans, self.both_ways, f"on-{ranks}", ranks=ranks, options=options, sweep=LIMITED)
            assert_same_content(self, campaign_content(self.folder / f"on-{ranks}"), expected, ranks)

    def test_a_second_run_keeps_what_fits_and_computes_what_changed(self):
        path = self.folder / "out" / "changes" / "a--b.h5"
        self.run_job(self.scans, self.pairs)
        kept = path.stat().st_mtime_ns
        with h5py.File(self.folder / "out" / "scans" / "a.h5") as shard:
            key = shard["process/a"].attrs["content_key"]
        self.run_job(self.scans, self.pairs)
        self.assertEqual(path.stat().st_mtime_ns, kept)
        self.run_job(self.scans, [{**self.pairs[0], "register": "translation"}])
        self.assertNotEqual(path.stat().st_mtime_ns, kept)
        self.assertEqual(self.changes()["register"].tolist(), ["translation"])
        with h5py.File(path) as pair:
            self.assertEqual(pair["process/a--b"].attrs["from_content_key"], key)
        self.expect(DONE, "verify", self.folder / "out")
        before = self.changes()
        (self.folder / "out" / "campaign.h5").unlink()
        self.expect(DONE, "merge", self.folder / "out")
        self.assertEqual(before["kept_voxels"].tolist(), self.changes()["kept_voxels"].tolist())
        self.expect(DONE, "reproduce", self.folder / "out" / "campaign.h5", "--scan", "a")

    def test_phases_have_groups_and_states_their_order(self):
        scans = [*self.scans, self.scan("c", self.first, cycle=2)]
        described = {"consecutive": "sample", "register": "none"}
        phases = [{"name": "pore", "where": "below"}, {"name": "solid", "where": "above"}]
        job = {"campaign": "states", "scans": scans, "phases": phases, "changes": described}
        self.expect(DONE, "run", self.write("job.yaml", job), self.write("sweep.yaml", SWEEP), "-o", self.folder / "out")
        with h5py.File(self.folder / "out" / "campaign.h5") as archive:
            self.assertEqual(archive["changes/pair"].asstr()[:].tolist(), ["b--c", "c--a"])
            for name, phase in (("pore", lambda grey: grey <= 95), ("solid", lambda grey: grey > 95)):
                kept = archive[f"changes/{name}/kept_voxels"][0, 0, 0]
                self.assertEqual(kept, np.count_nonzero(phase(self.first) & phase(self.second)))


class planned(changes_test):
    """Two million voxels: a scan takes 6 MiB besides the 64 of every rank, a pair 32."""

    def plan(self, *nodes, **changes):
        described = {"campaign": "states", "scans": self.scans, "phase": {"name": "pore"}, **changes}
        return self.expect(DONE, "plan", self.write("job.yaml", described), self.write("sweep.yaml", LIMITED), *nodes,
                           "--cores-per-node", 1, "--memory-per-node", "85M").stdout

    def test_a_plan_takes_nodes_for_its_pairs_and_says_where_they_will_fail(self):
        grey = np.zeros((130, 130, 130), np.uint8)
        self.scans = [self.scan("a", grey, cycle=0), self.scan("b", grey, cycle=1)]
        pairs = {"changes": {"consecutive": "sample"}}
        alone = self.plan()
        self.assertNotIn("pairs ", alone)
        self.assertRegex(alone, r"nodes +1 of")
        self.assertRegex(self.plan("--nodes", 1, **pairs), r"pairs +9\d\.\d MiB per rank, which there is not: they will fail")
        enough = self.plan(**pairs)
        self.assertRegex(enough, r"nodes +[2-9] of")
        self.assertRegex(enough, r"layout +1 scan at a time on [2-9] ranks")
        self.assertRegex(enough, r"pairs +\d\d\.\d MiB per rank, 0")


class mistakes(changes_test):
    def test_of_the_job_are_named_with_the_nearest_scan(self):
        grey = np.zeros((4, 4, 4), np.uint8)
        scans = [self.scan("ref-c01", grey), {**self.scan("ref-c02", grey), "voxel_size_um": 1.0}]
        changes = {"pairs": [{"from": "ref-c01", "to": "ref-co2"}, {"from": "ref-c01", "to": "ref-c01"},
                             {"from": "ref-c01", "to": "ref-c02"}], "register": "elastic"}
        told = self.run_job(scans, changes, code=BAD_INPUT).stderr
        for expected in ("did you mean 'ref-c02'?", "a scan and itself", "0.5 and 1 um per voxel", "'elastic'"):
            self.assertIn(expected, told)
        self.assertIn("no sample with two scans", self.run_job(scans[:1], {"consecutive": "sample"}, code=BAD_INPUT).stderr)
        self.assertIn("neither", self.run_job(scans, {"register": "rigid"}, code=BAD_INPUT).stderr)


if __name__ == "__main__":
    unittest.main()
