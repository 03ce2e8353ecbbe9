"""Which services share a process when one machine runs all of them.

In production each entrypoint is a process of its own; here few processes keep the memory small
and still let decisions, documents and the journal work at the same time. Who is waited for and
what follows do not share one: what follows comes after, when both want the processor (ADR 28).
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


def _following(*services: str) -> tuple[str, ...]:
    """What follows, in these services: the log of their own, those of others, and time."""
    return tuple(f"{name}.{part}" for name in services for part in ("project", "follow", "timers"))


PROCESSES = {
    FIRST: ("keyring.*",),
    "people": ("identity.rpc", "directory.rpc", "catalogue.rpc", "notification.rpc"),
    "rights": ("access.rpc",),
    "records": ("vault.rpc",),
    "care": ("prescription.rpc", "agenda.rpc", "profile.rpc", "messaging.rpc"),
    "journal": ("audit.rpc",),
    "mail": ("messaging.smtp",),
    "people-follow": _following("identity", "directory", "catalogue"),
    "records-follow": _following("access", "vault"),
    "care-follow": _following("prescription", "agenda", "profile"),
    "letters-follow": _following("messaging", "notification"),
    "audit": (*_following("audit"), "audit.leaves"),
}
FOLLOWING = frozenset({"people-follow", "records-follow", "care-follow", "letters-follow", "audit"})
"""Where nobody waits for an answer."""


def entrypoints() -> list[str]:
    """Every entrypoint there is, as ``service.entrypoint``."""
    files = ROOT.glob("services/*/entrypoints/*.py")
    return sorted(f"{f.parent.parent.name}.{f.stem}" for f in files if f.stem != "__init__")


def entrypoints_of(process: str) -> list[str]:
    patterns = PROCESSES[process]
    return [name for name in entrypoints() if any(fnmatch(name, p) for p in patterns)]


def services_of(process: str) -> list[str]:
    return sorted({name.partition(".")[0] for name in entrypoints_of(process)})
