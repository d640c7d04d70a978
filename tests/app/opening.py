"""Archives open in every reader, and hold what is documented."""

import pathlib
import subprocess
import unittest

import h5netcdf
import h5py
import netCDF4
import numpy as np
import xarray

from program import DONE, SWEEP, campaign, prepared_test

POINT = ("scan", "threshold", "resolution_limit")
CONNECTED = (*POINT, "connectivity")
PROFILE = (*POINT, "depth")

# name: (dimensions, units); None where text has no unit.
DOCUMENTED = {
    "threshold": (("threshold",), "grey level"), "resolution_limit": (("resolution_limit",), "um"),
    "connectivity": (("connectivity",), "1"), "depth": (("depth",), "um"), "scan": (("scan",), None),
    "threshold_grey": (("scan", "threshold"), "grey level"), "region_voxels": (("scan",), "1"), "status": (POINT, "1"),
    "phase_voxels": (POINT, "1"), "volume_fraction": (POINT, "1"), "surface_area_um2": (POINT, "um^2"),
    "surface_per_volume": (POINT, "um^-1"), "mean_width_um": (POINT, "um"), "median_width_um": (POINT, "um"),
    "euler_number": (CONNECTED, "1"), "component_count": (CONNECTED, "1"), "largest_component_voxels": (CONNECTED, "1"),
    "interconnectivity": (CONNECTED, "1"), "spans_depth": (CONNECTED, "1"), "depth_volume_fraction": (PROFILE, "1"),
    "depth_mean_width_um": (PROFILE, "um"), "depth_median_width_um": (PROFILE, "um"),
    "max_distance_sq": (("scan", "threshold"), "voxel^2"), "sample": (("scan",), None), "cycle": (("scan",), "1"),
    "step": (("scan",), None), "capacity_mAh_per_g": (("scan",), "mAh/g"), "time_h": (("scan",), "h"),
    "voxel_size_um": (("scan",), "um"), "failure": (("scan",), None), "fields_file": (("scan",), None)}


class opening_test(prepared_test):
    """All tests of a class read one archive."""

    phases = {}

    def prepare(self):
        self.expect(DONE, "run", self.write("job.yaml", campaign(3, **self.phases)), self.write("sweep.yaml", SWEEP), "-o",
                    self.folder / "out", "--fields", "mask,labels,thickness", "--quiet", ranks=2)

    def setUp(self):
        super().setUp()
        self.archive = self.folder / "out" / "campaign.h5"
        self.shard = self.folder / "out" / "scans" / "s1.h5"

    def check_xarray(self, path, group, scans):
        for engine in ("netcdf4", "h5netcdf"):
            with xarray.open_dataset(path, engine=engine, group=group) as figures:
                self.assertEqual(list(figures.scan.values), scans)
                self.assertEqual(list(figures.threshold.values), [95, 105])
                self.assertEqual(list(figures.resolution_limit.values), [0, 1.5])
                self.assertEqual(list(figures.connectivity.values), [6, 26])
                for name, (dimensions, units) in DOCUMENTED.items():
                    self.assertEqual(figures[name].dims, dimensions, name)
                    self.assertEqual(figures[name].attrs.get("units"), units, name)
                    self.assertTrue(figures[name].attrs["long_name"], name)
                chosen = figures.mean_width_um.sel(scan="s1", threshold=105, resolution_limit=1.5)
                self.assertGreater(chosen.item(), 1.5)


    def check_documentation(self):
        """Of every variable that a user meets; tables and provenance speak for themselves."""
        text = (pathlib.Path(__file__).parents[2] / "docs" / "archive.md").read_text()
        names = set()

        def note(place, item):
            if isinstance(item, h5py.Dataset) and place.split("/")[0] not in ("tables", "process"):
                names.add(place.split("/")[-1])

        for path in (self.archive, self.shard):
            with h5py.File(path) as root:
                root.visititems(note)
        self.assertEqual([name for name in sorted(names) if f"`{name}`" not in text], [])


class one_phase(opening_test):
    def test_docs_name_every_variable(self):
        self.check_documentation()

    def test_xarray_finds_every_documented_variable_at_the_root(self):
        self.check_xarray(self.archive, None, ["s0", "s1", "s2"])
        self.check_xarray(self.shard, None, ["s1"])

    def test_xarray_opens_fields_alone(self):
        for engine in ("netcdf4", "h5netcdf"):
            with xarray.open_dataset(self.shard, engine=engine, group="fields") as fields:
                self.assertEqual(fields.mask.dims, ("threshold", "z", "y", "x"))
                self.assertEqual(fields.mask.shape, (2, 24, 40, 40))
                self.assertEqual({name: fields[name].dtype for name in ("mask", "label", "thickness_sq")},
                                 {"mask": np.uint8, "label": np.uint64, "thickness_sq": np.uint32})
                np.testing.assert_allclose(fields.x, 0.5 * (np.arange(40) + 0.5))

    def test_netcdf4_and_h5netcdf_see_the_same_variables(self):
        with netCDF4.Dataset(self.archive) as root, h5netcdf.File(self.archive, "r") as other:
            self.assertLessEqual(set(DOCUMENTED), set(root.variables))
            self.assertEqual(set(root.variables), set(other.variables))
            self.assertEqual(sorted(root["tables"].groups), ["s0", "s1", "s2"])
            self.assertFalse(any(length.isunlimited() for length in root.dimensions.values()))

    def test_h5py_finds_scales_and_provenance(self):
        with h5py.File(self.archive) as root:
            for name, (dimensions, _) in DOCUMENTED.items():
                for axis, dimension in enumerate(dimensions):
                    if name != dimension:
                        self.assertEqual(root[name].dims[axis][0], root[dimension], name)
            for scan in ("s0", "s1", "s2"):
                self.assertIn("threshold", root["process"][scan].attrs["sweep"])
                self.assertIn("phantom", root["process"][scan].attrs["job"])

    def test_ncdump_lists_and_prints_all(self):
        for path in (self.archive, self.shard):
            listed = subprocess.run(["ncdump", "-h", path], capture_output=True, text=True, timeout=60)
            self.assertEqual(listed.returncode, 0, listed.stderr)
            for name, (dimensions, _) in DOCUMENTED.items():
                self.assertIn(f"{name}({', '.join(dimensions)})", listed.stdout)
        subprocess.run(["ncdump", self.archive], capture_output=True, check=True, timeout=60)


class two_phases(opening_test):
    phases = {"phases": [{"name": "crack", "where": "below"}, {"name": "solid", "where": "above"}]}

    def test_docs_name_every_variable(self):
        self.check_documentation()

    def test_each_phase_group_opens_alone(self):
        for phase in ("crack", "solid"):
            self.check_xarray(self.archive, phase, ["s0", "s1", "s2"])
            self.check_xarray(self.shard, phase, ["s1"])

    def test_the_root_names_the_scans(self):
        for engine in ("netcdf4", "h5netcdf"):
            with xarray.open_dataset(self.archive, engine=engine) as root:
                self.assertEqual(list(root.scan.values), ["s0", "s1", "s2"])
                self.assertEqual(list(root.cycle.values), [0, 1, 2])

    def test_the_two_phases_fill_the_region(self):
        with h5py.File(self.archive) as root:
            both = root["crack/phase_voxels"][:, :, 0] + root["solid/phase_voxels"][:, :, 0]
            self.assertTrue((both == root["region_voxels"][:][:, None]).all())

    def test_ncdump_prints_all(self):
        for path in (self.archive, self.shard):
            subprocess.run(["ncdump", path], capture_output=True, check=True, timeout=60)


if __name__ == "__main__":
    unittest.main()
