"""The electrode between its interfaces: whole runs against the phantom's heights and figures worked out in numpy."""

import unittest

import h5py
import numpy as np
from scipy import ndimage

from program import (DONE, SOME_FAILED, assert_same_content, campaign, campaign_content, folder_test, phantom,
                     prepared_test, under_sanitizers)

VOXEL_UM = 0.5
STEP_UM = 6
BINS = 5
THRESHOLDS = under_sanitizers([95], [105])
SWEEP = {"threshold": {"values": THRESHOLDS}, "resolution_limit_um": [0, 1.5]}


def stack(**keys):
    return {"collector": {"height": 11.3, "tilt": [0.03, -0.02], "bow": 1.5},
            "separator": {"height": 44.6, "tilt": [-0.04, 0.03], "bow": -2.2}, "fibres": 9, **keys}


def scan(name, shape, **keys):
    source = phantom(shape=list(shape), islet_diameter=34, crack_width_collector=2, crack_width_separator=6, blur_sigma=0.8,
                     noise_sigma=8, stack=stack(), **keys)
    return {"id": name, "sample": "s", "voxel_size_um": VOXEL_UM, "source": source}


WIDE = [64, 100, 112]


def job(first=(64, 64, 76), **keys):
    """Two scans. Most tests look at the second one, "narrow"; the first, of this shape, is there to be mixed up with it."""
    electrode = {"lateral_step_um": STEP_UM, "margin_um": [1, 1.25], "bins": BINS, **keys.pop("electrode", {})}
    return campaign(0, scans=[scan("first", first, seed=5), scan("narrow", [64, 80, 68], seed=7)],
                    electrode=electrode, **keys)


def heights_at(map_um, step, shape):
    """Bilinear between the middles of cells, and on in a straight line, at the middle of every column; voxels."""
    def weights(length, cells):
        place = (np.arange(length) + 0.5) / step - 0.5
        lower = np.clip(np.floor(place).astype(int), 0, cells - 2)
        matrix = np.zeros((length, cells))
        matrix[np.arange(length), lower] = 1 - (place - lower)
        matrix[np.arange(length), lower + 1] = place - lower
        return matrix
    return weights(shape[0], map_um.shape[0]) @ (map_um / VOXEL_UM) @ weights(shape[1], map_um.shape[1]).T


class electrode_test(folder_test):
    def analyse(self, job, where="out", ranks=None, sweep=None):
        out = self.folder / where
        self.expect(DONE, "run", self.write("job.yaml", job), self.write("sweep.yaml", sweep or SWEEP), "-o", out,
                    "--quiet", "--fields", "mask,thickness", *(["--ranks-per-scan", ranks] if ranks else []), ranks=ranks)
        return out

    def electrode_of(self, figures, scan, shape):
        """Voxels of the electrode region, and the normalised depth of all, from the heights in the archive."""
        collector, separator = (heights_at(map_um, STEP_UM / VOXEL_UM, shape[1:])
                                for map_um in self.maps_of(figures, scan, shape))
        centre = np.arange(shape[0])[:, None, None] + 0.5
        inside = (centre >= collector + 1 / VOXEL_UM) & (centre <= separator - 1.25 / VOXEL_UM)
        return inside, (centre - collector) / (separator - collector)

    def maps_of(self, figures, scan, shape):
        cells = tuple(int(np.ceil(n * VOXEL_UM / STEP_UM)) for n in shape[1:])
        return [figures[name][scan][:cells[0], :cells[1]] for name in ("collector_height_um", "separator_height_um")]


