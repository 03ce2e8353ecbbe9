"""From the lines about one professional or facility to what they say of it.

Each reader takes lines whose columns were named already, and gives the entries of a description
that its kind of extract speaks of, in an order of its own: a file that only orders its lines
otherwise changes nothing. ``None`` when no line could be taken.
"""

from collections.abc import Callable, Iterable, Sequence

from services.directory.application.finess_rows import establishment, legal_entity
from services.directory.application.log import DirectoryLog, place_of
from services.directory.application.row_values import Saying, fit, flag, only
from services.directory.contract.importing import ExtractKind, ExtractRow, RefusedLine
from services.directory.contract.parts import (
    Description,
    Diploma,
    FacilityDescription,
    Mailbox,
    Place,
    Skill,
)
from services.directory.domain.addresses import located
from services.directory.domain.national_ids import finess_of, structure_of
from services.directory.domain.professional import PRACTICE
from shared.kernel.errors import InvalidRequest, Refusal

Reader = Callable[[DirectoryLog, ExtractRow], Saying]

IN_TRAINING = "E"
"""TRE_R09, professional category of a student; C is civil, M and once F are public officials."""
INDIRECT = "I"
"""TRE_R23 since 2 February 2026: works there through a company. Readers of answers were told of
L, S and B alone, so that the place has no mode.
"""
OF_STRUCTURE = ("name", "level", "legal_entity", "sector", "postal_code", "town", "open")
"""What the files of professionals and structures say of a facility."""


def activity(log: DirectoryLog, row: ExtractRow) -> Saying:
    """One work situation, and what the line says of the person."""
    told = row.fields
    practice = {
        "profession": told.get("profession"),
        "in_training": told.get("category") == IN_TRAINING,
        "specialty": told.get("specialty"),
        "pharmacist_section": told.get("pharmacist_section"),
    }
    person = fit(
        Description,
        {**practice, **only(told, "family_name", "given_name")}
        | {"under_agreement": flag(told, "under_agreement")},
    )
    place = fit(
        Place,
        {**practice, **only(told, "legal_entity", "sector"), **located(told)}
        | {"facility": _facility(told), "name": told.get("facility_name")}
        | {"mode": None if told.get("mode") == INDIRECT else told.get("mode")},
    )
    log.check_practice(person)
    log.check_structure(place["legal_entity"], place["sector"])
    return {"person": person, "place": place_of(Place(**place), practice)}


def skill(log: DirectoryLog, row: ExtractRow) -> Saying:
    said = fit(Skill, {"code": row.fields.get("specialty"), "kind": row.fields.get("kind")})
    log.codes.check_skill(said["code"])
    return said


def diplomas(_: DirectoryLog, row: ExtractRow) -> Saying:
    """A line may have both: a diploma, and the authorisation to practise."""
    told = row.fields
    both = [
        {"kind": kind, "type": told.get(f"{kind}_type"), "code": told.get(kind)}
        for kind in ("diploma", "authorisation")
    ]
    return {"diplomas": [fit(Diploma, one) for one in both if one["type"] or one["code"]]}


def mailbox(_: DirectoryLog, row: ExtractRow) -> Saying:
    told = row.fields
    number = told.get("finess") or told.get("structure")
    return fit(
        Mailbox,
        only(told, "kind", "address", "service")
        | {
            "facility": structure_of(number, told.get("register")) if number else None,
            "paperless": flag(told, "paperless"),
        },
    )


def structure(log: DirectoryLog, row: ExtractRow) -> Saying:
    told = row.fields
    is_legal_entity = told.get("level") in {"EJ", "Entité juridique"}
    said = fit(
        FacilityDescription,
        only(told, "name", "sector")
        | located(told)
        | {
            "level": "EJ" if is_legal_entity else "ET",
            "legal_entity": None if is_legal_entity else told.get("legal_entity"),
            "open": not told.get("closed_on"),
        },
    )
    log.check_structure(said["legal_entity"], said["sector"])
    return only(said, *OF_STRUCTURE)


