"""Files of 100,000 lines from the command line: all of them, in memory that does not grow."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile

import pytest

from scripts.cli.directory_sample import write_sample as write_extract
from scripts.cli.finess_sample import write_finess_sample
from scripts.cli.identity_sample import write_sample as write_people
from scripts.cli.place import Place
from scripts.machine.rabbitmq import Broker
from tests.support.memory import Ended, peak_of, run_command
from tests.support.running import Running, running

SERVICES = ("identity", "directory")
LINES = 100_000
BOUND = 256
"""MiB; a process that held the whole file, or all that it makes, would need more."""

pytestmark = [pytest.mark.long, pytest.mark.timeout(3600)]


@pytest.fixture(scope="module")
def carnet(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The command line finds it as if it had started it: settings, and who signs its tokens."""
    home = tmp_path_factory.mktemp("large")
    uri = broker.uri(broker.new_vhost())
    entrypoints = [f"{service}.{one}" for service in SERVICES for one in ("rpc", "project")]
    with running(uri, home, ["keyring.rpc"], entrypoints) as services:
        keys = home / "carnet" / "keys"
        keys.mkdir(parents=True)
        copyfile(home / "issuer.pem", keys / "development-issuer.pem")
        Place(home / "carnet").write_environment({"CARNET_AMQP_URI": uri})
        yield services


def imported(carnet: Running, service: str, file: Path, *options: str) -> Ended:
    where = ("--dir", str(carnet.home / "carnet"))
    return run_command(file.with_suffix(".log"), service, "import", str(file), *options, *where)


def test_a_hundred_thousand_people_are_announced(carnet: Running, tmp_path: Path) -> None:
    """
    One call chain; an outcome for each line, and how many lines a second.
    """
    file, outcome = tmp_path / "people.csv", tmp_path / "outcome.csv"
    write_people(file, LINES, wrong=LINES // 10)

    ended = imported(carnet, "identity", file, "--outcome", str(outcome))

    assert f"{LINES - 10:,} announced, 10 refused" in ended.output, ended.output
    assert "lines/s" in ended.output
    with outcome.open(encoding="utf-8") as lines:
        rows = [line.rstrip("\n").split(",") for line in lines][2:]
    assert [int(row[0]) for row in rows] == list(range(1, LINES + 1))
    assert len({row[1] for row in rows if row[1]}) == LINES - 10
    assert max(ended.peak, peak_of(carnet.home / "process-1.pid")) < BOUND


def test_a_hundred_thousand_lines_of_the_directory(carnet: Running, tmp_path: Path) -> None:
    """
    As published in length and form; again, nothing differs.
    """
    file = tmp_path / "extract.txt"
    write_extract(file, LINES, wrong=LINES // 10)

    ended = imported(carnet, "directory", file, "--kind", "activities")

    assert ended.code == 0, ended.output
    assert f"activities: {LINES:,} lines in " in ended.output
    assert "10 lines refused" in ended.output
    assert max(ended.peak, peak_of(carnet.home / "process-1.pid")) < BOUND


def test_a_hundred_thousand_establishments(carnet: Running, tmp_path: Path) -> None:
    """
    One packed JSON object, as FINESS+ publishes it.
    """
    file = tmp_path / "finess-structures.json.gz"
    write_finess_sample(file, LINES, wrong=LINES // 10)

    ended = imported(carnet, "directory", file, "--kind", "establishments")

    assert ended.code == 0, ended.output
    assert f"establishments: {LINES:,} lines in " in ended.output
    assert "10 lines refused" in ended.output
    assert max(ended.peak, peak_of(carnet.home / "process-1.pid")) < BOUND
