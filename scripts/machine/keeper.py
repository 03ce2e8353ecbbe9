"""Runs one command and makes sure that nothing of it outlives its owner.

A broker forks helpers that leave its process group (epmd among them), and a parent that is
killed cleans nothing up. So each server runs below a keeper, which the kernel makes the parent
of every orphan below it. The keeper ends all of them when it is told to (SIGTERM: gently,
SIGUSR1: at once), when the command ends, or, unless it is detached, when the process at the
other end of its standard input is gone, however that died.

It is a program of its own, run by path, and imports the standard library only.
"""

import argparse
import ctypes
import os
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
TRIES, PAUSE = 20, 0.1
"""To make a group nice, and seconds between two."""
ENDINGS = (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1)


def main() -> int:
    options = _parse(sys.argv[1:])
    if options.detached and (detached := os.fork()):
        options.pid_file.write_text(f"{detached}\n")
        return 0
    _step_back(options.nice)
    wakeup = _wake_on_signals()
    _prctl(PR_SET_CHILD_SUBREAPER, 1)
    child = subprocess.Popen(
        options.command,
        stdin=subprocess.DEVNULL,
        user=options.user,
        group=options.user,
        extra_groups=[] if options.user else None,
        preexec_fn=lambda: _prctl(PR_SET_PDEATHSIG, signal.SIGKILL),  # noqa: PLW1509 - no threads here
    )
    owner = [] if options.detached else [sys.stdin.fileno()]
    if _wait_for_the_end(child, wakeup, owner) != signal.SIGUSR1:
        _end_gently(child, signal.Signals[options.stop_signal], options.grace)
    _end_all()
    return child.poll() or 0


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="keeper")
    parser.add_argument("--pid-file", type=Path, required=True, help="proves whose keeper this is")
    parser.add_argument("--user", help="run the command as this user")
    parser.add_argument("--stop-signal", default="SIGTERM")
    parser.add_argument("--grace", type=float, default=20.0, help="seconds to end gently")
    parser.add_argument(
        "--nice", type=int, default=0, help="how far behind others, 0 to 19, on half the cores"
    )
    parser.add_argument("--detached", action="store_true", help="outlive the owner")
    parser.add_argument("command", nargs="+")
    return parser.parse_args(arguments)


def _step_back(behind: int) -> None:
    """Let others go first. Where Linux groups processes by session (``sched_autogroup``), niceness
    counts within a session only, and each keeper has its own: the group is made nice too. Only
    an administrator may do that more than ten times a second on the machine; others ask again.
    Half of the cores is left to the others alone, since a turn once begun lasts milliseconds.
    """
    if not behind:
        return
    os.nice(behind)
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[len(cores) // 2 :])
    for _ in range(TRIES):
        try:
            Path("/proc/self/autogroup").write_text(str(behind))
        except BlockingIOError:
            time.sleep(PAUSE)
        except OSError:
            return  # no such groups, or not ours to change
        else:
            return


def _wake_on_signals() -> int:
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer)
    for number in (*ENDINGS, signal.SIGCHLD):
        signal.signal(number, lambda *_: None)
    return reader


def _wait_for_the_end(
    child: "subprocess.Popen[bytes]", wakeup: int, owner: list[int]
) -> int | None:
    """The signal that asked for it; None when the command or the owner is gone."""
    while child.poll() is None:
        ready, _, _ = select.select([wakeup, *owner], [], [])
        if wakeup not in ready:
            return None
        number = os.read(wakeup, 1)[0]
        if number in ENDINGS:
            return number
        _reap_orphans(child.pid)
    return None


def _reap_orphans(but: int) -> None:
    """Helpers come and go for as long as a server runs; nobody else collects them."""
    for pid in _children().get(os.getpid(), ()):
        if pid != but:
            with suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)


def _prctl(option: int, value: int) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")


def _end_gently(child: "subprocess.Popen[bytes]", number: int, grace: float) -> None:
    if child.poll() is None:
        child.send_signal(number)
    with suppress(subprocess.TimeoutExpired):
        child.wait(grace)


def _end_all() -> None:
    """Orphans arrive here while their parents die, so look again until none is left."""
    while descendants := _descendants(os.getpid()):
        for pid in descendants:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(-1, 0)
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                pass  # a server of hundreds of processes: one look at all of /proc is enough


def _descendants(root: int) -> list[int]:
    children = _children()
    found = list(children.get(root, ()))
    for pid in found:
        found.extend(children.get(pid, ()))
    return found


def _children() -> dict[int, list[int]]:
    """Every process's children, from the parent that each process names."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(stat.parent.name))
    return children


if __name__ == "__main__":
    sys.exit(main())
