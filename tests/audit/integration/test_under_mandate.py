"""Deciding again and archiving on a Carnet that runs: under a mandate, saved before it is used."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from structlog.testing import capture_logs
from typer.testing import CliRunner, Result

from scripts.cli import audit, audit_archive, audit_looking, audit_reporting, pool
from scripts.cli.audit_options import where
from scripts.cli.audit_told import vocabulary
from scripts.cli.place import Place
from services.access import contract as c
from services.access.domain.decision import Decision
from services.audit.adapters.event_stores import CannotRead
from services.audit.contract import CONTRACT
from services.audit.domain.reading import MandateUse, WideUse
from shared.crypto.keys import SERVICE_KEY_ID
from shared.kernel.clock import FixedClock
from shared.kernel.errors import Unavailable
from shared.rpc.client import RpcClient
from shared.stores.event_log import EventLog
from shared.stores.settings import EventStoreSettings
from tests.access.support.logs import World as Rights
from tests.access.support.logs import open_world
from tests.access.support.people import DOCTOR, OPERATOR, OTHER_RECORD, RECORD
from tests.audit.handing import Handing
from tests.audit.logs import NOW
from tests.audit.world import NOWHERE, World
from tests.support.damage import one_bit_off
from tests.support.golden import golden_files


class Carnet:
    """Access, audit and keyring on real stores, asked with no broker between."""

    def __init__(self, home: Path) -> None:
        place, data = Place(home), home / "data"
        place.make_keys()
        self.home = home
        self.handing = Handing(data, home / "keys" / "services", place.issuer)
        keyring = self.handing.place
        kek = str(keyring.kek_file)
        place.write_environment({"CARNET_AMQP_URI": NOWHERE, "CARNET_KEK_FILE": kek})
        self.handing.make_keys(RECORD, OTHER_RECORD)
        self.rights = open_world(data, keys=keyring.keys("access"))
        self.audit = World(data, keyring.keys("audit"), self.handing.keyring).audit
        self.handing.client.knows(CONTRACT, self.audit)
        self.down = False

    def reached_by(self, amqp_uri: str) -> RpcClient:
        """Nobody can be reached when it is down."""
        return RpcClient(amqp_uri) if self.down else self.handing.client

    def run(self, *words: str, scope: str = "all", home: str | None = None) -> Result:
        who = f"auditor,mandate=m1,scope={scope}"
        with capture_logs():  # what services write is not among what the command prints
            return CliRunner().invoke(
                audit.app, [*words, "--dir", home or str(self.home), "--as", who]
            )

    def uses(self) -> list[tuple[str, UUID | None]]:
        events = [row.event for row in self.audit.read(0, 50)]
        kept = [e for e in events if isinstance(e, (MandateUse.Created, WideUse.Created))]
        return [(event.purpose, getattr(event, "record_id", None)) for event in kept]

    @property
    def handed(self) -> list[UUID | None]:
        """Records whose keys keyring handed over."""
        return [record for record, _ in self.handing.opened]

    def close(self) -> None:
        for one in (self.audit, self.rights, self.handing):
            one.close()


@pytest.fixture
def carnet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Carnet]:
    """Two decisions about one record, one about another, and the log of audit."""
    made = Carnet(tmp_path)
    for record in (RECORD, OTHER_RECORD):
        made.rights.open_record(record)
    for record in (RECORD, OTHER_RECORD, RECORD):
        made.rights.decide(DOCTOR, record_id=record)
    monkeypatch.setattr(audit_looking, "RpcClient", made.reached_by)
    monkeypatch.chdir(tmp_path)
    yield made
    made.close()


def test_the_decisions_of_one_record_with_its_keys_alone(carnet: Carnet) -> None:
    """Handed over by keyring for that record, after the use was saved; no key file is read."""
    carnet.handing.place.kek_file.unlink()

    result = carnet.run("redecide", "--record", str(RECORD), "--json", scope=str(RECORD))

    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert (told["decisions"], told["count"], told["unreached"]) == (2, 0, 0)
    assert carnet.handed == [RECORD]
    assert carnet.uses() == [("redecide", RECORD)]


@pytest.mark.parametrize(
    ("said", "differing"), [("record_activated", 0), ("record_closed", 2), ("majority_reached", 2)]
)
def test_what_access_heard_is_compared_with_identitys_own_log(
    carnet: Carnet, said: str, differing: int
) -> None:
    """Decisions that rest on a state nobody told are found, though every byte of access's log is
    as it was logged."""
    for record in (RECORD, OTHER_RECORD):
        say(carnet, record, "record_announced", "record_opened", said, "identity_qualified")

    result = carnet.run("redecide", "--record", str(RECORD), "--json")

    assert result.exit_code == (1 if differing else 0), result.output
    told = json.loads(result.stdout)
    assert (told["heard"], told["decisions"], told["count"]) == (True, 2, differing)
    why = "heard: the publisher's own log does not say so"
    assert all(line.endswith(why) for line in told["differing"])


@pytest.mark.parametrize("few", [10_000, 0], ids=["one process", "a process per core"])
def test_a_log_of_identity_that_cannot_be_read_is_no_finding(
    carnet: Carnet, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    """Nobody altered a decision: the command could not do its work, and says so."""
    monkeypatch.setattr(pool, "FEW", few)
    say(carnet, RECORD, "record_announced", "record_opened", "record_activated")
    with closing(sqlite3.connect(carnet.home / "data" / "identity.db")) as file:
        file.execute("ALTER TABLE identity_epochs RENAME COLUMN epoch TO gone")

    copy = ("--data", str(carnet.home / "data"), "--keys", str(carnet.handing.place.kek_file))
    result = carnet.run("redecide", *copy)

    assert result.exit_code == 2, result.output
    assert "the log of identity cannot be read" in result.stderr
    assert "differs" not in result.stdout


def test_where_identitys_log_is_not_at_hand_that_is_said(carnet: Carnet) -> None:
    """Nothing is passed off as compared that was not."""
    result = carnet.run("redecide", "--record", str(RECORD))

    assert result.exit_code == 0, result.output
    assert "identity's log is not there" in result.stderr


class Identity(EventLog):
    """Its log, without its use cases."""

    name = "identity"


def say(carnet: Carnet, record: UUID, *names: str) -> None:
    """Events of identity's golden files, about that record."""
    vocabulary("identity")  # its topics are known from here on
    newest = {golden.topic: golden for golden in golden_files("identity")}
    store = EventStoreSettings(data_dir=carnet.home / "data")
    with Identity(store, carnet.handing.place.keys("identity"), FixedClock(NOW)) as log:
        for name in names:
            event = newest[f"identity.{name}"].load()
            vars(event).update(record_id=record, originator_id=uuid4(), originator_version=1)
            log.recorder.insert_events([log.mapper.to_stored_event(event)])


