"""Who wrote: a person of a facility, or the facility itself."""

import pytest

from services.messaging.domain.correspondent import Correspondent, MailboxKind

FINESS, SIRET, DOCTOR = "1750712184", "337328293200074", "801234567897"


@pytest.mark.parametrize(
    ("kind", "facility", "national_id", "establishment"),
    [
        (MailboxKind.ORG, FINESS, None, True),
        (MailboxKind.ORG, SIRET, None, True),
        (MailboxKind.ORG, None, None, True),
        (MailboxKind.APP, FINESS, None, True),
        (MailboxKind.APP, FINESS, DOCTOR, True),
        (MailboxKind.APP, SIRET, None, False),
        (MailboxKind.APP, None, None, False),
        (MailboxKind.PER, FINESS, DOCTOR, False),
        (MailboxKind.CAB, SIRET, None, False),
        (None, FINESS, None, True),
        (None, FINESS, DOCTOR, False),
        (None, SIRET, None, False),
        (None, None, None, False),
    ],
)
def test_a_facility_wrote(
    kind: MailboxKind | None, facility: str | None, national_id: str | None, *, establishment: bool
) -> None:
    """By a mailbox of the organisation, or by software bound to a FINESS; over RPC, the facility
    alone, not the professional in it."""
    who = Correspondent(kind=kind, facility=facility, national_id=national_id)

    assert who.is_establishment is establishment
