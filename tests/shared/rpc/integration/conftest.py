from collections.abc import Iterator

import pytest

from scripts.machine.rabbitmq import Broker
from tests.shared.rpc.place import Peer, Place, serving


@pytest.fixture(scope="module")
def place(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """One greeter for the tests of a module: none of them may leave it worse."""
    with serving(broker.uri(broker.new_vhost()), tmp_path_factory.mktemp("greeter")) as running:
        yield running


@pytest.fixture
def peer(place: Place) -> Iterator[Peer]:
    with Peer(place.amqp_uri) as speaking:
        yield speaking