def test_what_was_altered_is_found_with_those_keys(carnet: Carnet) -> None:
    """One byte of one decision of that record; the other one still stands."""
    position = change_a_decision(carnet.rights, RECORD)

    result = carnet.run("redecide", "--record", str(RECORD), "--json")

    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert (told["decisions"], told["count"]) == (2, 1)
    assert "NotAuthentic" in told["differing"][0]
    assert f"position {position}:" in told["differing"][0]


def change_a_decision(rights: Rights, record: UUID) -> int:
    of = "topic = ? AND substr(state, 2, 16) = ? ORDER BY rowid LIMIT 1"
    given = (Decision.Created.TOPIC, record.bytes)
    with rights.app.guarded.writing() as sql:
        rows = sql(f"SELECT state, rowid FROM stored_events WHERE {of}", *given)  # noqa: S608 - fixed text
        ((state, rowid),) = rows
        sql("UPDATE stored_events SET state = ? WHERE rowid = ?", one_bit_off(state), rowid)
    return int(rowid)


def test_a_period_of_one_record(carnet: Carnet) -> None:
    """The end is excluded; all were decided at the same instant here."""
    asked = ("redecide", "--record", str(RECORD), "--json")

    before = json.loads(carnet.run(*asked, "--to", "2020-01-01").stdout)
    since = json.loads(carnet.run(*asked, "--from", "2020-01-01").stdout)

    assert (before["decisions"], since["decisions"]) == (0, 2)


