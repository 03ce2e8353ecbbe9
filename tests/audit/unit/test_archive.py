"""A signed archive of a period: whole or named where it is not, with one public key."""

import zipfile
from collections.abc import Callable
from errno import ENOSPC
from functools import partial
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from typer.testing import CliRunner

from scripts.cli import audit, audit_archive, audit_evidence
from shared.crypto.local_keys import LocalKeys
from tests.audit.ground import EVENTS, RECORD, ROOT_KEY, Ground, build
from tests.audit.logs import PRIVATE, VERIFIER
from tests.support.damage import one_bit_off

run = CliRunner().invoke
SIZES = 24
"""Bytes of the sizes that a ZIP64 keeps after each file."""


def archive(
    ground: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Path, int, str]:
    """Of a copy; its keys are at hand, where one has a key file (`test_stored_keys.py`)."""
    monkeypatch.setattr(audit_evidence, "open_keys", lambda *_: partial(LocalKeys, ROOT_KEY))
    objects = tmp_path / "objects"
    objects.mkdir()
    ground.log.rename(objects / "audit")
    key = tmp_path / "log.pem"
    key.write_bytes(PRIVATE.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    file = tmp_path / "period.zip"
    words = ["archive", str(file), "--sign-with", str(key), "--dir", str(tmp_path / "nowhere")]
    words += ["--data", str(ground.data), "--objects", str(objects), "--vkey", str(VERIFIER)]
    result = run(audit.app, [*words, "--from", "2026-11-01", "--to", "2026-12-01"])
    return file, result.exit_code, " ".join(result.output.split())


@pytest.fixture
def archived(ground: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file, code, said = archive(ground, tmp_path, monkeypatch)
    assert code == 0, said
    return file


def check(file: Path) -> tuple[int, str]:
    nowhere = ["--dir", str(file.parent / "nowhere"), "--vkey", str(VERIFIER)]
    result = run(audit.app, ["restore-check", str(file), *nowhere])
    return result.exit_code, " ".join(result.output.split())


def test_it_is_whole_and_says_so(archived: Path) -> None:
    """Every event of the period, found in the log that the archive brings with it."""
    code, said = check(archived)

    assert code == 0, said
    assert f"{2 * EVENTS} events" in said


def test_events_after_one_that_the_log_lacks_are_not_left_out(
    ground: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The archive ended there, signed and whole by its own account: an edit of audit's tables was
    enough to have it say nothing of what came later."""
    ground.sql("audit", "DELETE FROM audit_runs WHERE service = 'vault' AND first_position = 4")

    file, code, said = archive(ground, tmp_path, monkeypatch)

    assert code == 1
    assert f"{2 * EVENTS - 1} events written" in said
    assert "vault 4 is not in the log, though later events are: run carnet audit verify" in said
    assert check(file)[0] == 0


def test_an_event_that_was_never_logged_ends_no_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is left out alone, and named: whoever slipped one in would leave out all that came after,
    and the archive would be whole."""
    ground = build(tmp_path / "ground", skipped=3)
    ground.sql("vault", "UPDATE stored_events SET rowid = 3 WHERE rowid = 12")

    file, code, said = archive(ground, tmp_path, monkeypatch)

    assert code == 1
    assert "vault 3 is not in the log" in said
    code, said = check(file)
    assert code == 0, said
    assert f"{EVENTS - 2 + EVENTS} events" in said


def test_an_archive_that_is_not_written_to_its_end_is_not_there(
    ground: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of one would keep the next try from writing another, and could be taken for one."""

    def no_room(*_: object) -> None:
        raise OSError(ENOSPC, "No space left on device")

    monkeypatch.setattr(audit_archive, "row_line", no_room)

    file, code, said = archive(ground, tmp_path, monkeypatch)

    assert code == 2
    assert "No space left" in said
    assert not file.exists()


def test_it_holds_no_key_and_nothing_readable(archived: Path) -> None:
    """Sealed as it lies; which record an event is of stands in its clear header alone."""
    with zipfile.ZipFile(archived) as file:
        everything = b"".join(file.read(name) for name in file.namelist())
        names = file.namelist()

    assert ROOT_KEY not in everything
    assert PRIVATE.private_bytes_raw() not in everything
    assert b"sealed_sha256" not in everything
    assert str(RECORD).encode() not in everything
    assert not [name for name in names if "key" in name and name != "vkey"]


def rewritten(file: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    with zipfile.ZipFile(file) as zipped:
        content = {name: zipped.read(name) for name in zipped.namelist()}
    change(content)
    with zipfile.ZipFile(file, "w") as zipped:
        for name, data in content.items():
            zipped.writestr(name, data)


def flip(name: str) -> Callable[[dict[str, bytes]], None]:
    def change(content: dict[str, bytes]) -> None:
        content[name] = one_bit_off(content[name], len(content[name]) // 2)

    return change


def without(name: str) -> Callable[[dict[str, bytes]], None]:
    def change(content: dict[str, bytes]) -> None:
        del content[name]

    return change


def with_more(content: dict[str, bytes]) -> None:
    content["rows/../../etc.ndjson"] = b"{}"


def with_another_tile(content: dict[str, bytes]) -> None:
    """A name that an archive may have."""
    content["tile/0/001"] = bytes(32)


def with_another_row(content: dict[str, bytes]) -> None:
    """Another act of the same stream, as whoever can sign a manifest could put it in."""
    rows = content["rows/vault.ndjson"].split(b"\n")
    rows[2] = rows[2].replace(b"document_deposited", b"document_withdrawn")
    content["rows/vault.ndjson"] = b"\n".join(rows)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (flip("vkey"), "file vkey"),
        (flip("manifest"), "file manifest"),
        (flip(f"tile/entries/000.p/{2 * EVENTS}"), f"file tile/entries/000.p/{2 * EVENTS}"),
        (without("stretches.json"), "file stretches.json"),
        (without(f"tile/0/000.p/{2 * EVENTS}"), f"file tile/0/000.p/{2 * EVENTS}"),
        (with_more, "no file of an archive has this name"),
        (with_another_tile, "tile/0/001 (not in the manifest)"),
        (with_another_row, "An event was changed after it was logged: service vault, position 3"),
        (flip(f"tile/0/000.p/{2 * EVENTS}"), "The entries do not hash to the root"),
    ],
)
def test_a_changed_file_is_named(
    archived: Path, change: Callable[[dict[str, bytes]], None], named: str
) -> None:
    """Edited, taken out or put in."""
    rewritten(archived, change)

    code, said = check(archived)

    assert code == 1, said
    assert named in said


def test_a_row_taken_out_is_missed(archived: Path) -> None:
    """By the manifest, and by the count of its stretch."""

    def drop_one(content: dict[str, bytes]) -> None:
        lines = content["rows/vault.ndjson"].splitlines(keepends=True)
        content["rows/vault.ndjson"] = b"".join(lines[:3] + lines[4:])

    rewritten(archived, drop_one)

    code, said = check(archived)

    assert code == 1
    assert "file rows/vault.ndjson" in said
    assert f"{EVENTS - 1} rows of {EVENTS}" in said


def test_another_s_archive_is_not_taken_for_ours(archived: Path, tmp_path: Path) -> None:
    """The key inside is not asked."""
    other = "other.example/log+" + str(VERIFIER).partition("+")[2]
    nowhere = ["--dir", str(tmp_path / "nowhere"), "--vkey", other]

    assert run(audit.app, ["restore-check", str(archived), *nowhere]).exit_code in {1, 2}


def after_damage(archived: Path, data: bytes, place: int) -> int:
    """How the check of it ends: with a code of ours, never in a trace of our code."""
    archived.write_bytes(one_bit_off(data, place))
    nowhere = ["--dir", str(archived.parent / "nowhere"), "--vkey", str(VERIFIER)]
    result = run(audit.app, ["restore-check", str(archived), *nowhere])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code


def test_a_file_that_was_damaged_is_never_whole(archived: Path) -> None:
    """Any of those in it, in its middle: a disk of years does it."""
    data = archived.read_bytes()
    with zipfile.ZipFile(archived) as zipped:
        files = zipped.infolist()
        ends = [*[file.header_offset for file in files][1:], zipped.start_dir]
    middles = [end - SIZES - file.compress_size // 2 for file, end in zip(files, ends, strict=True)]

    assert {after_damage(archived, data, place) for place in middles} <= {1, 2}


def test_damage_that_is_not_refused_changed_no_file(archived: Path) -> None:
    """A ZIP keeps what nobody reads beside its files, as a date twice: wherever one bit of it is
    another, either the archive is refused or every file in it is what it was."""
    data, files = archived.read_bytes(), files_of(archived)
    for place in range(0, len(data), len(data) // 40):
        if after_damage(archived, data, place) not in {1, 2}:
            assert files_of(archived) == files


def files_of(archived: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(archived) as zipped:
        return {name: zipped.read(name) for name in zipped.namelist()}


def test_what_is_no_archive_cannot_be_checked(tmp_path: Path) -> None:
    """Never with 0."""
    file = tmp_path / "no.zip"
    file.write_bytes(b"not a zip")

    assert check(file)[0] == 2
