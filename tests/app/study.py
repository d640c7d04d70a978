"""Everything that follows from several scans, the job and its electrochemistry, against numpy on the archive's own figures."""

import csv
import math
import unittest

import h5py
import netCDF4
import numpy as np
import xarray

from program import BAD_INPUT, DONE, content, folder_test, phantom, prepared_test

LOADING, DIAMETER = 1.9, 3.0  # mg/cm2, mm
SILICON_MG = LOADING * math.pi / 4 * (DIAMETER / 10) ** 2
CURRENT = 0.02  # mA
PER_HOUR = CURRENT / (SILICON_MG / 1000)  # mAh/g


def cycler_rows():
    """Two cycles at a constant current, a row per quarter of an hour: time/h, current/mA, voltage/V, capacity, cycle."""
    rows, time, charge = [], 0.0, 0.0
    for cycle, hours_in, hours_out in ((1, 18, 15), (2, 16, 14.5)):
        for current, hours, voltage in ((-CURRENT, hours_in, 0.1), (CURRENT, hours_out, 0.5)):
            for _ in range(int(4 * hours)):
                time += 0.25
                charge += 0.25 * current
                rows.append((time, current, voltage + 0.001 * time, charge, cycle))
    return [(0.0, -CURRENT, 1.0, 0.0, 1), *rows]


def as_csv(rows):
    return "time_h,current_mA,voltage_V,cycle\n" + "".join(f"{t!r},{i!r},{v!r},{c}\n" for t, i, v, _, c in rows)


def as_mpt(rows):
    number = lambda value: f"{value:.12E}".replace(".", ",")
    return ("EC-Lab ASCII FILE\nNb header lines : 4\n25 \xb0C\ntime/s\tEwe/V\t<I>/mA\t(Q-Qo)/mA.h\tcycle number\t\n"
            + "".join("\t".join(map(number, (3600 * t, v, i, q, c - 1))) + "\t\n" for t, i, v, q, c in rows))


def scan(name, seed, **keys):
    source = phantom(seed=seed, cracked_share=keys.pop("cracked_share", 1))
    return {"id": name, "sample": "reference", "voxel_size_um": 0.5, "source": source, **keys}


def states():
    return [scan("p", 1, cycle=0, step="pristine", thickness_um=40, cracked_share=0),
            scan("l1", 2, cycle=1, step="lithiation", thickness_um=81.2, time_h=18, cracked_share=0),
            scan("d1a", 3, cycle=1, step="delithiation", thickness_um=70, time_h=23, cracked_share=0.3),
            scan("d1b", 4, cycle=1, step="delithiation", thickness_um=60, time_h=28, cracked_share=0.8),
            scan("d1", 5, cycle=1, step="delithiation", thickness_um=56.8, time_h=33, scale="micro"),
            scan("given", 6, cycle=2, step="lithiation", time_h=49, capacity_mAh_per_g=1234.5)]


SWEEP = {"threshold": {"values": [60, 95, 105]}, "resolution_limit_um": [0, 1.5], "connectivity": [6, 26]}
SAMPLE = {"silicon_loading_mg_per_cm2": LOADING, "electrode_diameter_mm": DIAMETER, "binder_volume_cm3_per_g": 0.13,
          "binder_thickness_nm": 32, "separator_porosity": 0.9}


class study_test(folder_test):
    def job(self, scans, **keys):
        (self.folder / "ref.csv").write_text(as_csv(cycler_rows()))
        (self.folder / "ref.mpt").write_text(as_mpt(cycler_rows()), encoding="latin-1")
        phase = {} if "phases" in keys else {"phase": {"name": "crack", "where": "below"}}
        return {"campaign": "study", "scans": scans, "samples": {"reference": SAMPLE}, "depth": {"bins": 4}, **phase,
                "electrochemistry": [{"sample": "reference", "path": "ref.csv"}], **keys}

    @property
    def out(self):
        return self.folder / "out"

    def run_job(self, job, code=DONE, **how):
        return self.expect(code, "run", self.write("job.yaml", job), self.write("sweep.yaml", SWEEP), "-o", self.out, "--quiet",
                           **how)

    def table(self, name):
        path = self.folder / "table.csv"
        self.expect(DONE, "export", self.out, "--table", name, "--csv", path)
        return list(csv.DictReader(path.open()))

    def open(self, group=None):
        found = xarray.open_dataset(self.out / "campaign.h5", engine="h5netcdf", group=group)
        self.addCleanup(found.close)
        return found


