"""Set-up says in one sentence what only an administrator can do, and does nothing twice."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

SETUP = Path(__file__).parents[2] / "scripts" / "setup.sh"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout of somebody who is not root, on a machine that lacks Python's venv."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(SETUP, tmp_path / "scripts")
    (tmp_path / "requirements.lock").write_text("")
    (tmp_path / "bin").mkdir()
    program(tmp_path / "bin" / "id", "echo 1000")
    program(tmp_path / "bin" / "python-without-venv", "exit 1")
    return tmp_path


def program(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def setup(checkout: Path, what: str, python: str | None) -> "subprocess.CompletedProcess[str]":
    path = f"{checkout / 'bin'}:{os.environ['PATH']}"
    chosen = {"PYTHON": python} if python else {}
    return subprocess.run(
        [checkout / "scripts" / "setup.sh", what],
        env={"PATH": path} | chosen,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_without_root_it_names_what_to_install(checkout: Path) -> None:
    answer = setup(checkout, "check", python="python-without-venv")
    assert answer.returncode == 3
    assert answer.stderr == (
        "Carnet needs packages that are missing here; "
        "as an administrator, run: apt-get install python3.11-venv\n"
    )
    assert not (checkout / ".venv").exists()


def test_a_machine_that_is_set_up_is_left_as_it_is(checkout: Path) -> None:
    (checkout / ".venv").mkdir()
    stamp = hashlib.sha256(b"").hexdigest() + "  -\n"
    (checkout / ".venv" / "lock.sha256").write_text(stamp)
    answer = setup(checkout, "check", python="python3.11")
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")


def test_an_unknown_word_is_answered_with_the_usage(checkout: Path) -> None:
    answer = setup(checkout, "everything", python="python3.11")
    assert answer.returncode == 2
    assert "usage: scripts/setup.sh check|demo|bench|test" in answer.stdout


def test_debians_own_python_comes_before_another_of_the_path(checkout: Path) -> None:
    """The image runs it."""
    debians = Path("/usr/bin/python3.11")
    has_venv = [str(debians), "-c", "import venv, ensurepip"]
    if not debians.exists() or subprocess.run(has_venv, check=False).returncode:
        pytest.skip("this machine has no /usr/bin/python3.11 that can make environments")
    program(checkout / "bin" / "python3.11", "exit 1")

    answer = setup(checkout, "check", python=None)

    assert answer.returncode == 0, answer.stderr
    assert "home = /usr/bin\n" in (checkout / ".venv" / "pyvenv.cfg").read_text()


def test_an_environment_that_is_a_link_is_left_as_it_is(checkout: Path, tmp_path: Path) -> None:
    """Whose it is we do not know: clearing it would empty it for them too."""
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "kept").touch()
    (checkout / ".venv").symlink_to(theirs)
    program(checkout / "bin" / "python", "exit 0")

    answer = setup(checkout, "check", str(checkout / "bin" / "python"))

    assert answer.returncode == 0, answer.stderr
    assert ".venv is a link" in answer.stderr
    assert (theirs / "kept").exists()


def test_packages_that_were_half_installed_are_installed_before_carnet_starts(
    checkout: Path,
) -> None:
    """Its Python was there, and ended with a trace of a package that was not."""
    python = """case "$*" in
      *"--clear .venv"*) mkdir -p .venv/bin; cp "$0" .venv/bin/python ;;
      *"pip install"*) exit 1 ;;
    esac"""
    program(checkout / "bin" / "python", python)
    assert setup(checkout, "check", str(checkout / "bin" / "python")).returncode == 1
    assert (checkout / ".venv" / "bin" / "python").exists()

    shutil.copy(SETUP.with_name("carnet"), checkout / "scripts")
    program(checkout / "scripts" / "setup.sh", "rm .venv/incomplete; echo set up >&2")
    program(checkout / ".venv" / "bin" / "python", 'echo "$@"')
    runs = [
        subprocess.run(
            [checkout / "scripts" / "carnet", "status"],
            cwd=checkout, capture_output=True, text=True, timeout=60, check=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    assert [run.stderr for run in runs] == ["set up\n", ""]
    assert {run.stdout for run in runs} == {"-m scripts.cli status\n"}