class interfaces(electrode_test):
    def test_heights_are_within_half_a_voxel_of_the_phantoms(self):
        spec = self.write("spec.yaml", job(WIDE))
        self.expect(DONE, "phantom", spec, "-o", self.folder / "data", "--format", "raw")
        with h5py.File(self.analyse(job(WIDE), ranks=3) / "campaign.h5") as figures:
            for index, name in enumerate(["first", "narrow"]):
                with h5py.File(self.folder / "data" / f"truth-interfaces-{name}.h5") as truth:
                    shape = (64, *truth["collector_height_um"].shape)
                    for found, key in zip(self.maps_of(figures, index, shape),
                                          ("collector_height_um", "separator_height_um")):
                        self.assertFalse(np.isnan(found).any())
                        error = (heights_at(found, STEP_UM / VOXEL_UM, shape[1:]) * VOXEL_UM - truth[key][:]) / VOXEL_UM
                        self.assertLess(abs(error).max(), 0.5, f"{name} {key}")
                    thickness = figures["electrode_thickness_um"][index]
                    self.assertLess(abs(thickness - truth["electrode_thickness_um"][:].mean()), 0.5 * VOXEL_UM)
            rows, columns = figures["electrode_thickness_map_um"].shape[1:]
            self.assertEqual((rows, columns), (9, 10), "of the widest scan")
            narrow = figures["electrode_thickness_map_um"][1]
            self.assertTrue(np.isnan(narrow[7:]).all() and np.isnan(narrow[:, 6:]).all())
            np.testing.assert_array_equal(narrow, figures["separator_height_um"][1] - figures["collector_height_um"][1])

    def test_collector_at_the_last_layers_gives_the_same_thickness(self):
        self.expect(DONE, "phantom", self.write("spec.yaml", job(WIDE)), "-o", self.folder / "data", "--format", "raw")
        straight = self.folder / "data" / "first.raw"
        grey = np.fromfile(straight, np.uint8).reshape(WIDE)
        grey[::-1].tofile(self.folder / "turned.raw")
        raw = {"type": "raw", "shape": WIDE, "dtype": "uint8"}
        found = []
        for path, collector in ((straight, "first"), (self.folder / "turned.raw", "last")):
            one = {"id": "s", "voxel_size_um": VOXEL_UM, "source": {**raw, "path": str(path)}}
            out = self.analyse(campaign(0, scans=[one], electrode={"lateral_step_um": STEP_UM, "bins": BINS,
                                                                  "collector": collector}), where=collector)
            with h5py.File(out / "campaign.h5") as figures:
                found.append({name: figures[name][0] for name in
                              ("collector_height_um", "electrode_thickness_map_um", "region_voxels",
                               "normalised_depth_volume_fraction")})
        first, last = found
        np.testing.assert_allclose(last["collector_height_um"], 64 * VOXEL_UM - first["collector_height_um"], atol=1e-3)
        np.testing.assert_allclose(last["electrode_thickness_map_um"], first["electrode_thickness_map_um"], atol=1e-3)
        np.testing.assert_allclose(last["normalised_depth_volume_fraction"],
                                   first["normalised_depth_volume_fraction"], atol=1e-3)


def thickness_at(source, y, x):
    """Of the geometry of a phantom, at points (y, x); voxels."""
    v, u = y - source["shape"][1] / 2, x - source["shape"][2] / 2

    def height(surface):
        bow = (2 * v / source["shape"][1]) ** 2 + (2 * u / source["shape"][2]) ** 2
        return surface["height"] + surface["tilt"][0] * v + surface["tilt"][1] * u + surface["bow"] * bow
    return height(source["stack"]["separator"]) - height(source["stack"]["collector"])


class thickness_change(electrode_test):
    """Three states of one sample, of which the last one has a smaller field, and a sample without a reference."""

    def states(self):
        thicker = {"height": 49.1, "tilt": [0.02, -0.04], "bow": 1.7}
        scans = [{**scan("after", WIDE, seed=5), "cycle": 1, "step": "delithiation"},
                 {**scan("pristine", WIDE, seed=6), "cycle": 0, "step": "pristine"},
                 {**scan("narrow", [64, 80, 68], seed=7), "cycle": 2, "step": "delithiation"},
                 {**scan("alone", [64, 80, 68], seed=8), "sample": "other", "cycle": 1, "step": "delithiation"}]
        scans[0]["source"]["stack"] = stack(separator=thicker)
        return scans

    def test_the_map_is_that_of_the_state_less_that_of_its_reference(self):
        scans = self.states()
        out = self.analyse({**job(), "scans": scans}, ranks=2)
        with h5py.File(out / "campaign.h5") as figures:
            maps, changes = (figures[f"electrode_thickness_{name}_um"][:] for name in ("map", "change_map"))
            np.testing.assert_array_equal(changes[:3], maps[:3] - maps[1])
            self.assertTrue(np.isnan(changes[3]).all(), "no pristine state, none named")
            self.assertEqual(np.isfinite(changes[2]).sum(), 7 * 6, "cells that both have")
            for name, expected in (("change", np.nanmean), ("change_deviation", np.nanstd)):
                np.testing.assert_allclose(figures[f"electrode_thickness_{name}_um"][:3],
                                           [expected(each) for each in changes[:3]], rtol=1e-9, atol=1e-12)
            # The geometry's change over the middles of the cells.
            middle = np.meshgrid(figures["lateral_y"][:] / VOXEL_UM, figures["lateral_x"][:] / VOXEL_UM, indexing="ij")
            after, before = (thickness_at(scans[i]["source"], *middle) for i in (0, 1))
            error = changes[0] / VOXEL_UM - (after - before)
            self.assertLess(abs(error).max(), 0.5, "voxels")
            self.assertGreater(np.ptp(after - before), 5, "the change is uneven enough to be seen")
        self.expect(DONE, "verify", out)

    def test_a_named_reference_counts_and_phases_have_the_means(self):
        scans = self.states()[:2]
        two = {**job(phases=[{"name": "crack", "where": "below"}, {"name": "solid", "where": "above"}]), "scans": scans,
               "samples": {"s": {"reference_scan": "after"}}}
        with h5py.File(self.analyse(two) / "campaign.h5") as figures:
            maps, changes = (figures[f"electrode_thickness_{name}_um"][:] for name in ("map", "change_map"))
            np.testing.assert_array_equal(changes, maps - maps[0])
            for group in (figures, figures["crack"], figures["solid"]):
                np.testing.assert_allclose(group["electrode_thickness_change_um"][:], changes.mean(axis=(1, 2)), rtol=1e-9)
            self.assertNotIn("electrode_thickness_change_map_um", figures["solid"])


