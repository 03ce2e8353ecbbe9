"""Every profession, class, visibility, relation and mode, decided twice: by the rules of the
service and by a plain second implementation; no cell differs.

Rules see of a document's class and type only what the matrix says of them, and of a profession
only that and whether it is one they name: what they cannot tell apart is judged once. The plain
one judges every cell.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations
from typing import Any
from uuid import UUID

import pytest

from services.access.adapters.reference import read_reference
from services.access.domain.decision import Grounds, judge
from services.access.domain.facts import Asked, principal_for
from services.access.domain.grants import Status
from services.access.domain.rights import Rights
from shared.kernel.actor import Actor, ActorKind
from tests.access.support import plain
from tests.access.support.acting_cases import chosen, connected, exchange, helped
from tests.access.support.judging import (
    HOUR,
    NOW,
    consent,
    document,
    matrix,
    rights,
    rules,
    session,
    team,
)
from tests.access.support.people import (
    APPLICATION,
    AUDITOR,
    CAREGIVER,
    HOSPITAL,
    MOTHER,
    OPERATOR,
    PATIENT,
    PRACTICE,
    RECORD,
    SECRETARY,
    SOFTWARE,
    SUPPORT,
    professional,
)
from tests.access.support.rule_cases import BLOCK, TEAM, child, opposed_feeding

WHO = "899700000001"
SESSION = UUID(int=41)
CODES = ("MASQUE_PS", "INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX")
VISIBILITIES = [frozenset(c) for n in range(4) for c in combinations(CODES, n)]
CLASSES = ("10", "11", "31", "42", "43", "44", "45", "52", "60", "90", "95")
TYPES = ("ATTEST-RESID", "80788-3", "75496-0", "83981-1", "83901-9", "68599-0")
DOCUMENTS = [(c, "") for c in CLASSES] + [("10", t) for t in TYPES]
PROFESSIONS = sorted(read_reference().professions)
SWITCHES = {
    "as by default": (True, True, False),
    "masked too": (True, True, True),
    "all refused": (False, False, False),
}
"""Regulation, break-glass, masked."""


@dataclass(frozen=True)
class Relation:
    name: str
    given: Callable[[], Rights]
    author: str = "899799999999"
    facility: str = "1799999999"


def admitted(do: Callable[[Rights], None]) -> Callable[[], Rights]:
    def given() -> Rights:
        made = rights()
        do(made)
        return made

    return given


def consented(end: Any = NOW + HOUR, to: str = WHO) -> Callable[[Rights], None]:
    return lambda r: r.declare_consent(consent(to, end, facility=to != WHO), by=PATIENT)


def joined(facility: str = PRACTICE, end: Any = NOW + HOUR, opposed: bool = False) -> Any:
    def join(given: Rights) -> None:
        members = {**team(WHO, end=end), "facility": facility}
        given.join_care_team(TEAM, members, at=NOW - HOUR, by=PATIENT)  # type: ignore[arg-type]  # a literal is a team
        if opposed:
            given.oppose_care_team(TEAM, by=PATIENT)

    return join


def blocked_despite_facility_consent(given: Rights) -> None:
    consented(to=PRACTICE)(given)
    given.block(WHO, BLOCK, by=PATIENT)  # type: ignore[arg-type]  # a literal is a Block


def with_glass(end: Any) -> Callable[[Rights], None]:
    def broken(given: Rights) -> None:
        given.break_glass(SESSION, session(WHO, end=end), block_wins=True, by=PATIENT)

    return broken


RELATIONS = [
    Relation("stranger", rights),
    Relation("consent", admitted(consented())),
    Relation("consent that has ended", admitted(consented(NOW))),
    Relation("facility consent", admitted(consented(to=PRACTICE))),
    Relation("consent of another facility", admitted(consented(to=HOSPITAL))),
    Relation("care team", admitted(joined())),
    Relation("care team elsewhere", admitted(joined(HOSPITAL))),
    Relation("care team that has ended", admitted(joined(end=NOW))),
    Relation("care team opposed", admitted(joined(opposed=True))),
    Relation("treating doctor", admitted(lambda r: r.name_treating_doctor(WHO, by=PATIENT))),
    Relation("administrator", admitted(lambda r: r.name_administrator(WHO, by=PATIENT))),
    Relation("author", rights, author=WHO),
    Relation("same facility", rights, facility=PRACTICE),
    Relation("blocked", admitted(blocked_despite_facility_consent)),
    Relation("session", admitted(with_glass(NOW + HOUR))),
    Relation("session that has ended", admitted(with_glass(NOW))),
]


KNOWN = {"stranger", "administrator", "author", "blocked"}
"""Relations that may count in an emergency; of the others only whether a session lives does."""
Key = tuple[str, str, frozenset[str]]
"""Class, type, visibility."""


def modes(relation: Relation) -> Iterator[tuple[str, str, bool]]:
    """Mode, switches, and whether the caller has the claim of a regulator."""
    yield "normal", "as by default", False
    for switched in SWITCHES:
        if relation.name in KNOWN | {"session", "session that has ended"}:
            yield "break_glass", switched, False
        if relation.name in KNOWN:
            yield "regulation", switched, True
    if relation.name in KNOWN:
        yield "regulation", "as by default", False


@cache
def cell(profession: str, class_: str, type_: str) -> tuple[str, str]:
    asked = (profession, (), class_, type_)
    return matrix().read(*asked), matrix().write(*asked)


@cache
def told_apart(action: str) -> list[list[str]]:
    """Professions in groups of those that rules cannot tell apart: the same line of the matrix,
    and not named by any rule about this action."""
    others = {"read", "feed", "manage"} - {action}
    about = [t for t in rules().texts.values() if not any(f'Action::"{o}", r' in t for o in others)]
    texts = " ".join(about)
    named = set(re.findall(r'"([0-9]{2})"', texts))
    groups: dict[object, list[str]] = {}
    for profession in PROFESSIONS:
        line = tuple(cell(profession, *document_) for document_ in DOCUMENTS)
        groups.setdefault((profession if profession in named else "", line), []).append(profession)
    return list(groups.values())


def by_rules(
    given: Rights, who: Actor, action: str, mode: str, relation: Relation, **more: Any
) -> dict[Key, bool]:
    """Verdict of every document and visibility; alike ones are asked about once."""
    named = who.profession or ("SECRETARIAT_MEDICAL" if who.kind == "secretary" else "")
    groups: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for class_, type_ in DOCUMENTS:
        groups.setdefault(cell(named, class_, type_), []).append((class_, type_))
    items, places = [], []
    for alike in groups.values():
        for codes in VISIBILITIES:
            item = document(confidentiality=sorted(codes), type=alike[0][1])
            item |= {"class": alike[0][0]}
            items.append(item | {"author": relation.author, "facility": relation.facility})
            places.append((alike, codes))
    asked = Asked(
        principal=principal_for(who),
        action=action,
        mode=mode,
        session=SESSION if mode == "break_glass" else None,
        at=NOW,
    )
    grounds = Grounds(rights=given, matrix=matrix(), rules=more.get("rules", rules()))
    verdicts = judge(RECORD, asked, items, grounds).verdicts
    return {
        (class_, type_, codes): verdict["permit"]
        for (alike, codes), verdict in zip(places, verdicts, strict=True)
        for class_, type_ in alike
    }


def differing(got: dict[Key, bool], asked: plain.Asked) -> list[plain.Asked]:
    wrong = []
    for (asked.class_, asked.type_, asked.codes), permit in got.items():
        if plain.permitted(asked) is not permit:
            wrong.append(replace(asked))
    return wrong


def test_professionals_read_what_the_plain_law_says() -> None:
    """
    Profession x class and type x visibility x relation x mode and switches.
    """
    wrong: list[plain.Asked] = []
    cells = permits = 0
    for relation in RELATIONS:
        for mode, switched, claim in modes(relation):
            given = _switched(relation, switched)
            for alike in told_apart("read"):
                who = replace(professional(WHO, alike[0]), regulation=claim)
                got = by_rules(given, who, "read", mode, relation)
                for profession in alike:
                    asked = _plainly(profession, relation, mode, switched, claim)
                    wrong += differing(got, asked)
                    cells, permits = cells + len(got), permits + sum(got.values())

    assert wrong == []
    judged = sum(len(list(modes(relation))) for relation in RELATIONS)
    assert cells == len(PROFESSIONS) * judged * len(DOCUMENTS) * len(VISIBILITIES)
    assert permits


def _plainly(
    profession: str, relation: Relation, mode: str, switched: str, claim: bool
) -> plain.Asked:
    regulation, break_glass, masked = SWITCHES[switched]
    return plain.Asked(
        kind="professional",
        profession=profession,
        relation=relation.name,
        mode=mode,
        claim=claim,
        regulation_allowed=regulation,
        break_glass_allowed=break_glass,
        masked_allowed=masked,
    )


def _switched(relation: Relation, switches: str) -> Rights:
    given = relation.given()
    regulation, break_glass, masked = SWITCHES[switches]
    given.set_switches(
        {"regulation": regulation, "break_glass": break_glass, "masked": masked}, by=PATIENT
    )
    return given


@pytest.mark.parametrize("action", ["feed", "manage"])
def test_professionals_feed_and_manage_what_the_plain_law_says(action: str) -> None:
    """
    Neither needs a right to read; a block stops neither.
    """
    opposed = Relation("opposed feeder", lambda: opposed_feeding(WHO))
    named = {"stranger", "consent", "treating doctor", "author", "blocked", "same facility"}
    wrong: list[plain.Asked] = []
    for relation in [r for r in RELATIONS if r.name in named] + [opposed]:
        given = relation.given()
        for alike in told_apart(action):
            got = by_rules(given, professional(WHO, alike[0]), action, "normal", relation)
            for profession in alike:
                asked = plain.Asked(
                    kind="professional",
                    action=action,
                    profession=profession,
                    relation=relation.name,
                )
                wrong += differing(got, asked)

    assert wrong == []


MEASURED = [exchange("document", action, *CLASSES, *TYPES) for action in ("read", "feed")]
OTHERS: list[tuple[Actor, Relation]] = [
    (PATIENT, Relation("own", rights)),
    (replace(PATIENT, record_id=UUID(int=9)), Relation("stranger", rights)),
    (MOTHER, Relation("represents", child)),
    (MOTHER, Relation("stranger", rights)),
    (CAREGIVER, Relation("helps", helped)),
    (CAREGIVER, Relation("stranger", rights)),
    (APPLICATION, Relation("authorised", lambda: connected(*MEASURED))),
    (APPLICATION, Relation("stranger", rights)),
    (SOFTWARE, Relation("stranger", rights)),
    (SOFTWARE, Relation("same facility", rights, facility=HOSPITAL)),
    (SECRETARY, Relation("stranger", rights)),
    (replace(AUDITOR, physician_present=True), Relation("stranger", rights)),
    (OPERATOR, Relation("stranger", rights)),
    (SUPPORT, Relation("stranger", rights)),
    (Actor(kind=ActorKind.SERVICE, id="vault"), Relation("stranger", rights)),
]


@pytest.mark.parametrize(("who", "relation"), OTHERS, ids=lambda o: getattr(o, "name", None))
def test_everybody_else_does_what_the_plain_law_says(who: Actor, relation: Relation) -> None:
    """
    Every kind of caller x action x mode x document x visibility.
    """
    given, opened = relation.given(), chosen(caregivers=True)
    for action in ("read", "feed", "manage"):
        for mode in ("normal", "break_glass", "regulation"):
            got = by_rules(given, who, action, mode, relation, rules=opened)
            asked = plain.Asked(
                kind=who.kind.value, action=action, relation=relation.name, mode=mode
            )
            assert differing(got, asked) == []


@pytest.mark.parametrize("status", [None, *Status])
def test_a_record_that_is_not_active_opens_to_nobody(status: Status | None) -> None:
    """
    CSP R1111-28 and R1111-36: for every kind of caller and action.
    """
    given = rights(status)
    callers = [(professional(WHO), RELATIONS[0]), *OTHERS]
    for who, relation in callers:
        for action in ("read", "feed", "manage"):
            got = by_rules(given, who, action, "normal", Relation("", rights))
            asked = plain.Asked(
                kind=who.kind.value,
                action=action,
                profession=who.profession or "",
                relation="own" if relation.name == "own" else "",
                status=status.value if status else "unknown",
            )
            assert differing(got, asked) == []
