"""Who acts: what an event keeps of them, and who stands behind a service."""

from uuid import UUID

import pytest

from shared.kernel.actor import Actor, ActorKind, in_secret

RECORD = UUID(int=1)


def test_an_event_keeps_codes_and_ids_never_claims() -> None:
    """
    Claims hold names; the log is for ever.
    """
    actor = Actor(
        kind=ActorKind.PROFESSIONAL,
        id="899700366240",
        profession="10",
        specialty="SM26",
        facility="1750712184",
        claims={"family_name": "NESSI", "email": "nessi@example.org"},
    )

    assert actor.to_event() == {
        "kind": "professional",
        "id": "899700366240",
        "profession": "10",
        "specialty": "SM26",
        "facility": "1750712184",
    }
    assert "NESSI" not in repr(actor)


def test_an_event_says_secret_and_who_was_carried() -> None:
    """
    What a service does for a secret session stays secret.
    """
    person = Actor(kind=ActorKind.PATIENT, id=str(RECORD), record_id=RECORD, secret=True)
    service = Actor(kind=ActorKind.SERVICE, id="vault", on_behalf_of=person)

    assert service.to_event() == {
        "kind": "service",
        "id": "vault",
        "on_behalf_of": {
            "kind": "patient",
            "id": str(RECORD),
            "record_id": str(RECORD),
            "secret": True,
        },
    }


def test_principal_is_whom_a_service_carries() -> None:
    """
    A service alone is its own principal; facility software stays itself.
    """
    doctor = Actor(kind=ActorKind.PROFESSIONAL, id="8")
    software = Actor(kind=ActorKind.FACILITY, id="1", on_behalf_of=doctor)

    assert Actor(kind=ActorKind.SERVICE, id="vault", on_behalf_of=doctor).principal is doctor
    assert software.principal is software
    assert Actor(kind=ActorKind.SERVICE, id="vault").principal.id == "vault"


def test_who_acts_for_a_person() -> None:
    """
    The person, a representative and a caregiver; nobody else.
    """
    kinds = {kind for kind in ActorKind if Actor(kind=kind, id="x").acts_for_person}

    assert kinds == {ActorKind.PATIENT, ActorKind.REPRESENTATIVE, ActorKind.CAREGIVER}


@pytest.mark.parametrize("carriers", [0, 1, 2])
@pytest.mark.parametrize("secret", [True, False])
def test_a_secret_session_is_one_whoever_carries_it(carriers: int, secret: bool) -> None:
    """
    Told to the parents of a minor, that a service carried it would not make it less secret.
    """
    actor = Actor(kind=ActorKind.PATIENT, id=str(RECORD), record_id=RECORD, secret=secret)
    for _ in range(carriers):
        actor = Actor(kind=ActorKind.SERVICE, id="vault", on_behalf_of=actor)

    assert actor.in_secret is secret
    assert in_secret(actor.to_event()) is secret


def test_nobody_is_in_no_secret_session() -> None:
    """
    What no one in particular did.
    """
    assert not in_secret(None)
    assert not in_secret({})
