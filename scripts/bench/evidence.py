"""What an auditor waits for: every row against its leaf, every decision again."""

from pathlib import Path
from time import perf_counter

from scripts.cli.audit_evidence import Where, open_evidence
from scripts.cli.audit_redecide import redecide_stored
from scripts.cli.deployment import Deployment


def verified(deployment: Deployment) -> float:
    """Leaves a second, stored documents included."""
    where = Where(settings=deployment.place.settings())
    began = perf_counter()
    report = open_evidence(where).verify()
    return report.log_size / (perf_counter() - began)


def redecided(deployment: Deployment) -> float:
    """Decisions a second."""
    where = Where(settings=deployment.place.settings())
    began = perf_counter()
    return redecide_stored(where).decisions / (perf_counter() - began)


def resident(deployment: Deployment) -> dict[str, float]:
    """MB of memory of each service process, which is its keeper's one child."""
    sizes = {}
    for name, process in deployment.processes.items():
        keeper = process.pid()
        (child,) = Path(f"/proc/{keeper}/task/{keeper}/children").read_text().split()
        status = Path(f"/proc/{child}/status").read_text().splitlines()
        sizes[name] = next(int(line.split()[1]) / 1024 for line in status if "VmRSS" in line)
    return sizes
