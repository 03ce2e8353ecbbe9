"""What services tell one another: typed data in an envelope."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, ClassVar, Protocol
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer

from shared.kernel.clock import in_utc, instant

Instant = Annotated[
    AwareDatetime, AfterValidator(in_utc), PlainSerializer(instant, return_type=str)
]
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


class MessageFor(Protocol):
    """A service's ``message_for``: a ``functools.singledispatch`` over its event classes.

    An event is listed if its class has a handler of its own; the class decides, so that a row
    that can no longer be opened is still counted. The others are private.
    """

    def __call__(self, event: object) -> MessageData | None: ...

    def dispatch(self, cls: type[Any]) -> Callable[[Any], MessageData | None]: ...

    @property
    def registry(self) -> Mapping[Any, Callable[[Any], MessageData | None]]: ...


def _of_a_row(key: str) -> str:
    """:class:`ValueError` unless it names a stream and a version."""
    UUID(key.partition(".")[0])
    return key


class Wire(BaseModel):
    """What travels: unknown members are refused, so that nothing clear slips in unseen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Envelope(Wire):
    """The wire form. All but ``data`` is clear, so nothing in it may say who or what."""

    type: str
    """``<service>.<past_participle>``; ``<service>.void`` where there is nothing to tell."""
    version: int
    key: Annotated[str, Field(pattern=r"^[0-9a-f-]{36}\.\d+$"), AfterValidator(_of_a_row)]
    """The same on every redelivery: ``<originator_id>.<originator_version>``."""
    epoch: str
    """The one the event was written in; a restore or promotion that may have lost commits
    begins a new one."""
    position: int
    digest: str
    """Hex leaf digest of the event's row: who has applied this knows which history it was."""
    previous: int
    """Position of the message before this one; 0 for the first."""
    previous_digest: str
    """Digest of that message; empty for the first."""
    occurred_at: Instant | None
    """Null where the row cannot be opened any more."""
    record: UUID | None
    data: str
    """Base64 of the data sealed under the transport key of ``occurred_at``'s day; empty: void."""

    @property
    def is_void(self) -> bool:
        """A row that cannot be opened any more: its record was erased. It only moves positions."""
        return not self.data

    @property
    def held_by(self) -> UUID:
        """What keeps its order when a message is parked: its record, else its stream."""
        return self.record or UUID(self.key.rpartition(".")[0])


class Run(Wire):
    """What is published: messages of one type that follow each other in the log, under its name
    without the service. Several are as much work as one on their way to each who follows.
    """

    envelopes: Annotated[list[Envelope], Field(min_length=1)]
    causes: dict[int, str] = {}
    """By position, where it is known: the trace that the event was saved in, as a traceparent."""


class Head(Wire):
    """The last message of a log; position 0 and an empty digest when it has none."""

    epoch: str
    position: int
    digest: str


class Pulled(Wire):
    """Answer of ``<service>.events(after, limit)``: the log's own word, read at this instant."""

    epoch: str
    """The one that the next event will be written in."""
    head: Head
    after: str | None
    """Digest of the row at the position asked for; null if the log holds no such row."""
    envelopes: list[Envelope]


class LeafBatch(Wire):
    """Digests of all events in (``after``, ``to``], private ones included; all of one epoch."""

    service: str
    epoch: str
    after: int
    to: int
    leaves: list[tuple[int, str]]
    """Position and hex digest, ascending."""
