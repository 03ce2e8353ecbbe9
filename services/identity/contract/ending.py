"""How a record ends: death, erasure, and the proof of it."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from services.identity.contract.parts import RecordCommand
from services.identity.domain.states import ErasureReason
from shared.eventing.messages import Instant
from shared.rpc.contract import Answer, Done, Query


class DeclareDeath(RecordCommand):
    date: date
    """Day of death, as the civil registry has it."""


class RevokeDeath(RecordCommand):
    pass


class RequestErasure(RecordCommand):
    pass


class ErasureAsked(Done):
    due: Instant


class CancelErasure(RecordCommand):
    pass


class EraseRecord(RecordCommand):
    """Our own, when it is due; no RPC."""


class ErasureCertificate(Query):
    record_id: UUID


class Certificate(Answer):
    """Signed by keyring (Ed25519, hex) over all but ``reason`` and ``signature``: no key of this
    record is left. Until ``last_backup_expires`` an offline backup may still hold one, which no
    restore may bring back.
    """

    record_id: UUID
    reason: ErasureReason
    versions: int = Field(description="key versions destroyed")
    destroyed_at: datetime
    certificate_of: UUID
    last_backup_expires: datetime
    signature: str
