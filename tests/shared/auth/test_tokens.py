"""A caller's token is believed only when everything about it holds."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
)

from shared.auth.development import KID
from shared.kernel.actor import ActorKind
from shared.kernel.errors import Unauthenticated
from tests.shared.auth.place import NOW, RECORD, Place, refused


def test_a_good_token_makes_the_actor_it_names(place: Place) -> None:
    """The base case: without it every refusal below would prove nothing."""
    actor = place.actor(place.signed())
    assert (actor.kind, actor.id, str(actor.record_id)) == (ActorKind.PATIENT, RECORD, RECORD)


def test_a_token_ends_at_its_instant_by_our_clock(place: Place) -> None:
    """Time is the Clock port's: a demonstration that moves it moves the tokens' end."""
    token = place.signed()
    place.clock.move(timedelta(seconds=304))
    assert place.actor(token), "the leeway is five seconds"
    place.clock.move(timedelta(seconds=1))
    assert "expired" in refused(place, token)


def test_a_token_begins_at_its_instant_by_our_clock(place: Place) -> None:
    """With the same leeway, and no earlier."""
    second = int(NOW.timestamp())
    later: list[dict[str, Any]] = [{"iat": second + 5, "exp": second + 60}, {"nbf": second + 5}]
    for begins in later:
        assert place.actor(place.signed(**begins))
        place.clock.move(timedelta(milliseconds=-1))
        assert "not valid yet" in refused(place, place.signed(**begins))
        place.clock.move(timedelta(milliseconds=1))


@pytest.mark.parametrize("years", [-20, 20])
def test_the_machines_own_clock_says_nothing(place: Place, years: int) -> None:
    """A token of that day, whatever day the machine has."""
    place.clock.move(timedelta(days=365 * years))
    second = int(place.clock.now().timestamp())
    assert place.actor(place.signed(iat=second, nbf=second, exp=second + 60))


def test_a_token_met_before_is_the_same_actor_until_its_end(place: Place) -> None:
    """What was verified is remembered by the exact bytes; neither time nor other bytes are."""
    token = place.signed(nbf=int(NOW.timestamp()))
    first = place.actor(token)
    assert place.tokens.proven(token) == first
    other = token[:-8] + ("A" if token[-8] != "A" else "B") + token[-7:]
    assert place.tokens.proven(other) is None
    assert "signature" in refused(place, other)
    place.clock.move(timedelta(seconds=-6))
    assert place.tokens.proven(token) is None, "nor before it begins"
    place.clock.move(timedelta(seconds=6 + 305))
    assert place.tokens.proven(token) is None
    assert "expired" in refused(place, token)


def test_no_more_tokens_are_remembered_than_said(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.auth.tokens.REMEMBERED", 3)
    tokens = [place.signed(jti=str(number)) for number in range(5)]
    assert all(place.actor(token) for token in tokens)
    assert [place.tokens.proven(token) is not None for token in tokens] == [False] * 3 + [True] * 2


def test_a_header_that_must_be_understood_is_refused(place: Place) -> None:
    """RFC 7515, 4.1.11: an extension named critical changes what the token means."""
    headers = {"kid": KID, "crit": ["exp"], "exp": 1}
    assert "signature" in refused(place, place.signed(headers=headers))


@pytest.mark.parametrize(
    "spoilt", ["{}=", "{}==", "{} ", "{}\n", "{}.", "{}!", "{}!!!!", "{}++++", "{}+", "é{}"]
)
def test_a_token_is_written_in_one_way(place: Place, spoilt: str) -> None:
    """RFC 7515, 2: base64url without padding and nothing beside it."""
    refused(place, spoilt.format(place.signed()))


@pytest.mark.parametrize(
    "changed",
    [
        {"exp": int(NOW.timestamp()) + 301},  # five minutes at most (CONTRACT, Callers)
        {"iat": int(NOW.timestamp()) + 6, "exp": int(NOW.timestamp()) + 60},
        {"nbf": int(NOW.timestamp()) + 60},
        {"exp": str(int(NOW.timestamp()) + 60)},
        {"exp": True},
        {"aud": "another-platform"},
        {"aud": None},
        {"iss": "https://somebody.example"},
        {"exp": None},
        {"iat": None},
        {"jti": None},
        {"kind": None},
        {"kind": "service"},
        {"kind": ["patient"]},
        {"kind": "deity"},
        {"record_id": None},
        {"record_id": "not-a-uuid"},
        {"secret": "yes"},
        {"note": float("nan")},  # RFC 8259, 6: no number of JSON
        {"note": float("inf")},
    ],
    ids=str,
)
def test_a_claim_that_does_not_hold_refuses(place: Place, changed: dict[str, Any]) -> None:
    """Each claim is checked by itself: a signature alone proves only who signed."""
    refused(place, place.signed(**changed))


def test_a_forged_signature_is_refused(place: Place) -> None:
    """Another key may sign the very same words."""
    place.key = Ed25519PrivateKey.generate()
    assert "signature" in refused(place, place.signed())


def test_an_edited_token_is_refused(place: Place) -> None:
    """The claims of one token under the signature of another."""
    head, _, signature = place.signed().split(".")
    other = place.signed(record_id=str(uuid4())).split(".")[1]
    assert "signature" in refused(place, f"{head}.{other}.{signature}")


@pytest.mark.parametrize("kid", [None, "other", 7, ["x"], {"x": 1}])
def test_the_key_is_named_and_known(place: Place, kid: Any) -> None:
    """A rolled-back key must stop working when it leaves the issuers file."""
    if kid and not isinstance(kid, str):
        written = json.dumps({"alg": "EdDSA", "kid": kid}).encode()
        head = jwt.utils.base64url_encode(written).decode()
        token = ".".join([head, *place.signed().split(".")[1:]])
    else:
        token = place.signed(headers={"kid": kid} if kid else {})
    refused(place, token)


def test_alg_none_is_refused(place: Place) -> None:
    """RFC 8725, 3.2: an unsigned token is no token."""
    claims = jwt.decode(place.signed(), options={"verify_signature": False})
    refused(place, jwt.encode(claims, "", algorithm="none", headers={"kid": KID}))


def test_hs256_keyed_with_our_public_key_is_refused(place: Place) -> None:
    """RFC 8725, 2.1: whoever knows the public key must not be able to sign with it."""
    public = place.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    claims = jwt.decode(place.signed(), options={"verify_signature": False})
    refused(place, jwt.encode(claims, public, algorithm="HS256", headers={"kid": KID}))


NO_OBJECTS = ["W10.e30.AAAA", "e30.W10.AAAA", "bnVsbA.e30.AAAA", "e30.MQ.AAAA"]
"""Lists, null and a number where a header or claims should be."""


@pytest.mark.parametrize(
    "garbage", ["", "a.b.c", "....", "é" * 40, "null", "e30.e30.", "[" * 5000, *NO_OBJECTS]
)
def test_what_is_no_token_is_refused(place: Place, garbage: str) -> None:
    """Whatever comes in the header, the answer is a refusal and never a crash."""
    with pytest.raises(Unauthenticated):
        place.actor(garbage)
