"""One more process beside a Carnet that runs, with the settings of its services."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import urllib3

from scripts.cli.deployment import Deployment
from scripts.machine.files import free_ports, private_folder
from scripts.machine.kept import Kept

START = 60.0


@contextmanager
def beside(carnet: Deployment, name: str, *command: str) -> Iterator[None]:
    """``python COMMAND``, from when it says that it is ready."""
    folder = private_folder(carnet.place.home / "beside")
    port = free_ports(folder / f"{name}.json", (name,))[name]
    process = Kept(name, folder)
    process.start([sys.executable, *command], environ=carnet.environ(port), detached=False)
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
