"""What a document observes itself, and what it quotes, wants, denies or took back."""

import pytest

from shared.cda.statements import Once, Stated, observations
from shared.cda.tree import Element, parsed

KEPT = '<observation moodCode="EVN"><id extension="kept"/></observation>'


def stated(inside: str, space: str = 'xmlns="urn:hl7-org:v3"') -> list[Stated]:
    return list(
        observations(parsed(f"<ClinicalDocument {space}>{inside}</ClinicalDocument>".encode()))
    )


@pytest.mark.parametrize(
    "around",
    [
        (
            '<observation moodCode="EVN"><entryRelationship typeCode="REFR">{}</entryRelationship>'
            "</observation>"
        ),
        '<act moodCode="RQO"><entryRelationship typeCode="COMP">{}</entryRelationship></act>',
        '<organizer><statusCode code="obsolete"/><component>{}</component></organizer>',
        '<act><statusCode code="nullified"/><entryRelationship>{}</entryRelationship></act>',
    ],
    ids=["quoted", "wanted", "replaced", "entered in error"],
)
def test_what_is_of_another_time_or_of_none_is_left(around: str) -> None:
    """It would be taken for a result of the day, or twice."""
    inner = [
        one for one in stated(around.format(KEPT)) if one.observation.find("{*}id") is not None
    ]

    assert inner == []
    assert len(stated(around.replace('"REFR"', '"COMP"').replace("RQO", "EVN")
                      .replace("obsolete", "completed").replace("nullified", "active")
                      .format(KEPT))) >= 1  # fmt: skip


@pytest.mark.parametrize(
    ("own", "outer", "at"),
    [
        ('<effectiveTime value="20260105"/>', '<effectiveTime value="20250101"/>', "2026-01-05"),
        ('<effectiveTime nullFlavor="NA"/>', '<effectiveTime value="20250101"/>', "2025-01-01"),
        ("", '<effectiveTime><low value="2025"/><high value="2026"/></effectiveTime>', "2025"),
        ('<effectiveTime><high value="202601"/></effectiveTime>', "", "2026-01"),
        ('<effectiveTime value="yesterday"/>', '<effectiveTime value="2025"/>', None),
        ('<effectiveTime value="00010101000000+0100"/>', "", None),
        ('<effectiveTime value="99991231235959+0000"/>', "", None),
        ("", "", None),
    ],
    ids=["own", "none of its own", "span", "end", "no date", "year 1", "year 9999", "no time"],
)
def test_the_time_is_its_own_else_that_of_the_battery(own: str, outer: str, at: str | None) -> None:
    """A battery says once when its sample was taken; a date that nobody can read stops nothing."""
    (one,) = stated(
        f'<organizer moodCode="EVN">{outer}<component><observation moodCode="EVN">{own}'
        "</observation></component></organizer>"
    )

    assert one.at == at


@pytest.mark.parametrize("place", ["section", "act", "observation"])
def test_a_subject_takes_the_place_of_the_patient(place: str) -> None:
    """XD-LAB: the animal that bit, the donor; CDA: the newborn, the father."""
    subject = {place: "<subject><relatedSubject/></subject>"}
    (one,) = stated(
        f"<section>{subject.get('section', '')}<entry><act>{subject.get('act', '')}"
        f"<entryRelationship><observation>{subject.get('observation', '')}</observation>"
        "</entryRelationship></act></entry></section>"
    )

    assert one.is_of_another
    (own,) = stated("<section><entry><observation/></entry></section>")
    assert not own.is_of_another


def test_a_denial_is_told_wherever_it_stands() -> None:
    (one,) = stated(
        '<act negationInd="true"><entryRelationship><observation/></entryRelationship></act>'
    )
    (own,) = stated('<observation negationInd="1"/>')
    (none,) = stated('<observation negationInd="false"/>')

    assert (one.is_negated, own.is_negated, none.is_negated) == (True, True, False)


def test_a_prefix_is_the_document_s_own() -> None:
    inside = '<c:observation moodCode="EVN"/>'

    assert len(stated(f"<c:act xmlns:c='urn:hl7-org:v3' moodCode='EVN'>{inside}</c:act>")) == 1
    assert stated("<observation xmlns='urn:other'/>") == []


def test_what_stands_around_many_is_looked_for_once() -> None:
    """Each of ten thousand observations asks its act."""
    asked: list[str] = []

    def find(element: Element) -> str:
        asked.append(element.tag)
        return element.tag

    once = Once(find)
    act, other = parsed(b"<act/>"), parsed(b"<act/>")

    assert [once(act), once(act), once(other)] == ["act", "act", "act"]
    assert asked == ["act", "act"]


@pytest.mark.parametrize(
    ("flavor", "is_of_another"), [("UNK", True), ("ASKU", True), ("MSK", True), ("NA", False)]
)
def test_of_a_subject_that_nobody_knows(flavor: str, *, is_of_another: bool) -> None:
    """It is somebody, and not surely the patient; "not applicable" says that there is none."""
    (one,) = stated(f'<observation><subject nullFlavor="{flavor}"/></observation>')
    assert one.is_of_another is is_of_another