def person_of(sayings: Sequence[Saying]) -> Saying:
    """The places of all lines. The professional's own practice is that of the first of them:
    one in exercise before one in training, then by code.
    """
    places = _distinct(s["place"] for s in sayings)
    places.sort(key=_practice_first)
    person = min((s["person"] for s in sayings), key=_names)
    said: Saying = {name: person[name] for name in ("family_name", "given_name")}
    said |= {name: places[0][name] for name in PRACTICE}
    said["places"] = [place for place in places if _is_somewhere(place)]
    agreements = [s["person"]["under_agreement"] for s in sayings]
    if known := [a for a in agreements if a is not None]:
        said["under_agreement"] = any(known)
    return said


def facility_of(sayings: Sequence[Saying]) -> Saying:
    """Lines of one structure differ in little; the fullest is taken, then the first by text."""
    return min(sayings, key=lambda s: (sum(v is None for v in s.values()), _text(s)))


def listed(name: str) -> Callable[[Sequence[Saying]], Saying]:
    """All that the lines list, once each, as one entry of a description."""
    return lambda sayings: {name: sorted(_distinct(sayings), key=_text)}


def diplomas_of(sayings: Sequence[Saying]) -> Saying:
    every = [one for saying in sayings for one in saying["diplomas"]]
    return listed("diplomas")(every)


READERS: dict[ExtractKind, tuple[Reader, Callable[[Sequence[Saying]], Saying]]] = {
    ExtractKind.ACTIVITIES: (activity, person_of),
    ExtractKind.SKILLS: (skill, listed("skills")),
    ExtractKind.DIPLOMAS: (diplomas, diplomas_of),
    ExtractKind.MAILBOXES: (mailbox, listed("mailboxes")),
    ExtractKind.STRUCTURES: (structure, facility_of),
    ExtractKind.SITES: (structure, facility_of),
    ExtractKind.PRACTICES: (structure, facility_of),
    ExtractKind.FACILITY_MAILBOXES: (mailbox, listed("mailboxes")),
    ExtractKind.ESTABLISHMENTS: (establishment, facility_of),
    ExtractKind.ESTABLISHMENTS_CSV: (establishment, facility_of),
    ExtractKind.LEGAL_ENTITIES: (legal_entity, facility_of),
    ExtractKind.LEGAL_ENTITIES_CSV: (legal_entity, facility_of),
}


def read_rows(
    log: DirectoryLog, kind: ExtractKind, rows: Sequence[ExtractRow]
) -> tuple[Saying | None, list[RefusedLine]]:
    """What the good lines say together, and why the others were refused."""
    read, together = READERS[kind]
    sayings: list[Saying] = []
    refused: list[RefusedLine] = []
    for row in rows:
        try:
            sayings.append(read(log, row))
        except InvalidRequest as wrong:
            refused += refusals([row], wrong)
    return (together(sayings) if sayings else None), refused


def refusals(rows: Iterable[ExtractRow], wrong: Refusal) -> list[RefusedLine]:
    fields = wrong.fields or {"key": wrong.message}
    return [
        RefusedLine(line=row.line, field=field, reason=reason)
        for row in rows
        for field, reason in fields.items()
    ]


def _facility(told: dict[str, str]) -> str | None:
    """Struct_IdNat: 1 and the FINESS (of the site, else of the legal entity), else 3 and the
    SIRET, else the directory's own number of the structure.
    """
    if finess := told.get("finess") or told.get("legal_entity"):
        return f"1{finess_of(finess) or finess}"
    if siret := told.get("siret"):
        return siret if len(siret) == 15 else f"3{siret}"
    return told.get("structure")


def _distinct(sayings: Iterable[Saying]) -> list[Saying]:
    return list({_text(saying): saying for saying in sayings}.values())


def _text(saying: Saying) -> str:
    return repr(sorted((name, str(value)) for name, value in saying.items()))


def _names(person: Saying) -> tuple[str, str]:
    return person["family_name"], person["given_name"]


def _practice_first(place: Saying) -> tuple[bool, str, bool, str, str]:
    specialty = place["specialty"]
    return (
        place["in_training"],
        place["profession"],
        specialty is None,
        specialty or "",
        _text(place),
    )


def _is_somewhere(place: Saying) -> bool:
    """A line without activity names a practice and no place at all."""
    return any(place[name] for name in ("facility", "name", "postal_code", "town", "mode"))
