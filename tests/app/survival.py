"""Runs that are killed, or that meet each other in one folder.

Of every kind of kill there are 17 by default, 6 under sanitizers; more: TOMOSWEEP_KILLS=1000 TOMOSWEEP_SEED=7 python3 -m unittest survival.rank_killed"""

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import time
import unittest

import h5py
import numpy as np

from program import (BAD_INPUT, DONE, GRACE_S, MPIEXEC, SANITIZED, SOME_FAILED, SWEEP, TIMEOUT_S, TOMOSWEEP,
                     assert_nothing_half_written, assert_same_content, await_that, campaign, campaign_content, content,
                     folder_test, kill_all, phantom, ranks_of, session_of, signal_ranks, start, tomosweep)

KILLS = int(os.environ.get("TOMOSWEEP_KILLS", "6" if SANITIZED else "17"))


def locks(out):
    return sorted(out.glob(".lock-*"))


def slow_job(count=2):
    """A job that is at work for some seconds; under sanitizers fewer voxels take as long."""
    shape = [64, 56, 56] if SANITIZED else [64, 128, 128]
    return campaign(count, defaults={}, scans=[
        {"id": f"s{i}", "voxel_size_um": 0.5, "source": phantom(seed=i + 1, shape=shape)} for i in range(count)])


class lock_test(folder_test):
    def setUp(self):
        super().setUp()
        self.out = self.folder / "out"
        sweep = self.write("sweep.yaml", {**SWEEP, "threshold": {"values": list(range(80, 125, 3))}})
        self.arguments = ["run", self.write("job.yaml", slow_job()), sweep, "-o", self.out]

    def begin(self, *options, ranks=2):
        running = start(*self.arguments, *options, ranks=ranks)
        self.addCleanup(kill_all, running)
        await_that(lambda: any(path.read_text().endswith("1\n") for path in locks(self.out)))
        return running


class locked(lock_test):
    def test_a_second_run_is_refused_until_the_first_has_ended(self):
        first = self.begin()
        held = json.loads(locks(self.out)[0].read_text().splitlines()[0])["process"]["number"]
        os.kill(held, signal.SIGSTOP)  # so that it is at work until it is let go on, however long the others take
        refused = self.expect(BAD_INPUT, *self.arguments).stderr
        for told in (str(self.out), f"process {held}", f"host {socket.gethostname()}", "one run at a time"):
            self.assertIn(told, refused)
        self.expect(BAD_INPUT, *self.arguments, "--shard", "1/2")
        os.kill(held, signal.SIGTERM)
        os.kill(held, signal.SIGCONT)
        first.wait(TIMEOUT_S)
        self.assertEqual(locks(self.out), [])

    def test_a_merge_by_hand_is_allowed_during_a_run(self):
        self.begin()
        await_that(lambda: list((self.out / "scans").glob("s*.h5")))
        self.expect(DONE, "merge", self.out)

    def test_the_lock_of_a_killed_run_is_taken_over(self):
        kill_all(self.begin())
        self.assertEqual(len(locks(self.out)), 1)
        self.expect(DONE, "run", self.write("job.yaml", campaign(1)), self.write("sweep.yaml", SWEEP), "-o", self.out)
        self.assertEqual(locks(self.out), [])

    def test_errors_leave_no_lock(self):
        self.out.mkdir()
        (self.out / "campaign.h5").mkdir()
        finished = subprocess.run([TOMOSWEEP, "run", self.write("job.yaml", campaign(1)),
                                   self.write("sweep.yaml", SWEEP), "-o", self.out], capture_output=True, text=True)
        self.assertNotIn(finished.returncode, (DONE, BAD_INPUT))
        self.assertEqual(locks(self.out), [])


class other_hosts(lock_test):
    """The same folder seen from two machines: one has another name, was booted another time and sees no foreign process."""

    def setUp(self):
        super().setUp()
        (self.folder / "boot_id").write_text("00000000-0000-4000-8000-000000000000\n")
        if self.elsewhere("true").returncode != 0:
            self.skipTest("hosts may not be imitated here: unshare needs rights of its own")

    def elsewhere(self, *command):
        boot_id = "/proc/sys/kernel/random/boot_id"
        set_up = f'mount --bind {self.folder}/boot_id {boot_id} && hostname elsewhere && exec "$@"'
        line = ["unshare", "--uts", "--pid", "--mount", "--mount-proc", "--fork", "--kill-child", "sh", "-c", set_up, "sh"]
        return subprocess.run([*line, *map(str, command)], capture_output=True, text=True, timeout=TIMEOUT_S)

    def test_a_run_elsewhere_is_refused_as_long_as_the_holder_gives_signs_of_life(self):
        self.write("job.yaml", slow_job(8))
        first = self.begin("--heartbeat", 1)
        refused = self.elsewhere(TOMOSWEEP, *self.arguments)
        self.assertIsNone(first.poll(), "the first run was to be at work still")
        self.assertEqual(refused.returncode, BAD_INPUT, refused.stderr)
        for told in ("looking for up to 6 s whether it still lives", f"host {socket.gethostname()}", "one run at a time"):
            self.assertIn(told, refused.stderr)
        self.assertEqual(len(locks(self.out)), 1)

    def small(self):
        return ["run", self.write("job.yaml", campaign(1)), self.write("sweep.yaml", SWEEP), "-o", self.out]

    def test_a_run_elsewhere_takes_over_from_one_that_was_killed(self):
        kill_all(self.begin("--heartbeat", 1))
        began = time.monotonic()
        taken = self.elsewhere(TOMOSWEEP, *self.small())
        self.assertEqual(taken.returncode, DONE, taken.stderr)
        self.assertIn(f"host {socket.gethostname()}", taken.stderr)
        self.assertGreater(time.monotonic() - began, 6)
        self.assertEqual(locks(self.out), [])

    def test_a_run_takes_over_from_one_that_was_killed_elsewhere(self):
        script = 'out=$1; shift; "$@" & until cat "$out"/.lock-* 2> /dev/null; do sleep 0.01; done; kill -9 $!'
        held = self.elsewhere("sh", "-c", script, "sh", self.out, TOMOSWEEP, *self.arguments, "--heartbeat", 1).stdout
        self.assertEqual(json.loads(held.splitlines()[0])["process"]["host"], "elsewhere")
        self.assertIn("host elsewhere", self.expect(DONE, *self.small()).stderr)
        self.assertEqual(locks(self.out), [])


