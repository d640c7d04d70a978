"""Archives that were damaged are found out; archives of earlier versions stay readable."""

import csv
import ctypes
import ctypes.util
import pathlib
import random
import shutil
import tarfile
import unittest

import h5py
import numpy as np

from program import BAD_INPUT, DONE, SANITIZED, SOME_FAILED, SWEEP, campaign, content, folder_test, prepared_test, tomosweep

DATA = pathlib.Path(__file__).parent.parent / "archive" / "data"


class digest(ctypes.Structure):
    _fields_ = [("low", ctypes.c_uint64), ("high", ctypes.c_uint64)]


XXHASH = ctypes.CDLL(ctypes.util.find_library("xxhash"))
XXHASH.XXH3_128bits.restype = digest
XXHASH.XXH3_128bits.argtypes = [ctypes.c_char_p, ctypes.c_size_t]


def xxh3_128(data):
    hashed = XXHASH.XXH3_128bits(data, len(data))
    return f"{hashed.high:016x}{hashed.low:016x}"


class verify(prepared_test):
    def prepare(self):
        self.write("job.yaml", campaign(2))
        self.write("sweep.yaml", SWEEP)
        self.run_job("job.yaml", self.folder / "out")

    def setUp(self):
        super().setUp()
        self.out = self.folder / "out"
        self.shard = self.out / "scans" / "s0.h5"

    def run_job(self, job, out):
        return self.expect(DONE, "run", self.folder / job, self.folder / "sweep.yaml", "-o", out, "--fields", "mask,thickness")

    def damage(self, path, place, bits):
        content = bytearray(path.read_bytes())
        content[place] ^= bits
        path.write_bytes(content)

    def test_finds_nothing_wrong_with_what_a_run_left(self):
        told = self.expect(DONE, "verify", self.out).stdout
        self.assertEqual(told.count("as it was written"), 3)
        self.assertIn("nothing wrong found", told)
        self.expect(DONE, "verify", self.shard)
        self.expect(BAD_INPUT, "verify", self.folder / "nothing.h5")

    def test_checksums_are_xxh3_of_the_values(self):
        with h5py.File(self.shard) as file:
            compared = []

            def compare(name, item):
                if isinstance(item, h5py.Dataset) and item.dtype.kind != "O" and "xxh3_128" in item.attrs:
                    self.assertEqual(item.attrs["xxh3_128"], xxh3_128(np.asarray(item[()]).tobytes()), name)
                    compared.append(name)

            file.visititems(compare)
            self.assertLessEqual({"phase_voxels", "mean_width_um", "connectivity", "fields/z"}, set(compared))
            self.assertEqual(file["scan"].attrs["xxh3_128"], xxh3_128(b"s0\0"))
            self.assertTrue(file["fields/mask"].fletcher32)

    def test_sees_every_flipped_bit_in_the_values_of_variables_and_fields(self):
        seed = random.SystemRandom().randrange(2**32)
        print(f"seed {seed}", flush=True)
        choose = random.Random(seed)
        whole = self.shard.read_bytes()
        places = []
        with h5py.File(self.shard) as file:
            def note(name, item):
                if not isinstance(item, h5py.Dataset) or item.dtype.kind == "O":
                    return
                if item.chunks is not None:
                    for i in range(item.id.get_num_chunks()):
                        chunk = item.id.get_chunk_info(i)
                        places.append((name, chunk.byte_offset, chunk.size))
                elif item.id.get_offset() is not None and item.attrs.get("NAME", b"")[:8] != b"This is ":
                    places.append((name, item.id.get_offset(), item.id.get_storage_size()))
            file.visititems(note)
        self.assertGreater(len(places), 50)
        for name, offset, size in choose.sample(places, 12 if SANITIZED else 40):
            self.damage(self.shard, offset + choose.randrange(size), 1 << choose.randrange(8))
            told = self.expect(SOME_FAILED, "verify", self.shard).stdout
            self.assertIn(name.split("/")[-1], told, name)
            self.shard.write_bytes(whole)

    def test_survives_flips_anywhere_and_sees_most(self):
        seed = random.SystemRandom().randrange(2**32)
        print(f"seed {seed}", flush=True)
        choose = random.Random(seed)
        whole = self.shard.read_bytes()
        seen, flips = 0, 20 if SANITIZED else 60
        for _ in range(flips):
            self.damage(self.shard, choose.randrange(len(whole)), 1 << choose.randrange(8))
            finished = tomosweep("verify", self.shard)
            self.assertIn(finished.returncode, (DONE, SOME_FAILED), finished.stderr)
            seen += finished.returncode == SOME_FAILED
            self.shard.write_bytes(whole)
        # Unused space within the file and netCDF's own attributes carry no checksum.
        self.assertGreater(seen, flips // 3)

    def test_finds_cut_off_missing_disagreeing_and_temporary_files(self):
        whole = self.shard.read_bytes()
        self.shard.write_bytes(whole[:len(whole) // 2])
        self.assertIn("s0.h5: damaged", self.expect(SOME_FAILED, "verify", self.out).stdout)
        self.shard.unlink()
        self.assertIn("scan s0 has no results", self.expect(SOME_FAILED, "verify", self.out).stdout)
        self.shard.write_bytes(whole)
        self.expect(DONE, "verify", self.out)
        left = self.out / "scans" / ".s1.h5.partial-elsewhere-1"
        left.write_bytes(b"half")
        self.assertIn(left.name, self.expect(SOME_FAILED, "verify", self.out).stdout)
        left.unlink()
        other = self.folder / "other"
        job = campaign(2)
        job["scans"][0]["source"]["seed"] = 5
        self.write("job2.yaml", job)
        self.run_job("job2.yaml", other)
        shutil.copy(other / "campaign.h5", self.out)
        self.assertRegex(self.expect(SOME_FAILED, "verify", self.out).stdout, r"/phase_voxels: \d+ of 8 values differ")
        (self.out / "campaign.h5").unlink()
        self.assertIn("campaign.h5: missing", self.expect(SOME_FAILED, "verify", self.out).stdout)

    def test_a_damaged_shard_is_computed_again_and_never_merged(self):
        expected = content(self.shard)
        with h5py.File(self.shard) as file:
            place = file["phase_voxels"].id.get_offset()
        self.damage(self.shard, place, 4)
        self.assertIn("s0.h5", self.expect(BAD_INPUT, "merge", self.out).stderr)
        self.assertIn("1 scan to do, 1 complete", self.run_job("job.yaml", self.out).stderr)
        self.assertEqual(content(self.shard), expected)


class earlier_schema(folder_test):
    def unpack(self, version):
        with tarfile.open(DATA / f"schema-{version}.tar.xz") as held:
            held.extractall(self.folder)
        self.out = self.folder / "out"
        return [self.out / "job.yaml", self.out / "sweep.yaml", "-o", self.out, "--fields", "mask"]

    def test_archives_of_schema_1_are_exported_merged_verified_and_repeated(self):
        self.unpack(1)
        table = self.folder / "table.csv"
        self.expect(DONE, "export", self.out, "--csv", table)
        self.assertEqual(table.read_text(), (self.out / "figures.csv").read_text())
        self.assertIn("2 of 2 scans complete", self.expect(DONE, "status", self.out).stdout)
        told = self.expect(DONE, "verify", self.out).stdout
        self.assertEqual(told.count("no checksums, written by an older version"), 3)
        told = self.expect(DONE, "reproduce", self.out / "campaign.h5", "--scan", "b").stdout
        self.assertIn("fields are the same, bit by bit", told)
        expected = content(self.out / "campaign.h5")
        (self.out / "campaign.h5").unlink()
        self.expect(DONE, "merge", self.out)
        merged = content(self.out / "campaign.h5")
        self.assertNotEqual(merged.pop("@schema_version"), expected.pop("@schema_version"))
        self.assertEqual({place: merged[place] for place in expected}, expected)
        added = set(merged) - set(expected)
        derived = tuple(place.removesuffix("@derived") for place in added if place.endswith("@derived"))
        self.assertIn("capacity_source", derived)
        self.assertTrue(all(place.endswith("@xxh3_128") or place.startswith(derived) for place in added), added)

    def test_a_run_goes_on_in_a_folder_of_schema_1(self):
        job = self.unpack(1)
        self.assertIn("0 scans to do, 2 complete", self.expect(DONE, "run", *job).stderr)
        (self.out / "scans" / "b.h5").unlink()
        self.assertIn("1 scan to do, 1 complete", self.expect(DONE, "run", *job).stderr)
        self.expect(DONE, "export", self.out, "--csv", self.folder / "table.csv")
        now, before = self.rows(self.folder / "table.csv"), self.rows(self.out / "figures.csv")
        self.assertEqual([{name: row[name] for name in before[0]} for row in now], before)
        self.expect(DONE, "verify", self.out)

    def test_pairs_of_schema_2_get_the_axis_of_limits(self):
        self.unpack(2)
        self.expect(DONE, "export", self.out, "--csv", self.folder / "table.csv")
        self.assertEqual((self.folder / "table.csv").read_text(), (self.out / "figures.csv").read_text())
        self.assertIn("3 of 3 scans complete", self.expect(DONE, "status", self.out).stdout)
        self.expect(DONE, "verify", self.out)
        self.expect(DONE, "reproduce", self.out / "campaign.h5", "--scan", "b")
        before = content(self.out / "campaign.h5")
        (self.out / "campaign.h5").unlink()
        self.expect(DONE, "merge", self.out)
        self.expect(DONE, "verify", self.out)
        merged = content(self.out / "campaign.h5")
        with h5py.File(self.out / "campaign.h5") as archive:
            self.assertEqual(archive.attrs["schema_version"], 3)
            self.assertEqual(archive["changes/resolution_limit"][:].tolist(), [0])
            self.assertEqual(archive["changes/kept_voxels"].shape, (2, 2, 1))
            self.assertEqual(archive["changes/opened_largest_normal"].shape, (2, 2, 1, 2, 3))
        for place, found in before.items():
            if "@" not in place and not place.startswith("changes/This is"):
                self.assertEqual(merged[place][1:], found[1:], place)

    def test_a_run_compares_pairs_of_schema_2_at_all_limits(self):
        job = self.unpack(2)
        # Only one pair first: the other, which knows no limits, cannot stand beside it.
        told = self.expect(DONE, "run", *job, "--scans", "[ab]").stderr
        self.assertIn("0 scans to do, 2 complete", told)
        with h5py.File(self.out / "campaign.h5") as archive:
            self.assertEqual(archive["changes/pair"].asstr()[:].tolist(), ["a--b"])
            self.assertEqual(archive["changes/resolution_limit"][:].tolist(), [0, 1.5])
        self.expect(DONE, "verify", self.out)
        self.expect(DONE, "run", *job)
        with h5py.File(self.out / "campaign.h5") as archive:
            self.assertEqual(archive["changes/pair"].asstr()[:].tolist(), ["a--b", "b--c"])
            from_scans = archive["phase_voxels"][:2]
            self.assertEqual(archive["changes/from_voxels"][:].tolist(), from_scans.tolist())
        self.expect(DONE, "verify", self.out)

    def rows(self, path):
        with path.open() as file:
            return list(csv.DictReader(file))


if __name__ == "__main__":
    unittest.main()
