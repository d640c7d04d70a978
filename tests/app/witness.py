"""Figures of whole runs against numpy, scipy and scikit-image, computed anew from the same voxels."""

import csv
import unittest

import h5py
import numpy as np
import yaml
from scipy import ndimage
from skimage import measure
from skimage.filters import threshold_otsu

from program import DONE, SWEEP, assert_same_content, campaign, campaign_content, folder_test, phantom

VOXEL_UM = 0.5
THRESHOLDS = [85, 110]
LIMITS_UM = [0, 1, 1.5, 2.0, 2.9]
NEIGHBOURS = {6: ndimage.generate_binary_structure(3, 1), 26: ndimage.generate_binary_structure(3, 3)}


def thickness_sq_of(phase, counted):
    """Largest squared radius of a ball around any phase voxel that holds the voxel; every ball is painted. Voxels that
    are not counted end no ball and are never phase."""
    distance_sq = np.rint(ndimage.distance_transform_edt(phase | ~counted) ** 2).astype(np.int64)
    distance_sq[~phase] = 0
    thickness = np.zeros_like(distance_sq)
    for z, y, x in np.argwhere(phase):
        square = distance_sq[z, y, x]
        reach = int(np.ceil(np.sqrt(square)))
        box = tuple(slice(max(0, c - reach), c + reach + 1) for c in (z, y, x))
        lines = [np.arange(s.start, min(s.stop, n)) - c for s, n, c in zip(box, phase.shape, (z, y, x))]
        inside = (lines[0][:, None, None] ** 2 + lines[1][:, None] ** 2 + lines[2] ** 2) < square
        part = thickness[box]
        part[inside & (part < square)] = square
    thickness[~phase] = 0
    return distance_sq, thickness


def labels_of(phase, neighbours):
    """1 + the smallest linear index of every component, counted in the whole volume."""
    components, count = ndimage.label(phase, NEIGHBOURS[neighbours])
    linear = np.arange(phase.size).reshape(phase.shape)
    first = ndimage.minimum(linear, components, np.arange(1, count + 1)) if count else []
    return np.concatenate([[0], np.asarray(first, dtype=np.int64) + 1]).astype(np.uint64)[components]


def otsu_of(grey, counted):
    return threshold_otsu(hist=(np.bincount(grey[counted], minlength=256), np.arange(256)))