def test_what_rests_on_more_than_the_record_is_not_passed_off_as_decided(carnet: Carnet) -> None:
    """A matrix that an operator loaded is under access's own key, which nobody is handed: counted
    apart, and never a clean end."""
    cell = c.MatrixCell(profession="10", read="no", sourced=True, source="a test")
    loaded = c.LoadMatrix(request_id=uuid4(), version="test-1", cells=[cell])
    carnet.rights.app.load_matrix(loaded, OPERATOR)
    carnet.rights.decide(DOCTOR)

    result = carnet.run("redecide", "--record", str(RECORD), "--json")

    told = json.loads(result.stdout)
    assert (told["decisions"], told["count"], told["unreached"]) == (2, 0, 1)
    assert result.exit_code == 2
    assert "need the key file" in result.stderr


@pytest.mark.parametrize(
    "words", [("redecide", "--record", str(OTHER_RECORD)), ("redecide",), ("archive", "x.zip")]
)
def test_out_of_scope_is_refused(carnet: Carnet, words: tuple[str, ...]) -> None:
    """Another record, or all of them, under a mandate over one: nothing is handed over or kept."""
    result = carnet.run(*words, scope=str(RECORD))

    assert result.exit_code == 2
    assert "mandate" in result.stderr
    assert (carnet.handed, carnet.uses()) == ([], [])
    assert not Path("x.zip").exists()


@pytest.mark.parametrize("command", [("redecide",), ("archive", "x.zip"), ("report",)])
def test_nobody_but_an_auditor(carnet: Carnet, command: tuple[str, ...]) -> None:
    """Without a mandate there is nothing to journal, and nothing to read."""
    asked = [*command, "--dir", str(carnet.home), "--as", "operator"]

    result = CliRunner().invoke(audit.app, asked)

    assert result.exit_code == 2
    assert "only an auditor" in result.stderr
    assert carnet.uses() == []


def test_a_copy_is_decided_again_as_far_as_the_mandate_goes(carnet: Carnet) -> None:
    """With the key file and nothing running, where no Carnet ever was: all of it, or the records
    of the mandate alone."""
    carnet.down = True
    kek = carnet.handing.place.kek_file
    copy = ["redecide", "--json", "--data", str(carnet.home / "data")]
    copy += ["--keys", str(kek), "--public-keys", str(kek.parent)]

    for scope, decisions in (("all", 3), (str(OTHER_RECORD), 1), (f"{RECORD}+{OTHER_RECORD}", 3)):
        result = carnet.run(*copy, scope=scope, home="nowhere")
        assert result.exit_code == 0, result.output
        assert json.loads(result.stdout)["decisions"] == decisions
        assert "journalled nowhere" in result.stderr


READERS = {
    "redecide": (audit_looking, "open_keys"),
    "archive": (audit_archive, "open_evidence"),
    "report": (audit_reporting, "open_evidence"),
}


@pytest.mark.parametrize("command", READERS)
def test_the_use_is_saved_before_anything_is_read(
    carnet: Carnet, command: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A use that cannot be saved reads nothing."""
    seen: list[list[tuple[str, UUID | None]]] = []

    def read(*_: object) -> Any:
        seen.append(carnet.uses())
        raise CannotRead("far enough for this test")

    monkeypatch.setattr(*READERS[command], read)
    words = [command, *([str(tmp_path / "x.zip")] if command == "archive" else [])]

    assert carnet.run(*words).exit_code == 2
    carnet.down = True
    assert "could not be journalled" in carnet.run(*words).stderr

    assert seen == [[(command, None)]]


def test_a_report_of_one_record_decides_again_with_its_keys(carnet: Carnet) -> None:
    """And with no others: its access decisions, and what was done to it."""
    given = where(carnet.home, with_keys=False)
    under = audit_looking.Under(carnet.home, f"auditor,scope={RECORD}", "report")

    again, part = audit_reporting._looked(given, under, RECORD, None, None)

    assert again
    assert (again.decisions, again.count) == (2, 0)
    assert part
    assert carnet.handed == [RECORD]
    assert carnet.uses() == [("report", RECORD)]


def test_the_services_own_key_is_not_among_those_handed(carnet: Carnet) -> None:
    """What opens a record opens neither another one nor the secrets of access."""
    given = where(carnet.home)
    under = audit_looking.Under(carnet.home, "auditor", "redecide")

    with audit_looking.looking(given, under, RECORD) as look:
        keys = look.keys_of("access")

    assert keys.exact(RECORD, 1) == carnet.handing.place.keys("access").exact(RECORD, 1)
    for other in (OTHER_RECORD, SERVICE_KEY_ID):
        with pytest.raises(Unavailable):
            keys.exact(other, 1)
