"""Extracts taken in by the services as deployed, from the command line; and on PostgreSQL."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from scripts.cli.app import app
from scripts.cli.directory_sample import write_sample
from scripts.cli.finess_sample import write_finess_sample
from scripts.cli.place import Place
from scripts.machine.rabbitmq import Broker
from shared.auth.development import DevelopmentIssuer
from shared.kernel.clock import FixedClock
from shared.stores.settings import EventStoreSettings
from tests.directory.conftest import opened
from tests.directory.extracts import imported
from tests.directory.sample import NOW
from tests.support.deadline import eventually
from tests.support.running import Running, running


@pytest.fixture(scope="module")
def carnet(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One deployment for all: no test minds what another has imported."""
    uri, home = broker.uri(broker.new_vhost()), tmp_path_factory.mktemp("directory")
    with running(
        uri,
        home,
        ["keyring.rpc"],
        ["directory.rpc", "directory.project"],
    ) as services:
        place = Place(home / "carnet")
        place.make_keys()
        place.write_environment({"CARNET_AMQP_URI": uri})
        yield services


def directory_import(carnet: Running, *words: str) -> Result:
    """``carnet directory import`` as an operator whose token lies in a file."""
    issuer = DevelopmentIssuer.at(carnet.home / "issuer.pem", carnet.clock)
    token = carnet.home / "token"
    token.write_text(issuer.token("operator"))
    options = ["--dir", str(carnet.home / "carnet"), "--token-file", str(token)]
    result = CliRunner(env={"COLUMNS": "200"}).invoke(
        app, ["directory", "import", *words, *options]
    )
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_a_file_is_imported_from_the_command_line(carnet: Running, tmp_path: Path) -> None:
    """
    Professionals and facilities of one file, found by anyone; the figure printed, the wrong
    lines told; the second time nothing differs; no name in any log or store.
    """
    file = tmp_path / "x.txt"
    write_sample(file, 1_500, wrong=500)
    words = (str(file), "--kind", "activities", "--kind", "sites")
    report = tmp_path / "refused.csv"

    first = directory_import(carnet, *words, "--refused", str(report))

    assert first.exit_code == 0, first.output
    assert "activities: 1,500 lines in " in first.output
    assert " lines/s: " in first.output
    assert "3 lines refused" in first.output
    assert report.read_text().splitlines() == [
        f"activities,{line},profession,is no known code" for line in (501, 1001, 1501)
    ]
    asked = {"text": "martin", "profession": "60", "place": "Paris", "limit": 5}
    found = eventually(lambda: _some(carnet, "directory.search_professionals", asked), within=30)
    assert all(item["family_name"] == "MARTIN" for item in found["items"])
    hospitals = {"kind": "SA01", "place": "75007", "text": "hopital"}
    assert eventually(lambda: _some(carnet, "directory.search_facilities", hospitals), within=30)

    again = directory_import(carnet, *words)

    assert " 0 registered, 0 changed, " in again.output
    assert "x.txt:501 profession is no known code" in again.output
    written = carnet.logs().encode()
    written += b"".join(file.read_bytes() for file in carnet.home.glob("*.db*"))
    assert b"MARTIN" not in written


def test_finess_is_imported_from_the_command_line(carnet: Running, tmp_path: Path) -> None:
    """
    As published, packed: the open establishments of a category are found, in a département of
    overseas too; the wrong ones are told by their number; the second time nothing differs.
    """
    file = tmp_path / "finess-structures-journalier-20261121.json.gz"
    write_finess_sample(file, 400, wrong=200)
    words = (str(file), "--kind", "legal_entities", "--kind", "establishments")

    first = directory_import(carnet, *words)

    assert first.exit_code == 0, first.output
    assert "legal_entities: 100 lines in " in first.output
    assert "398 registered, 0 changed, 0 the same, 0 deactivated, 2 lines refused" in first.output
    assert "20261121.json.gz:200 siret " in first.output
    asked = {"kind": "355", "place": "974", "text": "etablissement", "limit": 5}
    found = eventually(lambda: _some(carnet, "directory.search_facilities", asked), within=30)
    assert all(item["open"] and item["described_by"] == "finess" for item in found["items"])
    entities = {"level": "EJ", "text": "entite", "limit": 5}
    assert eventually(lambda: _some(carnet, "directory.search_facilities", entities), within=30)

    assert directory_import(carnet, *words).output.count(" 0 registered, 0 changed, ") == 2


def _some(carnet: Running, method: str, asked: dict[str, Any]) -> Any:
    found = carnet.call(method, "operator", asked)
    return found if found["items"] else None


def test_what_is_wrong_is_said_in_a_sentence(carnet: Running, tmp_path: Path) -> None:
    """
    Another kind of file, a token that lets nobody write: an exit code, no stack trace.
    """
    file = tmp_path / "x.txt"
    write_sample(file, 3)

    other = directory_import(carnet, str(file), "--kind", "mailboxes")
    assert (other.exit_code, "«Adresse BAL»" in other.output) == (2, True)

    whole = directory_import(carnet, str(file), "--kind", "sites", "--absent", "deactivate")
    assert (whole.exit_code, "invalid_request" in whole.output) == (1, True)


def test_two_that_import_the_same_file_take_each_line_once(
    postgres_dsn: str, tmp_path: Path
) -> None:
    """
    On PostgreSQL, with a process each: whoever comes second is told so, and nothing is doubled.
    """
    files = [tmp_path / name for name in ("x", "y", "z")]
    for file in files:
        write_sample(file, 600)
    failures: list[BaseException] = []

    def work(file: Path) -> None:
        directory = opened(EventStoreSettings(postgres_dsn=postgres_dsn), FixedClock(NOW))
        try:
            imported(directory, file)
        except Exception as failure:  # noqa: BLE001 - looked at below
            failures.append(failure)
        finally:
            directory.close()

    workers = [threading.Thread(target=work, args=(file,)) for file in files[:2]]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)

    directory = opened(EventStoreSettings(postgres_dsn=postgres_dsn), FixedClock(NOW))
    done, _ = imported(directory, files[2])
    rows = directory.read(0, 10_000)
    assert done.same == len(rows) == len({row.originator_id for row in rows})
    assert {type(failure).__name__ for failure in failures} <= {"ImportBroken"}
    again, _ = imported(directory, files[2], absent="deactivate")
    assert (again.same, again.deactivated) == (done.same, 0)
    directory.close()
