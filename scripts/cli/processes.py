"""Which services share a process when one machine runs all of them.

In production each entrypoint is a process of its own; here few processes keep the memory small
and still let decisions, documents and the journal work at the same time.
"""

from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parents[2]
SERVICES = (
    "identity",
    "directory",
    "keyring",
    "access",
    "vault",
    "audit",
    "notification",
    "catalogue",
    "prescription",
    "profile",
    "agenda",
    "messaging",
)
ALONE = frozenset({"messaging.smtp"})
"""Entrypoints that share a process with no other: they do not run on eventlet."""
FIRST = "keyring"
"""Every other process asks it for keys when it starts."""
PROCESSES = {
    FIRST: ("keyring.*",),
    "people": ("identity.*", "directory.*", "notification.*", "catalogue.*"),
    "rights": ("access.*",),
    "records": ("vault.*",),
    "care": ("prescription.*", "agenda.*", "profile.*"),
    "letters": tuple(f"messaging.{name}" for name in ("rpc", "project", "follow", "timers")),
    "mail": ("messaging.smtp",),
    "audit": ("audit.*",),
}


def entrypoints() -> list[str]:
    """Every entrypoint there is, as ``service.entrypoint``."""
    files = ROOT.glob("services/*/entrypoints/*.py")
    return sorted(f"{f.parent.parent.name}.{f.stem}" for f in files if f.stem != "__init__")


def entrypoints_of(process: str) -> list[str]:
    patterns = PROCESSES[process]
    return [name for name in entrypoints() if any(fnmatch(name, p) for p in patterns)]


def services_of(process: str) -> list[str]:
    return sorted({name.partition(".")[0] for name in entrypoints_of(process)})
