"""The campaigns of jobs/phantom, whose truth is known: what the archive says of them, and what the geometry says."""

import csv
import pathlib
import unittest

import h5py
import numpy as np
import yaml

from program import DONE, SANITIZED, folder_test, under_sanitizers

PROJECT = pathlib.Path(__file__).resolve().parents[2]


class recovery_test(folder_test):
    """Runs one campaign from files; the first threshold and resolution limit are compared, widths in voxels."""

    def job(self, name, few=None):
        """The campaign of jobs/phantom; under sanitizers with the scans `few` alone."""
        job = yaml.safe_load((PROJECT / "jobs" / "phantom" / f"{name}.yaml").read_text(encoding="utf-8"))
        if SANITIZED and few:
            job["scans"] = [scan for scan in job["scans"] if scan["id"] in few]
            job["samples"] = {scan["sample"]: job["samples"][scan["sample"]] for scan in job["scans"]}
        return job

    def recover(self, job):
        """The archive and the truth of every scan."""
        spec = self.write("spec.yaml", job)
        sweep = self.write("sweep.yaml", {"threshold": {"values": [105]}, "resolution_limit_um": [0]})
        data = self.folder / "data"
        self.expect(DONE, "phantom", spec, "-o", data, "--format", "raw")
        # The files: a phantom would be painted anew by every step that reads it.
        self.expect(DONE, "run", data / "job.yaml", sweep, "-o", self.folder / "out", "--quiet", ranks=2, threads=1)
        archive = h5py.File(self.folder / "out" / "campaign.h5")
        self.addCleanup(archive.close)
        with open(data / "truth.csv", encoding="utf-8") as rows:
            truth = {row.pop("scan"): {key: float(value) for key, value in row.items()} for row in csv.DictReader(rows)}
        return archive, [truth[scan.decode()] for scan in archive["scan"][:]]

    def compare(self, found, expected, tolerance, what):
        for scan, (a, b) in enumerate(zip(found, expected, strict=True)):
            self.assertLessEqual(abs(a - b), tolerance, f"{what} of scan {scan}: {a}, truly {b}")


def first(variable):
    """Of every scan at the first threshold and the first resolution limit."""
    return variable[:].reshape(variable.shape[0], -1)[:, 0]


class micro(recovery_test):
    def test_electrodes_have_their_thickness_cracks_widths_and_gradients(self):
        archive, truth = self.recover(self.job("micro", few=("ref-c00", "ref-c01")))
        ids = [scan.decode() for scan in archive["scan"][:]]
        voxel = 0.5
        self.compare(archive["electrode_thickness_um"][:], [t["electrode_thickness_um"] for t in truth], voxel / 2,
                     "thickness")
        self.compare(first(archive["volume_fraction"]), [t["crack_fraction"] for t in truth], 0.01, "crack fraction")
        pristine = {name.split("-")[0]: t["electrode_thickness_um"] for name, t in zip(ids, truth) if name.endswith("c00")}
        self.compare(archive["electrode_thickness_change_um"][:],
                     [t["electrode_thickness_um"] - pristine[name.split("-")[0]] for name, t in zip(ids, truth)], voxel / 2,
                     "change of thickness")
        cracked = [scan for scan, name in enumerate(ids) if not name.endswith("c00")]
        self.compare(first(archive["corrected_mean_width_um"])[cracked],
                     [truth[scan]["mean_plate_width_um"] for scan in cracked], voxel / 2, "crack width")

        connected = dict(zip(ids, archive["interconnectivity"][:, 0, 0, 0]))
        for scan, least, most in under_sanitizers([("ref-c01", 0.6, 1)], [
                ("zn-c01", 0.7, 1), ("ref-c05", 0, 0.5), ("zn-c05", 0.7, 1), ("ref-c25", 0, 0.5), ("zn-c25", 0.7, 1)]):
            self.assertTrue(least < connected[scan] < most, (scan, connected[scan]))

        # Eq. 1 with the thickness that the interfaces give: dh of the cycle over its share of the theoretical capacity.
        expansion = dict(zip(ids, first(archive["expansion"])))
        for scan, expected in under_sanitizers([("ref-c01", 17 / 40)], [("zn-c01", 10 / 40)]):
            self.assertAlmostEqual(expansion[scan], expected, delta=0.02)
        self.assertAlmostEqual(first(archive["normalised_expansion"])[ids.index("ref-c01")],
                               expansion["ref-c01"] * 3579 / 2238, delta=1e-9)

        # The gradient from collector to separator reverses between the formulations.
        widths = archive["normalised_depth_mean_width_um"][:, 0, 0]
        lower, upper = np.nanmean(widths[:, 1:5], axis=1), np.nanmean(widths[:, -5:-1], axis=1)
        gradient = dict(zip(ids, upper - lower))
        for scan, least, most in under_sanitizers([("ref-c01", -np.inf, 0.15)], [("zn-c01", 0.5, np.inf)]):
            self.assertTrue(least < gradient[scan] < most, (scan, gradient[scan]))


