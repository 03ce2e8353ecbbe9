"""Who may ask for what the law gives to some alone, whatever a right of theirs would say."""

import pytest

from services.vault.contract import CONTRACT
from shared.kernel.actor import ActorKind

CAREGIVER, PATIENT, PARENT = ActorKind.CAREGIVER, ActorKind.PATIENT, ActorKind.REPRESENTATIVE
ANNOUNCING = {ActorKind.PROFESSIONAL, ActorKind.FACILITY}
READING = {PATIENT, PARENT, CAREGIVER, ActorKind.PROFESSIONAL, ActorKind.FACILITY}


@pytest.mark.parametrize(
    ("methods", "kinds"),
    [
        # CSP R.1111-53: a professional announces it, in a consultation.
        (["reveal_to_patient"], ANNOUNCING),
        # GDPR art. 15: a copy is for the person, or who acts in their place.
        (["export_record", "export_status", "read_export"], {PATIENT, PARENT}),
        # A caregiver helps to manage: they hide, delete and correct nothing.
        (["mask", "unmask", "delete", "reclassify"], {PATIENT, PARENT, *ANNOUNCING}),
        # Secretaries feed a record, and read nothing of it.
        (["search", "changes_since", "describe", "open", "versions", "summary"], READING),
        (["deposit", "deposit_lot", "release", "discard"], {*READING, ActorKind.SECRETARY}),
    ],
    ids=["announcing", "a copy", "managing", "reading", "feeding"],
)
def test_callers(methods: list[str], kinds: set[ActorKind]) -> None:
    for method in methods:
        assert CONTRACT.by_name[method].callers == kinds, method
