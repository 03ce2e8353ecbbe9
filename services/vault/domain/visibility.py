"""Who a document is hidden from: confidentiality codes and how they may be combined.

Codes of JDV_J08 (CI-SIS) and JDV_J58 (DMP). Masking: CSP R.1111-49; hidden from the patient
until an announcement: R.1111-53; a minor's secret: R.1111-50.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

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


@dataclass(frozen=True, kw_only=True)
class Masking:
    """``allow_cumulation``: the DMP's parameter *cumul-invisible_patient-masque_ps*.
    ``by_default``: the person masks to professionals whatever comes into the record."""

    allow_cumulation: bool
    by_default: bool = False

    def may_mask(self, codes: Collection[str]) -> bool:
        return self.allow_cumulation or HIDDEN_FROM_PATIENT not in codes


def hidden_by(told: Iterable[str], cover: Iterable[str]) -> tuple[str, ...]:
    """The codes that hide a document from all but those who put it in."""
    return tuple(sorted({*told, *cover}))


def require_possible(codes: Iterable[str], by: Actor, allow_cumulation: bool) -> None:
    """What the caller said contradicts itself whatever the record holds: told before ``access``
    is asked, whose refusal would not say why. Raises as :func:`visibility_at_deposit`."""
    visibility_at_deposit(
        codes, former=(), by=by, masking=Masking(allow_cumulation=allow_cumulation)
    )


def visibility_at_deposit(
    codes: Iterable[str], *, former: Iterable[str], by: Actor, masking: Masking
) -> tuple[str, ...]:
    """The codes a new document gets, sorted; ``former``: those of the version it replaces.

    Masked by default but where the person says otherwise of their own document, or where it is
    hidden from them and both cannot go together. Raises :class:`InvalidRequest` on field
    ``confidentiality``.
    """
    said = set(codes)
    asked = said or {NORMAL}
    _require_allowed(asked, by)
    kept = asked | (set(former) & HIDING)
    if len(kept) > MAX_CODES:
        raise _refused(f"there are more than {MAX_CODES} codes")
    if MASKED in kept and not masking.may_mask(kept):
        raise _refused(_TOGETHER)
    if not (by.principal.acts_for_person and said):
        kept = _masked_by_default(kept, masking)
    return tuple(sorted(kept))


def _masked_by_default(codes: set[str], masking: Masking) -> set[str]:
    if masking.by_default and masking.may_mask(codes):
        return codes | {MASKED}
    return codes


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


def masked(codes: Iterable[str], masking: Masking) -> tuple[str, ...]:
    """The codes once masked to professionals. Raises :class:`Conflict`."""
    present = set(codes)
    if not masking.may_mask(present):
        raise Conflict(
            "A document hidden from the person cannot be masked as well.",
            fields={FIELD: _TOGETHER},
        )
    return tuple(sorted(present | {MASKED}))


def unmasked(codes: Iterable[str]) -> tuple[str, ...]:
    """The codes once professionals may see it again."""
    return _without(codes, MASKED)


def revealed_to_patient(codes: Iterable[str], masking: Masking) -> tuple[str, ...]:
    """The codes once the person may see it; what they mask by default is masked from then on."""
    codes = tuple(codes)
    if HIDDEN_FROM_PATIENT not in codes:
        return codes
    return tuple(sorted(_masked_by_default(set(_without(codes, HIDDEN_FROM_PATIENT)), masking)))


def revealed_to_representatives(codes: Iterable[str]) -> tuple[str, ...]:
    """The codes once legal representatives may see it."""
    return _without(codes, HIDDEN_FROM_REPRESENTATIVES)


def _without(codes: Iterable[str], code: str) -> tuple[str, ...]:
    return tuple(sorted(set(codes) - {code} or {NORMAL}))


def _refused(sentence: str) -> InvalidRequest:
    return InvalidRequest("The document cannot have this visibility.", fields={FIELD: sentence})
