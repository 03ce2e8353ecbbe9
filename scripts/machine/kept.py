"""One process under a keeper, known by its pid file, stopped only if it is ours."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from scripts.machine import keeper

POLL = 0.05  # seconds between two looks at something that takes its time
TAIL = 15  # lines of a log worth showing when its process failed


class DidNotStart(Exception):
    """A process ended, or did not answer in time; says the last lines of its log."""


class NotInstalled(DidNotStart):
    """A package is missing; says what an administrator installs."""


@dataclass
class Kept:
    """``name`` is the stem of its files in ``home``: ``<name>.pid`` and ``<name>.log``."""

    name: str
    home: Path
    keeper: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)
    """Only in the process that it must not outlive."""

    @property
    def pid_file(self) -> Path:
        return self.home.resolve() / f"{self.name}.pid"

    @property
    def log_file(self) -> Path:
        return self.home / f"{self.name}.log"

    def start(
        self,
        command: Sequence[str | Path],
        *,
        environ: Mapping[str, str],
        user: str | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        detached: bool = False,
        nice: int = 0,
    ) -> None:
        """Detached, it outlives this process; otherwise it ends with it, however that ends.
        ``nice``: how far behind others it comes for the processor, 0 to 19; then it has the later
        half of the cores."""
        if self.running():
            raise DidNotStart(f"{self.name} runs already in {self.home}")
        options = [f"--pid-file={self.pid_file}", f"--stop-signal={stop_signal.name}"]
        options += [f"--user={user}"] if user else []
        options += ["--detached"] if detached else []
        options += [f"--nice={nice}"] if nice else []
        self._let_go()
        with self.log_file.open("ab") as log:
            started = subprocess.Popen(
                [sys.executable, "-IS", keeper.__file__, *options, "--", *command],
                stdin=subprocess.DEVNULL if detached else subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(environ),
                cwd=self.home,
                start_new_session=True,  # Ctrl-C reaches the owner, who stops things in order
            )
        if detached:
            started.wait()  # it leaves its pid, and another process in its place
        else:
            self.pid_file.write_text(f"{started.pid}\n")
            self.keeper = started

    def pid(self) -> int | None:
        """The keeper's pid, if that process is there and is the keeper of this very file."""
        if self.keeper and self.keeper.poll() is None:
            return self.keeper.pid
        if self.keeper:
            self._let_go()
            return None
        with suppress(OSError, ValueError):
            pid = int(self.pid_file.read_text())
            arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            if os.fsencode(f"--pid-file={self.pid_file}") in arguments:
                return pid
        return None

    def running(self) -> bool:
        return self.pid() is not None

    def stop(self, *, within: float = 40.0) -> None:
        """End it gently, and everything that it started; nothing happens if it is not there."""
        self._end(signal.SIGTERM, within)

    def kill(self, *, within: float = 10.0) -> None:
        """End it as a crash would: at once, without a chance to write anything."""
        self._end(signal.SIGUSR1, within)

    def _end(self, number: signal.Signals, within: float) -> None:
        if pid := self.pid():
            with suppress(ProcessLookupError):
                os.kill(pid, number)
        deadline = time.monotonic() + within
        while self.running():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.name} (pid {self.pid()}) does not end")
            time.sleep(POLL)
        self._let_go()
        self.pid_file.unlink(missing_ok=True)

    def _let_go(self) -> None:
        """Of the keeper of one that ended, by itself or not."""
        if self.keeper and self.keeper.stdin:
            self.keeper.stdin.close()
        self.keeper = None

    def wait_until(self, ready: Callable[[], bool], *, within: float) -> None:
        """Wait for a probe that uses the server as its callers will; a failed start ends it."""
        deadline = time.monotonic() + within
        while not ready():
            if not self.running() or time.monotonic() > deadline:
                why = "did not answer in time" if self.running() else "ended"
                self.stop()
                raise DidNotStart(f"{self.name} {why}; its log ends:\n{self.tail()}")
            time.sleep(POLL)

    def tail(self) -> str:
        """The last lines of its log: what it said before it ended."""
        return "\n".join(self.log_file.read_text(errors="replace").splitlines()[-TAIL:])
