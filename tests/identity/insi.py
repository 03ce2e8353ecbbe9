"""What is asked of INSi, and what its calls leave in the log."""

from typing import Any
from uuid import UUID

from services.identity.application import Identity
from services.identity.bootstrap import TEST_PEOPLE
from services.identity.contract.proving import RetrieveIns


def people_of_registry() -> dict[str, dict[str, str]]:
    """By birth name and place; the file is data, not what is tested."""
    header, *rows = TEST_PEOPLE.read_text().splitlines()
    found = [dict(zip(header.split(","), row.split(","), strict=True)) for row in rows]
    return {f"{p['birth_name']}/{p['birth_place']}": p for p in found}


def sought(person: dict[str, str], **changes: Any) -> RetrieveIns:
    given = {
        "birth_name": person["birth_name"],
        "given_name": person["first_given_name"],
        "sex": person["sex"],
        "birth_date": person["birth_date"],
    }
    return RetrieveIns.model_validate({"traits": given | changes})


def traces(identity: Identity) -> list[tuple[str, str, UUID | None]]:
    rows = identity.read(0, 500)
    found = [vars(r.event) for r in rows if r.topic == "identity.insi_called"]
    return [(e["operation"], e["outcome"], e["record_id"]) for e in found]