class series(study_test, prepared_test):
    def prepare(self):
        self.run_job(self.job(states(), crack_onset={"volume_fraction": 0.05}), ranks=2)

    def test_capacities_come_from_the_cycler_unless_the_job_has_them(self):
        found = self.open()
        passed = np.array([0, 18, 5, 10, 15, 16]) * PER_HOUR
        np.testing.assert_allclose(found.capacity_mAh_per_g[:5], passed[:5], rtol=1e-9)
        self.assertEqual(found.capacity_mAh_per_g[5], 1234.5)
        self.assertEqual(list(found.capacity_source.values), ["electrochemistry"] * 5 + ["job"])
        np.testing.assert_allclose(found.voltage_V[1:], [0.118, 0.523, 0.528, 0.533, 0.149], rtol=1e-9)
        np.testing.assert_allclose(found.cumulated_capacity_mAh_per_g, np.array([0, 0, 5, 10, 15, 15]) * PER_HOUR)
        np.testing.assert_allclose(found.passed_capacity_mAh_per_g[1:], np.array([18, 5, 5, 5, 16]) * PER_HOUR)
        np.testing.assert_allclose(found.coulombic_efficiency[1:], [15 / 18] * 4 + [14.5 / 16])
        np.testing.assert_allclose(found.capacity_retention[1:], [1] * 4 + [14.5 / 15])
        np.testing.assert_allclose(found.c_rate[1:], [PER_HOUR / 3579] * 5)
        cycles = self.table("cycles")
        self.assertEqual([row["sample_cycle"] for row in cycles], ["reference cycle 1", "reference cycle 2"])
        self.assertAlmostEqual(float(cycles[1]["delithiation_capacity_mAh_per_g"]), 14.5 * PER_HOUR, 6)

    def test_expansion_follows_from_thickness_and_capacity(self):
        found = self.open()
        height = np.array([40, 81.2, 70, 60, 56.8])
        np.testing.assert_allclose(found.expansion[:5], height / 40 - 1, atol=1e-12)
        np.testing.assert_allclose(found.thickness_change_um[:5], height - 40, atol=1e-12)
        np.testing.assert_allclose(found.contraction[1:5], (81.2 - height[1:]) / 40, atol=1e-12)
        only = lambda name, places: np.testing.assert_array_equal(np.isfinite(found[name]), np.isin(range(6), places))
        only("residual_expansion", [4])
        only("normalised_expansion", [1, 4])
        self.assertAlmostEqual(found.residual_expansion.item(4), 0.42)
        self.assertAlmostEqual(found.normalised_expansion.item(1), 1.03 * 3579 / (18 * PER_HOUR))
        self.assertAlmostEqual(found.normalised_expansion.item(4), 0.42 * 3579 / (15 * PER_HOUR))
        self.assertAlmostEqual(found.theoretical_expansion.item(1), 0.732 * 2.17 / 2.33 * 0.000782 * 18 * PER_HOUR)

    def test_changes_are_differences_of_neighbouring_states(self):
        found = self.open()
        passed = np.diff([0, 18, 23, 28, 33, 49]) * PER_HOUR
        for name, change in (("volume_fraction", "volume_fraction_change"), ("mean_width_um", "mean_width_change_um"),
                             ("surface_area_um2", "surface_area_change_um2"),
                             ("interconnectivity", "interconnectivity_change")):
            expected = np.diff(found[name].values, axis=0)
            np.testing.assert_array_equal(found[change].values[1:], expected, name)
            self.assertTrue(np.isnan(found[change].values[0]).all())
            per = passed.reshape((-1,) + (1,) * (expected.ndim - 1))
            np.testing.assert_allclose(found[f"{change}_per_mAh_per_g"].values[1:], expected / per, rtol=1e-9)
        np.testing.assert_allclose(found.volume_change_um3[1:], np.diff(found.phase_voxels, axis=0) * 0.125)
        self.assertEqual(found.mean_width_change_um_per_mAh_per_g.attrs["units"], "um/(mAh/g)")
        self.assertEqual(list(found.previous_scan.values), ["", "p", "l1", "d1a", "d1b", "d1"])

    def test_onset_is_the_first_state_above_the_fraction(self):
        found, onset = self.open(), self.open("onset")
        self.assertIn("reference cycle 1 delithiation", onset.series.values)
        ids, fractions = list(found.scan.values), found.volume_fraction.values
        for series, names in (("reference cycle 1 delithiation", ["d1a", "d1b", "d1"]),
                              ("reference cycle 1 lithiation", ["l1"])):
            part = onset.sel(series=series)
            for t in range(3):
                for r in range(2):
                    above = [name for name in names if fractions[ids.index(name), t, r] > 0.05]
                    self.assertEqual(part.onset_scan.values[t, r], above[0] if above else "")
                    if above:
                        place = ids.index(above[0])
                        self.assertEqual(part.onset_capacity_mAh_per_g.values[t, r], found.capacity_mAh_per_g[place])
                        self.assertEqual(part.onset_contraction.values[t, r], found.contraction[place])
                        self.assertEqual(part.onset_volume_fraction.values[t, r], fractions[place, t, r])
        delithiation = onset.sel(series="reference cycle 1 delithiation")
        capacities = delithiation.onset_capacity_mAh_per_g.values
        np.testing.assert_array_equal(delithiation.onset_capacity_lowest_mAh_per_g, np.nanmin(capacities, axis=0))
        np.testing.assert_array_equal(delithiation.onset_capacity_highest_mAh_per_g, np.nanmax(capacities, axis=0))
        np.testing.assert_allclose(delithiation.onset_threshold_share, np.isfinite(capacities).mean(axis=0))
        rows = self.table("onset")
        self.assertEqual(len(rows), onset.sizes["series"] * 3 * 2)
        self.assertIn("onset_scan", rows[0])

    def test_the_archive_opens_verifies_merges_and_reproduces(self):
        with netCDF4.Dataset(self.out / "campaign.h5") as file:
            for group in (file, file["onset"], file["cycles"]):
                for name, variable in group.variables.items():
                    self.assertTrue(variable.long_name, name)
                    if variable.dtype is not str:
                        self.assertTrue(variable.units, name)
        before = content(self.out / "campaign.h5")
        self.assertIn("nothing wrong", self.expect(DONE, "verify", self.out).stdout)
        self.expect(DONE, "merge", self.out, cwd="/")
        after = content(self.out / "campaign.h5")
        self.assertEqual(before, after)
        self.expect(DONE, "reproduce", self.out / "campaign.h5", "--scan", "d1", "--scratch", self.folder)
        # Without its table the archive is merged all the same, and says what it lacks.
        (self.folder / "ref.csv").unlink()
        self.assertIn("ref.csv", self.expect(DONE, "merge", self.out).stdout)
        self.assertIn("nothing wrong", self.expect(DONE, "verify", self.out).stdout)

    def test_formulas_change_without_an_analysis(self):
        shards = sorted((self.out / "scans").glob("*.h5"))
        times = [path.stat().st_mtime_ns for path in shards]
        job = self.job(states(), electrochemistry=[{"sample": "reference", "path": "ref.mpt", "first_cycle": 1}])
        job["samples"]["reference"] = {**SAMPLE, "silicon_loading_mg_per_cm2": 2 * LOADING, "reference_scan": "d1b"}
        job["scans"][1]["thickness_um"] = 90
        job["scans"][2]["time_h"] = 24
        del job["scans"][5]["capacity_mAh_per_g"]
        self.run_job(job)
        self.assertEqual([path.stat().st_mtime_ns for path in shards], times)
        found = self.open()
        np.testing.assert_allclose(found.capacity_mAh_per_g, np.array([0, 18, 6, 10, 15, 16]) * PER_HOUR / 2, rtol=1e-6)
        self.assertEqual(list(found.capacity_source.values), ["electrochemistry"] * 6)
        self.assertAlmostEqual(found.expansion.item(1), 90 / 60 - 1)


