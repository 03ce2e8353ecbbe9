"""A process under a keeper ends with its owner, whole, and is never mistaken for another."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.machine.kept import DidNotStart, Kept
from tests.support.deadline import eventually
from tests.support.processes import processes_of

# A server that, like epmd, leaves a helper in a session of its own.
SERVER = ["sh", "-c", "setsid sleep 300 & exec sleep 300"]
OWNER = """
import sys
from pathlib import Path
from scripts.machine.kept import Kept
home = Path(sys.argv[1])
Kept("server", home).start({server!r}, environ={{"HOME": str(home)}})
print("started", flush=True)
sys.stdin.read()
"""


def started(home: Path, *, detached: bool = False) -> Kept:
    kept = Kept("server", home)
    kept.start(SERVER, environ={"HOME": str(home), "PATH": os.environ["PATH"]}, detached=detached)
    eventually(lambda: sum("sleep" in command for command in processes_of(home)) >= 2)
    return kept


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_helpers_end_with_their_server(tmp_path: Path, end: str) -> None:
    kept = started(tmp_path)
    getattr(kept, end)()
    assert processes_of(tmp_path) == []
    assert not kept.pid_file.exists()


def test_an_owner_that_is_killed_leaves_nothing(tmp_path: Path) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER.format(server=SERVER), tmp_path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with owner:
        assert owner.stdout
        owner.stdout.readline()
        owner.send_signal(signal.SIGKILL)
        eventually(lambda: not processes_of(tmp_path), within=30)


def test_detached_it_is_found_again_and_stopped(tmp_path: Path) -> None:
    started(tmp_path, detached=True)
    found = Kept("server", tmp_path)
    assert found.running()
    found.stop()
    assert processes_of(tmp_path) == []


def test_a_pid_that_now_belongs_to_someone_else_is_left_alone(tmp_path: Path) -> None:
    kept = Kept("server", tmp_path)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        kept.pid_file.write_text(str(other.pid))
        assert not kept.running()
        kept.stop()
        assert other.poll() is None
        other.kill()


def test_two_in_one_folder_are_refused(tmp_path: Path) -> None:
    kept = started(tmp_path)
    with pytest.raises(DidNotStart, match="runs already"):
        started(tmp_path)
    kept.stop()


def test_a_server_that_ends_at_once_is_told_with_its_own_words(tmp_path: Path) -> None:
    kept = Kept("server", tmp_path)
    kept.start(["sh", "-c", "echo no such luck; exit 1"], environ={})
    with pytest.raises(DidNotStart, match="no such luck"):
        kept.wait_until(lambda: False, within=10)


def test_one_that_ends_by_itself_leaves_no_pipe_behind(tmp_path: Path) -> None:
    """What nobody closes would fail whatever test runs when it is collected."""
    kept = Kept("server", tmp_path)
    kept.start(["true"], environ={"PATH": os.environ["PATH"]})
    eventually(lambda: not kept.running())
    assert kept.keeper is None


def test_who_steps_back_comes_after_others_of_every_session(tmp_path: Path) -> None:
    kept = Kept("server", tmp_path)
    kept.start(SERVER, environ={"HOME": str(tmp_path), "PATH": os.environ["PATH"]}, nice=7)
    try:
        pid = kept.pid()
        assert pid
        ours = os.getpriority(os.PRIO_PROCESS, 0)
        eventually(lambda: os.getpriority(os.PRIO_PROCESS, pid) == min(ours + 7, 19))
        group = Path(f"/proc/{pid}/autogroup")
        if group.exists():  # Linux may be built without, and then niceness counts everywhere
            eventually(lambda: group.read_text().endswith(" nice 7\n"))
            children = Path(f"/proc/{pid}/task/{pid}/children")
            eventually(lambda: bool(children.read_text().split()))
            child = children.read_text().split()[0]
            assert Path(f"/proc/{child}/autogroup").read_text() == group.read_text()
    finally:
        kept.stop()


@pytest.mark.parametrize(
    ("nice", "left_to_others"), [(0, 0), (7, len(os.sched_getaffinity(0)) // 2)]
)
def test_who_steps_back_leaves_half_of_the_cores(
    tmp_path: Path, nice: int, left_to_others: int
) -> None:
    """One alone is left to nobody: it would have none."""
    kept = Kept("server", tmp_path)
    kept.start(SERVER, environ={"HOME": str(tmp_path), "PATH": os.environ["PATH"]}, nice=nice)
    try:
        pid, ours = kept.pid(), os.sched_getaffinity(0)
        children = Path(f"/proc/{pid}/task/{pid}/children")
        eventually(lambda: bool(children.read_text().split()))
        server = int(children.read_text().split()[0])
        assert ours - os.sched_getaffinity(server) == set(sorted(ours)[:left_to_others])
    finally:
        kept.stop()
