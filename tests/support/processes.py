"""Which processes belong to a folder: what a server must not leave behind."""

import os
from contextlib import suppress
from pathlib import Path


def processes_of(home: Path) -> list[str]:
    """The command of every process that was started with ``home`` in its environment or command.

    Both are searched because a daemon changes its folder and its parent, but not these.
    """
    wanted = os.fsencode(home)
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            command = (process / "cmdline").read_bytes()
            if wanted in command + (process / "environ").read_bytes():
                found.append(command.replace(b"\0", b" ").decode(errors="replace"))
    return found
