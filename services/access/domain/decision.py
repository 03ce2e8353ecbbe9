"""One access decision: what was asked, the facts it rests on, which rules decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID, uuid4

from eventsourcing.domain import Aggregate

from services.access.domain.applications import Covered, covered
from services.access.domain.connection import Client
from services.access.domain.facts import Asked, facts_for, principal_for, principal_of
from services.access.domain.grants import Source
from services.access.domain.matrix import Matrix
from services.access.domain.rights import Rights
from services.access.domain.rules import Case, Rules, Verdict
from services.access.domain.secrecy import holds_secrets, in_the_open
from services.access.domain.sentences import Reason
from shared.kernel.actor import Actor

Item = dict[str, Any]
"""Attributes of one thing asked for: kind, document_id, class, type, confidentiality, author,
facility, by_patient, status, scope."""


@dataclass(frozen=True, kw_only=True)
class Grounds:
    """All that a decision rests on, besides what was asked. The same grounds, the same verdict.

    ``client``: what is known of the connected service that asks, if one does. ``erased``: there
    are rights, and no key to read them with.
    """

    rights: Rights | None
    matrix: Matrix
    rules: Rules
    client: Client | None = None
    erased: bool = False


@dataclass(frozen=True, kw_only=True)
class Judged:
    """``facts``: common to all items; ``cells``: the matrix's answer for each; ``covered``: of
    a connected service, what was allowed to it for each."""

    facts: dict[str, Any]
    cells: list[dict[str, str]]
    covered: list[Covered | None]
    verdicts: list[Verdict]


@dataclass(frozen=True, kw_only=True)
class Question:
    """``caller``: who is behind the service ``via`` that carries the question."""

    record_id: UUID
    caller: Actor
    via: str
    action: str
    mode: str
    session: UUID | None
    at: datetime
    items: list[Item]
    listing: bool


def take_decision(
    question: Question,
    grounds: Grounds,
    place: "Place",
    professions: Mapping[str, str],
    client_place: "Place | None" = None,
) -> "Decision":
    """``place``: where the rights stood; ``client_place``: where what is known of the connected
    service did. ``professions``: labels for the sentence in French."""
    who = principal_of(question.caller, question.action)
    asked = Asked(
        principal=principal_for(who),
        action=question.action,
        mode=question.mode,
        session=question.session,
        at=question.at,
        through_software=who is not question.caller,
    )
    judged = judge(question.record_id, asked, question.items, grounds)
    by = question.caller
    if shows_a_secret(question.record_id, asked, question.items, judged.verdicts, grounds):
        by = replace(by, secret=True)
    reason = Reason(asked.principal, asked.action, question.listing, judged.verdicts, grounds.rules)
    made = Made(
        subject=str(question.record_id),
        via=question.via,
        principal=dict(asked.principal),
        action=asked.action,
        mode=asked.mode,
        session=str(asked.session) if asked.session else None,
        at=asked.at,
        listing=question.listing,
        items=question.items,
        facts=judged.facts,
        rights=place,
        heard=grounds.rights.source if grounds.rights else None,
        client=client_place,
        cells=judged.cells,
        covered=judged.covered,
        verdicts=judged.verdicts,
        rules=grounds.rules.digest,
        matrix=grounds.matrix.digest,
        right=reason.right(),
        reason_fr=reason.fr(professions),
        reason_en=reason.en(),
    )
    return Decision.record(question.record_id if grounds.rights else None, made, by=by)


def shows_a_secret(
    record_id: UUID,
    asked: Asked,
    items: Sequence[Item],
    verdicts: Sequence[Verdict],
    grounds: Grounds,
) -> bool:
    """Whether they say that something came of a minor's secret session: without it they would be
    others, or others' rules. What says so is as secret, whoever asked."""
    if grounds.rights is None or not holds_secrets(grounds.rights):
        return False
    known = replace(grounds, rights=in_the_open(grounds.rights))
    return judge(record_id, asked, items, known).verdicts != verdicts


