"""What may become of a document: each act decides, and may refuse.

States and their rules are in ``states``; who may ask is ``access``'s to say, but for what the
DMP keeps to the author, and what representatives see, which a secret session leaves as it is.
"""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from services.vault.domain import document_events as events
from services.vault.domain import states
from services.vault.domain.cover import Cover
from services.vault.domain.document import Content, Document
from services.vault.domain.metadata import Metadata
from services.vault.domain.origin import Origin, same_depositor
from services.vault.domain.states import Act
from services.vault.domain.visibility import (
    HIDDEN_FROM_PATIENT,
    HIDDEN_FROM_REPRESENTATIVES,
    HIDING,
    Masking,
    masked,
    revealed_to_patient,
    revealed_to_representatives,
    unmasked,
)
from shared.kernel.actor import Actor
from shared.kernel.secrecy import require_unseen

Codes = tuple[str, ...]


def deposit(
    document_id: UUID,
    *,
    record_id: UUID,
    logical_id: UUID,
    metadata: Metadata,
    content: Content,
    confidentiality: tuple[str, ...],
    cover: Cover,
    decision_id: UUID,
    replaces: Document | None,
    submission_set: UUID | None,
    held: bool,
    copies_to: tuple[str, ...],
    by: Actor,
    now: datetime,
) -> Document:
    """``held``: kept back from the record until it is released; its copies wait with it."""
    said: dict[str, Any] = {
        "id": document_id,
        "record_id": record_id,
        "by": by.to_event(),
        "logical_id": logical_id,
        "metadata": metadata.to_event(),
        "content": content.to_event(),
        "confidentiality": list(confidentiality),
        "cover": list(cover.codes),
        "replaces": replaces.id if replaces else None,
        "decision_id": decision_id,
        "submission_set": submission_set,
        "hidden_since": None if held else _hidden_since(confidentiality, cover, replaces, now),
    }
    if held:
        return Document._create(events.Held, copies_to=list(copies_to), **said)
    return Document._create(events.Created, **said)


def withdraw(document: Document, decision_id: UUID | None, by: Actor) -> None:
    """Who deposited it again, when that was one document, takes theirs back."""
    also = (a for a in document.also_deposited_by if not same_depositor(a, by.to_event()))
    origin = Origin.of(document.metadata, document.deposited_by, *also)
    _trigger(document, events.DepositWithdrawn, decision_id, by, origin=asdict(origin))


def release(
    document: Document,
    decision_id: UUID,
    by: Actor,
    *,
    confidentiality: tuple[str, ...],
    cover: Cover,
    replaces: Document | None,
    now: datetime,
) -> None:
    """Into the record, as if deposited now."""
    states.require(Act.RELEASE, document.status)
    seen = document.attributes(by)
    document.trigger_event(
        events.Released,
        record_id=document.record_id,
        by=by.to_event(),
        confidentiality=list(confidentiality),
        cover=list(cover.codes),
        decision_id=decision_id,
        said={name: seen[name] for name in ("type", "class", "author", "facility", "by_patient")},
        replaces=replaces.id if replaces else None,
        hidden_since=_hidden_since(confidentiality, cover, replaces, now),
    )


def discard(document: Document, by: Actor) -> None:
    """It never comes into the record."""
    states.require(Act.DISCARD, document.status)
    document.trigger_event(
        events.Discarded,
        record_id=document.record_id,
        by=by.to_event(),
        confidentiality=list(document.confidentiality),
    )


def supersede(document: Document, replaced_by: UUID, by: Actor) -> None:
    """Another version takes its place."""
    states.require(Act.REPLACE, document.status)
    _require_unseen(document, by)
    document.trigger_event(
        events.Replaced,
        record_id=document.record_id,
        by=by.to_event(),
        replaced_by=replaced_by,
        confidentiality=list(document.confidentiality),
    )


def mask(document: Document, decision_id: UUID, by: Actor, masking: Masking) -> None:
    """Hide from professionals; nothing happens if it is hidden already (CSP R.1111-49)."""
    _hide(document, events.Masked, lambda codes: masked(codes, masking), decision_id, by)


