"""Makes this process one of green threads; imported before anything else, or not at all."""

import os
import sys
import warnings
from types import ModuleType

# The processes that need it silenced: nameko 2 runs on eventlet, see the ADR on nameko.
warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")

# Kept out of every serving process, where nobody asks for them: eventlet's resolver (dnspython,
# 8 MB; the system's is asked instead, below), what structlog would draw tracebacks for a terminal
# with (4 MB), and what administers MinIO's own servers, with ciphers of its own (3 MB).
os.environ.setdefault("EVENTLET_NO_GREENDNS", "yes")
sys.modules["rich"] = None  # type: ignore[assignment]  # how an import is made to fail
administration = sys.modules["minio.minioadmin"] = ModuleType("minio.minioadmin")
administration.MinioAdmin = None  # type: ignore[attr-defined]  # what the package imports from it

import eventlet

# Before anything else is imported: pymongo, urllib3 and ssl break when patched later.
eventlet.monkey_patch()

import socket
from typing import Any

from eventlet import tpool
from eventlet.green import socket as green_socket

WAITING = 4
"""Real threads that wait for what no green thread can wait for: a disk, or a name server. None is
started before one is needed."""
asked_of_system = socket.getaddrinfo


def looked_up(
    host: Any,
    port: Any,
    family: int = 0,
    type: int = 0,  # noqa: A002 - the standard library's name
    proto: int = 0,
    flags: int = 0,
) -> Any:
    """``socket.getaddrinfo``: a name server that does not answer holds up nobody else."""
    wanted = (host, port, family, type, proto)
    try:
        return asked_of_system(*wanted, flags | socket.AI_NUMERICHOST)
    except socket.gaierror:  # a name, not an address
        return tpool.execute(asked_of_system, *wanted, flags)


tpool.set_num_threads(WAITING)
socket.getaddrinfo = looked_up
green_socket.getaddrinfo = looked_up
