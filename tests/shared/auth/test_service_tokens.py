"""Between services: one token, one target, one request."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import jwt
import pytest

from shared.auth.authenticator import MAX_TOKEN, Authenticator
from shared.auth.development import DevelopmentIssuer
from shared.auth.issuers import Issuers
from shared.auth.service_keys import ServicePublicKeys, generate_service_keys, private_key
from shared.auth.service_tokens import TYPE, ServiceTokens, ServiceTokenVerifier
from shared.auth.tokens import CallerTokens
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.clock import FixedClock
from shared.kernel.errors import Unauthenticated
from shared.kernel.settings import SettingsError

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
DIGEST, OTHER_DIGEST = "a" * 64, "b" * 64
RECORD = str(uuid4())


class Place:
    """Two services, ``vault`` that asks and ``access`` that answers, and an issuer."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = FixedClock(NOW)
        generate_service_keys(folder, ["vault", "access", "identity"])
        self.vault = ServiceTokens("vault", private_key(folder, "vault"), self.clock)
        self.issuer = DevelopmentIssuer.at(folder / "issuer.pem", self.clock)
        (folder / "issuers.json").write_text(json.dumps([self.issuer.entry()]))
        self.access = self.door("access")

    def door(self, service: str) -> Authenticator:
        issuers = Issuers.load(self.folder / "issuers.json", production=False)
        keys = ServicePublicKeys(self.folder)
        return Authenticator(
            CallerTokens(issuers, self.clock), ServiceTokenVerifier(service, keys, self.clock)
        )

    def caller(self) -> Actor:
        return self.access.actor(self.issuer.token("patient", record_id=RECORD, secret=True), "")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def refused(door: Authenticator, token: object, digest: str = DIGEST) -> str:
    with pytest.raises(Unauthenticated) as caught:
        door.actor(token, digest)
    return caught.value.message


def test_a_service_asks_for_itself(place: Place) -> None:
    actor = place.access.actor(place.vault.for_call("access", DIGEST, None), DIGEST)
    assert (actor.kind, actor.id, actor.on_behalf_of) == (ActorKind.SERVICE, "vault", None)


def test_a_service_carries_its_callers_claims(place: Place) -> None:
    """Access judges the person: the same Actor must come out at the end of the chain."""
    caller = place.caller()
    first = place.access.actor(place.vault.for_call("access", DIGEST, caller), DIGEST)
    assert first.id == "vault"
    assert first.principal == caller
    access = ServiceTokens("access", private_key(place.folder, "access"), place.clock)
    second = place.door("identity").actor(access.for_call("identity", DIGEST, first), DIGEST)
    assert (second.id, second.principal) == ("access", caller)


def test_a_caller_whose_claims_are_not_known_is_not_carried(place: Place) -> None:
    """An Actor that no token made proves nothing to the next service."""
    unproven = Actor(kind=ActorKind.PATIENT, id=RECORD)
    with pytest.raises(Unauthenticated):
        place.vault.for_call("access", DIGEST, unproven)


def test_the_callers_right_ends_in_the_middle_of_a_chain(place: Place) -> None:
    """The service token is fresh, the caller's own has ended: rights end at their instant."""
    caller = place.caller()
    place.clock.move(timedelta(seconds=304))
    last = place.vault.for_call("access", DIGEST, caller)
    assert place.access.actor(last, DIGEST).principal == caller, "the leeway is five seconds"
    place.clock.move(timedelta(seconds=1))
    assert "expired" in refused(place.access, place.vault.for_call("access", DIGEST, caller))


def test_a_token_for_another_request_is_refused(place: Place) -> None:
    token = place.vault.for_call("access", DIGEST, None)
    assert "another request" in refused(place.access, token, OTHER_DIGEST)


def test_a_token_for_another_service_is_refused(place: Place) -> None:
    token = place.vault.for_call("identity", DIGEST, None)
    assert "audience" in refused(place.access, token)


