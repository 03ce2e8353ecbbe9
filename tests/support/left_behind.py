"""Searches what a whole run left for others to read; one finding fails the run.

Processes keep their logs below the run's temporary folder; what they and the tests count, the
tables of databases and the errors that somebody was answered with are put there too, and what
tests themselves log comes with their reports. With `pytest-xdist` the workers
collect, and the controller searches once, at the end.
"""

import re
import shutil
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from prometheus_client import generate_latest

from scripts.machine.kept import Kept
from scripts.machine.postgresql import Database
from shared.mail.mailer import Letter
from shared.mail.smtp import SmtpMailer
from tests.support.errors_kept import keep_errors
from tests.trust.mails import folder_of
from tests.trust.privacy import findings, logged_in, planted, read_by_others

FOUND = pytest.StashKey[list[str]]()
LOGGED = pytest.StashKey[list[tuple[str, str]]]()
ERRORS = pytest.StashKey[set[str]]()
UNPACKED = """
CREATE SCHEMA unpacked;
CREATE FUNCTION unpacked.unpack() RETURNS event_trigger LANGUAGE plpgsql AS $$
DECLARE one record;
BEGIN
  FOR one IN
    SELECT a.attrelid::regclass AS made,
      string_agg(format('ALTER %I SET STORAGE EXTERNAL', a.attname), ', ') AS columns
    FROM pg_event_trigger_ddl_commands() c JOIN pg_attribute a ON a.attrelid = c.objid
    WHERE c.object_type = 'table' AND a.attnum > 0 AND a.attstorage IN ('x', 'm')
    GROUP BY a.attrelid
  LOOP
    EXECUTE format('ALTER TABLE %s %s', one.made, one.columns);
  END LOOP;
END $$;
CREATE EVENT TRIGGER unpacked ON ddl_command_end WHEN TAG IN ('CREATE TABLE')
EXECUTE FUNCTION unpacked.unpack()"""
OURS = 16384
"""Files of PostgreSQL with a number below are its own tables, or those of its templates."""


def keep_metrics(patch: pytest.MonkeyPatch) -> None:
    """Those of each process of the services, before it is stopped."""
    ports: dict[Path, str] = {}
    start, stop = Kept.start, Kept.stop

    def started(kept: Kept, *how: Any, environ: Mapping[str, str], **more: Any) -> None:
        start(kept, *how, environ=environ, **more)
        if port := environ.get("CARNET_HTTP_PORT"):
            ports[kept.log_file] = port

    def stopped(kept: Kept, **how: Any) -> None:
        port = ports.pop(kept.log_file, None)
        if port and kept.running():
            with suppress(OSError):  # it never got so far as to answer
                address = f"http://127.0.0.1:{port}/metrics"
                with urllib.request.urlopen(address, timeout=5) as told:
                    kept.log_file.with_suffix(".metrics").write_bytes(told.read())
        stop(kept, **how)

    patch.setattr(Kept, "start", started)
    patch.setattr(Kept, "stop", stopped)


def keep_tables(patch: pytest.MonkeyPatch, folder: Callable[[], Path]) -> None:
    """Tables, indexes and write-ahead log of each database once it is stopped, below ``folder``
    with names that begin as :data:`tests.trust.privacy.SERVERS` has them."""
    stop = Database.stop

    def stopped(database: Database) -> None:
        stop(database)
        to = folder() / f"postgresql-{uuid4().hex}"
        for file in (database.home / "data").glob("*/**/*"):
            if _is_written_by_us(file):
                kept = to / file.relative_to(database.home)
                kept.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, kept)

    patch.setattr(Database, "stop", stopped)


def keep_mails(patch: pytest.MonkeyPatch, folder: Callable[[], Path]) -> None:
    """Each mail that is handed to a server, whatever that says of it."""
    deliver, numbers = SmtpMailer.deliver, count()

    def delivered(mailer: SmtpMailer, letter: Letter) -> None:
        to = folder() / folder_of(letter)
        to.mkdir(parents=True, exist_ok=True)
        (to / f"mail-{next(numbers)}.eml").write_bytes(letter.content)
        deliver(mailer, letter)

    patch.setattr(SmtpMailer, "deliver", delivered)


def unpack_tables(patch: pytest.MonkeyPatch) -> None:
    """PostgreSQL compresses what is longer than 2 kB, and a word in it is not found: the tables of
    tests are made so that it does not, by a trigger in the database that theirs are copied of."""
    start, made = Database.start, "unpacked"

    def started(database: Database, **how: Any) -> None:
        start(database, **how)
        database.template = made
        with psycopg.connect(database.dsn(), autocommit=True) as server:
            if server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [made]).fetchone():
                return
        with psycopg.connect(database.new_database(made, "template0"), autocommit=True) as ours:
            ours.execute(UNPACKED)

    patch.setattr(Database, "start", started)


def _is_written_by_us(file: Path) -> bool:
    """A segment of the log, or of a table, an index or what is too long for a table's rows."""
    number = re.match(r"\d+", file.name)
    is_table = file.parent.parent.name == "base" and number and int(number[0]) >= OURS
    return file.is_file() and bool(is_table or file.parent.name == "pg_wal")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[LOGGED] = []
    config.stash[FOUND] = []
    patch = pytest.MonkeyPatch()
    keep_metrics(patch)
    keep_tables(patch, lambda: _left(config))
    keep_mails(patch, lambda: _left(config))
    unpack_tables(patch)
    config.stash[ERRORS] = keep_errors(patch)
    config.add_cleanup(patch.undo)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    config = session.config
    left = _left(config)
    (left / "tests.metrics").write_bytes(generate_latest())
    errors = config.stash[ERRORS]
    (left / "tests.errors").write_text("\n".join(errors))
    if hasattr(config, "workerinput"):
        return
    texts = (*config.stash[LOGGED], *read_by_others(left))
    config.stash[FOUND] = list(findings(texts, planted()))
    if config.stash[FOUND]:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _left(config: pytest.Config) -> Path:
    folder: Path = config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]  # has no public name
    return folder


class Reports:
    """What tests log, with their reports."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if logged := logged_in(report.sections):
            self._config.stash[LOGGED].append((f"{report.nodeid}.log", logged))


def pytest_sessionstart(session: pytest.Session) -> None:
    session.config.pluginmanager.register(Reports(session.config))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if found := config.stash[FOUND]:
        terminalreporter.section("said of somebody, for others to read", red=True)
        for finding in found:
            terminalreporter.write_line(finding)
