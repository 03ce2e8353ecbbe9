"""A connected service and several permissions of one record: the best that lives counts."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.access.domain.applications import FOR_EVER, Covered, covered
from services.access.domain.facts import Asked, millis, principal_for
from services.access.domain.grants import Authorisation
from services.access.domain.rights import Rights
from shared.kernel.actor import Actor, ActorKind
from tests.access.support.judging import HOUR, NOW, SOURCE, document, rights
from tests.access.support.people import APPLICATION, MOTHER, PATIENT, RECORD

READS: Any = [{"scope": "document", "action": "read", "categories": ["10"]}]


def authorisation(
    before: datetime | None, by: Actor = PATIENT, *, secret: bool = False
) -> Authorisation:
    return Authorisation(
        client=APPLICATION.id,
        allowed=READS,
        authoriser={"kind": by.kind.value, "id": by.id},
        before=before,
        secret=secret,
        source=SOURCE,
    )


def given(*authorisations: Authorisation) -> Rights:
    known = rights()
    for number, one in enumerate(authorisations, start=1):
        known.know_authorisation(UUID(int=number), one, by=PATIENT)
    return known


def asked(at: datetime = NOW) -> Asked:
    return Asked(
        principal=principal_for(APPLICATION), action="read", mode="normal", session=None,
        at=at, through_software=False,
    )  # fmt: skip


def by_patient_alone(authoriser: Actor, _: Any) -> bool:
    return authoriser.kind is ActorKind.PATIENT


def best(*authorisations: Authorisation) -> Covered | None:
    return covered(given(*authorisations), asked(), document(), by_patient_alone)


def test_one_that_lives_counts_before_one_that_has_ended() -> None:
    """
    At its instant it has ended: whoever else allowed it is asked, though they might see less.
    """
    ended, lives = authorisation(NOW), authorisation(NOW + HOUR, MOTHER)

    for found in (best(ended, lives), best(lives, ended)):
        assert found == {"before": millis(NOW + HOUR), "authoriser_permitted": False}


def test_of_those_that_live_one_whose_authoriser_may_then_the_one_that_lasts() -> None:
    """
    CSP L1111-13-1 III: what any of them allowed is allowed, as far as they may themselves.
    """
    for_long, shortly = authorisation(None, MOTHER), authorisation(NOW + HOUR)

    assert best(for_long, shortly) == {"before": millis(NOW + HOUR), "authoriser_permitted": True}
    assert best(shortly, authorisation(None)) == {
        "before": FOR_EVER, "authoriser_permitted": True
    }  # fmt: skip


def test_when_all_have_ended_it_is_told_which_and_when() -> None:
    """
    The facts of that refusal then say that it is over, not that there never was one.
    """
    assert best(authorisation(NOW - HOUR), authorisation(NOW)) == {
        "before": millis(NOW), "authoriser_permitted": True
    }  # fmt: skip
    assert best() is None


def test_an_end_that_does_not_come_is_later_than_any_and_a_number_of_the_rules() -> None:
    """
    Cedar counts in 64 bits with a sign: a number beyond is an error, and refuses.
    """
    assert millis(datetime.max.replace(tzinfo=NOW.tzinfo)) < FOR_EVER < 2**63


def test_the_authoriser_is_judged_as_they_were_when_they_allowed_it() -> None:
    """
    Under their kind, on this record, and in secret if a minor allowed it in secret.
    """
    judged: list[tuple[Actor, Any]] = []

    def permitted(authoriser: Actor, item: Any) -> bool:
        judged.append((authoriser, item))
        return True

    item = document()
    known = given(authorisation(None, MOTHER), authorisation(None, secret=True))
    covered(known, asked(), item, permitted)

    assert [(a.kind, a.id, a.record_id, a.secret, i) for a, i in judged] == [
        (ActorKind.REPRESENTATIVE, MOTHER.id, RECORD, False, item),
        (ActorKind.PATIENT, PATIENT.id, RECORD, True, item),
    ]