class witness_test(folder_test):
    def analyse(self, job, sweep, where="out", fields="mask,labels,thickness"):
        out = self.folder / where
        self.expect(DONE, "run", self.write("job.yaml", job), self.write("sweep.yaml", sweep), "-o", out, "--quiet",
                    "--fields", fields, ranks=2)
        return out

    def phantom_as(self, form, job):
        folder = self.folder / form
        self.expect(DONE, "phantom", self.write("spec.yaml", job), "-o", folder, "--format", form)
        return folder

    def close(self, found, expected, about):
        np.testing.assert_allclose(found, expected, rtol=1e-12, err_msg=about)

    def check_point(self, figures, at, kept, region, thickness, depth_bins):
        """One threshold and limit: all figures of what is kept of the phase."""
        about = f"{at}"
        voxels = int(kept.sum())
        self.assertEqual(figures["phase_voxels"][at], voxels, about)
        self.close(figures["volume_fraction"][at], voxels / region.sum(), about)
        widths = 2 * np.sqrt(thickness[kept]) * VOXEL_UM
        self.close(figures["mean_width_um"][at], widths.mean() if voxels else np.nan, about)
        self.close(figures["median_width_um"][at], np.median(widths) if voxels else np.nan, about)
        for bin, layers in enumerate(depth_bins):
            share = kept[layers].sum() / region[layers].sum()
            self.close(figures["depth_volume_fraction"][at + (bin,)], share, f"{about} depth {bin}")
            inside = 2 * np.sqrt(thickness[layers][kept[layers]]) * VOXEL_UM
            mean = inside.mean() if inside.size else np.nan
            self.close(figures["depth_mean_width_um"][at + (bin,)], mean, f"{about} depth {bin}")
        for c, neighbours in enumerate((6, 26)):
            self.check_connection(figures, at + (c,), kept, neighbours)

    def check_connection(self, figures, at, kept, neighbours):
        components, count = ndimage.label(kept, NEIGHBOURS[neighbours])
        sizes = np.bincount(components.ravel())[1:]
        largest = int(sizes.max()) if count else 0
        about = f"{at} {neighbours} neighbours"
        self.assertEqual(figures["component_count"][at], count, about)
        self.assertEqual(figures["largest_component_voxels"][at], largest, about)
        self.close(figures["interconnectivity"][at], largest / kept.sum() if count else np.nan, about)
        spans = set(np.unique(components[0])) & set(np.unique(components[-1])) - {0}
        self.assertEqual(figures["spans_depth"][at], int(bool(spans)), about)
        self.assertEqual(figures["euler_number"][at], measure.euler_number(kept, {6: 1, 26: 3}[neighbours]), about)

    def check_faces(self, figures, at, kept, region):
        faces = 0
        for axis in range(3):
            near, far = (np.moveaxis(kept, axis, 0)[s] for s in (slice(1, None), slice(None, -1)))
            known = np.moveaxis(region, axis, 0)
            faces += ((near != far) & known[1:] & known[:-1]).sum()
        self.close(figures["face_area_um2"][at], faces * VOXEL_UM**2, f"faces {at}")

    def check_scan(self, out, scan, grey, region, thresholds):
        with h5py.File(out / "campaign.h5") as archive:
            figures = {name: archive[name][scan] for name in archive if isinstance(archive[name], h5py.Dataset)
                       and archive[name].shape[:1] == archive["scan"].shape}
            name = archive["scan"].asstr()[scan]
        self.assertEqual(figures["region_voxels"], region.sum())
        depth_bins = [slice(*edges) for edges in self.depth_edges(grey.shape[0])]
        with h5py.File(out / "scans" / f"{name}.h5") as shard:
            fields = {name: shard["fields"][name][()] for name in ("mask", "label", "thickness_sq")}
        for t, threshold in enumerate(thresholds):
            self.assertEqual(figures["threshold_grey"][t], threshold)
            phase = (grey <= threshold) & region
            distance_sq, thickness = thickness_sq_of(phase, region)
            self.assertEqual(figures["max_distance_sq"][t], distance_sq.max())
            np.testing.assert_array_equal(fields["mask"][t] != 0, phase)
            np.testing.assert_array_equal(fields["thickness_sq"][t], thickness)
            np.testing.assert_array_equal(fields["label"][t], labels_of(phase, 6))
            for r, limit in enumerate(LIMITS_UM):
                kept = phase & (2 * np.sqrt(thickness) * VOXEL_UM >= limit * (1 - 1e-9))
                self.check_point(figures, (t, r), kept, region, thickness, depth_bins)
                self.check_faces(figures, (t, r), kept, region)

    @staticmethod
    def depth_edges(layers, bins=4):
        assert layers % bins == 0
        return [(b * layers // bins, (b + 1) * layers // bins) for b in range(bins)]


class figures(witness_test):
    sweep = {"threshold": {"values": THRESHOLDS}, "resolution_limit_um": LIMITS_UM, "connectivity": [6, 26]}

    def raw_job(self, **scan):
        job = campaign(1)
        job["scans"][0]["source"] = phantom(seed=7, shape=[20, 27, 31], fine_crack_width=1.5)
        folder = self.phantom_as("raw", job)
        written = yaml.safe_load((folder / "job.yaml").read_text())
        written["scans"][0]["source"]["path"] = str(folder / "s0.raw")
        written["scans"][0].update(scan)
        grey = np.fromfile(folder / "s0.raw", np.uint8).reshape(20, 27, 31)
        return written, grey

    def test_figures_and_fields_of_a_whole_scan(self):
        job, grey = self.raw_job()
        self.check_scan(self.analyse(job, self.sweep), 0, grey, np.ones(grey.shape, bool), THRESHOLDS)

    def test_what_lies_outside_a_cylinder_is_neither_phase_nor_background(self):
        job, grey = self.raw_job(region={"cylinder": {"axis": "z", "center": [13.5, 15.0], "radius": 11.2}})
        y, x = np.ogrid[:27, :31]
        inside = (y + 0.5 - 13.5) ** 2 + (x + 0.5 - 15.0) ** 2 <= 11.2**2
        region = np.broadcast_to(inside, grey.shape)
        self.check_scan(self.analyse(job, self.sweep), 0, grey, region, THRESHOLDS)

    def test_thresholds_relative_to_otsu_of_scikit_image(self):
        job, grey = self.raw_job()
        sweep = {**self.sweep, "threshold": {"rule": "otsu", "offsets": [-9, 4]}}
        level = otsu_of(grey, np.ones(grey.shape, bool))
        self.check_scan(self.analyse(job, sweep), 0, grey, np.ones(grey.shape, bool), [level - 9, level + 4])


class formats(witness_test):
    def test_the_same_scan_as_phantom_raw_tiff_and_hdf5_has_the_same_figures(self):
        job = campaign(2)
        expected = campaign_content(self.analyse(job, SWEEP))
        for form in ("raw", "tiff", "hdf5"):
            folder = self.phantom_as(form, job)
            out = self.folder / f"out-{form}"
            self.expect(DONE, "run", folder / "job.yaml", self.write("sweep.yaml", SWEEP), "-o", out, "--quiet",
                        "--fields", "mask,labels,thickness")
            assert_same_content(self, campaign_content(out), expected, form)


class truth(witness_test):
    def test_measured_crack_fraction_is_the_phantoms_truth(self):
        job = campaign(3)
        for scan, widths in zip(job["scans"], [(4, 8), (6, 6), (8, 12)]):
            scan["source"].update(shape=[48, 96, 96], islet_diameter=48, crack_width_collector=widths[0],
                                  crack_width_separator=widths[1], blur_sigma=0.6, noise_sigma=5)
        folder = self.phantom_as("raw", job)
        out = self.analyse(job, {"threshold": {"values": [105]}, "resolution_limit_um": [0]}, fields="mask")
        with open(folder / "truth.csv") as file:
            rows = {row["scan"]: float(row["crack_fraction"]) for row in csv.DictReader(file)}
        with h5py.File(out / "campaign.h5") as archive:
            for scan, fraction in zip(archive["scan"].asstr(), archive["volume_fraction"][:, 0, 0]):
                self.assertLess(abs(fraction / rows[scan] - 1), 0.015, f"{scan}: {fraction} of {rows[scan]}")


if __name__ == "__main__":
    unittest.main()
