"""Secrets and ports that a folder keeps, so that a server found again is the same server."""

import fcntl
import json
import os
import random
import secrets
import socket
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

# Below the range from which the kernel takes the ports of outgoing connections, so that no
# connection sits on a port between our choosing it and the server's listening on it.
PORTS = range(20_000, 32_000)
STARTING = 300.0
"""Seconds from the choice of a port to when its server listens there, at most."""


def private_folder(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def write_private(path: Path, text: str) -> None:
    """Readable by its owner from the first byte on: created so, not changed afterwards. On the
    disk when it returns. Rewritten by root it stays whose it was, new it is its folder's owner's:
    a service in a container has a user of its own."""
    temporary = path.with_name(path.name + ".new")
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        if os.geteuid() == 0:
            owner = (path if path.exists() else path.parent).stat()
            os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    _sync_folder(path.parent)


def _sync_folder(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def kept_secret(path: Path) -> str:
    """The secret in this file; made at the first call."""
    if not path.exists():
        write_private(path, secrets.token_hex(24))
    return path.read_text()


def kept_ports(file: Path, names: Sequence[str]) -> dict[str, int]:
    """A loopback port for each name: those of last time, whoever listens there by now."""
    with suppress(OSError, ValueError):
        ports: dict[str, int] = json.loads(file.read_text())
        if set(ports) == set(names):
            return ports
    return _new_ports(file, names)


def free_ports(file: Path, names: Sequence[str]) -> dict[str, int]:
    """The same, for a server about to start: others when one of them was taken meanwhile."""
    ports = kept_ports(file, names)
    if all(_is_free(port) for port in ports.values()):
        return ports
    return _new_ports(file, names)


def _new_ports(file: Path, names: Sequence[str]) -> dict[str, int]:
    ports = dict(zip(names, _free_ports(len(names)), strict=True))
    file.write_text(json.dumps(ports))
    return ports


def _free_ports(count: int) -> list[int]:
    found: list[int] = []
    with _chosen() as chosen:
        while len(found) < count:
            port = random.choice(PORTS)  # noqa: S311 - not a secret: any free port will do
            if port not in chosen and _is_free(port):
                chosen[port] = time.time()
                found.append(port)
    return found


@contextmanager
def _chosen() -> Iterator[dict[int, float]]:
    """Ports that were chosen of late, and when: another's server may not listen on its own yet."""
    file = Path(tempfile.gettempdir(), f"carnet-ports-{os.getuid()}.json")
    opened = os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    with os.fdopen(opened, "r+") as kept:
        fcntl.flock(kept, fcntl.LOCK_EX)
        since = time.time() - STARTING
        chosen: dict[int, float] = {}
        with suppress(ValueError):  # nothing yet, or cut off
            chosen = {int(port): at for port, at in json.load(kept).items() if at > since}
        yield chosen
        kept.seek(0)
        kept.truncate()
        json.dump(chosen, kept)


def _is_free(port: int) -> bool:
    with suppress(OSError), socket.create_server(("127.0.0.1", port)):
        return True
    return False