class all_killed(folder_test):
    """Kills of everything at once at any moment of short runs."""

    most_stuck_launchers = 0

    def setUp(self):
        super().setUp()
        self.out = self.folder / "out"
        self.arguments = ["run", self.write("job.yaml", campaign(4)), self.write("sweep.yaml", {
            "threshold": {"rule": "otsu", "scope": "campaign", "offsets": [-8, 0, 8]},
            "resolution_limit_um": [0, 1.5], "connectivity": [6, 26]}), "--fields", "labels"]
        began = time.monotonic()
        self.expect(DONE, *self.arguments, "-o", self.folder / "undisturbed", ranks=2)
        self.seconds = time.monotonic() - began
        self.expected = campaign_content(self.folder / "undisturbed")

    def victims(self, running):
        return list(session_of(running.pid))

    def kill_at_random(self):
        """Whether the run was hit while it was at work; in any case it is over afterwards."""
        running = start(*self.arguments, "-o", self.out, "--ranks-per-scan", self.random.choice([1, 2]), ranks=2)
        moment = self.random.uniform(0, self.seconds)
        time.sleep(moment)
        hit = self.victims(running) if ranks_of(running) else []
        if running.poll() is not None:  # The first run may have taken long only because it was the first.
            self.seconds = moment
        for member in hit:
            try:
                os.kill(member, signal.SIGKILL)
            except ProcessLookupError:
                pass
        end = time.monotonic() + GRACE_S
        while running.poll() is None or session_of(running.pid):
            if time.monotonic() > end:
                left = session_of(running.pid)
                kill_all(running)
                # Open MPI 4's mpirun may wait for ever for itself when a rank dies while it makes itself known
                # (openpmix/openpmix#1233). No rank may.
                self.assertEqual(list(left), [running.pid], "the other processes did not end by themselves")
                self.stuck_launchers += 1
            time.sleep(0.01)
        return bool(hit) and running.returncode != DONE

    def finished_files(self):
        """{path: what identifies it}; fails when one of them does not open, or says anything else than it should."""
        found = {}
        for path in [*self.out.glob("*.*"), *self.out.glob("scans/*.*")]:
            if path.name.startswith("."):
                continue
            name = str(path.relative_to(self.out))
            if path.suffix == ".json":
                json.loads(path.read_text())
            elif name in self.expected:
                assert_same_content(self, {name: content(path)}, {name: self.expected[name]}, "after a kill")
            elif path.suffix == ".h5":
                h5py.File(path).close()
            if path.parent.name == "scans" and path.suffix == ".h5":
                found[path] = (path.stat().st_ino, path.stat().st_mtime_ns)
        return found

    def test_leaves_whole_files_loses_no_finished_scan_and_goes_on(self):
        seed = int(os.environ.get("TOMOSWEEP_SEED", random.SystemRandom().randrange(2**32)))
        print(f"seed {seed}, {KILLS} kills", flush=True)
        self.random = random.Random(seed)
        self.stuck_launchers = 0
        kills, before = 0, {}
        while kills < KILLS:
            kills += self.kill_at_random()
            after = self.finished_files()
            self.assertEqual({path: after.get(path) for path in before}, before, "a finished scan was lost or done twice")
            before = after
            if len(after) == 4 and (self.out / "campaign.h5").exists():
                shutil.rmtree(self.out)
                before = {}
        self.assertLessEqual(self.stuck_launchers, self.most_stuck_launchers)
        self.expect(DONE, *self.arguments, "-o", self.out, ranks=2)
        assert_nothing_half_written(self, self.out)
        self.assertEqual(locks(self.out), [])
        assert_same_content(self, campaign_content(self.out), self.expected, "after all kills")


