"""Writes scans with numpy, tifffile, Pillow and h5py: witnesses that know nothing of the program's own writers.

usage: make_scans.py FOLDER. The grey levels follow from the position alone, see level(); python_scans_test.cpp knows the formula too.
"""

import os
import struct
import sys
import zlib

import h5py
import numpy
import tifffile
from PIL import Image

SHAPE = (6, 19, 23)


def level(dtype, shape=SHAPE):
    z, y, x = numpy.indices(shape, dtype=numpy.int64)
    level16 = (z * 2731 + y * 1009 + x * 317 + z * y * x) % 65536
    if dtype.endswith("f4"):
        return (level16 / 8.0 - 1000.0).astype(dtype)
    return level16.astype("u2").astype(dtype[-2:]).astype(dtype)


def tiffs():
    tifffile.imwrite("imagej_one_page.tif", level(">u2"), imagej=True, truncate=True,
                     resolution=(1 / 0.65, 1 / 0.65), metadata={"spacing": 0.65, "unit": "um"})
    tifffile.imwrite("imagej_pages.tif", level(">f4"), imagej=True, resolution=(1 / 0.65, 1 / 0.65),
                     metadata={"spacing": 1.3, "unit": "um", "axes": "ZYX"})
    tifffile.imwrite("imagej_channels.tif", level("u1").reshape(3, 2, 19, 23), imagej=True)
    tifffile.imwrite("dots_per_inch.tif", level("<u2"), resolution=(72, 72), resolutionunit="INCH")
    tifffile.imwrite("ome.ome.tif", level("<u2"), metadata={"axes": "ZYX"})
    tifffile.imwrite("tiles.tif", level(">i2"), tile=(16, 16), bigtiff=True, byteorder=">", metadata=None)
    tifffile.imwrite("deflate.tif", level(">f4"), compression="zlib", rowsperstrip=4, byteorder=">", metadata=None)
    pages = [Image.fromarray(page) for page in level("u1")]
    pages[0].save("pillow_lzw.tif", save_all=True, append_images=pages[1:], compression="tiff_lzw")
    masks = [Image.fromarray(page > 127).convert("1") for page in level("u1")]
    masks[0].save("pillow_bits.tif", save_all=True, append_images=masks[1:], compression="group4")
    os.mkdir("stack")
    for z, page in enumerate(level("<u2")):
        tifffile.imwrite(f"stack/rec_2021-03-04_{z + 98}.tif", page, metadata=None)
    float_predictor("float_predictor.tif", level(">f4")[0])


def float_predictor(path, page):
    """One big-endian page with the floating-point predictor, by hand: tifffile cannot and libtiff 4.5 writes it wrongly."""
    height, width = page.shape
    planes = numpy.ascontiguousarray(page.view("u1").reshape(height, width, 4).transpose(0, 2, 1)).reshape(height, -1)
    coded = planes.copy()
    coded[:, 1:] -= planes[:, :-1]
    packed = zlib.compress(coded.tobytes())
    short, long = 3, 4
    tags = [(256, short, width), (257, short, height), (258, short, 32), (259, short, 8), (262, short, 1),
            (273, long, None), (277, short, 1), (278, short, height), (279, long, len(packed)), (317, short, 3),
            (339, short, 3)]
    start = 8 + 2 + 12 * len(tags) + 4
    header = b"MM" + struct.pack(">HIH", 42, 8, len(tags))
    for tag, kind, value in tags:
        value = start if value is None else value
        header += struct.pack(">HHI", tag, kind, 1)
        header += struct.pack(">HH", value, 0) if kind == short else struct.pack(">I", value)
    with open(path, "wb") as file:
        file.write(header + struct.pack(">I", 0) + packed)


def nexus(path, default, axis_unit):
    with h5py.File(path, "w") as file:
        data = file.create_group("scan/grey")
        data.create_dataset("field", data=level("<u2"))
        file.create_dataset("other", data=numpy.zeros((2, 2, 2)))
        if default:
            file.attrs["default"] = "scan"
            file["scan"].attrs["default"] = "grey"
            data.attrs["signal"] = numpy.string_("field")
        data.attrs["axes"] = ["z", "y", "x"]
        for axis, length in zip("zyx", SHAPE):
            data.create_dataset(axis, data=0.0013 * numpy.arange(length)).attrs["units"] = axis_unit


