"""Is the person of a document the person of the record?

Traits are those of the "Référentiel Identifiant national de santé": compared in capitals,
without diacritics, hyphens, apostrophes and whatever else is no letter counting as spaces.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from itertools import zip_longest

from shared.kernel.errors import InvalidRequest
from shared.kernel.ins import PRODUCTION_OIDS, TEST_OIDS, Ins, InvalidIns

FIELD = "content.patient"
NATIONAL = "1.2.250.1.213.1.4"
"""Under it the ANS registers the numbers the State gives a patient: INS-A, INS-C, the INS of today,
the NIR."""
_LIGATURES = str.maketrans({"Œ": "OE", "Æ": "AE"})
UNKNOWN_PLACE = "99999"
"""What INSi writes for a place of birth it does not know."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Traits:
    """Strict traits; ``birth_given_names`` is the list of the birth certificate, in order.

    ``birth_date`` is ISO of any precision; ``sex`` is M, F or I; ``birth_place`` an INSEE code.
    """

    birth_name: str | None = None
    birth_given_names: str | None = None
    first_given_name: str | None = None
    sex: str | None = None
    birth_date: str | None = None
    birth_place: str | None = None


@dataclass(frozen=True, kw_only=True, repr=False)
class Person:
    """Whose record it is; ``ins`` of a qualified identity only."""

    traits: Traits
    ins: Ins | None = None


@dataclass(frozen=True, kw_only=True, repr=False)
class Patient:
    """The person a document says it is about. ``ids``: (OID, value) pairs as written."""

    ids: tuple[tuple[str, str], ...]
    traits: Traits

    def ins(self, *, accepted: frozenset[str], strict_keys: frozenset[str]) -> Ins:
        """The one INS of the document; its key is checked for the OIDs in ``strict_keys``."""
        written = [(oid, value) for oid, value in self.ids if oid in PRODUCTION_OIDS | TEST_OIDS]
        taken = {(oid, value) for oid, value in written if oid in accepted}
        if not taken:
            raise _refused(
                "ins",
                "no INS was found" if not written else "the INS has an OID not accepted here",
            )
        if len(taken) > 1:
            raise _refused("ins", "there are several different INS")
        oid, value = taken.pop()
        try:
            return Ins.parse(value, oid, strict_key=oid in strict_keys)
        except InvalidIns as invalid:
            raise _refused("ins", str(invalid)) from None


def require_same_person(document: Traits, record: Traits) -> None:
    """Refuse, naming each trait that differs; the values themselves are never repeated.

    The name and the date of birth must be there. Another trait that the document leaves out, or
    that the record does not know, cannot differ.
    """
    fields = {}
    for name in ("birth_name", "birth_date"):
        if getattr(document, name) is None:
            fields[f"{FIELD}.{name}"] = "is missing"
    for name, same in _COMPARED.items():
        ours, theirs = getattr(record, name), getattr(document, name)
        if ours is not None and theirs is not None and not same(ours, theirs):
            fields[f"{FIELD}.{name}"] = "is not that of the record"
    if fields:
        raise InvalidRequest(
            "The document is not about the person of this record.",
            message_fr="Le document ne concerne pas la personne de ce dossier.",
            fields=fields,
        )


def is_national(root: str) -> bool:
    return root == NATIONAL or root.startswith(f"{NATIONAL}.")


def _refused(name: str, sentence: str) -> InvalidRequest:
    return InvalidRequest(
        "The patient of the document cannot be identified.", fields={f"{FIELD}.{name}": sentence}
    )


def _folded(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.upper().translate(_LIGATURES))
    kept = (c if c.isalnum() else " " for c in letters if not unicodedata.combining(c))
    return " ".join("".join(kept).split())


def _same_name(ours: str, theirs: str) -> bool:
    return _folded(ours) == _folded(theirs)


def _same_date(ours: str, theirs: str) -> bool:
    """As far as both are known: a year alone agrees with each of its days."""
    both = zip_longest(ours.split("-"), theirs.split("-"))
    return all(a == b for a, b in both if a is not None and b is not None)


def _same_place(ours: str, theirs: str) -> bool:
    return ours == theirs or UNKNOWN_PLACE in {ours, theirs}


_COMPARED: dict[str, Callable[[str, str], bool]] = {
    "birth_name": _same_name,
    "birth_given_names": _same_name,
    "first_given_name": _same_name,
    "sex": str.__eq__,
    "birth_date": _same_date,
    "birth_place": _same_place,
}
