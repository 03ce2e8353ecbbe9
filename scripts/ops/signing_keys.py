"""New signing keys: of a service, and of the transparency log. What was signed stays believed."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from scripts.cli.processes import SERVICES
from scripts.cli.screen import Exit
from scripts.machine.files import write_private
from scripts.ops.copies import Databases
from scripts.ops.parts import DryRun, Service, named, refuse
from services.audit.adapters.signing import log_key, verifier_key
from services.audit.domain.settings import AuditSettings
from shared.auth.believed_keys import BelievedKey, format_public_keys, parse_public_keys
from shared.auth.service_keys import private_key, private_pem
from shared.kernel.clock import instant
from shared.kernel.common import CommonSettings
from shared.kernel.settings import read_settings

Keys = Annotated[Path, typer.Argument(help="Folder of the keys: CARNET_SERVICE_KEYS_DIR.")]
GRACE_MINUTES = 60


def next_signing_key(service: Service, keys: Keys, dry_run: DryRun = False) -> None:
    """First step: make a service's next key, and have its public half believed beside the other.

    Nothing is signed with it yet. Give every service the new <service>.pub, which it reads
    again by itself; then switch-signing-key.
    """
    named([service])
    if _next(keys, service).exists():
        refuse(f"{service} has a next key already: carnet ops switch-signing-key {service}")
    if dry_run:
        typer.echo(f"{service} would have a next key, believed beside the one that signs")
        return
    made = Ed25519PrivateKey.generate()
    believed = _believed(keys, service)
    write_private(_next(keys, service), private_pem(made))
    _publish(keys, service, (believed[0], BelievedKey(made.public_key()), *believed[1:]))
    typer.echo(f"{service}.pub has one key more: give it to every service, then switch")


def switch_signing_key(
    service: Service,
    keys: Keys,
    grace: Annotated[
        int, typer.Option(help="Minutes that the former key may still sign for.")
    ] = GRACE_MINUTES,
    dry_run: DryRun = False,
) -> None:
    """Second step: the next key signs from the service's restart on.

    The former one is believed of what it signed until the grace has passed: tokens under way,
    and for ever the certificates of erasure that were made before. Restart the service within
    the grace, and give every service the new <service>.pub.
    """
    named([service])
    if not _next(keys, service).exists():
        refuse(f"{service} has no next key: carnet ops next-signing-key {service}")
    if service == "audit" and _audit().log_key_file is None:
        refuse("audit's key signs the transparency log too: carnet ops next-log-key first")
    if dry_run:
        typer.echo(f"{service} would sign with its next key, its former one end in {grace} minutes")
        return
    until = datetime.now(UTC) + timedelta(minutes=grace)
    former, following, *older = _believed(keys, service)
    ended = BelievedKey(former.key, until)
    _publish(keys, service, (following, ended, *older))
    write_private(keys / f"{service}.key", _next(keys, service).read_text())
    _next(keys, service).unlink()
    typer.echo(f"restart {service} before {instant(until)}; its former key ends then")


def next_log_key(
    file: Annotated[Path, typer.Argument(help="CARNET_AUDIT_LOG_KEY_FILE, or where it shall be.")],
    dry_run: DryRun = False,
) -> None:
    """First step: a new key for the transparency log; the one before goes on signing beside it.

    With both settings as told, restart audit (timers first). Every service that hears of a
    checkpoint, with the former key's word for the new one, believes it from then on: see log-keys.
    """
    former = _former(file)
    if former.exists():
        refuse(f"{former} is there: the last change of keys has not ended")
    source = file if file.exists() else _service_key()
    made = Ed25519PrivateKey.generate()
    if dry_run:
        typer.echo(f"{file} would hold a new key, {former} the one that signs now")
        return
    write_private(former, source.read_text())
    write_private(file, private_pem(made))
    typer.echo(f"new key: {verifier_key(_audit().origin, made.public_key())}")
    typer.echo(f"set CARNET_AUDIT_LOG_KEY_FILE={file} CARNET_AUDIT_LOG_KEY_FORMER_FILE={former}")


def log_keys(
    file: Annotated[Path, typer.Argument(help="CARNET_AUDIT_LOG_KEY_FILE.")],
) -> None:
    """Who believes the log's new key. Ends with 1 while a service has not heard of it; else says
    what auditors are given as --vkey, the former key bounded by what it has signed.

    Then take CARNET_AUDIT_LOG_KEY_FORMER_FILE away, restart audit, destroy the former key.
    """
    origin = _audit().origin
    verifier = verifier_key(origin, log_key(file).public_key())
    common = CommonSettings.read(os.environ)
    databases = Databases(common.data_dir, common.postgres_dsn)
    heard = {s: _heard(databases, s) for s in SERVICES if databases.has(s)}
    waiting = [service for service, seen in heard.items() if seen and seen[0] != str(verifier)]
    for service in waiting:
        typer.echo(f"{service} has not heard of the new key")
    if waiting:
        raise typer.Exit(Exit.REFUSED)
    former = _former(file)
    size = max((seen[1] for seen in heard.values() if seen), default=0)
    if former.exists():
        before = verifier_key(origin, log_key(former).public_key())
        verifier = before.replaced_by(verifier.key, size)
    typer.echo(verifier.text, nl=False)


def _heard(databases: Databases, service: str) -> tuple[str, int] | None:
    """The key and size of the last checkpoint it keeps."""
    log = databases.log(service)
    try:
        seen = log.places.seen_checkpoint()
    finally:
        log.close()
    return (seen.vkey, seen.size) if seen else None


def _believed(keys: Path, service: str) -> tuple[BelievedKey, ...]:
    return parse_public_keys((keys / f"{service}.pub").read_text())


def _publish(keys: Path, service: str, believed: tuple[BelievedKey, ...]) -> None:
    """Whole at once: services read it while it is replaced."""
    new = keys / f"{service}.pub.new"
    new.write_text(format_public_keys(believed))
    new.replace(keys / f"{service}.pub")


def _next(keys: Path, service: str) -> Path:
    return keys / f"{service}.next.key"


def _former(file: Path) -> Path:
    return file.with_name(f"{file.name}.former")


def _audit() -> AuditSettings:
    return read_settings(AuditSettings, os.environ, section="audit")


def _service_key() -> Path:
    folder = CommonSettings.read(os.environ).service_keys_dir
    private_key(folder, "audit")
    return folder / "audit.key"
