"""A campaign longer than its time limit. It takes minutes, because SLURM counts time limits in minutes."""

import program
from program import DONE
from restarts import restart_case
from slurm_case import main

program.TIMEOUT_S = 600 * program.PATIENCE


class time_limit(restart_case):
    def test_a_campaign_longer_than_its_time_limit_finishes_by_itself(self):
        number = self.begin(scans=30, shape=(64, 160, 160), longest_time="00:01:00", edit=[("B:USR1@30", "B:USR1@50")])
        job = self.assert_ended(number, DONE, "out", 600)
        self.assertGreaterEqual(int(job["Restarts"]), 1, self.logs("out"))
        self.assertIn("the time is nearly over", self.logs("out"))
        self.assert_as_at_once("out", self.job, self.sweep)

    def test_a_job_that_reaches_its_time_limit_without_warning_starts_again(self):
        # The first time a launcher that waits for too long.
        slow = self.write("srun", '#!/bin/bash\n[ -n "${SLURM_RESTART_COUNT:-}" ] || exec sleep 400\nexec srun "$@"\n')
        slow.chmod(0o755)
        number = self.begin(longest_time="00:01:00", launcher=f"{slow} --mpi=pmix",
                            edit=[("^#SBATCH --signal.*\n", "")])
        job = self.assert_ended(number, DONE, "out", 300)
        self.assertEqual(job["Restarts"], "1", self.logs("out"))
        self.assertIn("the time limit came before the ranks had stopped", self.logs("out"))
        self.assert_as_at_once("out", self.job, self.sweep)


if __name__ == "__main__":
    main()
