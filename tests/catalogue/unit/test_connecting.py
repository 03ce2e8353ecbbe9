"""What a person allows a service, takes back, and what the service's token is worth."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from services.catalogue import contract as c
from services.catalogue.application import Catalogue
from services.catalogue.domain.errors import ServiceNotOpen, UnknownAuthorisation, UnknownFinality
from services.catalogue.policies import POLICIES
from shared.crypto.local_keys import LocalKeys
from shared.eventing.received import Received
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Forbidden
from shared.stores.event_log import Followed, Link
from tests.catalogue.conftest import AccessSeen, Told, Views
from tests.catalogue.sample import (
    GATEWAY,
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
    lifting,
    proposal,
    reapproval,
    reference,
    revocation,
    suspension,
    withdrawal,
)


def state(catalogue: Catalogue, token: str) -> c.TokenState:
    return catalogue.introspect(c.Introspect(token=token), GATEWAY)


def connected(catalogue: Catalogue, by: Actor = PATIENT) -> list[UUID]:
    """Walked one by one, so that paging is too."""
    found: list[UUID] = []
    cursor = None
    while True:
        request = c.Authorisations(record_id=RECORD, limit=1, cursor=cursor)
        page = catalogue.authorisations(request, by)
        found += [item.authorisation_id for item in page.items]
        cursor = page.next_cursor
        if cursor is None:
            assert page.total == len(found)
            return found


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


def test_suspended_a_service_does_nothing_and_can_be_disconnected(
    catalogue: Catalogue, sensor: UUID
) -> None:
    """
    Its tokens wake when the suspension is lifted, but those of who left.
    """
    mine = catalogue.authorise(authorise(sensor), PATIENT)
    record = uuid4()
    other_person = Actor(kind=ActorKind.PATIENT, id=str(record), record_id=record)
    theirs = catalogue.authorise(authorise(sensor, record_id=record), other_person)
    catalogue.suspend_service(suspension(sensor), OPERATOR)
    assert not state(catalogue, mine.token).active
    with pytest.raises(ServiceNotOpen):
        catalogue.authorise(authorise(sensor), PATIENT)

    catalogue.revoke(revocation(mine.authorisation_id), PATIENT)
    catalogue.lift_service_suspension(lifting(sensor), OPERATOR)
    assert not state(catalogue, mine.token).active
    assert state(catalogue, theirs.token).active


def test_only_open_services_are_connected(catalogue: Catalogue) -> None:
    """
    Proposed: not yet; pre-series: by who knows its id; withdrawn: never again.
    """
    service_id = catalogue.propose_service(proposal(), OPERATOR).service_id
    with pytest.raises(ServiceNotOpen):
        catalogue.authorise(authorise(service_id), PATIENT)
    catalogue.reference_service(reference(service_id, pre_series=True), OPERATOR)
    given = catalogue.authorise(authorise(service_id), PATIENT)
    assert state(catalogue, given.token).active
    catalogue.withdraw_service(withdrawal(service_id), OPERATOR)
    assert not state(catalogue, given.token).active
    with pytest.raises(ServiceNotOpen):
        catalogue.authorise(authorise(service_id), PATIENT)


def test_a_withdrawn_service_ends_every_authorisation(
    catalogue: Catalogue, sensor: UUID, views: Views, told: Told
) -> None:
    """
    Nothing stays connected to what is no more; each person's journal says why.
    """
    catalogue.authorise(authorise(sensor), PATIENT)
    catalogue.withdraw_service(withdrawal(sensor), OPERATOR)
    told()
    views.sweep()

    assert [(kind, data["reason"]) for kind, data in told()] == [
        ("authorisation_revoked", "service_withdrawn")
    ]
    assert connected(catalogue) == []


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
    access.permits = False
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
    access.permits = False
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


def test_what_a_minor_connects_in_secret_is_theirs_alone(
    catalogue: Catalogue, sensor: UUID, told: Told
) -> None:
    """
    Representatives neither see, count, change nor end it; what they do shows nothing of it.
    """
    secret = catalogue.authorise(authorise(sensor, "COURBE"), SECRETLY)
    assert told()[-1][1]["secret"] is True
    assert connected(catalogue, PARENT) == []
    with pytest.raises(UnknownAuthorisation):
        catalogue.revoke(revocation(secret.authorisation_id), PARENT)
    with pytest.raises(UnknownAuthorisation):
        catalogue.reapprove(reapproval(secret.authorisation_id, "SUIVI"), PARENT)

    parents = catalogue.authorise(authorise(sensor, "SUIVI"), PARENT)
    assert told()[-1][1]["secret"] is False
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


def test_erased_a_record_is_connected_to_nothing(
    catalogue: Catalogue, sensor: UUID, keys: LocalKeys, views: Views
) -> None:
    """
    Its key gone, its tokens are worth what unknown ones are; a rebuild leaves no row of it, and
    what time brings passes over it.
    """
    given = catalogue.authorise(authorise(sensor), PATIENT)
    views.catch_up()
    keys.erase(RECORD)
    catalogue.withdraw_service(withdrawal(sensor), OPERATOR)
    assert state(catalogue, given.token) == c.TokenState(active=False)
    views.sweep()

    rebuilt = views.live.rebuild(), views.reminders.rebuild()
    fresh = Views(catalogue, views.services.rebuild(), *rebuilt)
    fresh.catch_up()
    assert (rebuilt[0].count(), rebuilt[1].count()) == (0, 0)


def test_what_a_view_still_has_of_an_erased_record_goes(
    catalogue: Catalogue, sensor: UUID, keys: LocalKeys, views: Views
) -> None:
    """
    A row that cannot be opened any more purges its record, and no other.
    """
    record = uuid4()
    other = Actor(kind=ActorKind.PATIENT, id=str(record), record_id=record)
    kept = catalogue.authorise(authorise(sensor, record_id=record), other)
    catalogue.authorise(authorise(sensor), PATIENT)
    views.catch_up()
    assert (views.live.count(), views.reminders.count()) == (2, 2)
    catalogue.authorise(authorise(sensor), PATIENT)
    keys.erase(RECORD)
    views.catch_up()

    assert [item["id"] for item in views.live.find().items] == [str(kept.authorisation_id)]
    assert [item["id"] for item in views.reminders.find().items] == [str(record)]


def test_hearing_of_an_erasure_is_enough(
    catalogue: Catalogue, sensor: UUID, keys: LocalKeys, views: Views
) -> None:
    """
    Nothing more happens to an erased record, so its rows go when identity says so; once.
    """
    catalogue.authorise(authorise(sensor), PATIENT)
    views.catch_up()
    keys.erase(RECORD)
    for position in (4, 5):
        hear(catalogue, erased(position))
    views.catch_up()

    assert (views.live.count(), views.reminders.count()) == (0, 0)
    topics = [row.topic for row in catalogue.read(0, 100)]
    assert topics.count("catalogue.record_forgotten") == 1


def erased(position: int) -> Received:
    return Received(
        publisher="identity",
        type="identity.record_erased",
        version=1,
        key=f"{RECORD}.{position}",
        epoch="e",
        position=position,
        occurred_at=NOW,
        record=RECORD,
        data={"record_id": str(RECORD)},
    )


def hear(catalogue: Catalogue, message: Received) -> None:
    """As the follower does: policy, then outcome and place in one transaction."""
    followed = Followed(
        publisher=message.publisher,
        previous=catalogue.places.followed(message.publisher),
        reached=Link(message.epoch, message.position, "digest"),
    )
    catalogue.apply(POLICIES[message.type](catalogue, message), followed)


def test_a_change_before_the_answer_is_seen(catalogue: Catalogue, sensor: UUID) -> None:
    """
    What one agrees to is what the service asks for at that instant, told by its version.
    """
    without = change(sensor, finalities=[], reapprove_before=NOW + REAPPROVAL + timedelta(days=1))
    catalogue.change_service(without, OPERATOR)
    with pytest.raises(UnknownFinality):
        catalogue.authorise(authorise(sensor), PATIENT)
