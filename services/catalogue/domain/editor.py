"""Who makes a service, and whom the law keeps from reading (CSP L1111-18)."""

from collections.abc import Sequence
from enum import StrEnum

from services.catalogue.domain.errors import NeverReads
from services.catalogue.domain.finality import DataAction, Finality


class EditorKind(StrEnum):
    PUBLISHER = "publisher"
    CARE_PROVIDER = "care_provider"
    INSURER = "insurer"
    """A complementary insurer, its subsidiaries included."""
    BANK = "bank"
    EMPLOYER = "employer"
    STATE = "state"
    """Ministries and social security bodies."""


NEVER_READ = frozenset({EditorKind.INSURER, EditorKind.BANK, EditorKind.EMPLOYER, EditorKind.STATE})


def check_reading(kind: EditorKind, finalities: Sequence[Finality]) -> None:
    """Their applications may be listed; none may even ask to read."""
    if kind not in NEVER_READ:
        return
    reading = {
        f"finalities.{f['code']}": "may not read"
        for f in finalities
        if any(e["action"] == DataAction.READ for e in f["exchanges"])
    }
    if reading:
        raise NeverReads(fields=reading)
