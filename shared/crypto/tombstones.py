"""Proof that a record's keys were destroyed: only this means *erased*."""

from datetime import datetime
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import BaseModel, ConfigDict

from shared.crypto.signatures import Signer, Verifies, is_signed, sign

PURPOSE = "carnet key tombstone"


class Tombstone(BaseModel):
    """A certificate, signed by keyring (Ed25519, hex) over all the rest.

    ``certificate_of``: the decision to erase. ``last_backup_expires``: until then a copy of the
    wrapped keys may exist on an offline backup, which no restore may bring back.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    record_id: UUID
    versions: int
    destroyed_at: datetime
    certificate_of: UUID
    last_backup_expires: datetime
    signature: str = ""

    def signed(self, key: Ed25519PrivateKey) -> "Tombstone":
        return self.model_copy(update={"signature": sign(key, PURPOSE, self._statement())})

    def is_by(self, key: Verifies, record_id: UUID) -> bool:
        """Whether ``key`` signed it, about this very record: of a signer that changed keys, one
        that was in use when the record's were destroyed."""
        then = key.at(self.destroyed_at) if isinstance(key, Signer) else key
        right = self.record_id == record_id
        return right and is_signed(then, PURPOSE, self._statement(), self.signature)

    def _statement(self) -> dict[str, object]:
        return self.model_dump(mode="json", exclude={"signature"})
