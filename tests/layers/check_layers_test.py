#!/usr/bin/env python3
"""A checker that finds nothing proves nothing: each kind of breach, planted in a small tree, must be found."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

CHECKER = Path(__file__).with_name("check_layers.py")

SOUND = {
    "include/tomosweep/core/index.hpp": "#pragma once\n",
    "include/tomosweep/comm/communicator.hpp": '#pragma once\n#include <mpi.h>\n#include "tomosweep/core/index.hpp"\n',
    "src/kernels/label.cpp": '#include "tomosweep/core/index.hpp"\n#pragma omp parallel for\n',
    "src/archive/writer.cpp": '#include <mpi.h>\n#include <hdf5.h>\n#include "tomosweep/ops/label.hpp"\n',
    "src/campaign/run.cpp": '#include <yaml-cpp/yaml.h>\n#include "tomosweep/io/source.hpp"\n'
    '#include "tomosweep/archive/writer.hpp"\n#include "tomosweep/descriptors/width.hpp"\n',
    "src/app/main.cpp": '#include <boost/program_options.hpp>\n#include "tomosweep/campaign/run.hpp"\n',
}

BREACHES = {
    "a lower layer includes a higher one": ("src/comm/a.cpp", '#include "tomosweep/grid/halo.hpp"\n', "may not include grid"),
    "siblings include each other": ("src/io/a.cpp", '#include "tomosweep/archive/writer.hpp"\n', "may not include archive"),
    "grid and kernels include each other": ("src/grid/a.cpp", '#include "tomosweep/kernels/a.hpp"\n', "include kernels"),
    "kernels communicate": ("src/kernels/a.cpp", '#include "tomosweep/comm/communicator.hpp"\n', "may not include comm"),
    "a public header breaks the order": (
        "include/tomosweep/core/a.hpp", '#pragma once\n#include <tomosweep/ops/a.hpp>\n', "may not include ops"),
    "MPI outside comm": ("src/ops/a.cpp", "#include <mpi.h>\n", "may not include MPI"),
    "HDF5 outside archive and io": ("src/campaign/a.cpp", "#  include <hdf5.h>\n", "may not include HDF5"),
    "HDF5 by a single header": ("src/ops/a.cpp", "#include <H5Dpublic.h>\n", "may not include HDF5"),
    "YAML outside campaign": ("src/app/a.cpp", "#include <yaml-cpp/yaml.h>\n", "may not include yaml-cpp"),
    "command line outside app": ("src/campaign/a.cpp", "#include <boost/program_options.hpp>\n", "Boost.Program_options"),
    "FFTW outside kernels": ("src/ops/a.cpp", "#include <fftw3.h>\n", "may not include FFTW"),
    "OpenMP header outside kernels": ("src/ops/a.cpp", "#include <omp.h>\n", "may not include OpenMP"),
    "OpenMP pragma outside kernels": ("src/ops/a.cpp", "    #pragma omp parallel for\n", "may not use OpenMP"),
    "a path that climbs": ("src/io/a.cpp", '#include "../archive/writer.hpp"\n', "climb out"),
    "an unknown layer": ("src/utils/a.cpp", "\n", "utils is no layer"),
    "a long file": ("tests/core/a_test.cpp", "\n" * 401, "401 lines"),
    "a header without its guard": ("include/tomosweep/core/a.hpp", "// first\n#pragma once\n", "#pragma once"),
}


def check(files):
    """Exit status and output of the checker on a tree of these files."""
    with tempfile.TemporaryDirectory() as root:
        for name, text in files.items():
            path = Path(root) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        done = subprocess.run([sys.executable, CHECKER, root], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout


class CheckLayersTest(unittest.TestCase):
    def test_a_sound_tree_passes(self):
        self.assertEqual(check(SOUND), (0, ""))

    def test_every_planted_breach_is_found_with_its_file(self):
        for what, (name, text, message) in BREACHES.items():
            with self.subTest(what):
                status, output = check({**SOUND, name: text})
                self.assertEqual(status, 1)
                self.assertEqual(len(output.splitlines()), 1, output)
                self.assertTrue(output.startswith(f"{name}:"), output)
                self.assertIn(message, output)

    def test_a_tree_without_sources_is_no_success(self):
        self.assertEqual(check({"README.md": "\n"})[0], 2)


if __name__ == "__main__":
    unittest.main()
