"""Opens the sample archive with every reader a user may have and compares what they see."""

import pathlib
import subprocess
import sys
import xml.etree.ElementTree

import h5netcdf
import h5py
import netCDF4
import numpy as np
import xarray

path = sys.argv[1]
shard = sys.argv[2]
GROUPS = ["crack", "binder", "tables", "tables/ref-c01", "process", "process/ref-c01"]
WIDTH = 1 / 3 + 0.1 * np.arange(6)
WIDTH[4] = np.nan
WIDTH = WIDTH.reshape(1, 3, 2)


def check_xarray(engine):
    with xarray.open_dataset(path, engine=engine) as root:
        assert dict(root.sizes) == {"scan": 1, "threshold": 3, "resolution_limit": 2, "connectivity": 2, "depth": 4}, root.sizes
        assert list(root.scan.values) == ["ref-c01"]
        assert list(root.connectivity.values) == [6, 26]
        assert root.sample.values[0] == 'r\u00e9f, "one"'
        assert root.attrs["title"] == "campaign of cracks, \u00b5m" and root.attrs["voxels"] == 2**50
        assert root.phase_voxels.dtype == np.int64 and root.phase_voxels.values[0, 2, 1] == 2**40
        assert root.mean_width_um.attrs["units"] == "um" and root.mean_width_um.attrs["long_name"] == "mean width"
        assert np.isnan(root.time_h.values[0])
        chosen = root.euler_number.sel(scan="ref-c01", threshold=90, resolution_limit=0.64, connectivity=26)
        assert chosen.item() == -7
    for name in GROUPS:
        with xarray.open_dataset(path, engine=engine, group=name) as group:
            group.load()
    with xarray.open_dataset(path, engine=engine, group="crack") as crack:
        np.testing.assert_array_equal(crack.mean_width_um.values, WIDTH)
    with xarray.open_dataset(path, engine=engine, group="tables/ref-c01") as tables:
        assert tables.grey.shape == (4, 20000) and (tables.grey.values == 9).all() and tables.nothing.size == 0
    with xarray.open_dataset(path, engine=engine, group="process/ref-c01") as process:
        assert process.seconds.item() == 1.5 and len(process.attrs["job"]) == 100000
        assert list(process.attrs)[:20] == [f"fact_{19 - i}" for i in range(20)]


def check_netcdf4():
    with netCDF4.Dataset(path) as root:
        assert list(root.dimensions) == ["scan", "threshold", "resolution_limit", "connectivity", "depth", "class"]
        assert list(root.variables)[:3] == ["voxel_size_um", "scan", "threshold"]
        assert list(root.groups) == ["crack", "binder", "tables", "process"]
        assert root["scan"][0] == "ref-c01" and not root.dimensions["class"].isunlimited()
        assert len(root.dimensions["class"]) == 4
        width = root["crack/mean_width_um"]
        assert width.dimensions == ("scan", "threshold", "resolution_limit") and np.isnan(width._FillValue)
        np.testing.assert_array_equal(width[:].filled(np.nan), WIDTH)
        assert root["crack/status"][0, 2, 0] == 2


def check_h5():
    with h5py.File(path) as root:
        assert root["crack/euler_number"].dims[3][0] == root["connectivity"]
        assert root["scan"].asstr()[0] == "ref-c01" and root["mean_width_um"].attrs["units"] == "um"
        np.testing.assert_array_equal(root["crack/mean_width_um"][()], WIDTH)
        assert list(root.keys()), "nothing in the root"
    with h5netcdf.File(path, "r") as root:
        assert root["crack"].variables["mean_width_um"].dimensions == ("scan", "threshold", "resolution_limit")


def check_ncdump():
    header = subprocess.run(["ncdump", "-h", path], check=True, capture_output=True, text=True).stdout
    for line in ["scan = 1 ;", "class = 4 ;", "string scan(scan) ;", "group: crack {", "group: ref-c01 {", "none = UNLIMITED ; // (0 currently)",
                 "double mean_width_um(scan, threshold, resolution_limit) ;", 'string mean_width_um:units = "um" ;',
                 "mean_width_um:_FillValue = NaN ;", "ubyte grey(class, entry) ;"]:
        assert line in header, f"ncdump does not show {line!r}"
    subprocess.run(["ncdump", path], check=True, capture_output=True)


def expected_mask(threshold):
    return ((np.arange(5 * 6 * 70) + threshold) % 251).reshape(5, 6, 70)


def check_fields(engine):
    with xarray.open_dataset(shard, engine=engine) as root:
        assert list(root.scan.values) == ["ref-c01"]
    with xarray.open_dataset(shard, engine=engine, group="fields/crack") as crack:
        assert crack.mask.dims == ("threshold", "z", "y", "x") and crack.mask.dtype == np.uint8
        np.testing.assert_array_equal(crack.mask.sel(threshold=90), expected_mask(1))
        np.testing.assert_allclose(crack.z, 10.25 + 0.5 * np.arange(5))
        assert crack.x.attrs["units"] == "um" and (crack.label.values == 0).all()
    with xarray.open_dataset(shard, engine=engine, group="fields/binder") as binder:
        assert binder.label.dtype == np.uint64 and (binder.label.values == 2**40).all()
        assert list(binder.threshold.values) == [100.5]


def check_xdmf():
    """Follows every hyperslab of the .xmf by hand, as ParaView does."""
    text = xml.etree.ElementTree.parse(pathlib.Path(shard).with_suffix(".xmf"))
    assert [grid.get("Name") for grid in text.findall("Domain/Grid")] == ["crack", "binder"]
    for grid in text.findall("Domain/Grid/Grid"):
        cells = [int(n) - 1 for n in grid.find("Topology").get("Dimensions").split()]
        origin, spacing = [[float(n) for n in item.text.split()] for item in grid.findall("Geometry/DataItem")]
        assert cells == [5, 6, 70] and origin == [10, 0, 0] and spacing == [0.5, 0.5, 0.5]
        for item in grid.findall("Attribute/DataItem"):
            select, source = item.findall("DataItem")
            start, stride, count = np.array(select.text.split(), dtype=int).reshape(3, 4)
            name, place = source.text.split(":")
            with h5py.File(pathlib.Path(shard).parent / name) as file:
                data = file[place]
                assert data.shape == tuple(int(n) for n in source.get("Dimensions").split())
                assert data.dtype.itemsize == int(source.get("Precision"))
                block = data[tuple(slice(s, s + d * c, d) for s, d, c in zip(start, stride, count))]
            assert list(block.shape[1:]) == cells == [int(n) for n in item.get("Dimensions").split()]
            if place == "/fields/crack/mask":
                index = {80.0: 0, 90.0: 1}[float(grid.find("Time").get("Value"))]
                np.testing.assert_array_equal(block[0], expected_mask(index))


check_xarray("netcdf4")
check_xarray("h5netcdf")
check_netcdf4()
check_h5()
check_ncdump()
check_fields("netcdf4")
check_fields("h5netcdf")
check_xdmf()
subprocess.run(["ncdump", "-h", shard], check=True, capture_output=True)
