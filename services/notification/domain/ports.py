"""What notification asks of the outside, in sentences."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from services.notification.domain.template import Template
from services.notification.domain.topic import Channel, Topic
from shared.kernel.actor import Actor


@dataclass(frozen=True, kw_only=True, repr=False)
class Contact:
    """Where a person can be reached; none where it is not known."""

    email: str | None = None
    phone: str | None = None

    def on(self, channel: Channel) -> str | None:
        return {Channel.EMAIL: self.email, Channel.TEXT: self.phone}.get(channel)


class People(Protocol):
    def contact(self, record_id: UUID) -> Contact:
        """Of a record, as it is now; empty for one that is gone. Raises ``Unavailable``."""
        ...

    def may_read(self, record_id: UUID, by: Actor) -> None:
        """Raises unless access lets someone act in a person's place today."""
        ...


@dataclass(frozen=True, kw_only=True, repr=False)
class Outgoing:
    """``reference``: comes back with a bounce. ``address``: empty for a letter, which the insurer
    posts from its own file."""

    reference: UUID
    record_id: UUID
    topic: Topic
    channel: Channel
    address: str
    language: str
    template: Template


class Carrier(Protocol):
    def carry(self, outgoing: Outgoing) -> None:
        """Returns once the next one answers for it; raises ``NotNow`` or ``Refused`` of
        ``shared.mail``."""
        ...

    def close(self) -> None: ...
