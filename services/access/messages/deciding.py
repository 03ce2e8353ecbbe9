"""Decisions, and the matrix they are made by."""

from typing import ClassVar
from uuid import UUID

from services.access.domain.decision import Decision
from services.access.domain.matrix import MatrixRegister
from services.access.messages.listed import common, message_for
from shared.eventing.messages import MessageData


class MatrixLoaded(MessageData):
    TYPE = "access.matrix_loaded"
    name: str
    digest: str
    cells: int


class AccessDecided(MessageData):
    """``right``: the rule the sentence is about. ``items``: how many things a list asked about;
    ``permit`` and ``rules`` then say nothing. ``confidentiality``: so that no reader of the
    journal is shown the object of a line about something hidden from them. ``via``: the service
    that asked, which may have shown nobody the answer; ``scope``: as it was asked.
    """

    TYPE: ClassVar[str] = "access.access_decided"
    decision_id: UUID
    action: str
    mode: str
    permit: bool
    kind: str
    document_id: UUID | None
    confidentiality: list[str]
    rules: list[str]
    right: str
    reason_fr: str
    items: int
    listing: bool
    via: str
    scope: str | None = None


@message_for.register
def _(event: MatrixRegister.MatrixLoaded) -> MessageData:
    return MatrixLoaded(by=event.by, name=event.name, digest=event.digest, cells=len(event.cells))


@message_for.register
def _(event: Decision.Created) -> MessageData:
    made = event.made
    item, verdict = made["items"][0], made["verdicts"][0]
    rules = [] if made["listing"] else verdict["rules"]
    return AccessDecided(
        **common(event),
        decision_id=event.originator_id,
        action=made["action"],
        mode=made["mode"],
        permit=verdict["permit"] and not made["listing"],
        kind=item["kind"],
        document_id=None if made["listing"] else item["document_id"],
        confidentiality=[] if made["listing"] else item["confidentiality"],
        rules=rules,
        right=made["right"],
        reason_fr=made["reason_fr"],
        items=len(made["items"]),
        listing=made["listing"],
        via=made["via"],
        scope=item.get("scope"),
    )
