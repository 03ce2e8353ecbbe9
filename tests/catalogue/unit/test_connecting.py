"""What a person allows a service, takes back, and what the service's token is worth."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from services.catalogue import contract as c
from services.catalogue.application import Catalogue
from services.catalogue.domain.errors import UnknownAuthorisation, UnknownFinality
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Forbidden
from shared.kernel.secrecy import SeenByRepresentatives
from tests.catalogue.asking import connected, state
from tests.catalogue.conftest import AccessSeen, Told
from tests.catalogue.sample import (
    NOW,
    OPERATOR,
    PARENT,
    PATIENT,
    REAPPROVAL,
    RECORD,
    SECRETLY,
    SENSOR,
    authorise,
    change,
    reapproval,
    revocation,
)


def test_a_token_lets_do_what_was_agreed_to_and_no_more(
    catalogue: Catalogue, sensor: UUID, told: Told
) -> None:
    """
    Of two finalities one was agreed to: the other's reading is not there.
    """
    told()
    given = catalogue.authorise(authorise(sensor, "SUIVI"), PATIENT)

    worth = state(catalogue, given.token)
    assert worth.active
    assert (worth.client_id, worth.record_id, worth.service_id) == (SENSOR, RECORD, sensor)
    assert worth.finalities == ["SUIVI"]
    assert [e.model_dump(mode="json") for e in worth.exchanges] == [
        {"scope": "measure", "action": "ajouter", "categories": ["INTERSTITIAL_GLUCOSE"]}
    ]
    ((kind, data),) = told()
    assert kind == "authorisation_granted"
    assert data["allowed"] == [
        {"scope": "measure", "action": "feed", "categories": ["INTERSTITIAL_GLUCOSE"]}
    ]
    assert data["authoriser"] == {"kind": "patient", "id": str(RECORD)}
    assert (data["record_id"], data["client_id"]) == (str(RECORD), SENSOR)


def test_a_repeated_request_gives_the_same_token_and_it_is_kept_nowhere(
    catalogue: Catalogue, sensor: UUID, tmp_path: Path
) -> None:
    """
    The answer may be lost on its way; a stolen disk has no token, nor what would find one.
    """
    asked = authorise(sensor)
    first = catalogue.authorise(asked, PATIENT)
    assert catalogue.authorise(asked, PATIENT) == first

    stored = b"".join(file.read_bytes() for file in tmp_path.glob("*.db*"))
    assert first.token.encode() not in stored
    assert first.token not in repr(first)
    assert len(connected(catalogue)) == 1


def test_a_token_given_anew_voids_the_former(catalogue: Catalogue, sensor: UUID) -> None:
    """
    One token per authorisation: a lost telephone's must be worth nothing.
    """
    old = catalogue.authorise(authorise(sensor, "SUIVI", "COURBE"), PATIENT)
    new = catalogue.authorise(authorise(sensor, "SUIVI"), PATIENT)

    assert new.authorisation_id == old.authorisation_id
    assert not state(catalogue, old.token).active
    assert state(catalogue, new.token).finalities == ["SUIVI"]


def test_revoked_it_is_worth_nothing_at_the_answer(
    catalogue: Catalogue, sensor: UUID, access: AccessSeen, told: Told
) -> None:
    """
    DESIGN 4: the answer comes once access has applied it; revoking again finds nothing.
    """
    given = catalogue.authorise(authorise(sensor), PATIENT)
    assert access.waited[-1] == (RECORD, given.position)
    done = catalogue.revoke(revocation(given.authorisation_id), PATIENT)

    assert access.waited[-1] == (RECORD, done.position)
    assert state(catalogue, given.token) == c.TokenState(active=False)
    assert connected(catalogue) == []
    kind, data = told()[-1]
    assert (kind, data["reason"]) == ("authorisation_revoked", "person_request")
    with pytest.raises(UnknownAuthorisation):
        catalogue.revoke(revocation(given.authorisation_id), PATIENT)


@pytest.mark.parametrize("token", ["", "x", "é", "A" * 64, "A" * 63, "=" * 64, "-" * 200])
def test_what_is_no_token_is_inactive_and_says_nothing_else(
    catalogue: Catalogue, sensor: UUID, token: str
) -> None:
    """
    RFC 7662, 2.2: nothing tells a wrong token from one that ended.
    """
    catalogue.authorise(authorise(sensor), PATIENT)

    assert state(catalogue, token) == c.TokenState(active=False)


def test_a_token_changed_anywhere_is_inactive(catalogue: Catalogue, sensor: UUID) -> None:
    """
    Each of its characters counts, those that find the stream and those that prove it.
    """
    token = catalogue.authorise(authorise(sensor), PATIENT).token
    for place in range(len(token)):
        other = "B" if token[place] == "A" else "A"
        assert not state(catalogue, token[:place] + other + token[place + 1 :]).active


def test_a_finality_the_service_does_not_have_is_refused(
    catalogue: Catalogue, sensor: UUID
) -> None:
    """
    Nobody agrees to what is not written anywhere.
    """
    with pytest.raises(UnknownFinality) as refusal:
        catalogue.authorise(authorise(sensor, "SUIVI", "AUTRE"), PATIENT)
    assert refusal.value.fields == {"finalities": "not of this service: AUTRE"}
    assert connected(catalogue) == []


def test_access_says_who_may_connect(
    catalogue: Catalogue, sensor: UUID, access: AccessSeen
) -> None:
    """
    A record that is closed, or whose representative no longer is one, connects to nothing.
    """
    access.refused = {PATIENT.id, PARENT.id}
    for by in (PATIENT, PARENT):
        with pytest.raises(Forbidden):
            catalogue.authorise(authorise(sensor), by)
    assert [actor.kind for actor in access.asked] == ["patient", "representative"]
    assert catalogue.connections(RECORD) is None


def test_people_can_disconnect_whatever_their_record_is(
    catalogue: Catalogue, sensor: UUID, access: AccessSeen
) -> None:
    """
    Revocable at any time; a former representative may not touch it any more.
    """
    given = catalogue.authorise(authorise(sensor), PARENT)
    access.refused = {PATIENT.id, PARENT.id}
    with pytest.raises(Forbidden):
        catalogue.revoke(revocation(given.authorisation_id), PARENT)
    with pytest.raises(Forbidden):
        catalogue.authorisations(c.Authorisations(record_id=RECORD), PARENT)

    assert connected(catalogue, PATIENT) == [given.authorisation_id]
    catalogue.revoke(revocation(given.authorisation_id), PATIENT)
    assert not state(catalogue, given.token).active


def test_the_authoriser_is_the_last_who_agreed(
    catalogue: Catalogue, sensor: UUID, told: Told
) -> None:
    """
    A service sees at most what its authoriser sees, so access is told whose eyes it has.
    """
    given = catalogue.authorise(authorise(sensor), PATIENT)
    told()
    catalogue.reapprove(reapproval(given.authorisation_id, "SUIVI"), PARENT)

    ((kind, data),) = told()
    assert (kind, data["authoriser"]) == (
        "authorisation_reapproved",
        {"kind": "representative", "id": PARENT.id},
    )
    assert state(catalogue, given.token).authoriser is ActorKind.REPRESENTATIVE


def test_finalities_are_agreed_to_one_by_one(
    catalogue: Catalogue, sensor: UUID, access: AccessSeen
) -> None:
    """
    One more, one less, with the same token; each answered once access has applied it.
    """
    given = catalogue.authorise(authorise(sensor, "SUIVI"), PATIENT)
    catalogue.reapprove(reapproval(given.authorisation_id, "SUIVI", "COURBE"), PATIENT)
    assert state(catalogue, given.token).finalities == ["SUIVI", "COURBE"]
    done = catalogue.reapprove(reapproval(given.authorisation_id, "COURBE"), PATIENT)
    assert state(catalogue, given.token).finalities == ["COURBE"]
    assert access.waited[-1] == (RECORD, done.position)


def test_a_secret_session_leaves_what_parents_see_connected(
    catalogue: Catalogue, sensor: UUID
) -> None:
    """
    CSP L1111-5: a service that was gone, or did less, would tell them of the session.
    """
    given = catalogue.authorise(authorise(sensor, "SUIVI"), PATIENT)
    with pytest.raises(SeenByRepresentatives):
        catalogue.revoke(revocation(given.authorisation_id), SECRETLY)
    with pytest.raises(SeenByRepresentatives):
        catalogue.reapprove(reapproval(given.authorisation_id, "COURBE"), SECRETLY)

    assert connected(catalogue, PARENT) == [given.authorisation_id]
    assert state(catalogue, given.token).finalities == ["SUIVI"]


def test_what_a_minor_connects_in_secret_is_theirs_alone(
    catalogue: Catalogue, sensor: UUID, told: Told
) -> None:
    """
    Representatives neither see, count, change nor end it; what they do shows nothing of it.
    """
    secret = catalogue.authorise(authorise(sensor, "COURBE"), SECRETLY)
    assert state(catalogue, secret.token).secret is True
    assert told()[-1][1]["secret"] is True
    assert connected(catalogue, PARENT) == []
    with pytest.raises(UnknownAuthorisation):
        catalogue.revoke(revocation(secret.authorisation_id), PARENT)
    with pytest.raises(UnknownAuthorisation):
        catalogue.reapprove(reapproval(secret.authorisation_id, "SUIVI"), PARENT)

    parents = catalogue.authorise(authorise(sensor, "SUIVI"), PARENT)
    assert told()[-1][1]["secret"] is False
    assert state(catalogue, parents.token).secret is False
    assert connected(catalogue, PARENT) == [parents.authorisation_id]
    assert len(connected(catalogue)) == 2
    catalogue.revoke(revocation(parents.authorisation_id), PARENT)
    assert state(catalogue, secret.token).finalities == ["COURBE"]
    catalogue.revoke(revocation(secret.authorisation_id), PATIENT)
    assert told()[-1][1]["secret"] is True


def test_an_unknown_authorisation_and_anothers_are_the_same(
    catalogue: Catalogue, sensor: UUID
) -> None:
    """
    Same code, same sentence.
    """
    mine = catalogue.authorise(authorise(sensor), PATIENT).authorisation_id
    record = uuid4()
    stranger = Actor(kind=ActorKind.PATIENT, id=str(record), record_id=record)
    for asked in (mine, uuid4()):
        request = c.Revoke(request_id=uuid4(), record_id=record, authorisation_id=asked)
        with pytest.raises(UnknownAuthorisation):
            catalogue.revoke(request, stranger)
    assert connected(catalogue) == [mine]


def test_a_change_before_the_answer_is_seen(catalogue: Catalogue, sensor: UUID) -> None:
    """
    What one agrees to is what the service asks for at that instant, told by its version.
    """
    without = change(sensor, finalities=[], reapprove_before=NOW + REAPPROVAL + timedelta(days=1))
    catalogue.change_service(without, OPERATOR)
    with pytest.raises(UnknownFinality):
        catalogue.authorise(authorise(sensor), PATIENT)
