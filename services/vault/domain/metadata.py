"""What is said of a document apart from its content, in XDS terms (IHE ITI TF-3, 4.2.3.2)."""

import re
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, TypeVar

from shared.cda.timestamps import civil_date
from shared.kernel.clock import instant, parse_instant

V = TypeVar("V")


@dataclass(frozen=True, kw_only=True)
class Coded:
    """A code of a value set; ``system`` is the OID of its terminology."""

    code: str
    system: str | None = None
    display: str | None = None


@dataclass(frozen=True, kw_only=True)
class Reference:
    """Another thing the document belongs to: an order, an imaging study (XDS referenceIdList).
    ``id`` has the form ``root^extension``; ``type`` is of JDV_J231."""

    id: str
    type: str


@dataclass(frozen=True, kw_only=True)
class Author:
    """``national_id``: PS_IdNat. ``institution``: Struct_IdNat. ``device``: name of a software
    or apparatus that wrote the document by itself."""

    national_id: str | None = None
    family: str | None = None
    given: str | None = None
    specialty: str | None = None
    role: str | None = None
    institution: str | None = None
    institution_name: str | None = None
    device: str | None = None


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What a depositor or a CDA header says of a document; what neither says is ``None``.

    ``creation``, ``service_start`` and ``service_stop`` are ISO texts of any precision, in UTC
    from the hour on. ``unique_id`` is the producer's (XDS form ``root^extension``).
    """

    unique_id: str | None = None
    type: Coded | None = None
    title: str | None = None
    creation: str | None = None
    service_start: str | None = None
    service_stop: str | None = None
    authors: tuple[Author, ...] = ()
    practice_setting: str | None = None
    facility_type: str | None = None
    format: str | None = None
    confidentiality: tuple[str, ...] = ()
    language: str | None = None
    event_codes: tuple[Coded, ...] = ()
    set_id: str | None = None
    version_number: int | None = None
    replaces: tuple[str, ...] = ()
    """``unique_id`` of the documents this one says it replaces (relatedDocument RPLC)."""
    legal_authenticator: Author | None = None
    custodian: str | None = None
    reference_ids: tuple[Reference, ...] = ()
    source_patient: str | None = None
    """The patient as the producer numbers them (XDS sourcePatientId), ``root^extension``; never
    the INS."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """Of what is said, that on which access depends."""

    type: str
    class_code: str
    by_patient: bool


@dataclass(frozen=True, kw_only=True)
class Metadata:
    """A statement found complete, every code of it known."""

    unique_id: str
    type: str
    class_code: str
    format: str
    title: str
    creation: str
    service_start: str
    service_stop: str | None = None
    authors: tuple[Author, ...] = ()
    practice_setting: str | None = None
    facility_type: str | None = None
    language: str = "fr-FR"
    event_codes: tuple[Coded, ...] = ()
    set_id: str | None = None
    version_number: int | None = None
    legal_authenticator: Author | None = None
    custodian: str | None = None
    reference_ids: tuple[Reference, ...] = ()
    source_patient: str | None = None
    by_patient: bool = False
    """Put in by the person or someone acting in their place."""

    @property
    def kind(self) -> Kind:
        return Kind(type=self.type, class_code=self.class_code, by_patient=self.by_patient)

    @property
    def service_day(self) -> str:
        """Day of the act in metropolitan France; a month or a year where no more is known."""
        return civil_date(self.service_start)

    def to_event(self) -> dict[str, Any]:
        """Plain data, what is unknown left out."""
        known: dict[str, Any] = _without_unknown(asdict(self))
        return known

    @classmethod
    def from_event(cls, data: dict[str, Any]) -> "Metadata":
        """What :meth:`to_event` gave."""
        kept = dict(data)
        for name, part in _SEVERAL.items():
            if name in data:
                kept[name] = tuple([_as_it_was(part, said) for said in data[name]])
        if signed_by := data.get("legal_authenticator"):
            kept["legal_authenticator"] = _as_it_was(Author, signed_by)
        return _as_it_was(cls, kept)


_SEVERAL = {"authors": Author, "event_codes": Coded, "reference_ids": Reference}
"""Fields of which there may be any number."""


def _as_it_was(kind: type[V], said: dict[str, Any]) -> V:
    """Without its constructor, as events are: a frozen one sets each field by a call of its own.
    What is left out has its default from the class."""
    made = object.__new__(kind)
    vars(made).update(said)
    return made


def _without_unknown(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_unknown(v) for k, v in value.items() if v not in (None, (), [])}
    if isinstance(value, (list, tuple)):
        return [_without_unknown(v) for v in value]
    return value


def iso_moment(text: str) -> str:
    """``YYYY``, ``YYYY-MM``, ``YYYY-MM-DD`` as it is; an RFC 3339 instant in UTC.

    Raises :class:`ValueError` for anything else, days that no calendar has included, as an instant
    that has no day in France.
    """
    if re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", text, re.ASCII):
        date.fromisoformat(text + "YYYY-01-01"[len(text) :])
        return text
    read = instant(parse_instant(text))
    try:
        civil_date(read)
    except OverflowError:
        raise ValueError("not on the calendar of France") from None
    return read
