"""The search at the end of a run finds what it is for."""

import json
import subprocess
import sys
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

from tests.trust.mails import in_the_clear
from tests.trust.privacy import NAMES_OF_FILES, ROOT, findings, logged_in, planted, read_by_others
from tests.trust.wal import joined

SAID = planted()
"""Nobody of the tests may be named here: what this file says is searched for too."""
PLACES = {
    *("vault.log", "1.eml", "00.wal", "1.dat", "test_log.log", "tests.metrics", "spans.otlp"),
    *("tests.errors", "16385", "000000010000000000000001", NAMES_OF_FILES),
    *("mail-0.eml", "mail-1.eml", "t_vault.documents_v1_g1.json"),
}
PLANTING = "tests/trust/planting.py"


def somebody() -> str:
    return next(phrase for phrases in SAID.values() for phrase in phrases if "ESSAI" in phrase)


def test_the_people_of_the_tests_are_known() -> None:
    """Their names, and words that are about them."""
    assert {"ESSAI", "orchidoxal"} <= SAID.keys()
    assert len(SAID) > 80


@pytest.mark.parametrize(
    ("where", "before", "after"),
    [
        ("vault.log", '{"event":"call","x":"', '"}'),
        ("spans.otlp", 'attributes { key: "title" value { string_value: "', '" } }'),
        ("names of files", "data/", ".pdf"),
        ("rabbitmq/00.wal", "\0\x8d", "\0"),
    ],
)
def test_a_name_is_found(where: str, before: str, after: str) -> None:
    """Also among bytes, and escaped as in JSON."""
    name = somebody()
    for written in (name, json.dumps(name)[1:-1]):
        assert list(findings([(where, before + written + after)], SAID)), where


def test_an_ins_is_found_by_its_key() -> None:
    """Whoever it is of; a number with a false key is none."""
    number = 2_790_351_215_189
    for key, found in ((97 - number % 97, 1), (98 - number % 97, 0)):
        assert len(list(findings([("a.log", f"id={number}{key:02};")], SAID))) == found


def test_digits_of_a_digest_are_no_ins() -> None:
    """
    The digest of an object's bytes, in hex, once began with a number whose key was right.
    """
    number = 2_790_351_215_189
    ins = f"{number}{97 - number % 97:02}"
    for digest in (f"{ins}d7126aaa7d2c0fe84", f"d7126aaa7d2c0fe84{ins}"):
        assert list(findings([("000001.log", f"ETag {digest}*")], SAID)) == []


def test_nothing_is_found_in_what_is_nobodys() -> None:
    """Our own words, ids and instants."""
    line = '{"event":"call","service":"vault","method":"deposit","ms":12.5,"at":"2026-11-22"}'
    assert list(findings([("vault.log", line)], SAID)) == []


def test_logs_servers_and_notices_are_read_but_letters(tmp_path: Path) -> None:
    """What is sealed, and what is for the person alone, is not searched here."""
    kept = ("data/vault.db", "notices/letter/1.pdf", "keys/a.pub")
    searched = (
        "x/a.log",
        "x/a.metrics",
        "x/a.otlp",
        "notices/email/1.eml",
        "rabbitmq0/mnesia/00.wal",
    )
    for name in (*kept, *searched):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("y")
    names = {where for where, _ in read_by_others(tmp_path)}
    assert names == {*searched, "names of files"}


def test_of_secure_mail_what_is_in_the_clear_is_searched() -> None:
    """What people write one another is theirs; what a server on the way reads is not."""
    mail = EmailMessage()
    mail["From"] = f"{somebody()} <279035121518989@patient.mssante.fr>"
    mail["Subject"] = f"Re: {somebody()}"
    mail.set_content(somebody())
    assert list(findings([("1.eml", in_the_clear(mail.as_bytes()))], SAID)) == []
    mail["Keywords"] = somebody()
    assert list(findings([("1.eml", in_the_clear(mail.as_bytes()))], SAID))


def test_postgresql_compresses_nothing(postgres_dsn: str) -> None:
    """Of a long text it would keep no word as it is, and nothing would be found in its files."""
    text = "as long as this " * 500
    with psycopg.connect(postgres_dsn) as database:
        database.execute("CREATE TABLE kept (said text, bytes bytea)")
        database.execute("INSERT INTO kept VALUES (%s, %s)", [text, text.encode()])
        asked = "SELECT pg_column_compression(said), pg_column_compression(bytes) FROM kept"
        assert database.execute(asked).fetchone() == (None, None)


def test_postgresql_s_log_is_read_over_the_edges_of_pages(postgres_dsn: str) -> None:
    """A word that an edge cuts is a word still, and half of it is none: each made database writes
    PostgreSQL's own names of regions there again, and "St. Helena" was taken for a "Helen"."""
    said = b"as long as three pages " * 1_000
    with psycopg.connect(postgres_dsn, autocommit=True) as database:
        database.execute("SET synchronous_commit = on")
        database.execute("SELECT pg_switch_wal()")
        database.execute("SELECT pg_logical_emit_message(true, 'said', %s::bytea)", [said])
        asked = "SELECT setting || '/pg_wal/' FROM pg_settings WHERE name = 'data_directory'"
        [folder] = database.execute(asked).fetchone() or [""]
        [last] = database.execute("SELECT pg_walfile_name(pg_current_wal_lsn())").fetchone() or [""]
    segment = Path(folder, last).read_bytes()
    assert said not in segment
    assert said in joined(segment)


def test_of_what_tests_write_only_log_lines_are_searched() -> None:
    """A command line shows a person what is theirs."""
    written = '{"event":"call"}\nName: somebody\n{"items": []}\n{not json'
    assert logged_in([("Captured stdout call", written)]) == '{"event":"call"}'


@pytest.fixture(scope="module")
def planting() -> Iterator[tuple[int, str, str]]:
    """How a session ended where somebody was planted in every place, what it said, and the errors
    it kept. Its folder is apart: what is in it would be found by this session too."""
    with TemporaryDirectory() as apart:
        run = Path(apart) / "run"
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-n0", f"--basetemp={run}", PLANTING],
            cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        yield done.returncode, done.stdout + done.stderr, (run / "tests.errors").read_text()


def test_a_run_that_left_a_name_anywhere_fails(planting: tuple[int, str, str]) -> None:
    """Its tests pass, and each place that somebody was planted in is named."""
    ended, told, _errors = planting
    assert ended == pytest.ExitCode.TESTS_FAILED, told
    assert " failed" not in told
    found = told.rpartition("said of somebody, for others to read")[2]
    named = {line.rpartition(": ")[2] for line in found.splitlines() if ": " in line}
    assert {place.rpartition("/")[2].rpartition("::")[2] for place in named} == PLACES


@pytest.mark.parametrize("how", ["sent", "came", "refused"])
def test_errors_are_kept_wherever_they_are_met(planting: tuple[int, str, str], how: str) -> None:
    """Sent, come over the broker, or refused in process."""
    assert f"{how}: " in planting[2]