def hdf5_types():
    with h5py.File("types.h5", "w") as file:
        for dtype in ("|u1", "<u2", ">u2", "<i2", ">i2", "<f4", ">f4"):
            file.create_dataset("plain" + dtype[1:] + ("b" if dtype[0] == ">" else "l"), data=level(dtype))
        file.create_dataset("packed", data=level(">u2"), chunks=(4, 8, 8), compression="gzip", shuffle=True, fletcher32=True)
        for dtype in ("|u1", "<u2", "<i2", "<f4"):
            for shuffle in (False, True):
                file.create_dataset(f"gzip{dtype[1:]}{shuffle}", data=level(dtype), chunks=(3, 8, 8), compression="gzip",
                                    shuffle=shuffle)
        file.create_dataset("gzip_leading", data=level("<u2")[None], chunks=(1, 4, 8, 8), compression="gzip")
        file.create_dataset("leading", data=level("<f4")[None, None])
        file.create_dataset("mask", data=level("u1") > 127)
        file.create_dataset("double", data=level("<f4").astype("f8"))
        file.create_dataset("int32", data=level("<i2").astype("i4"))
        file.create_dataset("int8", data=level("u1").astype("i1"))
        file.create_dataset("flat", data=level("u1")[0])
        file.create_dataset("series", data=level("u1").reshape(2, 3, 19, 23))
        file.create_dataset("empty", shape=(0, 3, 3), dtype="u1")
        file.create_dataset("text", data="words")
        file.create_dataset("never", shape=SHAPE, dtype="u1")
        partly = file.create_dataset("partly", shape=SHAPE, dtype="u1", chunks=(2, 19, 23))
        partly[:4] = level("u1")[:4]
        hole = file.create_dataset("gzip_hole", shape=SHAPE, dtype="<u2", chunks=(1, 19, 23), compression="gzip",
                                   fillvalue=9)
        hole[1:] = level("<u2")[1:]
        damaged = file.create_dataset("gzip_damaged", data=level("<u2"), chunks=(1, 19, 23), compression="gzip")
        damaged.id.write_direct_chunk((2, 0, 0), b"no deflated bytes")
        sized = file.create_dataset("sized", data=level("u1"))
        sized.attrs["element_size_um"] = [0.16, 0.16, 0.16]
        skewed = file.create_dataset("skewed", data=level("u1"))
        skewed.attrs["element_size_um"] = [0.32, 0.16, 0.16]


def virtual():
    layout = h5py.VirtualLayout(shape=SHAPE, dtype="u2")
    for part in range(3):
        with h5py.File(f"part{part}.h5", "w") as file:
            file["data"] = level("<u2")[2 * part:2 * part + 2]
        layout[2 * part:2 * part + 2] = h5py.VirtualSource(f"part{part}.h5", "data", shape=(2,) + SHAPE[1:])
    with h5py.File("virtual.h5", "w") as file:
        file.create_virtual_dataset("data", layout)


def places():
    with h5py.File("beamline.h5", "w") as file:
        file["entry1/tomo_entry/data/data"] = level("<u2")
        file["entry1/tomo_entry/instrument/detector/data"] = file["entry1/tomo_entry/data/data"]
        file["flats"] = numpy.zeros((2, 3, 3), "u2")
    with h5py.File("exchange.h5", "w") as file:
        file["exchange/data"] = level("<u2")
        file["exchange/data_white"] = numpy.zeros((2, 3, 3), "u2")
    with h5py.File("savu.h5", "w") as file:
        file["entry7/reconstruction/results/data"] = level("<u2")
        file["raw"] = numpy.zeros((2, 3, 3), "u2")
    with h5py.File("single.h5", "w") as file:
        file["somewhere/deep"] = level("<u2")
        file["line"] = numpy.arange(5)
    with h5py.File("several.h5", "w") as file:
        file["a"] = level("<u2")
        file["b/c"] = level("<u2")
    with h5py.File("flat.h5", "w") as file:
        file["image"] = level("<u2")[0]


if __name__ == "__main__":
    os.chdir(sys.argv[1])
    tiffs()
    hdf5_types()
    virtual()
    places()
    nexus("nexus.nxs", True, "mm")
    nexus("nexus_pixels.nxs", True, "pixel")
    with open("headed.raw", "wb") as raw:
        raw.write(b"header!")
        level(">i2").tofile(raw)