class phases(study_test, prepared_test):
    def prepare(self):
        limits = [{"name": "crack", "where": "below"}, {"name": "bubbles", "role": "gas", "where": "below"},
                  {"name": "shell", "role": "sei_rich", "where": "above"}]
        scans = states()[:5]
        for number in (1, 2):
            scans.append(scan(f"n{number}", 6 + number, cycle=1, step="delithiation", scale="nano"))
            scans[-1]["voxel_size_um"] = 0.1
            scans[-1]["thickness_um"] = 20
        scans[-1]["region"] = {"cylinder": {"axis": "z", "center": [18, 21.5], "radius": 15}}
        self.run_job(self.job(scans, phases=limits, scales={"macro_limit_um": 1.9},
                              gas={"molar_volume_L_per_mol": 24.465}))

    def test_volumes_per_gram_of_silicon(self):
        found, shell = self.open("bubbles"), self.open("shell")
        sizes = found.voxel_size_um.values
        y, x = np.ogrid[:40, :40]
        columns = np.array([1600] * 6 + [np.count_nonzero((y + 0.5 - 18) ** 2 + (x + 0.5 - 21.5) ** 2 <= 15 ** 2)])
        mass = LOADING * columns * (sizes * 1e-4) ** 2
        np.testing.assert_allclose(found.silicon_mass_mg, mass)
        volume = found.phase_voxels * (sizes.reshape(-1, 1, 1) * 1e-4) ** 3 / (mass.reshape(-1, 1, 1) / 1000)
        np.testing.assert_allclose(found.volume_cm3_per_g, volume)
        np.testing.assert_allclose(found.separator_pore_share, found.volume_fraction / 0.9)
        np.testing.assert_allclose(found.gas_charge_mAh_per_g, volume / 24465 * 2 * 96485.33212 / 3.6, rtol=1e-9)
        np.testing.assert_allclose(found.volume_of_Li2CO3_cm3_per_g, volume / 24465 * 73.89 / 2.11)
        np.testing.assert_allclose(found.volume_of_LiF_cm3_per_g, volume / 24465 * 25.94 / 2.64)
        np.testing.assert_array_equal(found.volume_change_cm3_per_g[1:5], np.diff(found.volume_cm3_per_g, axis=0)[:4])
        # A field of 24 layers lies within the electrode: 12 um of 40, 2.4 um of 20.
        depth = np.array([12] * 5 + [2.4] * 2)
        share = depth / found.thickness_um.values
        np.testing.assert_allclose(shell.silicon_mass_mg, mass * share)
        per_gram = shell.phase_voxels * (sizes.reshape(-1, 1, 1) * 1e-4) ** 3 / ((mass * share).reshape(-1, 1, 1) / 1000)
        np.testing.assert_allclose(shell.volume_cm3_per_g, per_gram)
        np.testing.assert_allclose(shell.volume_without_binder_cm3_per_g, per_gram - 0.13)
        np.testing.assert_allclose(shell.mean_width_without_binder_um, shell.mean_width_um - 0.032)
        np.testing.assert_allclose(shell.width_without_binder_um[0], shell.width - 0.032)

    def rows(self, name, phase, t):
        with h5py.File(self.out / "scans" / f"{name}.h5") as shard:
            tables = shard[f"tables/{name}/{phase}"]
            first = tables["thickness_first_row"][:]
            part = slice(first[t], first[t + 1])
            return 2 * np.sqrt(tables["thickness_sq"][part]), tables["thickness_voxels"][part]

    def test_the_spread_of_a_thickness_is_that_of_its_voxels(self):
        found = self.open("shell")
        width, voxels = self.rows("n1", "shell", 1)
        voxel_widths = np.repeat(width * 0.1, voxels)
        self.assertAlmostEqual(found.width_deviation_um.sel(scan="n1").values[1, 0], voxel_widths.std(), 9)
        self.assertAlmostEqual(found.mean_width_um.sel(scan="n1").values[1, 0], voxel_widths.mean(), 9)
        kept = voxel_widths[voxel_widths >= 1.5 * (1 - 1e-9)]
        if kept.size:
            self.assertAlmostEqual(found.width_deviation_um.sel(scan="n1").values[1, 1], kept.std(), 9)

    def test_porosity_joins_both_scales(self):
        with xarray.open_dataset(self.out / "campaign.h5", group="crack/porosity", engine="h5netcdf") as found:
            self.assertEqual(list(found.state.values), ["reference cycle 1 delithiation"])
            self.assertEqual(found.macro_limit_um.item(), 1.9)
            self.assertAlmostEqual(found.micro_limit_um.item(), 0.4)
            self.assertEqual(found.micro_fields.item(), 2)
            region = dict(zip(self.open("crack").scan.values, self.open("crack").region_voxels.values))
            macro, micro = [], []
            for t in range(3):
                width, voxels = self.rows("d1", "crack", t)
                macro.append(voxels[width * 0.5 >= 1.9 * (1 - 1e-9)].sum() / region["d1"])
                fields = [(name, *self.rows(name, "crack", t)) for name in ("n1", "n2")]
                micro.append([voxels[width >= 4 * (1 - 1e-9)].sum() / region[name] for name, width, voxels in fields])
            macro, micro = np.array(macro), np.array(micro)
            mean = micro.mean(axis=1)
            np.testing.assert_allclose(found.macro_fraction[0], macro)
            np.testing.assert_allclose(found.micro_fraction[0], mean)
            np.testing.assert_allclose(found.micro_fraction_deviation[0], micro.std(axis=1, ddof=1))
            np.testing.assert_allclose(found.porosity_fractions_of_electrode[0], macro + mean)
            np.testing.assert_allclose(found.porosity_micro_fraction_of_islets[0], macro + (1 - macro) * mean)
            pairs = macro[:, None] + (1 - macro[:, None]) * mean[None, :]
            np.testing.assert_allclose(found.porosity_micro_fraction_of_islets_lowest.item(), pairs.min())
            np.testing.assert_allclose(found.porosity_micro_fraction_of_islets_highest.item(), pairs.max())

    def test_nano_fields_may_be_another_campaign(self):
        joined = self.open("crack/porosity").load()
        nano = self.folder / "out"
        job = self.job(states()[:5], scales={"macro_limit_um": 1.9, "nano_archive": "nano/campaign.h5"})
        nano.rename(self.folder / "nano")
        self.run_job(job)
        only = self.open("porosity")
        # All seven scans of the other campaign count as its fields; five of them are of other states.
        self.assertEqual(only.micro_fields.item(), 5)
        np.testing.assert_allclose(only.macro_fraction, joined.macro_fraction)
        (self.folder / "nano" / "campaign.h5").unlink()
        self.assertIn("nano_archive", self.expect(DONE, "merge", self.out).stdout)

    def test_tables_of_phases_are_exported_by_their_place(self):
        self.assertEqual(len(self.table("crack/porosity")), 3)
        finished = self.expect(BAD_INPUT, "export", self.out, "--table", "onset", "--csv", self.folder / "x.csv")
        self.assertIn("crack/onset, crack/porosity, cycles", finished.stderr)
        self.assertIn("nothing wrong", self.expect(DONE, "verify", self.out).stdout)


