"""The auditor's command line on a copy, with no service running."""

import json
import os
import re
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import NoReturn

import pytest
from pypdf import PdfReader
from typer.testing import CliRunner

from scripts.cli import audit, audit_evidence, audit_looking, pool
from scripts.cli.audit_evidence import Where
from scripts.cli.audit_pdf import print_report
from scripts.cli.audit_redecide import Redecided
from scripts.cli.audit_report import Subject, render
from services.audit.adapters import event_stores
from services.audit.adapters.event_stores import CannotRead
from services.audit.domain.report import Finding, FindingKind, VerificationReport
from tests.audit import independent
from tests.audit.ground import EVENTS, RECORD, Ground, build, flip_state
from tests.audit.logs import NOW, VERIFIER

run = CliRunner().invoke


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    """The copy, with its objects in a folder for each bucket."""
    ground = build(tmp_path)
    objects = tmp_path / "objects"
    objects.mkdir()
    ground.log.rename(objects / "audit")
    ground.bucket.rename(objects / "vault")
    return Ground(ground.data, objects / "audit", objects / "vault")


def options(ground: Ground, *, data: bool = True) -> list[str]:
    """``--dir`` names a folder where Carnet never was: nothing of this machine is looked at."""
    given = ["--dir", str(ground.data.parent / "nowhere"), "--vkey", str(VERIFIER)]
    given += ["--objects", str(ground.log.parent)]
    return [*given, "--data", str(ground.data)] if data else given


def test_a_clean_copy_ends_with_0(ground: Ground) -> None:
    """And says plainly what was not compared for want of keys."""
    result = run(audit.app, ["verify", *options(ground), "--no-keys"])

    assert result.exit_code == 0, result.output
    assert "nothing was changed" in result.output
    assert "were not compared: no keys" in result.output


