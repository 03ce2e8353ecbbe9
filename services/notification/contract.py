"""What notification answers to, and to whom."""

from datetime import time
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.notification.domain.notice import NoticeKind
from services.notification.domain.recipient import Recipient
from services.notification.domain.topic import Channel, Preference, Topic
from shared.eventing.messages import Instant
from shared.kernel.actor import ActorKind
from shared.rpc.contract import (
    Answer,
    Command,
    Contract,
    Done,
    Listing,
    ListQuery,
    Method,
    Query,
    Request,
)

Language = Literal["fr", "en"]
ChosenChannel = Literal["email", "text"]


class Notifications(ListQuery):
    """Newest first; ``unread`` leaves out what was marked as read."""

    record_id: UUID
    unread: bool = False


class NoticeLine(Answer):
    """``subject``: the document, or the emergency session."""

    notification_id: UUID
    kind: NoticeKind
    happened_at: Instant
    title_fr: str
    text_fr: str
    title_en: str
    text_en: str
    subject: UUID | None
    read: bool


class MarkRead(Command):
    record_id: UUID
    notification_id: UUID


class GetPreferences(Query):
    record_id: UUID


class QuietHours(BaseModel):
    """Civil time of France, HH:MM; may pass midnight; neither given: at any hour."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    begins: time | None = None
    ends: time | None = None

    @model_validator(mode="after")
    def _both_or_neither(self) -> "QuietHours":
        if (self.begins is None) != (self.ends is None):
            raise ValueError("give begins and ends, or neither")
        if any(hour and hour.tzinfo for hour in (self.begins, self.ends)):
            raise ValueError("civil time of France has no offset")
        return self


Chosen = Annotated[list[ChosenChannel], Field(max_length=2)]


class Preferences(Answer):
    """``channels``: by kind; a kind without a channel is told in the record alone.
    ``disabled``: channels whose address came back."""

    channels: dict[Preference, list[Channel]]
    language: Language
    quiet_hours: QuietHours
    disabled: list[Channel]

    @classmethod
    def of(cls, recipient: Recipient) -> "Preferences":
        chosen = recipient.choices
        return cls(
            channels={one: list(chosen.channels.get(one, ())) for one in Preference},
            language="en" if chosen.language == "en" else "fr",
            quiet_hours=QuietHours(begins=chosen.quiet_from, ends=chosen.quiet_to),
            disabled=sorted(recipient.disabled),
        )


class SetPreferences(Command):
    """What is not given stays as it was."""

    record_id: UUID
    channels: dict[Preference, Chosen] = Field(default={}, max_length=20)
    language: Language | None = None
    quiet_hours: QuietHours | None = None

    @property
    def chosen(self) -> dict[Preference, tuple[Channel, ...]]:
        return {
            kind: tuple(Channel(one) for one in dict.fromkeys(channels))
            for kind, channels in self.channels.items()
        }


class Deliveries(ListQuery):
    """Newest first: what left the record."""

    record_id: UUID


class DeliveryLine(Answer):
    """``state``: sent or failed. ``topic``: what it said, in one word."""

    reference: UUID
    topic: Topic
    channel: Channel
    at: Instant
    state: str


Status = Annotated[str, Field(pattern=r"^[245]\.\d{1,3}\.\d{1,3}$")]
"""RFC 3463."""


class ReportBounce(Command):
    """``reference``: of the mail that came back, in the address it came back to."""

    reference: UUID
    status: Status


class Bounced(Request):
    reference: UUID
    status: str


PERSON = frozenset({ActorKind.PATIENT, ActorKind.REPRESENTATIVE})

CONTRACT = Contract(
    "notification",
    (
        Method(
            name="notifications",
            request=Notifications,
            answer=Listing[NoticeLine],
            callers=PERSON,
        ),
        Method(name="mark_read", request=MarkRead, answer=Done, callers=PERSON),
        Method(name="preferences", request=GetPreferences, answer=Preferences, callers=PERSON),
        Method(name="set_preferences", request=SetPreferences, answer=Done, callers=PERSON),
        Method(
            name="deliveries",
            request=Deliveries,
            answer=Listing[DeliveryLine],
            callers=PERSON,
        ),
        Method(
            name="report_bounce",
            request=ReportBounce,
            answer=Done,
            callers=frozenset({ActorKind.OPERATOR}),
        ),
    ),
)
