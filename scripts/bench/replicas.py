"""What more replicas of a service give: the directory's RPC, one to four processes of it."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import urllib3

from scripts.bench import journeys
from scripts.bench.journeys import Place
from scripts.bench.ladder import Progress
from scripts.bench.load import elsewhere
from scripts.bench.yardsticks import CALLERS
from scripts.cli.deployment import Deployment, running_carnet
from scripts.machine.files import free_ports, private_folder
from scripts.machine.kept import Kept

MOST = 4
START = 60.0


def by_replicas(home: Path, progress: Progress) -> list[list[float]]:
    """Milliseconds of a call as 16 callers see it, by how many replicas answer."""
    found = []
    with running_carnet(home, progress) as carnet, ExitStack() as more:
        place = Place.of(carnet)
        for replicas in range(1, MOST + 1):
            if replicas > 1:
                more.enter_context(_replica(carnet, replicas))
            with progress(f"{replicas} replicas of directory.rpc"):
                rate = elsewhere(journeys.rpc_concurrent, place)
            found.append([replicas, CALLERS * 1000 / rate])
    return found


@contextmanager
def _replica(carnet: Deployment, number: int) -> Iterator[None]:
    name = f"directory-{number}"
    folder = private_folder(carnet.place.home / "replicas")
    port = free_ports(folder / f"{name}.json", (name,))[name]
    process = Kept(name, folder)
    command = [sys.executable, "-m", "services", "directory.rpc"]
    process.start(command, environ=carnet.environ(port), detached=False)
    try:
        process.wait_until(partial(_ready, port), within=START)
        yield
    finally:
        process.stop()


def _ready(port: int) -> bool:
    try:
        answer = urllib3.request("GET", f"http://127.0.0.1:{port}/ready", timeout=5, retries=False)
    except urllib3.exceptions.HTTPError:
        return False
    return answer.status == 200