def test_in_a_container_the_settings_are_those_of_its_environment(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where Carnet was never up; a folder that is named counts before them."""
    monkeypatch.setenv("CARNET_ENVIRONMENT", "production")
    monkeypatch.setenv("CARNET_DATA_DIR", str(ground.data))
    rest = ["--vkey", str(VERIFIER), "--objects", str(ground.log.parent), "--no-keys"]

    assert run(audit.app, ["verify", *rest]).exit_code == 0
    nowhere = ["--dir", str(ground.data.parent / "nowhere")]
    assert run(audit.app, ["verify", *nowhere, *rest]).exit_code == 2


def test_a_changed_event_ends_with_1_and_is_named(ground: Ground) -> None:
    """In JSON, for whoever reads it with a program."""
    originator, _ = flip_state(ground, 5)

    result = run(audit.app, ["verify", *options(ground), "--no-keys", "--json"])

    assert result.exit_code == 1
    report = json.loads(result.stdout)
    [finding] = report["findings"]
    assert finding["kind"] == "event_changed"
    assert (finding["service"], finding["position"]) == ("vault", 5)
    assert finding["originator_id"].replace("-", "") == originator
    assert not report["log_verified"]


def test_several_processes_find_what_one_finds(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Changed and removed, also where one process's rows end and another's begin."""
    flip_state(ground, 5)
    ground.sql("vault", "DELETE FROM stored_events WHERE rowid = 4")
    words = ["verify", *options(ground), "--no-keys", "--json"]
    alone = json.loads(run(audit.app, words).stdout)

    monkeypatch.setattr(event_stores, "STRETCH", 4)
    monkeypatch.setattr(pool, "FEW", 0)
    monkeypatch.setattr(pool, "cores", lambda: 2)
    together = json.loads(run(audit.app, words).stdout)

    assert {(f["kind"], f["position"]) for f in alone["findings"]} == {
        ("event_changed", 5),
        ("event_removed", 4),
    }
    assert together == alone


def test_a_process_that_dies_is_never_a_clean_end(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it was to look at was not looked at: exit code 2."""
    monkeypatch.setattr(pool, "FEW", 0)
    monkeypatch.setattr(pool, "cores", lambda: 2)
    monkeypatch.setattr(audit_evidence, "open_inspector", dying)

    result = run(audit.app, ["verify", *options(ground), "--no-keys"])

    assert result.exit_code == 2, result.output
    assert "nothing was changed" not in result.output


def dying(_where: object) -> NoReturn:
    os._exit(1)


@pytest.mark.parametrize(
    "wrong",
    [
        ["--data", "/nowhere"],
        ["--objects", "/nowhere"],
        ["--vkey", "not a key"],
    ],
)
def test_what_cannot_run_ends_with_2(ground: Ground, wrong: list[str]) -> None:
    """Never with 0: a verification that looked at nothing is not a clean one."""
    result = run(audit.app, ["verify", *options(ground), "--no-keys", *wrong])

    assert result.exit_code == 2


def test_without_keys_asked_for_it_cannot_run(ground: Ground) -> None:
    """Leaving out half of the comparison must be said by the auditor, not assumed."""
    assert run(audit.app, ["verify", *options(ground)]).exit_code == 2


OF_A_RECORD = ("--record", str(RECORD))
ON_EVIDENCE = [("verify",), ("archive", "a.zip"), ("report",)]
"""With the log, and its key."""
ON_STORES = [
    ("redecide",), ("replay", *OF_A_RECORD), ("timeline", *OF_A_RECORD), ("who-saw", str(RECORD)),
    ("anomalies",), ("affected-by", "810000000001"),
    ("statistics", "--from", "2026-11", "--to", "2026-11"),
    ("export", "--format", "csv", "--output", "a.csv"),
]  # fmt: skip


@pytest.mark.parametrize("words", [*ON_EVIDENCE, *ON_STORES], ids=lambda words: words[0])
def test_keys_of_a_copy_are_given_where_no_carnet_was(
    ground: Ground, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """To every command that opens: the key file, and the public keys by which keyring's word that
    it destroyed some is believed."""
    seen: list[tuple[Path | None, Path | None]] = []

    def asked(where: Where, *_: object) -> NoReturn:
        seen.append((where.kek, where.public_keys))
        raise CannotRead("far enough for this test")

    for module in (audit_evidence, audit_looking):
        monkeypatch.setattr(module, "open_keys", asked)
    monkeypatch.chdir(tmp_path)
    given = ["--dir", "nowhere", "--data", str(ground.data), "--keys", "k", "--public-keys", "p"]
    given = [*options(ground), *given] if words in ON_EVIDENCE else given

    assert run(audit.app, [*words, *given]).exit_code == 2
    assert seen == [(Path("k"), Path("p"))]


def test_an_exported_log_is_read_by_a_stranger(ground: Ground, tmp_path: Path) -> None:
    """The same layout, and the key to check it with."""
    to = tmp_path / "exported"

    result = run(audit.app, ["export-log", str(to), *options(ground, data=False)])

    assert result.exit_code == 0, result.output
    vkey = (to / "vkey").read_text().strip()
    entries = independent.read_log(lambda path: (to / path).read_bytes(), vkey)
    assert len(entries) == 2 * EVENTS


def test_a_proof_can_be_kept_in_a_file(ground: Ground, tmp_path: Path) -> None:
    """By custom ``.tlog-proof``; what it says is checked before it is written."""
    file = tmp_path / "event.tlog-proof"

    result = run(
        audit.app,
        ["prove", "--service", "vault", "--position", "3", *options(ground), "--output", str(file)],
    )

    assert result.exit_code == 0, result.output
    assert file.read_text().startswith("c2sp.org/tlog-proof@v1\nextra ")
    assert (
        run(
            audit.app, ["prove", "--service", "vault", "--position", "99", *options(ground)]
        ).exit_code
        == 2
    )


class Tags(HTMLParser):
    """Every address that a page would load something from, and the tags left open."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.scripts = 0
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        self.addresses += [v or "" for n, v in attrs if n in {"src", "href", "data", "action"}]
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("heard", [True, False])
def test_a_report_says_what_was_not_compared(*, heard: bool) -> None:
    """In both languages, and on paper."""
    told = VerificationReport(origin="o", log_size=7)
    again, subject = Redecided(heard=heard, decisions=3), Subject(made_at=NOW, vkey="k", live=True)

    html = render(told, again, subject)
    pages = PdfReader(BytesIO(print_report(told, again, subject, None))).pages
    paper = " ".join(" ".join(page.extract_text().split()) for page in pages)

    assert ("The log of identity was not at hand" in html) is not heard
    for shown in (html, paper):
        assert ("Le journal du service d’identité n’était pas à disposition" in shown) is not heard


def test_the_report_loads_nothing_and_escapes_what_it_shows() -> None:
    """One file to be kept as evidence: no script, no address; a store may hold any text."""
    report = VerificationReport(origin="<b>", log_size=7)
    report.of("vault").events = 7
    markup = "<script>alert(1)</script>"
    report.add([Finding(kind=FindingKind.EVENT_CHANGED, service="vault", topic=markup)])
    again = Redecided(heard=True, decisions=3, count=1, differing=["<i>x</i>"])
    page = render(report, again, Subject(made_at=NOW, vkey="k", live=True))

    tags = Tags()
    tags.feed(page)

    assert tags.open == []
    assert tags.scripts == 0
    assert tags.addresses == []
    assert not re.search(r"url\(|@import|https?:", page)
    assert "&lt;script&gt;" in page
    assert "<i>x" not in page
    assert "Un événement a été modifié" in page
