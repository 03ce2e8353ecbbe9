"""A service's tables, and audit's bucket, as they were: copied while it rests, and put back."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from scripts.cli.processes import PROCESSES, services_of
from shared.kernel.common import CommonSettings
from shared.stores.objects import open_objects
from tests.trust.drilled import Drilled


@dataclass(frozen=True)
class Copied:
    """``objects``: of its bucket, by key."""

    service: str
    folder: Path
    objects: dict[str, bytes]


def copied(place: Drilled, service: str) -> Copied:
    """Its tables as they are now, its read models too: as a snapshot has them."""
    folder = place.log_of(service).parent
    copy = folder.parent / f"copy of {service} {len(list(folder.parent.iterdir()))}"
    copy.mkdir()
    stop(place, service)
    for file in _tables(place, service):
        shutil.copy2(file, copy)
    found = Copied(service, copy, _objects(place, service))
    place.carnet.serves_again()
    return found


def put_back(place: Drilled, copy: Copied, *, bucket: bool = False) -> None:
    """The service is stopped then, and stays so."""
    stop(place, copy.service)
    for file in _tables(place, copy.service):
        file.unlink()
    for file in copy.folder.iterdir():
        shutil.copy2(file, place.log_of(copy.service).parent)
    if bucket:
        objects = open_objects(_settings(place), copy.service)
        for key in list(objects.list()):
            objects.delete(key)
        for key, content in copy.objects.items():
            objects.put(key, content)


def start(place: Drilled, service: str) -> None:
    for process in processes_of(service):
        place.carnet.start(process)


def stop(place: Drilled, service: str) -> None:
    for process in processes_of(service):
        place.carnet.deployment.processes[process].stop()


def processes_of(service: str) -> list[str]:
    return [process for process in PROCESSES if service in services_of(process)]


def _objects(place: Drilled, service: str) -> dict[str, bytes]:
    if service != "audit":
        return {}
    objects = open_objects(_settings(place), service)
    return {key: content for key in objects.list() if (content := objects.read(key)) is not None}


def _settings(place: Drilled) -> CommonSettings:
    return CommonSettings.read(place.carnet.deployment.place.settings())


def _tables(place: Drilled, service: str) -> list[Path]:
    folder = place.log_of(service).parent
    files = [*folder.glob(f"{service}.db*"), *folder.glob(f"{service}.views.db*")]
    return [file for file in files if file.suffix != ".lock"]