def test_a_token_is_good_once(place: Place) -> None:
    """Whoever reads the broker must not be able to ask again."""
    token = place.vault.for_call("access", DIGEST, None)
    place.access.actor(token, DIGEST)
    assert "used already" in refused(place.access, token)


def test_the_broker_may_hand_the_same_request_over_again(place: Place) -> None:
    """A connection lost before the acknowledgement is no replay; the flag is the broker's."""
    token = place.vault.for_call("access", DIGEST, None)
    place.access.actor(token, DIGEST)
    assert place.access.actor(token, DIGEST, redelivered=True)


def test_a_token_lives_thirty_seconds(place: Place) -> None:
    token = place.vault.for_call("access", DIGEST, None)
    place.clock.move(timedelta(seconds=35))
    assert "expired" in refused(place.access, token)


def test_a_service_cannot_sign_for_another(place: Place) -> None:
    """The key must be that of the service the token says it is from."""
    forged = ServiceTokens("identity", private_key(place.folder, "vault"), place.clock)
    assert "signature" in refused(place.access, forged.for_call("access", DIGEST, None))


@pytest.mark.parametrize("name", ["../issuer", "/etc/passwd", "VAULT", "", "nobody"])
def test_the_name_in_a_token_is_no_path(place: Place, name: str) -> None:
    """It is read before the signature is checked."""
    forged = ServiceTokens(name, private_key(place.folder, "vault"), place.clock)
    refused(place.access, forged.for_call("access", DIGEST, None))


def test_an_issuer_cannot_make_a_service(place: Place) -> None:
    """A caller's token dressed as a service's, and the other way round."""
    key = private_key(place.folder, "vault")
    claims = jwt.decode(
        place.issuer.token("patient", record_id=RECORD), options={"verify_signature": False}
    )
    refused(place.access, jwt.encode(claims, key, algorithm="EdDSA", headers={"typ": TYPE}))
    service = jwt.decode(
        place.vault.for_call("access", DIGEST, None), options={"verify_signature": False}
    )
    refused(place.access, jwt.encode(service, key, algorithm="EdDSA", headers={"kid": "x"}))


@pytest.mark.parametrize(
    "act", ["text", {}, {"exp": "soon"}, {"exp": 99999999999, "kind": "service"}]
)
def test_carried_claims_that_make_no_caller_are_refused(place: Place, act: object) -> None:
    """A compromised service must not carry a caller that could not exist."""
    key = private_key(place.folder, "vault")
    claims = jwt.decode(
        place.vault.for_call("access", DIGEST, None), options={"verify_signature": False}
    )
    forged = jwt.encode(claims | {"act": act}, key, algorithm="EdDSA", headers={"typ": TYPE})
    refused(place.access, forged)


@pytest.mark.parametrize("token", [None, "", 7, b"x"])
def test_no_token_no_entry(place: Place, token: object) -> None:
    refused(place.access, token)


def test_what_is_too_long_is_not_read(place: Place) -> None:
    """To take it apart would be work for whoever sends it."""
    assert refused(place.access, "x" * MAX_TOKEN) == "the token cannot be read"
    assert refused(place.access, "x" * (MAX_TOKEN + 1)) == "the token is too long"


def test_a_caller_comes_again_by_the_same_token(place: Place) -> None:
    """Unlike a service: people's software keeps theirs until it ends."""
    token = place.issuer.token("patient", record_id=RECORD)
    first, second = (place.access.actor(token, digest) for digest in (DIGEST, OTHER_DIGEST))
    assert first == second
    assert str(first.record_id) == RECORD


def test_keys_are_made_once_and_for_their_owner_only(place: Place) -> None:
    before = (place.folder / "vault.key").read_bytes()
    generate_service_keys(place.folder, ["vault"])
    assert (place.folder / "vault.key").read_bytes() == before
    assert (place.folder / "vault.key").stat().st_mode & 0o077 == 0


def test_a_service_without_its_key_refuses_to_boot(place: Place) -> None:
    with pytest.raises(SettingsError, match="CARNET_SERVICE_KEYS_DIR"):
        private_key(place.folder, "prescription")
