"""The keyring, asked over RPC by whoever keeps sealed data."""

from collections.abc import Callable, Mapping
from typing import Any

from shared.rpc.client import RpcClient

Ask = Callable[[str, Mapping[str, Any]], Any]


def ask_keyring(client: RpcClient) -> Ask:
    """What ``shared.crypto.remote_keys`` asks with: a method of ``keyring``, its arguments.

    The service asks for itself, so that keys never depend on who is calling.
    """

    def ask(method: str, arguments: Mapping[str, Any]) -> Any:
        return client.call("keyring", method, arguments)

    return ask
