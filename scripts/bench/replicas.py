"""What more replicas of a service give: the directory's RPC, one to four processes of it."""

from contextlib import ExitStack
from pathlib import Path

from scripts.bench import hops
from scripts.bench.beside import beside
from scripts.bench.journeys import SETTINGS, Place
from scripts.bench.ladder import Progress
from scripts.bench.load import elsewhere
from scripts.bench.yardsticks import CALLERS
from scripts.cli.deployment import running_carnet

MOST = 4


def by_replicas(home: Path, progress: Progress) -> list[list[float]]:
    """Milliseconds of a call as 16 callers see it, by how many replicas answer."""
    found = []
    with running_carnet(home, progress, SETTINGS) as carnet, ExitStack() as more:
        place = Place.of(carnet)
        for replicas in range(1, MOST + 1):
            if replicas > 1:
                one_more = ("-m", "services", "directory.rpc")
                more.enter_context(beside(carnet, f"directory-{replicas}", *one_more))
            with progress(f"{replicas} replicas of directory.rpc"):
                rate = elsewhere(hops.directory_concurrent, place)
            found.append([replicas, CALLERS * 1000 / rate])
    return found
