"""``carnet ops next-signing-key``, ``switch-signing-key``, ``next-log-key``, ``log-keys``."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.exceptions import InvalidSignature

from services.audit.adapters.signing import log_key, verifier_key
from services.audit.domain.settings import AuditSettings
from shared.auth.jwt import read
from shared.auth.service_keys import ServicePublicKeys, private_key
from shared.auth.service_tokens import ServiceTokens, ServiceTokenVerifier
from shared.kernel.clock import FixedClock
from shared.kernel.errors import Unauthenticated
from shared.kernel.note import VerifierKey
from shared.stores.places import SeenCheckpoint
from tests.ops.world import Operated, operated


@pytest.fixture
def carnet(tmp_path: Path) -> Operated:
    return operated(tmp_path)


@pytest.fixture
def keys(carnet: Operated) -> Path:
    return carnet.home / "keys"


def change(carnet: Operated, service: str) -> None:
    for command in ("next-signing-key", "switch-signing-key"):
        carnet.done(command, service, str(carnet.home / "keys"))


def test_tokens_are_believed_throughout(carnet: Operated, keys: Path) -> None:
    """By a service that runs all the while: before, once switched, and under the former key for
    as long as it was said, not longer."""
    clock = FixedClock(datetime.now(UTC))
    door = ServiceTokenVerifier("access", ServicePublicKeys(keys, clock), clock)

    def enters(tokens: ServiceTokens) -> bool:
        try:
            token = read(tokens.for_call("access", "d", None))
            return door.actor(token, "d", redelivered=False).id == "vault"
        except Unauthenticated:
            return False

    former = ServiceTokens("vault", private_key(keys, "vault"), clock)
    assert enters(former)
    carnet.done("next-signing-key", "vault", str(keys))
    assert enters(former)
    carnet.done("switch-signing-key", "vault", str(keys), "--grace", "10")
    following = ServiceTokens("vault", private_key(keys, "vault"), clock)
    assert enters(following)
    assert enters(former)
    clock.move(timedelta(minutes=11))
    assert enters(following)
    assert not enters(former)


def test_certificates_of_erasure_outlive_their_key(carnet: Operated, keys: Path) -> None:
    """What keyring signed before it changed keys is erased for ever; nobody makes another with the
    key that ended, nor hands over a key with it."""
    before = carnet.tombstone(uuid4())
    former = private_key(keys, "keyring")
    change(carnet, "keyring")
    after = carnet.tombstone(uuid4())
    keyring = ServicePublicKeys(keys).of("keyring")
    assert before.is_by(keyring, before.record_id)
    assert after.is_by(keyring, after.record_id)

    later = datetime.now(UTC) + timedelta(hours=2)
    forged = after.model_copy(update={"destroyed_at": later}).signed(former)
    assert not forged.is_by(keyring, forged.record_id)
    then = ServicePublicKeys(keys, FixedClock(later)).of("keyring")
    then.verify(private_key(keys, "keyring").sign(b"a key"), b"a key")
    with pytest.raises(InvalidSignature):
        then.verify(former.sign(b"a key"), b"a key")


def test_a_restore_after_the_change_destroys_what_was_destroyed_before_it(
    carnet: Operated,
) -> None:
    """By its certificate, whose key has ended."""
    record = uuid4()
    carnet.make_key(record)
    carnet.done("backup", str(carnet.folder))
    carnet.destroy_key(record)
    carnet.done("backup", str(carnet.folder))
    [oldest, _] = sorted((carnet.folder / "sets").iterdir())
    change(carnet, "keyring")
    at = datetime.strptime(oldest.name, "%Y%m%dT%H%M%S.%fZ").replace(tzinfo=UTC)
    said = carnet.done("restore", str(carnet.folder), "--at", at.isoformat())
    assert "1 keys had come back" in said
    assert carnet.key_of(record) == "destroyed"


def test_the_second_step_needs_the_first(carnet: Operated, keys: Path) -> None:
    """A key that nobody knows yet would stop the service; a second next one, orphan the first."""
    before = {file: file.read_bytes() for file in keys.iterdir()}
    refused = carnet.run("switch-signing-key", "vault", str(keys))
    assert "has no next key" in refused.stderr
    carnet.done("next-signing-key", "vault", str(keys), "--dry-run")
    assert {file: file.read_bytes() for file in keys.iterdir()} == before
    carnet.done("next-signing-key", "vault", str(keys))
    assert "has a next key already" in carnet.run("next-signing-key", "vault", str(keys)).stderr
    announced = {file: file.read_bytes() for file in keys.iterdir()}
    carnet.done("switch-signing-key", "vault", str(keys), "--dry-run")
    assert {file: file.read_bytes() for file in keys.iterdir()} == announced


def test_audit_keeps_its_key_while_the_log_is_signed_with_it(carnet: Operated, keys: Path) -> None:
    """Witnesses know that key: it changes by another way."""
    carnet.done("next-signing-key", "audit", str(keys))
    refused = carnet.run("switch-signing-key", "audit", str(keys))
    assert "signs the transparency log too" in refused.stderr


def test_the_logs_key_changes_once_everybody_has_heard(carnet: Operated, keys: Path) -> None:
    """The command says who has not; then the lines for auditors, the former key bounded by what
    it signed."""
    file = carnet.home / "log.key"
    former = verifier_key(AuditSettings.origin, private_key(keys, "audit").public_key())
    carnet.done("next-log-key", str(file), "--dry-run")
    assert not file.exists()
    said = carnet.done("next-log-key", str(file))
    assert "holds" not in said
    assert "CARNET_AUDIT_LOG_KEY_FORMER_FILE" in said
    carnet.environ["CARNET_AUDIT_LOG_KEY_FILE"] = str(file)
    new = verifier_key(AuditSettings.origin, log_key(file).public_key())
    assert new != former
    assert str(new) in said
    assert "has not ended" in carnet.run("next-log-key", str(file)).stderr

    for service, heard in (("vault", former), ("access", new)):
        log = carnet.log(service)
        seen = SeenCheckpoint(size=7, note="as signed", vkey=str(heard))
        log.places.keep_checkpoint(seen, None, None)
        log.close()
    waiting = carnet.run("log-keys", str(file))
    assert (waiting.exit_code, waiting.stdout) == (1, "vault has not heard of the new key\n")

    log = carnet.log("vault")
    log.places.keep_checkpoint(SeenCheckpoint(size=9, note="n", vkey=str(new)), 7, None)
    log.close()
    assert VerifierKey.parse(carnet.done("log-keys", str(file))) == former.replaced_by(new.key, 9)
