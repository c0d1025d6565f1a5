"""What the comparisons share: one process timed from start to exit, raw writes, runs without fsync(), and printing."""

import dataclasses
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

BYTES_PER_SPIKE = 16

# Leaves the disk out: what a program wrote stays in memory, as what write() wrote does.
NO_SYNC = """
#include <sys/types.h>
int fsync(int d) { (void)d; return 0; }
int fdatasync(int d) { (void)d; return 0; }
int sync_file_range(int d, off_t first, off_t count, unsigned flags) {
  (void)d; (void)first; (void)count; (void)flags;
  return 0;
}
"""

# Runs a program for at most so many seconds (0: any) and prints "seconds KiB status": a process of its own, since a
# child's peak memory starts at that of the process that started it, and the caller may hold BMTK. Spawned, since the
# copy of Python's memory that fork() makes would count as the program's time.
LAUNCHER = """
import os, signal, sys, time
quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
start = time.perf_counter()
child = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ, file_actions=quiet)
signal.signal(signal.SIGALRM, lambda *_: os.kill(child, signal.SIGALRM))
signal.alarm(int(sys.argv[1]))
_, status, usage = os.wait4(child, 0)
print(time.perf_counter() - start, usage.ru_maxrss, os.waitstatus_to_exitcode(status))
"""
STOPPED_STATUS = -14  # by the alarm


@dataclasses.dataclass(frozen=True)
class Process:
    """One process from start to exit."""

    seconds: float
    peak_mib: float
    status: int
    errors: str  # its standard error, if that was kept


def run_process(command, environment=None, limit_s=0, keep_errors=False):
    command = [str(word) for word in command]
    launcher = [sys.executable, "-S", "-E", "-c", LAUNCHER, str(int(limit_s))]
    program = shutil.which(command[0]) or command[0]
    done = subprocess.run([*launcher, program, *command[1:]], env=environment, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE if keep_errors else None, text=True, check=True)
    seconds, memory_kib, status = done.stdout.splitlines()[-1].split()
    return Process(float(seconds), float(memory_kib) / 1024, int(status), done.stderr or "")


def run_or_exit(command, environment=None, keep_errors=False):
    """The same for a program that has to succeed."""
    process = run_process(command, environment, keep_errors=keep_errors)
    if process.status != 0:
        sys.exit(f"failed with {process.status}: {' '.join(map(str, command))}\n{process.errors}")
    return process


def timed(work):
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def build_preload(folder, name, text):
    """A library to be preloaded into a program, from C; None without a C compiler."""
    source, library = folder / f"{name}.c", folder / f"{name}.so"
    source.write_text(text)
    compiler = shutil.which("cc") or shutil.which("gcc")
    if not compiler or subprocess.run([compiler, "-shared", "-fPIC", str(source), "-o", str(library)]).returncode:
        return None
    return library


def preloaded(library):
    return {**os.environ, "LD_PRELOAD": str(library)}


def spike_count(path, population="baseline"):
    import h5py

    with h5py.File(path, "r") as file:
        return len(file[f"spikes/{population}/node_ids"])


def write_bytes(path, count, sync):
    """Seconds of write() for `count` bytes in pieces of 1 MiB, with or without a final fsync."""
    piece = os.urandom(1 << 20)
    pathlib.Path(path).unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT)

    def work():
        left = count
        while left:
            left -= os.write(descriptor, piece[: min(left, len(piece))])
        if sync:
            os.fsync(descriptor)

    seconds, _ = timed(work)
    os.close(descriptor)
    return seconds


def describe(name, seconds, spikes):
    median = statistics.median(seconds)
    spread = f"{min(seconds):.3f}-{max(seconds):.3f}"
    print(f"  {name:<28} {median:8.3f} s  ({spread}; {len(seconds)} runs)  {spikes / median / 1e6:8.2f} M spikes/s")
    return median


def verdict(text, reached):
    print(f"  {'reached' if reached else 'MISSED '}  {text}")
    return reached
