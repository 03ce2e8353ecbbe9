"""On the whole of Carnet: signing keys change while people work, and nobody is refused (ADR 16)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from scripts.cli.audit_evidence import Where, open_evidence
from services.audit.adapters.signing import verifier_key
from services.audit.domain.report import FindingKind, VerificationReport
from services.audit.domain.settings import AuditSettings
from shared.auth.service_keys import private_key
from shared.auth.service_tokens import ServiceTokens
from shared.kernel.errors import DeadlineExceeded, Refusal, StaleRead, Unauthenticated, Unavailable
from shared.kernel.note import NotSigned
from shared.kernel.settings import read_settings
from shared.rpc.client import RpcClient
from tests.support.deadline import eventually
from tests.trust.afterwards import CAUGHT_UP
from tests.trust.copied import start, stop
from tests.trust.drilled import Drilled, drilled

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]
AWAY = (Unavailable, DeadlineExceeded, StaleRead)
"""While a process starts again: nothing is refused, it is to be asked again."""
GRACE = 300
"""Seconds, on a machine that has other things to do."""


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Drilled]:
    with drilled(tmp_path / "carnet") as place:
        yield place


@dataclass
class Work:
    """``refused``: by anything but a part that starts again."""

    kept: set[str] = field(default_factory=set)
    refused: list[Refusal] = field(default_factory=list)


@contextmanager
def working(place: Drilled) -> Iterator[Work]:
    """Somebody puts in documents, and the person lists them, all the while."""
    work, over = Work(), Event()

    def go_on() -> None:
        while not over.wait(0.1):
            try:
                work.kept.add(place.deposit())
                place.documents()
            except AWAY:
                continue
            except Refusal as refusal:
                work.refused.append(refusal)

    thread = Thread(target=go_on)
    thread.start()
    try:
        yield work
    finally:
        over.set()
        thread.join()


def more(work: Work) -> None:
    """Something is put in after this."""
    before = len(work.kept)
    eventually(lambda: len(work.kept) > before + 2, CAUGHT_UP, every=0.1)


def test_keyrings_key_changes_while_people_work(place: Drilled) -> None:
    """Its next key is believed before it signs, its former one until its grace ends and no longer;
    keys that are asked for anew come signed by the new one."""
    home = place.carnet.deployment.place
    keys = Path(home.settings()["CARNET_SERVICE_KEYS_DIR"])
    ahead = float((home.home / "clock").read_text())  # of the operator's own clock
    minutes = (ahead + GRACE) / 60
    former = private_key(keys, "keyring")
    with working(place) as work:
        more(work)
        place.ops("next-signing-key", "keyring", str(keys))
        more(work)
        place.ops("switch-signing-key", "keyring", str(keys), "--grace", str(int(minutes)))
        following = private_key(keys, "keyring")
        more(work)
        for key in (former, following):
            assert is_believed(place, key)
        stop(place, "keyring")
        start(place, "keyring")
        place.carnet.serves_again()
        more(work)
        for process in ("records", "rights"):  # which have no keys yet
            place.carnet.deployment.processes[process].stop()
            place.carnet.start(process)
        place.carnet.serves_again()
        more(work)
    assert work.refused == []

    (home.home / "clock").write_text(str(ahead + 2 * GRACE))
    eventually(lambda: not is_believed(place, former), CAUGHT_UP)
    assert is_believed(place, following)
    last = place.deposit()
    eventually(lambda: last in place.documents(), CAUGHT_UP)
    assert work.kept <= set(place.documents())
    assert place.stopped() == {}


def is_believed(place: Drilled, key: Ed25519PrivateKey) -> bool:
    """Of a token of keyring's."""
    home = place.carnet.deployment
    tokens = ServiceTokens("keyring", key, home.place.clock)
    with RpcClient(home.broker.uri(), tokens=tokens) as rpc:
        try:
            return bool(rpc.call("vault", "head", {})["position"])
        except Unauthenticated:
            return False


def test_the_logs_key_changes_while_services_hear_of_it(place: Drilled, tmp_path: Path) -> None:
    """Signed by both until each service believes the new one; an auditor then verifies all of it,
    across the change, and one who was told of the former key alone believes nothing new."""
    home = place.carnet.deployment.place
    settings, file = home.settings(), tmp_path / "log.key"
    audits = private_key(Path(settings["CARNET_SERVICE_KEYS_DIR"]), "audit").public_key()
    origin = read_settings(AuditSettings, settings, section="audit").origin
    former = str(verifier_key(origin, audits))
    with working(place) as work:
        place.ops("next-log-key", str(file))
        own = settings | {"CARNET_AUDIT_LOG_KEY_FILE": str(file)}
        both = own | {"CARNET_AUDIT_LOG_KEY_FORMER_FILE": f"{file}.former"}
        restart_audit(place, both)
        more(work)
        given = eventually(lambda: place.ops("log-keys", str(file)), CAUGHT_UP, every=1)
        for key in (former, given):
            assert FindingKind.CHECKPOINT_INVALID not in verified(place, key).found

        restart_audit(place, own)
        Path(f"{file}.former").unlink()
        more(work)
    assert work.refused == []

    eventually(lambda: place.all_told(work.kept | set(place.documents())), CAUGHT_UP, every=0.5)
    assert place.stopped() == {}
    eventually(lambda: whole(place, given), 2 * CAUGHT_UP, every=1)
    with pytest.raises(NotSigned):
        verified(place, former)


def restart_audit(place: Drilled, settings: dict[str, str]) -> None:
    """What signs, first."""
    place.carnet.deployment.place.write_environment(settings)
    for process in ("audit", "journal"):
        place.carnet.deployment.processes[process].stop()
        place.carnet.start(process)
    place.carnet.serves_again()


def verified(place: Drilled, vkey: str) -> VerificationReport:
    settings = place.carnet.deployment.place.settings()
    return open_evidence(Where(settings=settings, vkey=vkey)).verify()


def whole(place: Drilled, vkey: str) -> VerificationReport:
    report = verified(place, vkey)
    assert report.found == {}, report.findings
    return report
