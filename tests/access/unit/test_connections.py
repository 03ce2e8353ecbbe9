"""What the catalogue says of connected services, applied from its messages."""

from typing import Any
from uuid import UUID, uuid4

from services.access import contract as c
from services.access.application import redecide_all
from shared.kernel.clock import instant
from tests.access.support.judging import HOUR
from tests.access.support.logs import World
from tests.access.support.people import (
    APPLICATION,
    MOTHER,
    OTHER_RECORD,
    PATIENT,
    RECORD,
    through_vault,
)

AUTHORISATION = UUID(int=51)
MEASURES = [{"scope": "measure", "action": "feed", "categories": ["GLUCOSE", "WEIGHT"]}]
SURPRISE = {"confidentiality": ["INVISIBLE_PATIENT"]}


def granted(world: World, allowed: list[dict[str, Any]], **more: Any) -> None:
    world.hear(
        "authorisation_granted",
        says="catalogue",
        authorisation_id=str(AUTHORISATION),
        client_id=APPLICATION.id,
        allowed=allowed,
        **{"authoriser": {"kind": "patient", "id": str(RECORD)}, **more},
    )


def feeds(world: World, kind: str = "GLUCOSE") -> bool:
    resource: dict[str, Any] = {
        "kind": "measure",
        "type": kind,
        "class": None,
        "confidentiality": [],
    }
    return world.decide(APPLICATION, action="feed", resource=resource).permit


def said(world: World, type_: str, **data: Any) -> None:
    world.hear(
        type_,
        says="catalogue",
        authorisation_id=str(AUTHORISATION),
        client_id=APPLICATION.id,
        **data,
    )


def test_a_service_does_what_it_was_allowed_and_no_more(world: World) -> None:
    """
    CSP L1111-13-1 III: finality by finality, the person's choice.
    """
    assert not feeds(world)
    granted(world, MEASURES)

    assert feeds(world)
    assert not feeds(world, "HEART_RATE")
    assert not world.decide(APPLICATION).permit
    assert not world.decide(APPLICATION, action="manage").permit
    answer = world.decide(APPLICATION, resource={"kind": "measure", "type": "GLUCOSE"})
    assert "Un service numérique" in answer.reason_fr


def test_what_is_said_of_a_record_nobody_has_told_of_changes_nothing(world: World) -> None:
    """
    Messages of two services cross: one that was parked for it would hold up the record for ever.
    """
    before = world.app.head().position
    stranger = uuid4()
    world.hear(
        "authorisation_revoked",
        stranger,
        says="catalogue",
        authorisation_id=str(AUTHORISATION),
        client_id=APPLICATION.id,
    )
    assert world.app.rights_of(stranger) is None
    assert world.app.head().position == before


def test_less_is_left_until_a_date_unless_reapproved(world: World) -> None:
    """
    Its finalities changed: what both name goes on, and stops at the instant said.
    """
    granted(world, MEASURES)
    less = [{"scope": "measure", "action": "feed", "categories": ["WEIGHT"]}]
    said(world, "reapproval_asked", allowed=less, before=instant(world.clock.now() + HOUR))
    assert (feeds(world), feeds(world, "WEIGHT")) == (False, True)

    world.move(HOUR)
    assert not feeds(world, "WEIGHT")
    said(
        world, "authorisation_reapproved", allowed=MEASURES,
        authoriser={"kind": "patient", "id": str(RECORD)},
    )  # fmt: skip
    assert feeds(world)


def test_a_revocation_counts_at_the_next_decision(world: World) -> None:
    """
    DESIGN 4: and revoking again, or what was never known, changes nothing.
    """
    granted(world, MEASURES)
    said(world, "authorisation_revoked")
    assert not feeds(world)
    version = world.rights().version

    said(world, "authorisation_revoked")
    said(world, "reapproval_asked", allowed=MEASURES, before=instant(world.clock.now() + HOUR))

    assert world.rights().version == version


