"""Who sees which lines of a journal (CSP L1111-19; R1111-46 and following)."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from shared.kernel.actor import Actor, ActorKind

WHOLE_JOURNAL_ROLES = frozenset({"treating_doctor", "administrator"})
"""Rules of ``access`` that open the whole journal to a professional."""


class Scope(StrEnum):
    ALL = "all"
    OWN = "own"


@dataclass(frozen=True, kw_only=True)
class Audience:
    """``own_lines``: only those where this actor acted. ``secret_lines``: with what a minor did
    in a secret session. ``hidden_lines``: with those about documents this reader may not see, of
    which nothing is told. ``documents``: whether a line may say which document it is about.
    ``reasons``: whether it may say why access was refused, which is for the person to know.
    """

    own_lines: str | None
    secret_lines: bool
    hidden_lines: bool
    documents: bool
    reasons: bool


def first_scope(reader: Actor) -> Scope:
    """Professionals are asked about their own lines first: the whole is for a few of them, and
    a refusal of what they did not ask for must not stand in the journal.
    """
    return Scope.OWN if reader.kind is ActorKind.PROFESSIONAL else Scope.ALL


def may_ask_for_all(reasons: Collection[str]) -> bool:
    return not WHOLE_JOURNAL_ROLES.isdisjoint(reasons)


def audience_of(reader: Actor, scope: Scope) -> Audience:
    """``scope``: what ``access`` has permitted to this reader.

    Representatives and caregivers see no line of a secret session; the person and those they
    trust with the whole journal do. To these, a line about something hidden from them would tell
    that it is there. Professionals know what they did themselves; auditors see who did what,
    never which document it was.
    """
    own, auditor = scope is Scope.OWN, reader.kind is ActorKind.AUDITOR
    return Audience(
        own_lines=f"{reader.kind.value}:{reader.id}" if own else None,
        secret_lines=reader.kind not in {ActorKind.REPRESENTATIVE, ActorKind.CAREGIVER},
        hidden_lines=own or auditor,
        documents=not auditor,
        reasons=not own and not auditor,
    )
