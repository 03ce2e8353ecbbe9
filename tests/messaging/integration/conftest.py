"""A server for each test."""

from collections.abc import Iterator

import pytest

from services.messaging.adapters.smtp_server import SmtpServer
from tests.messaging.serving import serving
from tests.messaging.world import World


@pytest.fixture
def server(world: World) -> Iterator[SmtpServer]:
    with serving(world) as server:
        yield server
