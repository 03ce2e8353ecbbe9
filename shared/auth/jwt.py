"""Signed tokens (RFC 7519): the checks that hold for every one of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.types import Options

from shared.kernel.errors import Unauthenticated

VerifyingKey = Ed25519PublicKey | EllipticCurvePublicKey | RSAPublicKey

ALGORITHMS = ("EdDSA", "ES256", "RS256")
"""Signatures only. ``none`` and the HMAC family, where whoever verifies could also sign,
are not there, and each key is bound to one of these by the settings, never by the token."""

LEEWAY = timedelta(seconds=5)
"""How far two machines' clocks may be apart: added to ``exp`` and to ``iat``."""

_UNTIMED: Options = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
"""PyJWT reads the system's clock; times are checked here against the Clock port."""


@dataclass(frozen=True)
class Unverified:
    """What a token *says*: only to find the key with which to verify it."""

    text: str
    header: dict[str, Any]
    claims: dict[str, Any]


def read(token: str) -> Unverified:
    try:
        parsed = jwt.decode_complete(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise Unauthenticated("the token cannot be read") from None
    return Unverified(token, parsed["header"], parsed["payload"])


def verified(
    token: Unverified,
    *,
    key: VerifyingKey,
    algorithm: str,
    audience: str,
    issuer: str,
    now: datetime,
    max_life: timedelta,
    require: Sequence[str] = (),
) -> dict[str, Any]:
    """The claims, once signature, audience, issuer and times hold."""
    try:
        claims: dict[str, Any] = jwt.decode(
            token.text,
            key,
            algorithms=[algorithm],
            audience=audience,
            issuer=issuer,
            options={**_UNTIMED, "require": ["exp", "iat", "jti", "aud", "iss", *require]},
        )
    except jwt.InvalidAudienceError:
        raise Unauthenticated("the token is for another audience") from None
    except jwt.MissingRequiredClaimError as missing:
        raise Unauthenticated("a claim is missing", fields={missing.claim: "missing"}) from None
    except (jwt.PyJWTError, ValueError, TypeError):
        raise Unauthenticated("the token's signature does not verify") from None
    _check_times(claims, now, max_life)
    return claims


def _check_times(claims: dict[str, Any], now: datetime, max_life: timedelta) -> None:
    expires, issued = _seconds(claims, "exp"), _seconds(claims, "iat")
    if expires - issued > max_life.total_seconds():
        raise Unauthenticated(f"the token lives longer than {max_life.total_seconds():.0f} seconds")
    if now.timestamp() >= expires + LEEWAY.total_seconds():
        raise Unauthenticated("the token has expired")
    starts = max(issued, _seconds(claims, "nbf")) if "nbf" in claims else issued
    if now.timestamp() < starts - LEEWAY.total_seconds():
        raise Unauthenticated("the token is not valid yet")


def _seconds(claims: dict[str, Any], name: str) -> int:
    value = claims[name]
    if type(value) is not int:
        raise Unauthenticated("the token's times are not numbers", fields={name: "not an integer"})
    return value