def unmask(document: Document, decision_id: UUID, by: Actor) -> None:
    """Let professionals see it again; nothing happens if they do."""
    _hide(document, events.Unmasked, unmasked, decision_id, by)


def reveal_to_patient(
    document: Document, decision_id: UUID | None, by: Actor, masking: Masking
) -> None:
    """The announcement was made, or its time has run out (CSP R.1111-53). For good."""
    _hide(
        document,
        events.RevealedToPatient,
        lambda codes: revealed_to_patient(codes, masking),
        decision_id,
        by,
    )


def reveal_to_representatives(document: Document, decision_id: UUID, by: Actor) -> None:
    """A minor's secret is lifted (CSP R.1111-50; DMP EX_3.3-1045). For good."""
    change = revealed_to_representatives
    _hide(document, events.RevealedToRepresentatives, change, decision_id, by)


def tell_of_hidden(document: Document, by: Actor) -> None:
    """Two weeks have passed and nobody announced it; nothing happens if that was told."""
    if document.hidden_since is None or document.hidden_notice_sent:
        return
    if HIDDEN_FROM_PATIENT in document.confidentiality and document.status in states.IN_RECORD:
        _trigger(document, events.HiddenNoticeSent, None, by)


def archive(document: Document, decision_id: UUID | None, by: Actor) -> None:
    """Out of ordinary searches; it can be taken back."""
    states.require(Act.ARCHIVE, document.status)
    _trigger(document, events.Archived, decision_id, by)


def unarchive(document: Document, decision_id: UUID, by: Actor) -> None:
    states.require(Act.UNARCHIVE, document.status)
    _trigger(document, events.Unarchived, decision_id, by)


def delete(document: Document, decision_id: UUID, by: Actor) -> None:
    """Never shown again; its content stays, sealed, until the record is erased (DMP TD3.3c)."""
    states.require(Act.DELETE, document.status)
    _trigger(document, events.Deleted, decision_id, by)


def report(document: Document, reason: str, decision_id: UUID, by: Actor) -> None:
    states.require_in_record(document.status)
    _trigger(document, events.Reported, decision_id, by, reason=reason)


def reclassify(document: Document, metadata: Metadata, decision_id: UUID, by: Actor) -> None:
    """Other words for the same content; nothing happens if they are the same."""
    states.require_current(document.status)
    if metadata != document.metadata:
        said = metadata.to_event()
        _trigger(document, events.Reclassified, decision_id, by, metadata=said)


def _hide(
    document: Document,
    kind: type[events.Hiding],
    change: Callable[[Codes], Codes],
    decision_id: UUID | None,
    by: Actor,
) -> None:
    """Who is not told of its cover changes nothing of it; what others change of it is not told
    to those who put it in."""
    states.require_in_record(document.status)
    before = document.shown_to(by)
    after = change(before)
    if after == before:
        return
    _require_unseen(document, by)
    told = change(document.told)
    cover = {*document.cover}
    if not document.origin.was_put_in_by(by):
        cover = (cover & {*after}) | ({*after} - {*before, *told})
    document.trigger_event(
        kind,
        record_id=document.record_id,
        by=by.to_event(),
        confidentiality=list(told),
        cover=sorted(cover & HIDING),
        renewed=told != document.told,
        decision_id=decision_id,
    )


def _trigger(
    document: Document,
    kind: type[events.Shown],
    decision_id: UUID | None,
    by: Actor,
    **said: Any,
) -> None:
    _require_unseen(document, by)
    document.trigger_event(
        kind,
        record_id=document.record_id,
        by=by.to_event(),
        confidentiality=list(document.confidentiality),
        decision_id=decision_id,
        **said,
    )


def _require_unseen(document: Document, by: Actor) -> None:
    require_unseen(by, HIDDEN_FROM_REPRESENTATIVES not in document.confidentiality)


def _hidden_since(
    codes: Codes, cover: Cover, replaces: Document | None, now: datetime
) -> datetime | None:
    """A new version does not give more time to keep it from the person, nor does a cover."""
    if HIDDEN_FROM_PATIENT not in codes:
        return cover.since
    return (replaces.told_hidden_since if replaces else None) or now