class region(electrode_test):
    def test_figures_are_of_the_voxels_between_the_interfaces(self):
        out = self.analyse(job())
        self.expect(DONE, "phantom", self.write("spec.yaml", job()), "-o", self.folder / "data", "--format", "raw")
        with h5py.File(out / "campaign.h5") as figures, h5py.File(out / "scans" / "narrow.h5") as shard:
            shape = (64, 80, 68)
            grey = np.fromfile(self.folder / "data" / "narrow.raw", np.uint8).reshape(shape)
            inside, depth = self.electrode_of(figures, 1, shape)
            self.assertEqual(figures["region_voxels"][1], inside.sum())
            bin_of = np.clip(np.floor(depth * BINS), 0, BINS - 1).astype(int)
            for threshold, level in enumerate(THRESHOLDS):
                crack = inside & (grey <= level)
                np.testing.assert_array_equal(shard["fields/mask"][threshold] != 0, crack)
                self.assertEqual(figures["phase_voxels"][1, threshold, 0], crack.sum())
                width = 2 * np.sqrt(shard["fields/thickness_sq"][threshold].astype(float)) * VOXEL_UM
                for limit, smallest in enumerate(SWEEP["resolution_limit_um"]):
                    for bin in range(BINS):
                        kept = crack & (width >= smallest * (1 - 1e-9)) & (bin_of == bin)
                        at = (1, threshold, limit, bin)
                        share = kept.sum() / (inside & (bin_of == bin)).sum()
                        np.testing.assert_allclose(figures["normalised_depth_volume_fraction"][at], share, rtol=1e-12)
                        np.testing.assert_allclose(figures["normalised_depth_mean_width_um"][at], width[kept].mean(),
                                                   rtol=1e-12)
                        np.testing.assert_allclose(figures["normalised_depth_median_width_um"][at],
                                                   np.median(width[kept]), rtol=1e-12)

    def test_results_do_not_depend_on_ranks_and_are_reproduced(self):
        two = job(phases=[{"name": "crack", "where": "below"}, {"name": "solid", "where": "above"}])
        serial = self.analyse(two, "serial")
        expected = campaign_content(serial)
        for ranks in under_sanitizers([], [2, 5]):
            assert_same_content(self, campaign_content(self.analyse(two, f"{ranks}", ranks)), expected, f"{ranks} ranks")
        self.expect(DONE, "reproduce", serial / "campaign.h5", "--scan", "narrow", ranks=3)


def disk_radii_sq(solid, crack):
    """Squared radius of the largest disk around every voxel of the solid, in one layer; 0 elsewhere, infinite where there is no crack."""
    if not crack.any():
        return np.where(solid, np.inf, 0)
    to_crack = np.rint(ndimage.distance_transform_edt(~crack) ** 2) * solid
    covered = np.zeros(solid.shape)
    for radius_sq in np.unique(to_crack[solid])[::-1]:
        to_centre_sq = np.rint(ndimage.distance_transform_edt(to_crack != radius_sq) ** 2)
        covered[solid & (to_centre_sq < radius_sq) & (covered == 0)] = radius_sq
    return covered


