"""A database that does not answer ends a command with one sentence, and no trace of the code."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.cli.processes import ROOT, SERVICES
from scripts.machine.files import write_private
from shared.auth.service_keys import generate_service_keys


@pytest.mark.parametrize("words", [["backup", "sets"], ["renew-epoch", "keyring"]])
def test_what_went_wrong_is_said_in_one_sentence(words: list[str], tmp_path: Path) -> None:
    generate_service_keys(tmp_path / "keys", SERVICES)
    (tmp_path / "issuers.json").write_text("[]")
    write_private(tmp_path / "kek", "00" * 32)
    settings = {
        "CARNET_ENVIRONMENT": "development",
        "CARNET_AMQP_URI": "amqp://127.0.0.1:1/",
        "CARNET_POSTGRES_DSN": "postgresql://nobody@127.0.0.1:1/carnet_{service}",
        "CARNET_MONGODB_URI": "mongodb://127.0.0.1:1/carnet",
        "CARNET_S3_ENDPOINT": "http://127.0.0.1:1",
        "CARNET_S3_ACCESS_KEY": "nobody",
        "CARNET_S3_SECRET_KEY": "nothing",
        "CARNET_SERVICE_KEYS_DIR": str(tmp_path / "keys"),
        "CARNET_KEK_FILE": str(tmp_path / "kek"),
        "CARNET_ISSUERS_FILE": str(tmp_path / "issuers.json"),
    }
    done = subprocess.run(
        [sys.executable, "-m", "scripts.cli", "ops", *words],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **settings},
        cwd=tmp_path, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert len(re.findall("^carnet: unavailable: .+$", done.stderr, re.MULTILINE)) == 1, done.stderr
