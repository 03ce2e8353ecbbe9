"""Looking into records on a copy with nothing running: real stores, sealed, of real services."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from typer.testing import CliRunner

from scripts.cli import audit
from services.audit.application import Audit
from services.vault.domain import life
from services.vault.domain.visibility import Masking
from services.vault.messages import message_for
from shared.kernel.clock import FixedClock
from shared.stores.settings import EventStoreSettings
from tests.audit.acts import DOCTOR, TITLE, deposited
from tests.audit.ground import Vault
from tests.audit.handing import Handing
from tests.audit.logs import NOW

ACTS = 5
"""Two keys made, two documents deposited, one of them masked."""
ORDER = ["keyring.key_created", "erased", "keyring.key_destroyed"]


@dataclass(frozen=True)
class Copy:
    """``--dir`` names a folder where Carnet never was: what is read is said in words."""

    folder: Path
    handing: Handing
    record: UUID
    document: UUID

    def run(self, *words: str, who: str = "auditor,physician=true") -> Any:
        kek = self.handing.place.kek_file
        asked = [*words, "--data", str(self.folder), "--dir", str(self.folder / "nowhere")]
        asked += ["--keys", str(kek), "--public-keys", str(kek.parent), "--as", who]
        return CliRunner().invoke(audit.app, asked)

    def json(self, *words: str, **given: str) -> Any:
        result = self.run(*words, "--json", **given)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Copy]:
    """A document deposited, and masked an hour later; another record's beside it. Sealed by keys
    that keyring made the day before."""
    (tmp_path / "keys").mkdir()
    earlier = FixedClock(NOW - timedelta(days=1))
    handing = Handing(tmp_path / "data", tmp_path / "keys", clock=earlier)
    record, other, document = uuid4(), uuid4(), uuid4()
    handing.make_keys(record, other)
    settings, clock = EventStoreSettings(data_dir=tmp_path / "data"), FixedClock(NOW)
    with (
        Vault(settings, handing.place.keys("vault"), clock) as vault,
        Audit(settings, handing.place.keys("audit"), clock),
    ):
        made = deposited(record, document)
        vault.save(made, deposited(other, uuid4()))
        clock.move(timedelta(hours=1))
        life.mask(made, uuid4(), DOCTOR, Masking(allow_cumulation=False))
        vault.save(made)
    yield Copy(tmp_path / "data", handing, record, document)
    handing.close()


def test_a_record_as_it_stood(copy: Copy) -> None:
    """Before the masking and after it; of one record alone."""
    before = copy.json("replay", "--record", str(copy.record), "--at", "2026-11-21T12:30Z")
    after = copy.json("replay", "--record", str(copy.record))

    [then], [now] = before["documents"], after["documents"]
    assert then["id"] == now["id"] == str(copy.document)
    assert (then["version"], then["state"]["confidentiality"]) == (1, ["N"])
    assert (now["version"], now["state"]["confidentiality"]) == (2, ["MASQUE_PS", "N"])
    assert now["state"]["metadata"]["title"] == TITLE


def test_without_a_physician_codes_alone_show(copy: Copy) -> None:
    """The type, which is a code; never a title, nor which document a line is about."""
    asked = ("--record", str(copy.record))
    stood = copy.json("replay", *asked, who="auditor")
    lines = copy.json("timeline", *asked, who="auditor")

    assert stood["documents"][0]["state"]["metadata"] == {"type": "11502-2", "class_code": "11"}
    assert TITLE not in json.dumps([stood, lines])
    assert [line["document"] for line in lines] == [None, None, None]
    told = copy.json("timeline", *asked)
    assert [line["document"] for line in told] == [None, *[str(copy.document)] * 2]


def test_a_timeline_is_in_order_and_provable(copy: Copy) -> None:
    """Each line says what was done, by whom, and where the fact stands."""
    made, *lines = copy.json("timeline", "--record", str(copy.record))

    assert (made["action"], made["who"]) == ("keyring.key_created", "service:identity")
    assert [line["action"] for line in lines] == [
        "vault.document_deposited",
        "vault.document_masked",
    ]
    assert [line["place"] for line in lines] == ["vault 1", "vault 3"]
    assert all(line["who"] == "professional:810000000001" for line in lines)
    assert "a ajouté un document (compte rendu" in lines[0]["sentence_fr"]
    late = copy.json("timeline", "--record", str(copy.record), "--from", "2026-11-21T12:30Z")
    assert late == lines[1:]


@pytest.mark.parametrize("command", ["replay", "timeline"])
def test_a_mandate_covers_its_records_and_no_other(copy: Copy, command: str) -> None:
    """Refused before any key is opened."""
    asked = (command, "--record", str(copy.record))

    assert copy.run(*asked, who=f"auditor,scope={uuid4()}").exit_code == 2
    assert copy.run(*asked, who=f"auditor,scope={copy.record}+{uuid4()}").exit_code == 0
    assert copy.run(*asked, who="operator").exit_code == 2


def test_the_whole_log_is_read_as_far_as_the_mandate_goes(copy: Copy, tmp_path: Path) -> None:
    """One record of two: the other's keys stay closed."""
    file = tmp_path / "acts.ndjson"
    asked = ("export", "--format", "ndjson", "--output", str(file))

    assert copy.run(*asked, who=f"auditor,scope={copy.record}").exit_code == 0
    acts = [json.loads(line) for line in file.read_text().splitlines()]
    assert {act["record"] for act in acts} == {str(copy.record)}
    assert copy.run(*asked).exit_code == 0
    assert len(file.read_text().splitlines()) == ACTS


