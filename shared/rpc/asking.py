"""What a service asks other services with: a client that signs as the service."""

from collections.abc import Mapping
from typing import Any

from shared.auth.service_keys import private_key
from shared.auth.service_tokens import ServiceTokens
from shared.eventing.following import Pull
from shared.kernel.common import CommonSettings
from shared.rpc.client import RpcClient


def client_of(settings: CommonSettings, service: str) -> RpcClient:
    """To be closed when done. A missing key of the service refuses to boot."""
    key = private_key(settings.service_keys_dir, service)
    tokens = ServiceTokens(service, key, settings.clock())
    return RpcClient(settings.amqp_uri, tokens=tokens, timeout=settings.rpc_timeout)


def pull_by(client: RpcClient, method: str = "events") -> Pull:
    """Asks a service for its outbox: its ``events``, or the ``leaves`` of them."""

    def pull(service: str, after: int, limit: int) -> Mapping[str, Any]:
        answer: Mapping[str, Any] = client.call(service, method, {"after": after, "limit": limit})
        return answer

    return pull
