"""What keeps the auditor's commands from running ends with 2: a 1 would be taken for a finding."""

import os
from pathlib import Path

from typer.testing import CliRunner

from scripts.cli import audit
from tests.audit.logs import VERIFIER

NOBODY = "postgresql://nobody@127.0.0.1:1/carnet_{service}"


def verify(folder: Path, *stores: str) -> tuple[int, str]:
    (folder / "objects" / "audit").mkdir(parents=True, exist_ok=True)
    nowhere = ["--dir", str(folder / "nowhere"), "--vkey", str(VERIFIER), "--no-keys"]
    asked = ["verify", *nowhere, "--objects", str(folder / "objects"), *stores]
    result = CliRunner().invoke(audit.app, asked, catch_exceptions=False)
    return result.exit_code, result.stderr.strip()


def test_a_file_that_is_no_store_is_named(tmp_path: Path) -> None:
    """As one is that was copied while it was written to, or is encrypted."""
    (tmp_path / "vault.db").write_bytes(os.urandom(5_000))

    ended, said = verify(tmp_path, "--data", str(tmp_path))

    assert ended == 2
    assert said == f"{tmp_path / 'vault.db'}: file is not a database"


def test_a_server_that_does_not_answer_is_no_finding(tmp_path: Path) -> None:
    ended, said = verify(tmp_path, "--postgres", NOBODY)

    assert ended == 2
    assert "connection refused" in said.lower()


def test_a_scope_that_names_no_record_is_refused(tmp_path: Path) -> None:
    """Before the mandate is used; a list of its records would end in a trace."""
    asked = ["anomalies", "--as", "auditor,scope=all+nobody", "--data", str(tmp_path)]
    result = CliRunner().invoke(audit.app, asked, catch_exceptions=False)
    assert result.exit_code == 2
    assert result.stderr.strip() == "the mandate's scope names nobody, which is no record"
