"""All of Carnet comes up with one command, and nothing of it stays behind."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.cli.deployment import Deployment
from scripts.machine.kept import DidNotStart
from tests.support.processes import processes_of

ROOT = Path(__file__).parents[3]
CARNET = [sys.executable, "-m", "scripts.cli"]


def carnet(*words: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*CARNET, *words], cwd=ROOT, capture_output=True, text=True, timeout=100, check=False
    )


@pytest.mark.timeout(240)
def test_up_detached_then_call_then_down(tmp_path: Path) -> None:
    up = carnet("up", "--detach", "--dir", tmp_path)
    try:
        assert up.returncode == 0, up.stderr
        status = carnet("status", "--json", "--dir", tmp_path)
        assert status.returncode == 0
        assert {part["state"] for part in json.loads(status.stdout)} == {"ready"}
        assert carnet("up", "--detach", "--dir", tmp_path).returncode == 1
        refused = carnet("call", "audit.checkpoint", "--json", "--dir", tmp_path)
        assert (refused.returncode, '"unauthenticated"' in refused.stdout) == (1, True)
    finally:
        down = carnet("down", "--dir", tmp_path)
    assert down.returncode == 0, down.stderr
    assert carnet("status", "--dir", tmp_path).returncode == 4
    assert processes_of(tmp_path) == []


@pytest.mark.long
@pytest.mark.timeout(240)
def test_ctrl_c_ends_all_of_it(tmp_path: Path) -> None:
    with subprocess.Popen(
        [*CARNET, "up", "--dir", tmp_path], cwd=ROOT, stderr=subprocess.PIPE, text=True
    ) as up:
        assert up.stderr
        assert any("Carnet is up" in line for line in up.stderr)
        up.send_signal(signal.SIGINT)
        up.stderr.read()
        assert up.wait(60) == 0
    assert processes_of(tmp_path) == []


def test_one_part_that_fails_takes_the_others_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scripts.cli.deployment.entrypoints_of", lambda _: ["no.such_entrypoint"])
    with pytest.raises(DidNotStart, match=r"no\.such_entrypoint is not one of"):
        Deployment(tmp_path).start()
    assert processes_of(tmp_path) == []
