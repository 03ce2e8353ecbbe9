"""Who a document is hidden from: confidentiality codes and how they may be combined.

Codes of JDV_J08 (CI-SIS) and JDV_J58 (DMP). Masking: CSP R.1111-49; hidden from the patient
until an announcement: R.1111-53; a minor's secret: R.1111-50.
"""

from collections.abc import Iterable

from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Conflict, InvalidRequest

NORMAL = "N"
MASKED = "MASQUE_PS"
HIDDEN_FROM_PATIENT = "INVISIBLE_PATIENT"
HIDDEN_FROM_REPRESENTATIVES = "INVISIBLE_REPRESENTANTS_LEGAUX"
HIDING = frozenset({MASKED, HIDDEN_FROM_PATIENT, HIDDEN_FROM_REPRESENTATIVES})
MAX_CODES = 4
"""Codes of one document (DMP, "lot de soumission": 1 to 4)."""

FIELD = "confidentiality"
_TOGETHER = "INVISIBLE_PATIENT and MASQUE_PS cannot go together"
_PROFESSIONAL = {ActorKind.PROFESSIONAL, ActorKind.FACILITY, ActorKind.SECRETARY}


def visibility_at_deposit(
    codes: Iterable[str], *, former: Iterable[str], by: Actor, allow_cumulation: bool
) -> tuple[str, ...]:
    """The codes a new document gets, sorted; ``former``: those of the version it replaces.

    ``allow_cumulation``: the DMP's parameter *cumul-invisible_patient-masque_ps*. Raises
    :class:`InvalidRequest` on field ``confidentiality``.
    """
    asked = set(codes) or {NORMAL}
    _require_allowed(asked, by)
    kept = asked | (set(former) & HIDING)
    if len(kept) > MAX_CODES:
        raise _refused(f"there are more than {MAX_CODES} codes")
    if not allow_cumulation and {MASKED, HIDDEN_FROM_PATIENT} <= kept:
        raise _refused(_TOGETHER)
    return tuple(sorted(kept))


def _require_allowed(asked: set[str], by: Actor) -> None:
    kind = by.principal.kind
    if HIDDEN_FROM_PATIENT in asked and kind not in _PROFESSIONAL:
        raise _refused("only a professional hides a document from the person")
    if HIDDEN_FROM_REPRESENTATIVES in asked and kind in {
        ActorKind.REPRESENTATIVE,
        ActorKind.CAREGIVER,
    }:
        raise _refused("nobody hides a document from themselves")
    if by.principal.secret and HIDDEN_FROM_REPRESENTATIVES not in asked:
        # "Connexion secrète": what is put in then must stay a minor's secret.
        raise _refused("a secret session takes INVISIBLE_REPRESENTANTS_LEGAUX documents only")


def masked(codes: Iterable[str], *, allow_cumulation: bool) -> tuple[str, ...]:
    """The codes once masked to professionals. Raises :class:`Conflict`."""
    present = set(codes)
    if HIDDEN_FROM_PATIENT in present and not allow_cumulation:
        raise Conflict("A document hidden from the person cannot be masked as well.")
    return tuple(sorted(present | {MASKED}))


def unmasked(codes: Iterable[str]) -> tuple[str, ...]:
    """The codes once professionals may see it again."""
    return tuple(sorted(set(codes) - {MASKED} or {NORMAL}))


def _refused(sentence: str) -> InvalidRequest:
    return InvalidRequest("The document cannot have this visibility.", fields={FIELD: sentence})