def judge(record_id: UUID, asked: Asked, items: Sequence[Item], grounds: Grounds) -> Judged:
    """Pure: no store, no clock. ``items`` are judged independently, in order."""
    facts = facts_for(grounds.rights, asked)
    facts["service_stopped"] = bool(grounds.client and grounds.client.stopped)
    cells = [_cell(grounds, asked.principal, item) for item in items]
    allowed = _covered(record_id, asked, items, grounds)
    cases = []
    for item, cell, cover in zip(items, cells, allowed, strict=True):
        context = {**facts, "matrix": cell}
        if cover is not None:
            context["covered"] = cover
        cases.append(Case(item=_seen(item, record_id), context=context))
    verdicts = grounds.rules.judge(asked.principal, asked.action, cases)
    return Judged(facts=facts, cells=cells, covered=allowed, verdicts=verdicts)


def _covered(
    record_id: UUID, asked: Asked, items: Sequence[Item], grounds: Grounds
) -> list[Covered | None]:
    """Of a connected service: what was allowed to it, and whether who allowed it might do the
    same themselves (a service sees at most what its authoriser sees)."""
    if asked.principal["kind"] != "application" or grounds.rights is None:
        return [None] * len(items)

    def permitted(authoriser: Actor, item: Item) -> bool:
        instead = replace(asked, principal=principal_for(authoriser), mode="normal", session=None)
        return judge(record_id, instead, [item], grounds).verdicts[0]["permit"]

    return [covered(grounds.rights, asked, item, permitted) for item in items]


def _cell(grounds: Grounds, principal: Mapping[str, Any], item: Item) -> dict[str, str]:
    profession = _PROFESSION_OF_KIND.get(principal["kind"], principal["profession"])
    named = (item.get("class") or "", item.get("type") or "")
    asked = (profession, principal["qualifiers"], *named)
    return {"read": grounds.matrix.read(*asked), "write": grounds.matrix.write(*asked)}


_PROFESSION_OF_KIND = {"secretary": "SECRETARIAT_MEDICAL"}
"""The matrix's line of those who have no profession of their own."""


def _seen(item: Item, record_id: UUID) -> dict[str, Any]:
    return {
        "record": str(record_id),
        "kind": item["kind"],
        "scope": item.get("scope") or "",
        "confidentiality": list(item.get("confidentiality") or ()),
        "author": item.get("author") or "",
        "facility": item.get("facility") or "",
    }


class Place(TypedDict):
    """Where a fact stood when it was used. ``version`` counts the events of that stream."""

    stream: str
    version: int
    position: int


class Made(TypedDict):
    """All of a decision. ``rules`` and ``matrix`` are digests of texts and cells that are kept.

    ``subject``: the record asked about. ``via``: the service that carried the question.
    ``facts``, ``cells``, ``verdicts``: as :class:`Judged`. ``rights``: where our own facts stood;
    ``heard``: up to where in identity's log; ``client``: where what the catalogue said of a
    connected service stood. ``listing``: asked for a whole list. ``right``: the rule the sentences
    are about.
    """

    subject: str
    via: str
    principal: dict[str, Any]
    action: str
    mode: str
    session: str | None
    at: datetime
    listing: bool
    items: list[Item]
    facts: dict[str, Any]
    rights: Place
    heard: Source | None
    client: Place | None
    cells: list[dict[str, str]]
    covered: list[Covered | None] | None
    verdicts: list[Verdict]
    rules: str
    matrix: str
    right: str
    reason_fr: str
    reason_en: str


class Decision(Aggregate):
    """A stream of its own, so that readers do not contend."""

    TOPIC = "access.decision"

    class Created(Aggregate.Created):
        """``record_id`` is ``None`` for a record access has never heard of, and for one that was
        erased: it has no key.

        Version 2: ``client`` and ``covered``, ``None`` both in what was version 1, which tells
        that its facts are those of then (:data:`FIRST_FACTS`).
        """

        TOPIC = "access.access_decided"
        class_version = 2
        record_id: UUID | None
        by: dict[str, Any]
        made: Made

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            state["made"] = {**state["made"], "client": None, "covered": None}

    @classmethod
    def record(cls, record_id: UUID | None, made: Made, *, by: Actor) -> "Decision":
        return cls._create(
            cls.Created, id=uuid4(), record_id=record_id, by=by.to_event(), made=made
        )

    def __init__(self, *, record_id: UUID | None, by: dict[str, Any], made: Made) -> None:
        self.record_id = record_id
        self.by = by
        self.made = made

    @property
    def of_erased(self) -> bool:
        """There were rights where it stood, and no key any more."""
        return self.record_id is None and self.made["rights"]["version"] > 0
