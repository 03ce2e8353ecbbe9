"""What services tell one another: typed data in an envelope."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, PlainSerializer

from shared.kernel.clock import instant

Instant = Annotated[AwareDatetime, PlainSerializer(instant, return_type=str)]
"""RFC 3339, UTC, milliseconds on the wire."""


class MessageData(BaseModel):
    """Base of every published message; the class names its type and version.

    ``record_id`` is repeated by the envelope. ``by`` is ``Actor.to_event()``; ``secret`` hides
    the fact from representatives.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    TYPE: ClassVar[str]
    """``<service>.<past_participle>``, as in CONTRACT."""
    VERSION: ClassVar[int] = 1

    record_id: UUID | None = None
    by: dict[str, Any] = {}
    secret: bool = False


class Envelope(BaseModel):
    """The wire form. All but ``data`` is clear, so nothing in it may say who or what."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: str
    version: int
    key: str
    """The same on every redelivery: ``<originator_id>.<originator_version>``."""
    epoch: str
    """Changes when a restore or promotion may have lost commits."""
    position: int
    previous: int
    """Position of the message before this one; 0 for the first."""
    occurred_at: Instant
    record: UUID | None
    data: str
    """Base64 of the data sealed under the transport key of ``occurred_at``'s day."""
