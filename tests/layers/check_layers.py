#!/usr/bin/env python3
"""Holds the source tree to its layering and its size limits.

Usage: check_layers.py ROOT. Prints one line per breach (file:line: what) and exits 1 when there is any, 2 when ROOT holds no
sources at all.
"""

import re
import sys
from pathlib import Path

# A layer may include itself and the layers named here: app -> campaign -> {archive, io, descriptors} -> ops ->
# {kernels, grid} -> comm -> core. Kernels never communicate, so they see nothing but core.
BELOW_SIBLINGS = {"ops", "kernels", "grid", "comm", "core"}
MAY_INCLUDE = {
    "core": set(),
    "comm": {"core"},
    "grid": {"comm", "core"},
    "kernels": {"core"},
    "ops": {"kernels", "grid", "comm", "core"},
    "descriptors": BELOW_SIBLINGS,
    "io": BELOW_SIBLINGS,
    "archive": BELOW_SIBLINGS,
    "campaign": BELOW_SIBLINGS | {"archive", "io", "descriptors"},
    "app": BELOW_SIBLINGS | {"archive", "io", "descriptors", "campaign"},
}

# Which layers may name a library, by the headers that give it away.
LIBRARIES = [
    ("MPI", re.compile(r"mpi\.h$"), {"comm", "archive"}),
    ("HDF5", re.compile(r"(hdf5(_hl)?|H5\w*)\.h$"), {"archive", "io"}),
    ("yaml-cpp", re.compile(r"yaml-cpp/"), {"campaign"}),
    ("Boost.Program_options", re.compile(r"boost/program_options"), {"app"}),
    ("OpenMP", re.compile(r"omp\.h$"), {"kernels", "io"}),
    ("FFTW", re.compile(r"fftw3\.h$"), {"kernels"}),
    ("libtiff", re.compile(r"tiff(io|vers)?\.h(xx)?$"), {"io"}),
]

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')
OPENMP_PRAGMA = re.compile(r"^\s*#\s*pragma\s+omp\b|_Pragma\s*\(\s*\"omp\b")
OWN = re.compile(r"^tomosweep/([^/]+)/")
MOST_LINES = 400
SUFFIXES = {".hpp", ".cpp"}


def layer_of(path, root):
    """The layer that owns a file of include/tomosweep/ or src/, and None for tests and benchmarks."""
    parts = path.relative_to(root).parts
    if parts[:2] == ("include", "tomosweep") and len(parts) > 3:
        return parts[2]
    if parts[0] == "src" and len(parts) > 2:
        return parts[1]
    return None


def include_breaches(layer, header, path):
    """What is wrong with `layer` including `header` from the file `path`."""
    own = OWN.match(header)
    if own:
        other = own.group(1)
        if other != layer and other not in MAY_INCLUDE[layer]:
            yield f"{layer} may not include {other} ({header})"
        return
    if ".." in Path(header).parts:
        yield f"includes climb out of their folder ({header})"
    for library, pattern, layers in LIBRARIES:
        if pattern.match(header.split("/")[-1]) or pattern.match(header):
            if layer not in layers:
                yield f"{layer} may not include {library} ({header})"


def line_breaches(layer, line, path):
    include = INCLUDE.match(line)
    if include:
        yield from include_breaches(layer, include.group(1), path)
    if OPENMP_PRAGMA.search(line) and layer not in {"kernels", "io"}:
        yield f"{layer} may not use OpenMP"


def file_breaches(path, root):
    """All breaches of one file as (line number, text)."""
    lines = path.read_text(encoding="utf-8").splitlines()
    layer = layer_of(path, root)
    if len(lines) > MOST_LINES:
        yield len(lines), f"{len(lines)} lines, more than {MOST_LINES}"
    if path.suffix == ".hpp" and (not lines or lines[0] != "#pragma once"):
        yield 1, "a header starts with #pragma once"
    if layer is None:
        return
    if layer not in MAY_INCLUDE:
        yield 1, f"{layer} is no layer"
        return
    for number, line in enumerate(lines, 1):
        for text in line_breaches(layer, line, path):
            yield number, text


def sources(root):
    for folder in ("include", "src", "tests", "bench"):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in SUFFIXES:
                yield path


def main(root):
    files = list(sources(root))
    if not files:
        print(f"{root}: no sources found")
        return 2
    breaches = [(path, number, text) for path in files for number, text in file_breaches(path, root)]
    for path, number, text in breaches:
        print(f"{path.relative_to(root)}:{number}: {text}")
    return 1 if breaches else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: check_layers.py ROOT")
    sys.exit(main(Path(sys.argv[1]).resolve()))
