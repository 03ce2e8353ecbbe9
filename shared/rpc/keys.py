"""The keyring, asked over RPC by whoever keeps sealed data."""

from collections.abc import Callable, Mapping
from typing import Any

from shared.auth.service_keys import ServicePublicKeys
from shared.crypto.remote_keys import RemoteKeys
from shared.kernel.common import CommonSettings
from shared.rpc.client import RpcClient

Ask = Callable[[str, Mapping[str, Any]], Any]


def ask_keyring(client: RpcClient) -> Ask:
    """What ``shared.crypto.remote_keys`` asks with: a method of ``keyring``, its arguments.

    The service asks for itself, so that keys never depend on who is calling.
    """

    def ask(method: str, arguments: Mapping[str, Any]) -> Any:
        return client.call("keyring", method, arguments)

    return ask


def remote_keys(
    client: RpcClient, settings: CommonSettings, service: str, *, create: bool = False
) -> RemoteKeys:
    """All keys of a service. ``create``: identity alone makes the keys of records."""
    return RemoteKeys(
        ask_keyring(client),
        service=service,
        keyring_key=ServicePublicKeys(settings.service_keys_dir, settings.clock()).of("keyring"),
        create=create,
    )