class nano(recovery_test):
    FEW = ("ref-c01", "ref-c05", "ref-c25")

    def test_shells_and_cracks_have_their_volumes_and_widths(self):
        archive, truth = self.recover(self.job("nano", self.FEW))
        crack, shell = archive["crack"], archive["sei_rich"]
        voxel = archive["voxel_size_um"][:]
        self.compare(first(crack["volume_fraction"]), [t["crack_fraction"] for t in truth], 0.01, "crack fraction")
        fractions = np.array([t["shell_fraction"] for t in truth])
        self.compare(first(shell["volume_fraction"]) / fractions, np.ones(len(truth)), 0.03, "shell fraction")
        # The shell's volume over the silicon of the field: loading x area, 0.05 mg/cm2.
        per_gram = fractions * 48 * voxel * 1e-4 / 0.05e-3
        self.compare(first(shell["volume_cm3_per_g"]) / per_gram, np.ones(len(truth)), 0.03, "volume per gram")
        # At the corners of islets shells are thicker than on their faces, so that their mean is not the thickness they were given.
        thickness = under_sanitizers([4.96, 8.16, 12.92], [4.88, 6.36, 9.48])
        mean, median = self.shells_in_fine_voxels(8)
        self.compare(median, thickness, 0.1, "median of the geometry's shells")
        self.compare(first(shell["corrected_mean_width_um"]) / voxel, mean, 0.5, "mean shell thickness")
        # The median is one of the few values that a plate of five voxels can read: w or w + 1, oblique ones what lies between.
        self.compare(first(shell["corrected_median_width_um"]) / voxel, thickness, 0.7, "median shell thickness")
        # Cracks are wider where they meet, so that their most frequent width is taken.
        counts = crack["width_histogram"][:, 0]
        frequent = crack["width"][:][counts.argmax(axis=-1)] - 0.025
        self.compare(frequent / voxel, under_sanitizers([17, 17, 25], [17, 17, 17]), 0.5, "crack width")
        # What the binder takes of the shell.
        less = first(shell["volume_cm3_per_g"]) - first(shell["volume_without_binder_cm3_per_g"])
        self.compare(less, under_sanitizers([0.13] * 3, [0.15] * 3), 1e-12, "binder volume")


    def shells_in_fine_voxels(self, factor):
        """Mean and median thickness of the same shells without blur and noise, by voxels that are smaller by a factor; in voxels of the
        campaign. Shells are as thick in every layer, so that one layer shows them."""
        job = self.job("nano", self.FEW)
        source = job["defaults"]["source"]
        source.update(shape=[1, *(n * factor for n in source["shape"][1:])], blur_sigma=0, noise_sigma=0)
        for lengths in (source, *(scan["source"] for scan in job["scans"])):
            for key in set(lengths) & {"islet_diameter", "crack_width_collector", "crack_width_separator", "shell_thickness"}:
                lengths[key] *= factor
        job["defaults"]["voxel_size_um"] /= factor
        sweep = self.write("sweep.yaml", {"threshold": {"values": [105]}, "resolution_limit_um": [0]})
        self.expect(DONE, "run", self.write("fine.yaml", job), sweep, "-o", self.folder / "fine", "--quiet")
        with h5py.File(self.folder / "fine" / "campaign.h5") as archive:
            voxel = archive["voxel_size_um"][:] * factor
            return [first(archive[f"sei_rich/corrected_{name}_width_um"]) / voxel for name in ("mean", "median")]


class gas(recovery_test):
    def test_bubbles_have_their_volume_per_gram_and_per_pore_volume(self):
        archive, truth = self.recover(self.job("gas"))
        volume = np.array([t["bubble_volume_um3"] for t in truth])
        area, layers = (160 * 0.65) ** 2, 116 * 0.65
        found = archive["gas"]
        per_gram = volume * 1e-12 / (1.9e-3 * area * 1e-8)
        self.compare(first(found["volume_cm3_per_g"]) / per_gram, [1, 1], 0.03, "volume per gram")
        self.compare(first(found["separator_pore_share"]) / (volume / (0.8 * area * layers)), [1, 1], 0.03, "pore share")
        # Eq. 4 with two electrons per molecule, 22.4 L/mol and CODATA's Faraday constant.
        charge = 2 * 96485.33212 * first(found["volume_cm3_per_g"]) / 22400 / 3.6
        self.compare(first(found["gas_charge_mAh_per_g"]) / charge, [1, 1], 1e-9, "charge")


if __name__ == "__main__":
    unittest.main()