class rank_killed(all_killed):
    most_stuck_launchers = 3 * KILLS // 10  # a tenth of the kills of all three kinds

    def victims(self, running):
        return ranks_of(running)[:1]


class launcher_killed(all_killed):
    def victims(self, running):
        return [running.pid]


class launchers(folder_test):
    """Launchers that are lost while MPI starts."""

    def begin(self, *launcher):
        script = 'LD_PRELOAD=$TOMOSWEEP_ENDLESS_START exec "$@"'
        begun = subprocess.Popen([*launcher, "sh", "-c", script, "sh", TOMOSWEEP, "run", "job.yaml", "-o", self.folder],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        self.addCleanup(kill_all, begun)
        return begun

    def test_ranks_end_with_their_launcher(self):
        begun = self.begin(MPIEXEC, "-n", "2")
        await_that(lambda: len(ranks_of(begun)) == 2)
        time.sleep(1)
        self.assertEqual(len(ranks_of(begun)), 2)
        begun.kill()
        begun.wait(TIMEOUT_S)
        await_that(lambda: not session_of(begun.pid), GRACE_S)

    def test_a_process_that_no_launcher_started_outlives_its_parent(self):
        begun = self.begin("sh", "-c", '"$@" & sleep 100', "sh")
        await_that(lambda: ranks_of(begun))
        begun.kill()
        begun.wait(TIMEOUT_S)
        time.sleep(1.5)
        self.assertEqual(len(ranks_of(begun)), 1)


class checkpoints(folder_test):
    def setUp(self):
        super().setUp()
        self.out = self.folder / "out"
        self.arguments = ["run", self.write("job.yaml", slow_job(1)), self.write("sweep.yaml", {
            **SWEEP, "threshold": {"values": list(range(80, 125, 2))}}), "--checkpoint", 0]

    def stop_after(self, thresholds, how):
        """Ends a run in the middle of its scan; returns the thresholds that its checkpoint holds."""
        running = start(*self.arguments, "-o", self.out, ranks=2)
        file = self.out / "checkpoints" / "s0.h5"

        def held():
            try:
                with h5py.File(file) as kept:
                    return list(kept["phase_0/finished"])
            except OSError:
                return []
        await_that(lambda: len(held()) >= thresholds)
        how(running)
        running.wait(TIMEOUT_S)
        self.assertFalse((self.out / "scans" / "s0.h5").exists())
        return held()

    def test_finished_thresholds_survive_kills_and_signals_and_give_the_same_bits(self):
        self.stop_after(3, kill_all)
        held = self.stop_after(6, lambda running: signal_ranks(running, signal.SIGTERM))
        self.assertGreaterEqual(len(held), 6)
        self.expect(DONE, *self.arguments, "-o", self.out, ranks=3)
        self.assertFalse((self.out / "checkpoints").exists())
        self.expect(DONE, *self.arguments, "-o", self.folder / "undisturbed")
        assert_same_content(self, campaign_content(self.out), campaign_content(self.folder / "undisturbed"), "resumed")

    def test_finished_thresholds_are_not_computed_again(self):
        held = self.stop_after(2, kill_all)
        with h5py.File(self.out / "checkpoints" / "s0.h5", "r+") as kept:
            kept["phase_0/voxels"][:] = 4711
        self.expect(DONE, *self.arguments, "-o", self.out)
        with h5py.File(self.out / "campaign.h5") as archive:
            marked = np.flatnonzero(archive["phase_voxels"][0, :, 0] == 4711)
        self.assertEqual(list(marked), held)


class failures(folder_test):
    def records(self, out):
        return [json.loads(path.read_text()) for path in sorted((out / "failures").glob("*.json"))]

    def test_of_a_scan_leave_what_a_bug_report_needs(self):
        job = campaign(2)
        job["scans"].append({"id": "short", "voxel_size_um": 0.5, "source": {
            "type": "raw", "path": "short.raw", "shape": [9, 9, 9], "dtype": "uint8"}})
        (self.folder / "short.raw").write_bytes(bytes(100))
        out = self.folder / "out"
        for _ in range(2):
            self.expect(SOME_FAILED, "run", self.write("job.yaml", job), self.write("sweep.yaml", SWEEP), "-o", out,
                        ranks=2)
        [record] = self.records(out)
        self.assertEqual((record["scan"], record["rank"], record["kind"], record["host"]),
                         ("short", 0, "input", socket.gethostname()))
        self.assertIn("short.raw", record["message"])
        for key in ("program", "commit", "compiler", "command", "job", "sweep"):
            self.assertTrue(record["provenance"][key], key)

    def test_that_end_a_run_leave_theirs(self):
        out = self.folder / "out"
        (out / "campaign.h5").mkdir(parents=True)
        finished = tomosweep("run", self.write("job.yaml", campaign(1)), self.write("sweep.yaml", SWEEP), "-o", out,
                             ranks=2)
        [record] = self.records(out)
        self.assertIn("campaign.h5", record["message"])
        self.assertIn(record["message"], finished.stderr)
        self.assertEqual(locks(out), [])


if __name__ == "__main__":
    unittest.main()