def test_a_suspended_service_does_nothing_on_any_record(world: World) -> None:
    """
    One stream per service, read at every decision of an application.
    """
    granted(world, MEASURES)
    stopping = {"says": "catalogue", "client_id": APPLICATION.id}

    world.hear("service_suspended", None, **stopping)
    resource = {"kind": "measure", "type": "GLUCOSE", "class": None}
    assert world.decide(APPLICATION, action="feed", resource=resource).reasons == [
        "service_stopped"
    ]
    world.hear("service_suspension_lifted", None, **stopping)
    assert feeds(world)
    world.hear("service_withdrawn", None, **stopping)
    assert not feeds(world)
    assert not any(again.why for again in redecide_all(world.app))


def test_a_service_sees_at_most_what_its_authoriser_sees(world: World) -> None:
    """
    Hidden from the person, hidden from what they connected; ended with the representation.
    """
    world.hear(
        "record_announced", representatives=[MOTHER.id], majority_at="2030-01-01T00:00:00.000Z"
    )
    world.hear("record_activated")
    granted(
        world,
        [{"scope": "document", "action": "read", "categories": ["10"]}],
        authoriser={"kind": "representative", "id": MOTHER.id},
    )
    hidden = {"confidentiality": ["INVISIBLE_REPRESENTANTS_LEGAUX"]}
    assert world.decide(APPLICATION).permit
    assert not world.decide(APPLICATION, resource=SURPRISE).permit
    assert not world.decide(APPLICATION, resource=hidden).permit

    world.hear("majority_reached")

    assert not world.decide(APPLICATION).permit
    assert not any(again.why for again in redecide_all(world.app))


def test_another_record_is_not_opened_by_it(world: World) -> None:
    """
    An authorisation is of one record; a token names one too.
    """
    granted(world, MEASURES)
    world.open_record(OTHER_RECORD)
    resource = {"kind": "measure", "type": "GLUCOSE", "class": None}

    asked: dict[str, Any] = {"action": "feed", "record_id": OTHER_RECORD, "resource": resource}
    assert not world.decide(APPLICATION, **asked).permit


def test_a_list_for_a_service_is_judged_item_by_item(world: World) -> None:
    """
    decide_many: hidden or not allowed is left out, the rest is served.
    """
    granted(world, [{"scope": "document", "action": "read", "categories": ["10"]}])
    items = [
        {"kind": "document", "class": "10"},
        {"kind": "document", "class": "31"},
        {"kind": "document", "class": "10", **SURPRISE},
    ]
    request = c.DecideMany.model_validate(
        {"record_id": RECORD, "action": "read", "attribute_tuples": items}
    )

    assert world.app.decide_many(request, through_vault(APPLICATION)).permits == [
        True,
        False,
        False,
    ]
    assert world.app.decide_many(request, through_vault(PATIENT)).permits == [True, True, False]


def test_what_was_allowed_on_a_merged_record_goes_on_under_its_target(world: World) -> None:
    """
    The catalogue serves it there: known before and after the merge, gone with the split.
    """
    merge: dict[str, Any] = {"source": str(OTHER_RECORD), "merge_id": str(UUID(int=52))}
    world.open_record(OTHER_RECORD)
    granted_there = {"record": OTHER_RECORD, "authoriser": {"kind": "patient", "id": "source"}}
    granted(world, MEASURES, **granted_there)
    assert not feeds(world)

    world.hear("records_merged", **merge)
    assert feeds(world)
    said(world, "authorisation_revoked", record=OTHER_RECORD)
    assert not feeds(world)
    granted(world, MEASURES, **granted_there)
    assert feeds(world)

    world.hear("records_split", **merge)
    assert not feeds(world)
    assert not any(again.why for again in redecide_all(world.app))


def test_a_service_allowed_in_secret_feeds_what_representatives_do_not_see(world: World) -> None:
    """
    CSP R1111-50: no more than the minor might in that session.
    """
    documents = {"scope": "document", "action": "feed", "categories": ["11502-2"]}
    granted(world, [documents], secret=True)

    assert not world.decide(APPLICATION, action="feed").permit
    hidden = {"confidentiality": ["INVISIBLE_REPRESENTANTS_LEGAUX"]}
    assert world.decide(APPLICATION, action="feed", resource=hidden).permit
