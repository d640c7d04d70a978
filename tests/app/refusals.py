"""Runs that are refused memory: by control groups, or an allocation of one rank."""

import os
import pathlib
import random
import shutil
import subprocess

from program import (DONE, GRACE_S, NOT_ENOUGH, SOME_FAILED, SWEEP, TIMEOUT_S, assert_same_content, await_that, campaign,
                     campaign_content, command_line, folder_test, phantom)

# Allocations that are refused, each in a run of its own.
REFUSALS = int(os.environ.get("TOMOSWEEP_REFUSALS", "5"))


class memory(folder_test):
    """Real control groups, where they may be made."""

    def in_group(self, limit_mib, *command):
        for folder, limit in [("/sys/fs/cgroup/memory", "memory.limit_in_bytes"), ("/sys/fs/cgroup", "memory.max")]:
            group = pathlib.Path(folder) / self.folder.name
            try:
                if not (group.parent / "cgroup.procs").exists():
                    continue
                group.mkdir()
                self.addCleanup(self.remove_group, group)
                (group / limit).write_text(str(limit_mib << 20))
            except OSError:
                continue
            return subprocess.run(["sh", "-c", f'echo $$ > {group}/cgroup.procs && exec "$@"', "sh", *map(str, command)],
                                  capture_output=True, text=True, timeout=TIMEOUT_S), group.name
        self.skipTest("control groups may not be made here")

    @staticmethod
    def remove_group(group):
        await_that(lambda: not (group / "cgroup.procs").read_text(), 20)
        group.rmdir()

    def job_of(self, edge):
        scan = {"id": "s0", "voxel_size_um": 0.5, "source": phantom(shape=[edge] * 3)}
        return self.write("job.yaml", campaign(0, scans=[scan]))

    def test_too_little_ends_the_run_before_it_reads_and_says_what_would_fit(self):
        command = command_line(["run", self.job_of(1000), self.write("sweep.yaml", SWEEP), "-o", self.folder / "out"], 2)
        finished, group = self.in_group(1024, *command)
        self.assertEqual(finished.returncode, NOT_ENOUGH, finished.stderr)
        self.assertRegex(finished.stderr, rf"scan s0 needs .* on each of 2 ranks, there are 0\..* GiB \(cgroup .*{group}"
                                          r".*what would fit: .* GiB per rank, \d+ ranks of this size \(\d+ nodes")
        self.assertEqual(list((self.folder / "out" / "scans").glob("*")), [])

    def test_what_fits_runs(self):
        command = command_line(["run", self.job_of(24), self.write("sweep.yaml", SWEEP), "-o", self.folder / "out"], 2)
        finished, _ = self.in_group(1024, *command)
        self.assertEqual(finished.returncode, DONE, finished.stderr)


class allocations(folder_test):
    """Memory that is refused to one rank, at any moment."""

    def start(self, out, fail_at=None, ranks=3):
        environment = {**os.environ, "LD_PRELOAD": os.environ["TOMOSWEEP_FAILING_MEMORY"], "OMP_NUM_THREADS": "1"}
        if fail_at:
            environment["TOMOSWEEP_FAIL_AT"] = str(fail_at)
        return subprocess.run(command_line([*self.arguments, "-o", out, "--ranks-per-scan", ranks], ranks),
                              capture_output=True, text=True, timeout=GRACE_S, env=environment)

    def test_refused_to_one_rank_end_the_scan_or_the_run_on_all_ranks_and_the_next_run_completes(self):
        seed = int(os.environ.get("TOMOSWEEP_SEED", random.SystemRandom().randrange(2**32)))
        print(f"seed {seed}", flush=True)
        chance = random.Random(seed)
        self.arguments = ["run", self.write("job.yaml", campaign(1)), self.write("sweep.yaml", SWEEP)]
        undisturbed = self.start(self.folder / "undisturbed")
        self.assertEqual(undisturbed.returncode, DONE, undisturbed.stderr)
        count = int(undisturbed.stderr.rsplit("allocations: ", 1)[1].split()[0])
        out, codes = self.folder / "out", set()
        for fail_at in (chance.randint(1, count) for _ in range(REFUSALS)):
            with self.subTest(fail_at=fail_at, of=count):
                finished = self.start(out, fail_at)
                codes.add(finished.returncode)
                # Sorting goes on without the memory that would have made it faster.
                self.assertIn(finished.returncode, (DONE, SOME_FAILED, NOT_ENOUGH), finished.stderr)
                if finished.returncode != DONE:
                    self.assertIn("memory", finished.stderr + finished.stdout)
                shutil.rmtree(out, True)
        self.assertNotEqual(codes, {DONE})
        self.expect(DONE, *self.arguments, "-o", out, ranks=2)
        assert_same_content(self, campaign_content(out), campaign_content(self.folder / "undisturbed"), "after failures")