class mistakes(study_test):
    def wrong(self, job):
        return self.expect(BAD_INPUT, "check", self.write("job.yaml", job), self.write("sweep.yaml", SWEEP)).stderr

    def test_mixed_units_are_answered_with_the_conversion(self):
        job = self.job(states())
        job["samples"]["reference"] = {**SAMPLE, "silicon_loading_g_per_m2": 19, "electrode_diameter_um": "3000"}
        del job["samples"]["reference"]["silicon_loading_mg_per_cm2"], job["samples"]["reference"]["electrode_diameter_mm"]
        told = self.wrong(job)
        self.assertIn("1.9 mg/cm2 = 19 g/m2: write silicon_loading_mg_per_cm2: 1.9", told)
        self.assertIn("3 mm = 3000 um: write electrode_diameter_mm: 3", told)
        self.assertIn("no silicon mass of 'reference'", told)

    def test_electrochemistry_that_does_not_fit_is_found_before_anything_runs(self):
        job = self.job(states())
        job["scans"][1]["time_h"] = 18.5
        self.assertIn("18.5 h, while the rows of cycle 1, lithiation go from 0 to 18 h", self.wrong(job))
        job = self.job(states())
        (self.folder / "ref.csv").write_text("time_h,current_mA\n0,one\n")
        self.assertIn("ref.csv: line 2, column 2 ('current_ma'): \"one\"", self.wrong(job))


if __name__ == "__main__":
    unittest.main()
