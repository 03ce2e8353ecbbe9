"""Fills the records: what all of them hold, and what one alone holds."""

import base64
from pathlib import Path
from typing import Any

from scripts.demo.cast import Caller
from services.catalogue.domain.criteria import Criterion
from shared.kernel.actor import ActorKind
from shared.kernel.errors import Refusal
from shared.kernel.ins import INS_NIR_TEST
from tests.support.deadline import eventually
from tests.trust.attackers.records import NAMES, PHARMACY, Pair, People, Record
from tests.vault.cda import OID, cda
from tests.vault.unit.test_results import BIOLOGY, GLUCOSE, PQ, observation
from tests.vault.world import METADATA

OPEN_AFTER = 6 * 7 * 86_400 + 3_600
"""Seconds after which a record opens unless its person opposed it."""
FROM_REPRESENTATIVES = "INVISIBLE_REPRESENTANTS_LEGAUX"
FROM_PATIENT = "INVISIBLE_PATIENT"
FROM_PROFESSIONALS = "MASQUE_PS"
PARENT_BORN, MINOR_BORN = "1979-03-28", "2011-04-02"
DAY = "2026-11-20T07:00:00.000Z"


def open_pairs(people: People, home: Path, first: int = 0) -> dict[str, Pair]:
    """Pairs of minors, each with a parent of their own; all open, so that everybody may act.
    ``first``: of the numbers in their INS."""
    insurer = people.staff(ActorKind.OPERATOR)
    names = [name for name in NAMES for _ in range(2)]
    parents = [person(f"279035121{first + n:04}89", PARENT_BORN) for n, _ in enumerate(names)]
    parent_ids = announced(insurer, parents)
    children = [
        person(f"211045121{first + n:04}89", MINOR_BORN) | {"representatives": [parent_id]}
        for n, parent_id in enumerate(parent_ids)
    ]
    made = zip(names, announced(insurer, children), parent_ids, children, strict=True)
    clock = home / "clock"
    ahead = float(clock.read_text()) if clock.exists() else 0.0
    clock.write_text(str(ahead + OPEN_AFTER))
    records = [
        Record(name, record_id, parent_id, child["ins"]["value"])
        for name, record_id, parent_id, child in made
    ]
    for record in records:
        eventually(lambda r=record: _may_act(people.parent(r), r), within=60)  # type: ignore[misc]  # mypy infers no type for a default
    return {name: Pair(*records[2 * n : 2 * n + 2]) for n, name in enumerate(NAMES)}


def person(ins: str, birth_date: str) -> dict[str, Any]:
    return {
        "traits": {
            "birth_name": "ESSAI",
            "birth_given_names": "CLAIRE",
            "first_given_name": "CLAIRE",
            "sex": "F",
            "birth_date": birth_date,
            "birth_place": "51215",
        },
        "ins": {"value": ins, "oid": INS_NIR_TEST},
        "checked_with": "CN",
    }


def announced(insurer: Caller, rows: list[dict[str, Any]]) -> list[str]:
    """Ids of their records."""
    answered = insurer.do("identity.announce_records", rows=rows)["rows"]
    assert all(row.get("fault") is None for row in answered), answered
    return [row["record_id"] for row in answered]


def _may_act(parent: Caller, record: Record) -> bool:
    try:
        parent.ask("vault.folders", record_id=record.record_id)
    except Refusal:
        return False
    return True


def referenced_service(people: People, oid: str) -> str:
    """A service of the catalogue that reads measures; its id."""
    operator = people.staff(ActorKind.OPERATOR)
    exchange = {"scope": "measure", "action": "consulter", "categories": ["WEIGHT"]}
    proposed = operator.do(
        "catalogue.propose_service",
        oid=oid,
        description={
            "name": "Balance Élan", "description": "Reporte des pesées.",
            "editor": {"name": "Élan Santé", "kind": "publisher"}, "themes": ["OBSERVANCE"],
            "terms_url": "https://elan.example/cgu",
        },
        finalities=[
            {"code": "SUIVI", "label": "Suivi", "description": "Pourquoi.",
             "exchanges": [exchange]}
        ],
    )  # fmt: skip
    operator.do(
        "catalogue.reference_service",
        service_id=proposed["service_id"],
        evidence=[
            {"criterion": one.value, "reference": "R-1", "checked_on": "2026-06-01"}
            for one in Criterion
        ],
    )
    return str(proposed["service_id"])


def open_pharmacy(people: People) -> None:
    people.staff(ActorKind.OPERATOR).do(
        "directory.register_facility", finess=PHARMACY[1:], name="Pharmacie", sector="SA33"
    )


def letter(title: str, **metadata: Any) -> dict[str, Any]:
    return {"content": pdf(title), "metadata": {**METADATA, "title": title, **metadata}}


def pdf(text: str) -> str:
    content = f"%PDF-1.4\n% {text}\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    return base64.b64encode(content.encode()).decode()


def biology(record: Record, word: str, codes: list[str]) -> dict[str, Any]:
    """A report with a measurable result, whose title and laboratory's words hold ``word``."""
    section = (
        f"<section><title>{word}</title><text>{word}</text><entry><act>"
        f"{observation(GLUCOSE, PQ.format('0.90', 'g/L'))}</act></entry></section>"
    )
    body = (
        '<component><structuredBody xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<component>{section}</component></structuredBody></component>"
    )
    document = cda(
        code=BIOLOGY,
        id_=f'<id root="1.2.3.{int(record.ins)}" extension="{len(record.hidden)}"/>',
        title=f"<title>Dosage {word}</title>",
        confidentiality=codes,
        patient=_patient_of(record),
        body=body,
    )
    return {"content": base64.b64encode(document).decode()}


def _patient_of(record: Record) -> str:
    return (
        f'<recordTarget><patientRole><id root="{OID}" extension="{record.ins}"/>'
        '<patient><name><family qualifier="BR">ESSAI</family><given>CLAIRE</given>'
        '<given qualifier="BR">CLAIRE</given></name>'
        '<administrativeGenderCode code="F" codeSystem="2.16.840.1.113883.5.1"/>'
        f'<birthTime value="{MINOR_BORN.replace("-", "")}"/>'
        "<birthplace><place><addr><county>51215</county></addr></place></birthplace>"
        "</patient></patientRole></recordTarget>"
    )
