"""Holds streams of repeat_deflater to zlib's own inflate. Usage: zlib_witness.py DUMP_PROGRAM."""

import pathlib
import subprocess
import sys
import tempfile
import zlib

with tempfile.TemporaryDirectory() as folder:
    subprocess.run([sys.argv[1], folder], check=True)
    raw = sorted(pathlib.Path(folder).glob("*.raw"))
    assert len(raw) == 100, len(raw)
    sizes = [0, 0, 0]
    for path in raw:
        expected, packed = path.read_bytes(), path.with_suffix(".zlib").read_bytes()
        reader = zlib.decompressobj()
        assert reader.decompress(packed) == expected, path.name
        assert reader.eof and not reader.unused_data, f"{path.name} does not end where its stream ends"
        sizes = [size + more for size, more in zip(sizes, (len(expected), len(packed), len(zlib.compress(expected, 1))))]
    print("bytes, packed, by zlib's level 1:", *sizes)
