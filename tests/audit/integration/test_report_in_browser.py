"""The report of a record, as a browser without a network shows and prints it, and as a PDF."""

import shutil
import subprocess
from io import BytesIO
from pathlib import Path
from unicodedata import normalize
from uuid import uuid4

import pytest
from PIL import Image
from pypdf import PdfReader

from scripts.cli.audit_part import Part, part_of
from scripts.cli.audit_pdf import print_report
from scripts.cli.audit_redecide import Redecided
from scripts.cli.audit_report import Subject, render
from scripts.cli.audit_sentences import Story
from services.audit.domain.report import Finding, FindingKind, VerificationReport
from services.audit.domain.told import ERASED, Told
from tests.audit.logs import NOW, VERIFIER
from tests.audit.telling import START, Teller

CHROMIUM = shutil.which("chromium")
browser = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
ACCENT, BAD = (0x1D, 0x4F, 0x91), (0xA3, 0x18, 0x2B)
GOOD_SOFT = (0xE3, 0xF3, 0xEC)
SUBJECT = Subject(made_at=NOW, vkey=str(VERIFIER), live=False)
RECORD = uuid4()
AUDITOR = {"kind": "auditor", "id": "a1", "mandate": "m1"}


def part() -> Part:
    """Readings, a refusal, a use of a mandate, and an event of what was erased."""
    teller = Teller()
    heard = [teller.decided(record=RECORD, rules=["care_team"]) for _ in range(6)]
    heard += [teller.decided(record=RECORD, permit=False, reason_fr="Non.") for _ in range(2)]
    heard += [teller.tell("audit.audit_mandate_used", by=AUDITOR, record=RECORD)]
    heard += [Told(service="vault", epoch="e", position=9, at=START, type=ERASED, record=RECORD)]
    return part_of(f"Dossier {RECORD}", heard, Story(physician=False))


def report(*findings: Finding) -> VerificationReport:
    made = VerificationReport(origin="log.example", log_size=24, root="r" * 43)
    made.of("vault").events = made.of("vault").matched = 24
    made.add(findings)
    return made


def page(file: Path, *findings: Finding) -> str:
    file.write_text(render(report(*findings), Redecided(heard=True, decisions=8), SUBJECT, part()))
    return file.as_uri()


def chromium(*words: str) -> None:
    """No name resolves, so that whatever the page would load is missing from what is seen."""
    offline = ["--host-resolver-rules=MAP * ~NOTFOUND", "--force-color-profile=srgb"]
    quiet = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
    command = [str(CHROMIUM), *quiet, *offline, *words]
    subprocess.run(command, check=True, capture_output=True, timeout=90)


@browser
def test_a_browser_shows_the_verdict_and_the_chart(tmp_path: Path) -> None:
    """The colours of the verdict and of both kinds of bar are really on the screen."""
    address, shot = page(tmp_path / "report.html"), tmp_path / "report.png"

    chromium(f"--screenshot={shot}", "--window-size=1000,1100", address)

    with Image.open(shot) as image:
        assert image.size == (1000, 1100)
        counted = image.convert("RGB").getcolors(image.width * image.height) or []
        seen = {colour: count for count, colour in counted}
    assert seen.get(GOOD_SOFT, 0) > 20_000
    assert seen.get(ACCENT, 0) > 1_000
    assert seen.get(BAD, 0) > 500


@browser
def test_it_prints(tmp_path: Path) -> None:
    """On paper nothing of it is cut off: the verdict, the acts, the signed root."""
    printed = tmp_path / "printed.pdf"

    changed = Finding(kind=FindingKind.EVENT_CHANGED, service="vault", position=5)
    chromium(f"--print-to-pdf={printed}", page(tmp_path / "report.html", changed))

    pages = [page.extract_text() for page in PdfReader(printed).pages]
    text = normalize("NFKC", " ".join(" ".join(pages).split()))  # fi is one letter in print
    for said in (
        "Des écarts ont été trouvés",
        "event_changed",
        "Chronologie",
        "L’accès a été refusé",
        "log.example",
    ):
        assert said in text


def test_the_pdf_says_the_same() -> None:
    """Verdict, counts, acts with their places, uses of mandates; of what is erased, that alone."""
    pdf = print_report(report(), Redecided(heard=True, decisions=8), SUBJECT, part())

    text = " ".join(" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages)
    assert "Rien n’a été modifié, retiré ni ajouté." in text
    assert f"Dossier {RECORD} : 9 actes." in text
    assert "6, 2 refusés" in text
    assert text.count("Un accès a été permis.") == 6
    assert text.count("L’accès a été refusé.") == 2
    assert "mandats d’audit parmi ces actes : 1." in text
    assert "dont les clés ont été détruites : 1." in text
    assert "access 7" in text


def test_each_act_opens_to_its_facts() -> None:
    """Without a script; its rules, its right, and the command that proves it."""
    html = render(report(), None, SUBJECT, part())

    assert html.count("<details>") == 9
    assert "<dt>Règles</dt><dd><code>care_team</code>" in html
    assert "carnet audit prove --service access --position 1</code>" in html
    assert "<script" not in html
