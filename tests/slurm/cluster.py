"""A SLURM of its own for a test: munge, a controller and several emulated nodes on this host, in a scratch folder."""

import contextlib
import os
import pathlib
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

DAEMONS = {name: shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
           for name in ("munged", "slurmctld", "slurmd", "sbatch")}
# The least that SLURM takes for the life of a credential, which is how long a requeued job waits.
RESTART_DELAY_S = 5
# Between two questions to the controller, each of which is a program to start.
ASKING_PAUSE_S = 0.25
# As in program.py, which the process that clears a cluster away does not see.
PATIENCE = int(os.environ.get("TOMOSWEEP_PATIENCE", "1"))
MARK = "TOMOSWEEP_TEST_CLUSTER"

CONFIGURATION = """
ClusterName=test
SlurmctldHost={host}
SlurmUser={user}
SlurmdUser={user}
SlurmdParameters=config_overrides
AuthType=auth/munge
AuthInfo=socket={base}/munge/sock,cred_expire={restart_delay}
CredType=cred/munge
StateSaveLocation={base}/state
SlurmdSpoolDir={base}/spool/%n
SlurmctldPidFile={base}/slurmctld.pid
SlurmdPidFile={base}/slurmd.%n.pid
SlurmctldPort={ports[0]}
SlurmctldLogFile={base}/log/slurmctld
SlurmdLogFile={base}/log/slurmd.%n
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=bf_interval=1,sched_interval=2,batch_sched_delay=0,sched_min_interval=0
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
MpiDefault=none
TmpFS={base}/tmp/%n
ReturnToService=2
JobRequeue=1
KillWait={kill_wait}
OverTimeLimit=0
MinJobAge=3600
SlurmdTimeout=30
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
{nodes}PartitionName=work Nodes=ALL Default=YES MaxTime=INFINITE State=UP PriorityTier=1 GraceTime=20
PartitionName=urgent Nodes=ALL MaxTime=INFINITE State=UP PriorityTier=10 PreemptMode=OFF
"""
NODE = "NodeName=n{number} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} CPUs=2 CoresPerSocket=2 RealMemory=4000\n"


def installed():
    return all(DAEMONS.values())


