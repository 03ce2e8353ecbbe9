"""Events as they were stored, version by version: what was written must stay readable."""

import importlib

import pytest

from scripts.cli.processes import SERVICES
from tests.support.golden import Golden, event_classes, golden_files

EVENTS = {
    service: event_classes(importlib.import_module(f"services.{service}.domain"))
    for service in SERVICES
}
FILES = {service: golden_files(service) for service in SERVICES}


@pytest.mark.parametrize("service", SERVICES)
def test_every_version_of_every_event_is_kept(service: str) -> None:
    """A new event or version without its file would one day be changed unseen."""
    wanted = {
        (topic, version)
        for topic, kind in EVENTS[service].items()
        for version in range(1, getattr(kind, "class_version", 1) + 1)
    }

    assert {(golden.topic, golden.version) for golden in FILES[service]} == wanted


@pytest.mark.parametrize(
    ("service", "golden"),
    [(service, golden) for service, files in FILES.items() for golden in files],
    ids=str,
)
def test_stored_bytes_still_read(service: str, golden: Golden) -> None:
    """The very bytes load as the newest version; those of the newest are written alike today."""
    event = golden.load()

    assert type(event) is EVENTS[service][golden.topic]
    if golden.version == getattr(type(event), "class_version", 1):
        assert golden.store(event) == golden.state
