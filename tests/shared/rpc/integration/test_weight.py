"""What a process of the services loads: nothing heavy that it was not asked for."""

import subprocess
import sys

import pytest

from tests.shared.rpc.place import ROOT

UNASKED = {
    "dns": "eventlet's resolver",
    "rich": "tracebacks for a terminal",
    "psycopg": "PostgreSQL, where the log is on SQLite",
    "pymongo": "MongoDB, where the read models are on SQLite",
    "opentelemetry": "traces, where nobody takes them",
    "google": "protobuf, idem",
    "reportlab": "PDFs",
    "PIL": "pictures in PDFs",
    "pint": "units of measures",
    "numpy": "what pint would count with",
    "pkcs11": "a security module, where keys are in a file",
    "argon2": "the administration of a MinIO server",
    "Crypto": "idem",
    "cedarpy": "rules, where nothing is decided",
    "icalendar": "calendars that come in or go out",
    "rapidfuzz": "people who are alike",
    "aiosmtpd": "mail, where none comes in",
}
"""By name of the package: what it would be for. Each weighs 1 to 13 MB in every process."""

STARTED = """
import services.__main__ as main
import sys, tempfile
from pathlib import Path
from services.vault.projections.documents import DocumentList
from shared.kernel.common import CommonSettings
from shared.stores.settings import EventStoreSettings
from shared.stores.views import open_documents
from shared.telemetry.traces import set_up_traces

for name in main.available():
    main._module(name)
set_up_traces("all of them")
with tempfile.TemporaryDirectory() as folder:
    home = Path(folder)
    EventStoreSettings(data_dir=home).environment("vault")
    common = CommonSettings(
        environment="development", amqp_uri="", service_keys_dir=home, issuers_file=home,
        data_dir=home,
    )
    open_documents(common, "vault", DocumentList)
print(*sorted({name.partition(".")[0] for name in sys.modules if sys.modules[name]}))
"""
"""Every entrypoint of every service, with the stores of one machine."""


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    command = [sys.executable, "-W", "ignore", "-c", STARTED]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    return set(done.stdout.split())


def test_what_was_not_asked_for_is_not_loaded(loaded: set[str]) -> None:
    assert not {name: UNASKED[name] for name in UNASKED.keys() & loaded}


def test_what_was_asked_for_is(loaded: set[str]) -> None:
    """Else the list above would be of a process that started nothing."""
    assert {"eventlet", "nameko", "eventsourcing", "minio", "cryptography"} <= loaded
