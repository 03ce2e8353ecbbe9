"""The page of an export, opened in a real browser as the person would."""

import shutil
import subprocess
import zipfile
from pathlib import Path

import pypdf
import pytest

from tests.vault.cda import PDF, TEXT, cda, enclosing
from tests.vault.exports import archive, put
from tests.vault.world import World

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")


def printed(page: Path, home: Path) -> pypdf.PdfReader:
    """What the browser shows, as it prints it."""
    if BROWSER is None:
        pytest.skip("no browser: apt-get install chromium")
    out = home / "printed.pdf"
    subprocess.run(
        [
            BROWSER,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            f"--user-data-dir={home / 'browser'}",
            "--no-pdf-header-footer",
            f"--print-to-pdf={out}",
            page.as_uri(),
        ],
        capture_output=True,
        timeout=120,
        check=True,
    )
    return pypdf.PdfReader(out)


def without_spaces(text: str) -> str:
    """A print has places and no spaces: where a reader sees some is its guess, and another one
    with each browser's."""
    return "".join(text.split())


def test_the_index_opens_in_a_browser(world: World, tmp_path: Path) -> None:
    """Titles with their accents, dates as people write them, links that lead to files."""
    world.deposit(cda(title="<title>Échographie du cœur</title>", body=enclosing(PDF)))
    put(world, TEXT, title='Notes <b>& "guillemets"</b>')
    home = tmp_path / "copy"
    copy: zipfile.ZipFile = archive(world)
    copy.extractall(home)

    shown = printed(home / "INDEX.HTM", tmp_path)

    text = without_spaces("".join(page.extract_text() for page in shown.pages))
    for words in (
        "Copie du dossier de DOMINIQUE PAT-TROIS",
        "Échographie du cœur",
        'Notes <b>& "guillemets"</b>',
        "01/04/2024",
        "CR hospitalier (séjour)",
        "ESSAI",
    ):
        assert without_spaces(words) in text, text
    links = [
        annotation.get_object()["/A"]["/URI"]
        for page in shown.pages
        for annotation in page.get("/Annots", ())
    ]
    opened = {Path(link.removeprefix("file://")) for link in links}
    assert len(opened) == 2
    assert all(path.is_file() and path.is_relative_to(home) for path in opened)
    assert {path.suffix for path in opened} == {".PDF", ".TXT"}
