"""The law once more, deliberately plain: no Cedar, nothing of the service, one question at a time.

Written from the articles the policies cite. It shares with the service only the files of the
matrix, which it reads in its own way.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DATA = Path(__file__).parents[3] / "services" / "access" / "data"
DOCTOR = "10"


@dataclass(kw_only=True, slots=True)
class Asked:
    """One cell of the table. ``relation``: what the caller is to the record; ``mode``: normal,
    break_glass or regulation, with the switches the person set."""

    kind: str
    action: str = "read"
    profession: str = ""
    class_: str = "10"
    type_: str = ""
    codes: frozenset[str] = frozenset()
    relation: str = "stranger"
    mode: str = "normal"
    claim: bool = False
    regulation_allowed: bool = True
    break_glass_allowed: bool = True
    masked_allowed: bool = False
    status: str = "activated"


def permitted(q: Asked) -> bool:
    if q.status not in ("open", "activated"):
        return False
    if q.mode == "break_glass" and not _may_break_glass(q):
        return False
    if q.mode == "regulation" and not _may_regulate(q):
        return False
    if q.kind == "professional":
        return _professional(q)
    return _others(q)


def _professional(q: Asked) -> bool:
    if q.action == "feed":
        if q.codes >= {"MASQUE_PS", "INVISIBLE_PATIENT"} or q.relation == "opposed feeder":
            return False
        return may_write(q.profession, q.class_, q.type_)
    if q.action == "manage":
        return q.relation == "author"
    if q.relation.startswith("blocked"):
        return False
    if may_read(q.profession, q.class_, q.type_) != "yes":
        return False
    if "MASQUE_PS" in q.codes and not _sees_masked(q):
        return False
    return _is_let_in(q)


def _is_let_in(q: Asked) -> bool:
    if q.mode in ("break_glass", "regulation"):
        return True
    if q.relation == "treating doctor":
        return q.profession == DOCTOR
    return q.relation in ("consent", "facility consent", "care team", "administrator")


def _sees_masked(q: Asked) -> bool:
    if q.mode in ("break_glass", "regulation") and q.masked_allowed:
        return True
    if q.relation == "treating doctor":
        return q.profession == DOCTOR
    return q.relation in ("author", "same facility", "administrator")


def _may_break_glass(q: Asked) -> bool:
    if q.kind != "professional" or q.action != "read" or q.profession == "":
        return False
    return q.relation == "session" and q.break_glass_allowed


def _may_regulate(q: Asked) -> bool:
    if q.kind != "professional" or q.action != "read":
        return False
    return q.profession == DOCTOR and q.claim and q.regulation_allowed


def _others(q: Asked) -> bool:
    if q.kind == "patient":
        return q.relation == "own" and "INVISIBLE_PATIENT" not in q.codes and _may_be_fed(q)
    if q.kind in ("representative", "caregiver"):
        if q.codes & {"INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX"}:
            return False
        return q.relation in ("represents", "helps") and _may_be_fed(q)
    if q.kind == "application":
        return (
            q.action != "manage"
            and q.relation == "authorised"
            and "INVISIBLE_PATIENT" not in q.codes
            and _may_be_fed(q)
        )
    if q.kind == "facility":
        if q.action == "feed":
            return _may_be_fed(q)
        return q.action == "manage" and q.relation == "same facility"
    if q.kind == "secretary":
        fed = may_write("SECRETARIAT_MEDICAL", q.class_, q.type_)
        return q.action == "feed" and fed and _may_be_fed(q)
    return False


def _may_be_fed(q: Asked) -> bool:
    return q.action != "feed" or not q.codes >= {"MASQUE_PS", "INVISIBLE_PATIENT"}


def may_read(profession: str, class_: str, type_: str) -> str:
    """A text first, by type, then for all types; else the reconstruction, by class."""
    sourced = _sourced()
    for named in ((profession, type_), (profession, "*")):
        if named in sourced:
            return sourced[named]
    return _reconstructed().get((profession, class_), ("none", ""))[0]


def may_write(profession: str, class_: str, _: str) -> bool:
    return _reconstructed().get((profession, class_), ("", ""))[1].startswith("submit")


@cache
def _sourced() -> dict[tuple[str, str], str]:
    return {
        (row["profession_code"], row["typeCode"]): row["read"]
        for row in _rows("access_matrix_sourced.csv")
        if row["read"] in ("yes", "no")
    }


@cache
def _reconstructed() -> dict[tuple[str, str], tuple[str, str]]:
    words = {"read": "yes", "none": "no", "partial": "partial"}
    return {
        (profession, row["classCode"]): (words[row["read"]], row["write"])
        for row in _rows("access_matrix_reconstructed.csv")
        for profession in row["profession_code"].split("|")
    }


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