def test_every_form_of_export(copy: Copy, tmp_path: Path) -> None:
    """One act a line, whatever the form; without a physician none says of which document."""
    for form in ("ndjson", "csv", "fhir"):
        file = tmp_path / f"acts.{form}"
        result = copy.run("export", "--format", form, "--output", str(file))
        assert result.exit_code == 0, result.output
        assert len(file.read_text().splitlines()) == ACTS + (form == "csv")
        assert TITLE not in file.read_text()
        assert str(copy.document) in file.read_text()
        result = copy.run("export", "--format", form, "--output", str(file), who="auditor")
        assert result.exit_code == 0, result.output
        assert str(copy.document) not in file.read_text()


def test_a_document_s_record_is_found(copy: Copy) -> None:
    """Of a document's id, without a key; nobody has opened it yet."""
    assert copy.json("who-saw", str(copy.document)) == []
    assert copy.run("who-saw", str(copy.document), who=f"auditor,scope={uuid4()}").exit_code == 2


def test_of_an_erased_record_nothing_is_told_but_that(copy: Copy) -> None:
    """Its keys were destroyed: the rows are there, and say that they were erased. Keyring, whose
    log is under a key of its own, tells that there was a key, and that it was destroyed."""
    copy.handing.place.destroy(copy.record)
    lines = copy.json("timeline", "--record", str(copy.record))
    stood = copy.json("replay", "--record", str(copy.record))

    made, *lines, destroyed = sorted(lines, key=lambda line: ORDER.index(line["action"]))
    assert [made["action"], destroyed["action"]] == ["keyring.key_created", "keyring.key_destroyed"]
    assert {made["who"], destroyed["who"]} == {"service:identity"}
    assert {line["action"] for line in lines} == {"erased"}
    assert all(not (line["who"] or line["document"]) for line in lines)
    assert (stood["erased"], stood["documents"]) == (2, [])
    assert TITLE not in json.dumps([lines, stood])
    assert copy.json("who-saw", str(copy.document)) == []
    assert str(copy.record) not in json.dumps(copy.json("affected-by", DOCTOR.id))


def test_affected_and_statistics(copy: Copy) -> None:
    """The same reader, other questions."""
    rows = copy.json("affected-by", DOCTOR.id)
    counted = copy.json("statistics", "--from", "2026-11", "--to", "2026-11")

    assert [row["kinds"] for row in rows if row["record"] == str(copy.record)] == [
        ["documents", "documents:11502-2"]
    ]
    assert {(c["measure"], c["value"], c["count"]) for c in counted["cells"]} == {
        ("documents_by_contributor", "laboratory", None),
        ("documents_by_type", "11502-2", None),
    }


@pytest.mark.parametrize(
    "words",
    [
        ("statistics", "--from", "2026-13", "--to", "2026-14"),
        ("statistics", "--from", "november", "--to", "2026-11"),
        ("affected-by", "--from", "0001-01-01"),
        ("timeline", "--record", str(uuid4()), "--to", "tomorrow"),
    ],
)
def test_a_time_that_there_is_not_is_no_finding(copy: Copy, words: tuple[str, ...]) -> None:
    """1 says that something was found; month 13 was January of the year after."""
    result = copy.run(*words)
    assert (type(result.exception), result.exit_code) == (SystemExit, 2)


def test_nothing_found_is_a_clean_end(copy: Copy) -> None:
    """And a period must be said for a breach notice without an actor."""
    assert copy.run("anomalies").exit_code == 0
    assert copy.run("affected-by").exit_code == 2


def test_what_the_messages_say_is_what_travels() -> None:
    """The vault's own word for it, not one of ours."""
    made = deposited(uuid4(), uuid4()).pending_events[0]
    message = message_for(made)
    assert message is not None
    assert message.TYPE == "vault.document_deposited"
