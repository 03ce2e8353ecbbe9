"""The beginning and the end of records' keys, which identity alone may ask for."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from shared.crypto.remote_keys import BATCH
from shared.crypto.signatures import Verifies
from shared.crypto.tombstones import Tombstone
from shared.kernel.errors import Unavailable
from shared.rpc.client import RpcClient


class KeyringOverRpc:
    def __init__(self, client: RpcClient, keyring_key: Verifies) -> None:
        self._client = client
        self._keyring_key = keyring_key

    def make(self, record_ids: Sequence[UUID]) -> None:
        for start in range(0, len(record_ids), BATCH):
            batch = record_ids[start : start + BATCH]
            self._client.call("keyring", "make_keys", {"record_ids": batch})

    def destroy(self, record_id: UUID, certificate_of: UUID) -> dict[str, Any]:
        answer = self._client.call(
            "keyring",
            "destroy",
            {
                "request_id": certificate_of,
                "record_id": record_id,
                "certificate_of": certificate_of,
            },
        )
        tombstone = Tombstone.model_validate(answer["certificate"])
        if not tombstone.is_by(self._keyring_key, record_id):
            raise Unavailable("this certificate is not signed by keyring")
        return tombstone.model_dump(mode="json")