class islets(prepared_test, electrode_test):
    def prepare(self):
        self.analyse(job(islets=True))

    def test_areas_are_those_of_pieces_labelled_by_scipy(self):
        out = self.folder / "out"
        with h5py.File(out / "campaign.h5") as figures, h5py.File(out / "scans" / "narrow.h5") as shard:
            inside, _ = self.electrode_of(figures, 1, (64, 80, 68))
            mask = shard["fields/mask"][0] != 0
            width = 2 * np.sqrt(shard["fields/thickness_sq"][0].astype(float)) * VOXEL_UM
            for limit, smallest in enumerate(SWEEP["resolution_limit_um"]):
                whole, cut = [], 0
                for layer, region in zip(inside & ~(mask & (width >= smallest * (1 - 1e-9))), inside):
                    beyond = ndimage.binary_dilation(np.pad(~region, 1, constant_values=True))[1:-1, 1:-1]
                    pieces, count = ndimage.label(layer)
                    for piece in range(1, count + 1):
                        area = (pieces == piece).sum()
                        if beyond[pieces == piece].any():
                            cut += area
                        else:
                            whole.append(area)
                whole, at = np.array(sorted(whole), float), (1, 0, limit)
                self.assertEqual(figures["islet_count"][at], whole.size)
                self.assertGreater(whole.size, 20)
                self.check_widths(figures, at, inside, mask & (width >= smallest * (1 - 1e-9)))
                np.testing.assert_allclose(figures["islet_cut_share"][at], cut / (cut + whole.sum()), rtol=1e-12)
                np.testing.assert_allclose(figures["islet_mean_area_um2"][at],
                                           (whole ** 2).sum() / whole.sum() * VOXEL_UM ** 2, rtol=1e-12)
                median = whole[np.searchsorted(np.cumsum(whole), whole.sum() / 2)]
                np.testing.assert_allclose(figures["islet_median_area_um2"][at], median * VOXEL_UM ** 2, rtol=1e-12)
                diameter = (whole * 2 * np.sqrt(whole / np.pi)).sum() / whole.sum() * VOXEL_UM
                np.testing.assert_allclose(figures["islet_mean_diameter_um"][at], diameter, rtol=1e-12)

    def check_widths(self, figures, at, inside, crack):
        radii_sq = np.concatenate([disk_radii_sq(region & ~cracks, cracks)[region & ~cracks]
                                   for region, cracks in zip(inside, inside & crack)])
        bounded = 2 * np.sqrt(radii_sq[np.isfinite(radii_sq)]) * VOXEL_UM
        np.testing.assert_allclose(figures["islet_mean_width_um"][at], bounded.mean(), rtol=1e-12)
        np.testing.assert_allclose(figures["islet_median_width_um"][at], np.median(bounded), rtol=1e-12)
        np.testing.assert_allclose(figures["islet_unbounded_share"][at], np.isinf(radii_sq).mean(), rtol=1e-12)

    def test_without_widths_there_are_pieces_alone_and_ranks_and_checkpoints_do_not_matter(self):
        serial = campaign_content(self.folder / "out")
        self.assertTrue(any(place.endswith("islet_width_voxels") for place in serial["campaign.h5"]))
        assert_same_content(self, campaign_content(self.analyse(job(islets=True), "4", 4)), serial, "4 ranks")
        with h5py.File(self.analyse(job(islets=True), "no-widths", sweep={**SWEEP, "resolution_limit_um": [0], "width": False})
                       / "campaign.h5") as figures:
            self.assertIn("islet_mean_area_um2", figures)
            self.assertNotIn("islet_mean_width_um", figures)


class rules(electrode_test):
    def test_pooled_rules_see_the_electrode_alone(self):
        sweep = {"threshold": {"rule": "otsu", "scope": "campaign", "offsets": [0]}, "resolution_limit_um": [0]}
        with h5py.File(self.analyse(job(), sweep=sweep) / "campaign.h5") as figures:
            level = figures["threshold_grey"][0, 0]
            self.assertTrue(90 < level < 120, f"{level}: between cracks of 60 and solid of 150, without the collector's 230")


class failures(electrode_test):
    def test_scan_without_interfaces_fails_alone_and_says_why(self):
        flawed = job()
        del flawed["scans"][1]["source"]["stack"]
        out = self.folder / "out"
        self.expect(SOME_FAILED, "run", self.write("job.yaml", flawed), self.write("sweep.yaml", SWEEP), "-o", out, "--quiet")
        with h5py.File(out / "campaign.h5") as figures:
            self.assertEqual(list(figures["status"][:, 0, 0]), [0, 1])
            self.assertIn("lateral cells", figures["failure"].asstr()[1])
            self.assertTrue(np.isnan(figures["electrode_thickness_um"][1]))
            self.assertTrue(np.isnan(figures["collector_height_um"][1]).all())
            self.assertFalse(np.isnan(figures["electrode_thickness_um"][0]))


if __name__ == "__main__":
    unittest.main()
