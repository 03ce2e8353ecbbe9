"""``carnet ops rotate-key``: a new version of a service's key, beside those that open still."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from services.keyring.bootstrap import Built
from services.keyring.contract import CONTRACT
from shared.auth.service_keys import ServicePublicKeys
from shared.crypto.keys import SERVICE_KEY_ID
from shared.crypto.remote_keys import RemoteKeys
from shared.kernel.actor import Actor, ActorKind
from tests.ops.world import Operated, operated

ROTATE = ("rotate-key", "vault", "--by", "op-1")


@pytest.fixture
def carnet(tmp_path: Path) -> Operated:
    return operated(tmp_path)


@contextmanager
def keys_of(carnet: Operated, service: str) -> Iterator[RemoteKeys]:
    """As this service sees them when it has just started."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in carnet.environ.items():
            patch.setenv(name, value)
        keyring = Built().app
    by = Actor(kind=ActorKind.SERVICE, id=service)

    def ask(method: str, arguments: Mapping[str, Any]) -> Any:
        request = CONTRACT.by_name[method].request.model_validate_json(json.dumps(arguments))
        return getattr(keyring, method)(request, by).model_dump(mode="json")

    signer = ServicePublicKeys(carnet.home / "keys").of("keyring")
    try:
        yield RemoteKeys(ask, service=service, keyring_key=signer)
    finally:
        keyring.close()


def test_what_was_sealed_opens_still_and_new_rows_get_the_new_version(carnet: Operated) -> None:
    """And the keys of other services are what they were."""
    with keys_of(carnet, "vault") as keys:
        former = keys.current(None)
    with keys_of(carnet, "access") as keys:
        other = keys.current(None)
    assert "the key of vault has a new version" in carnet.done(*ROTATE)
    with keys_of(carnet, "vault") as keys:
        assert keys.exact(SERVICE_KEY_ID, 1) == former
        assert keys.current(None).version == 2
        assert keys.current(None).secret != former.secret
    with keys_of(carnet, "access") as keys:
        assert keys.current(None) == other


def test_a_dry_run_rotates_nothing(carnet: Operated) -> None:
    """It says what it would do."""
    with keys_of(carnet, "vault") as keys:
        former = keys.current(None)
    before = carnet.head("keyring")
    assert "would have a new version" in carnet.done(*ROTATE, "--dry-run")
    assert carnet.head("keyring") == before
    with keys_of(carnet, "vault") as keys:
        assert keys.current(None) == former


def test_only_a_service_has_a_key_to_rotate(carnet: Operated) -> None:
    """A name that was mistyped makes no key that nobody asks for; whoever rotates says so."""
    refused = carnet.run("rotate-key", "vualt", "--by", "op-1")
    assert refused.exit_code == 2
    assert "vualt is not one of" in refused.stderr
    assert carnet.run("rotate-key", "vault").exit_code == 2
    assert not (carnet.data / "keyring.db").exists()