def free_ports(count):
    """Ports that nobody listens on now; all are held until all are found, so that they differ."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def read_process(process, name):
    """A file of /proc; empty when the process has ended or belongs to somebody else."""
    with contextlib.suppress(OSError):
        return pathlib.Path("/proc", str(process), name).read_bytes()
    return b""


def environment_of(process):
    return read_process(process, "environ") + b"\0"


def parent_of(process):
    found = re.search(rb"^PPid:\s*(\d+)", read_process(process, "status"), re.MULTILINE)
    return int(found[1]) if found else 0


def processes_of(base):
    """Every process that a cluster started: they inherit its mark."""
    mark = f"{MARK}={base}\0".encode()
    running = (int(path.name) for path in pathlib.Path("/proc").glob("[0-9]*"))
    return [process for process in running if mark in environment_of(process)]


def kill(processes):
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def clear_away(base):
    """Until nothing is left of a cluster; a process may just be starting another."""
    while left := processes_of(base):
        kill(left)
        time.sleep(0.02)
    shutil.rmtree(base, ignore_errors=True)


class cluster:
    """`with cluster() as slurm:` whatever happens to the test, a process that outlives it clears the cluster away."""

    def __init__(self, nodes=4, kill_wait=5):
        self.base = pathlib.Path(tempfile.mkdtemp(prefix="tomosweep-slurm-"))
        # Not a descendant of the test, and started before any daemon: it must survive the test's being killed.
        self.reaper = subprocess.Popen(["setsid", "-f", sys.executable, __file__, str(self.base)],
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.daemons = []
        self.node_daemons = {}
        self.environment = {key: value for key, value in os.environ.items()
                            if not key.startswith(("SLURM", "SBATCH", "OMPI_MCA_", "OMP_", "PMI"))}
        self.environment |= {MARK: str(self.base), "SLURM_CONF": str(self.base / "slurm.conf")}
        for folder in ("munge", "state", "log", *(f"{kind}/n{node + 1}" for kind in ("spool", "tmp")
                                                  for node in range(nodes))):
            (self.base / folder).mkdir(parents=True)
        self.base.chmod(0o755)
        (self.base / "munge").chmod(0o711)
        self.configure(nodes, kill_wait)

    def configure(self, nodes, kill_wait):
        host, ports = socket.gethostname().split(".")[0], free_ports(nodes + 1)
        lines = [NODE.format(number=node + 1, host=host, port=ports[node + 1]) for node in range(nodes)]
        (self.base / "slurm.conf").write_text(CONFIGURATION.format(
            host=host, user=pwd.getpwuid(os.getuid()).pw_name, base=self.base, ports=ports, nodes="".join(lines),
            restart_delay=RESTART_DELAY_S, kill_wait=kill_wait))
        key = self.base / "munge" / "key"
        key.touch(0o600)
        key.write_bytes(os.urandom(128))
        self.nodes = [f"n{node + 1}" for node in range(nodes)]

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def daemon(self, name, *options):
        log = open(self.base / "log" / f"{name}{options[-1] if name == 'slurmd' else ''}.out", "ab")
        with log:
            self.daemons.append(subprocess.Popen([DAEMONS[name], *map(str, options)], env=self.environment,
                                                 cwd=self.base, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                                 start_new_session=True))
        return self.daemons[-1]

    def start(self):
        munge = self.base / "munge"
        self.daemon("munged", "--foreground", "--force", f"--key-file={munge}/key", f"--socket={munge}/sock",
                    f"--pid-file={munge}/pid", f"--log-file={munge}/log", f"--seed-file={munge}/seed")
        self.wait_until((munge / "sock").exists, 20, "munged is up")
        self.daemon("slurmctld", "-D", "-f", self.base / "slurm.conf")
        for node in self.nodes:
            self.start_node(node)
        self.wait_until(lambda: self.command("sinfo", "-h", "-o", "%T %D", check=False).strip()
                        == f"idle {len(self.nodes)}", 30, "all nodes are idle", ASKING_PAUSE_S)

    def start_node(self, node):
        self.node_daemons[node] = self.daemon("slurmd", "-D", "-f", self.base / "slurm.conf", "-N", node)

    def kill_daemon(self, node):
        self.node_daemons[node].kill()
        self.node_daemons[node].wait()

    def lose_node(self, node):
        """Everything that runs there ends at once: its daemon, its jobs and what keeps watch over them."""
        mark = f"SLURMD_NODENAME={node}\0".encode()
        here = [process for process in processes_of(self.base) if mark in environment_of(process)]
        watching = [parent for parent in map(parent_of, here) if read_process(parent, "comm") == b"slurmstepd\n"]
        self.kill_daemon(node)
        kill({*here, *watching})

    def stop(self):
        self.reaper.stdin.close()
        self.reaper.stdout.read()
        self.reaper.stdout.close()
        for process in (self.reaper, *self.daemons):
            process.wait()

    def wait_until(self, true, seconds, what, pause_s=0.05):
        seconds *= PATIENCE
        end = time.monotonic() + seconds
        while not true():
            if time.monotonic() > end:
                raise TimeoutError(f"not within {seconds} s: {what}\n{self.logs()}")
            time.sleep(pause_s)

    def logs(self):
        texts = [f"--- {path.name}\n{path.read_text(errors='replace')[-1500:]}"
                 for path in sorted((self.base / "log").glob("slurm*[!t]"))]
        return "\n".join([self.command("scontrol", "--oneliner", "show", "job", check=False), *texts])

    def run(self, *words, **how):
        """A finished command in the cluster's environment."""
        return subprocess.run(list(map(str, words)), env=self.environment | how.pop("env", {}), capture_output=True,
                              text=True, timeout=60 * PATIENCE, stdin=subprocess.DEVNULL, **how)

    def command(self, *words, check=True):
        finished = self.run(*words)
        if check and finished.returncode != 0:
            raise RuntimeError(f"{words}: {finished.stdout}{finished.stderr}\n{self.logs()}")
        return finished.stdout

    def job(self, number):
        """What the controller says of a job or a task of an array: {key: value}."""
        shown = self.command("scontrol", "--oneliner", "show", "job", str(number)).splitlines()[0]
        return dict(re.findall(r"(\S+?)=(\S*)", shown))

    def await_state(self, number, states, seconds):
        """The job as the controller describes it, once it is in one of the states."""
        self.wait_until(lambda: self.job(number)["JobState"] in states, seconds,
                        f"job {number} is {' or '.join(states)}", ASKING_PAUSE_S)
        return self.job(number)

    def await_end(self, number, seconds=60):
        return self.await_state(number, ("COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL"), seconds)


if __name__ == "__main__":
    # The reaper: waits for the test to close the pipe, or to die.
    sys.stdin.buffer.read()
    clear_away(sys.argv[1])
