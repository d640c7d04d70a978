"""Holds all vector paths of the kernels to the same bytes. Usage: SCRIPT DISPATCHED ONE_PATH [FUSED]

DISPATCHED chooses its path at run time, ONE_PATH was compiled for any x86-64 alone, FUSED with fused multiply-add at the
compiler's command. Where qemu-x86_64 is installed, DISPATCHED also runs on processors of 2006 (SSE 3) and 2013 (AVX2).
"""
import shutil
import subprocess
import sys

SKIPPED = 77


def digests(*command):
    """The lines of one program, or nothing where it needs a newer processor."""
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode not in (0, SKIPPED):
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr}")
    return done.stdout.splitlines() if done.returncode == 0 else None


def main():
    dispatched = sys.argv[1]
    runs = {"compiled once, for any x86-64": [sys.argv[2]]}
    if len(sys.argv) > 3:
        runs["compiled with AVX2 and fused multiply-add"] = [sys.argv[3]]
    emulator = shutil.which("qemu-x86_64")
    for processor in ("core2duo", "Haswell"):
        runs[f"chosen on an emulated {processor}"] = [emulator, "-cpu", processor, dispatched]
    expected = digests(dispatched)
    print(f"{len(expected)} results, {len({line.split()[0] for line in expected})} of them different")
    failed = len(expected) < 100
    for name, command in runs.items():
        found = digests(*command) if command[0] else None
        different = [] if found is None else [pair for pair in zip(expected, found) if pair[0] != pair[1]]
        wrong = found is not None and (different or len(found) != len(expected))
        print(f"{name}: {'not here' if found is None else 'DIFFERENT' if wrong else 'the same'}")
        for pair in different[:5]:
            print("   ", *pair, sep="\n    ")
        failed = failed or wrong
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
