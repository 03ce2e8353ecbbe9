"""What Carnet takes of a machine while it works."""

from pathlib import Path

from scripts.cli.deployment import Deployment


def resident(deployment: Deployment) -> dict[str, float]:
    """MB of memory of each service process, which is its keeper's one child."""
    sizes = {}
    for name, process in deployment.processes.items():
        keeper = process.pid()
        (child,) = Path(f"/proc/{keeper}/task/{keeper}/children").read_text().split()
        status = Path(f"/proc/{child}/status").read_text().splitlines()
        sizes[name] = next(int(line.split()[1]) / 1024 for line in status if "VmRSS" in line)
    return sizes
