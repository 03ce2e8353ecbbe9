"""What Carnet takes of a machine while it works."""

from pathlib import Path
from time import monotonic, sleep

from scripts.cli.deployment import Deployment
from services.audit.adapters.event_stores import Stores

LONGEST = 60.0
"""Seconds that are waited for the transparency log."""
POLL = 0.05


def resident(deployment: Deployment, what: str = "VmRSS") -> dict[str, float]:
    """MB of memory of each service process, which is its keeper's one child; ``VmHWM``: the most
    that it ever had."""
    sizes = {}
    for name, process in deployment.processes.items():
        keeper = process.pid()
        (child,) = Path(f"/proc/{keeper}/task/{keeper}/children").read_text().split()
        status = Path(f"/proc/{child}/status").read_text().splitlines()
        sizes[name] = next(int(line.split()[1]) / 1024 for line in status if what in line)
    return sizes


def behind(stores: Stores) -> float:
    """Seconds until every event that is there now is in the transparency log."""
    began, heads = monotonic(), stores.heads()
    while monotonic() - began < LONGEST:
        appended = stores.appended()
        if all(appended.get(name, 0) >= head for name, head in heads.items()):
            break
        sleep(POLL)
    return monotonic() - began
