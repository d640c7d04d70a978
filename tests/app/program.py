"""Runs the program as a user would, and reads what it leaves."""

import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

import h5py
import numpy as np
import yaml

TOMOSWEEP = os.environ["TOMOSWEEP"]
MPIEXEC = os.environ.get("TOMOSWEEP_MPIEXEC", "mpirun")
# Sanitizers slow everything down; what waits for something to happen waits the longer.
PATIENCE = int(os.environ.get("TOMOSWEEP_PATIENCE", "1"))
SANITIZED = PATIENCE > 1
TIMEOUT_S = 60 * PATIENCE
# What a launcher gives the other ranks when one has died.
GRACE_S = 20 * PATIENCE

# Exit codes, as documented.
DONE, INTERNAL, BAD_INPUT, SOME_FAILED, NOT_ENOUGH, INTERRUPTED = 0, 1, 2, 3, 4, 75


def command_line(arguments, ranks):
    words = [TOMOSWEEP, *map(str, arguments)]
    return words if ranks is None else [MPIEXEC, "-n", str(ranks), *words]


def tomosweep(*arguments, ranks=None, threads=None, cwd=None):
    """The finished process; a hang is a failure of the test that calls."""
    environment = dict(os.environ)
    if threads is not None:
        environment["OMP_NUM_THREADS"] = str(threads)
    return subprocess.run(command_line(arguments, ranks), capture_output=True, text=True, timeout=TIMEOUT_S,
                          env=environment, cwd=cwd, stdin=subprocess.DEVNULL)


def start(*arguments, ranks=None):
    """A running process that leads a session of its own, so that all its ranks can be found."""
    return subprocess.Popen(command_line(arguments, ranks), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                            stdin=subprocess.DEVNULL, start_new_session=True)


def session_of(leader):
    """{process id: program} of all living processes that a started process leads. mpirun gives every rank a process
    group of its own, but the session stays."""
    members = {}
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            name, rest = path.read_text().split("(", 1)[1].rsplit(")", 1)
        except OSError:
            continue
        state, _, _, session = rest.split()[:4]
        if int(session) == leader and state != "Z":
            members[int(path.parent.name)] = name
    return members


def ranks_of(process):
    """The living ranks of a started process, which may be itself."""
    return [member for member, name in session_of(process.pid).items() if name == pathlib.Path(TOMOSWEEP).name]


def signal_ranks(process, number):
    """To the ranks themselves, as srun and scancel do; mpirun is left alone."""
    for member in ranks_of(process):
        os.kill(member, number)


def kill_all(process):
    """Every process of the run at once, without warning; returns when all are gone."""
    while members := session_of(process.pid):
        for member in members:
            try:
                os.kill(member, signal.SIGKILL)
            except ProcessLookupError:
                pass
        process.poll()
        time.sleep(0.01)
    process.wait(TIMEOUT_S)


def await_that(condition, seconds=TIMEOUT_S):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def under_sanitizers(few, all_others):
    """What is repeated: sanitizers look at the code on the way, which a few repetitions take, and not at the bits in the end."""
    return few if SANITIZED else few + all_others


def phantom(**keys):
    return {"type": "phantom", "shape": [24, 40, 40], "islet_diameter": 16, "crack_width_collector": 3,
            "crack_width_separator": 5, "noise_sigma": 10, "blur_sigma": 0.7, **keys}


def campaign(count=3, **job):
    """A small job of phantoms."""
    scans = [{"id": f"s{i}", "sample": "ab"[i % 2], "cycle": i, "voxel_size_um": 0.5, "source": phantom(seed=i + 1)}
             for i in range(count)]
    phase = {} if "phases" in job else {"phase": {"name": "crack", "where": "below"}}
    return {"campaign": "small", "scans": scans, **phase, "depth": {"bins": 4}, **job}


SWEEP = {"threshold": {"values": [95, 105]}, "resolution_limit_um": [0, 1.5], "connectivity": [6, 26]}


class folder_test(unittest.TestCase):
    """A test with a folder of its own."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tomosweep-app-"))
        self.addCleanup(shutil.rmtree, self.folder, True)

    def write(self, name, content):
        """YAML from a dictionary, or text as it is; returns the path."""
        path = self.folder / name
        path.write_text(content if isinstance(content, str) else yaml.safe_dump(content, sort_keys=False))
        return path

    def expect(self, code, *arguments, **how):
        finished = tomosweep(*arguments, **how)
        self.assertEqual(finished.returncode, code, f"{arguments}\n{finished.stdout}\n{finished.stderr}")
        return finished


class prepared_test(folder_test):
    """Tests whose folder `prepare` has filled. That is done once for a class: the others begin with a copy, at the same place."""

    @classmethod
    def setUpClass(cls):
        held = pathlib.Path(tempfile.mkdtemp(prefix="tomosweep-app-"))
        cls.addClassCleanup(shutil.rmtree, held, True)
        cls.place, cls.kept = held / "test", held / "prepared"

    def setUp(self):
        self.folder = self.place
        self.addCleanup(shutil.rmtree, self.folder, True)
        if self.kept.exists():
            shutil.copytree(self.kept, self.folder)
        else:
            self.folder.mkdir()
            self.prepare()
            shutil.copytree(self.folder, self.kept)


def bytes_of(values):
    """Decoded values byte by byte: NaN equals NaN, and 0.0 differs from -0.0."""
    if values.dtype.kind == "O":
        return [text if isinstance(text, bytes) else str(text).encode() for text in values.ravel()]
    return values.tobytes()


# References to other objects, which are addresses within a file.
STRUCTURE = {"DIMENSION_LIST", "REFERENCE_LIST"}


def content(path):
    """Everything a file says, apart from its provenance: {place: (shape, type, bytes)} of datasets and attributes."""
    found = {}

    def note(name, item):
        if {"process"} & set(name.split("/")[:2]):
            return
        for key, value in item.attrs.items():
            if key not in STRUCTURE:
                found[f"{name}@{key}"] = bytes_of(np.asarray(value))
        if isinstance(item, h5py.Dataset):
            found[name] = (item.shape, str(item.dtype), bytes_of(np.asarray(item[()])))

    with h5py.File(path) as file:
        note("", file)
        file.visititems(note)
    return found


def campaign_content(directory):
    """The archive and every shard of an output folder."""
    directory = pathlib.Path(directory)
    files = [directory / "campaign.h5", *sorted((directory / "scans").glob("*.h5"))]
    return {str(path.relative_to(directory)): content(path) for path in files}


def assert_same_content(test, found, expected, about):
    test.assertEqual(sorted(found), sorted(expected), about)
    for name in expected:
        test.assertEqual(sorted(found[name]), sorted(expected[name]), f"{about}: {name}")
        different = [place for place in expected[name] if found[name][place] != expected[name][place]]
        test.assertEqual(different, [], f"{about}: {name}")


def assert_nothing_half_written(test, directory):
    partial = [str(path) for path in pathlib.Path(directory).rglob(".*partial*")]
    test.assertEqual(partial, [])
