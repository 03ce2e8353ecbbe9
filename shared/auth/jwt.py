"""Signed tokens (RFC 7519): the checks that hold for every one of them.

A short look of our own finds the key a token names; PyJWT alone says whether to believe it.
"""

from binascii import a2b_base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.types import Options
from pydantic_core import from_json

from shared.kernel.errors import Unauthenticated

VerifyingKey = Ed25519PublicKey | EllipticCurvePublicKey | RSAPublicKey

ALGORITHMS = ("EdDSA", "ES256", "RS256")
"""Signatures only. ``none`` and the HMAC family, where whoever verifies could also sign,
are not there, and each key is bound to one of these by the settings, never by the token."""

LEEWAY = timedelta(seconds=5)
"""How far two machines' clocks may be apart: added to ``exp`` and to ``iat``."""

_UNTIMED: Options = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
"""PyJWT reads the system's clock; times are checked here against the Clock port."""

REQUIRED = ("exp", "iat", "jti", "aud", "iss")
_STANDARD = bytes.maketrans(b"-_+/=", b"+/!!!")
"""From base64url to base64; what only the other has (and padding) becomes unreadable."""


@dataclass(frozen=True, kw_only=True)
class Unverified:
    """What a token *says*: only to find the key with which to verify it."""

    text: str
    header: dict[str, Any]
    claims: dict[str, Any]


def read(token: str) -> Unverified:
    """The parts of a token in compact form (RFC 7515, 7.1)."""
    try:
        head, body, _signature = map(_decoded, token.encode("ascii").split(b"."))
        return Unverified(
            text=token,
            header=_object(head),
            claims=_object(body),
        )
    except ValueError:
        raise Unauthenticated("the token cannot be read") from None


def _decoded(part: bytes) -> bytes:
    padding = b"=" * (-len(part) % 4)
    return a2b_base64(part.translate(_STANDARD) + padding, strict_mode=True)


def _object(text: bytes) -> dict[str, Any]:
    value = from_json(text, allow_inf_nan=False)
    if not isinstance(value, dict):
        raise Unauthenticated("the token cannot be read")
    return value


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
            options={**_UNTIMED, "require": [*REQUIRED, *require]},
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
    starts, ends = window(claims)
    if claims["exp"] - claims["iat"] > max_life.total_seconds():
        raise Unauthenticated(f"the token lives longer than {max_life.total_seconds():.0f} seconds")
    if now.timestamp() >= ends:
        raise Unauthenticated("the token has expired")
    if now.timestamp() < starts:
        raise Unauthenticated("the token is not valid yet")


def window(claims: dict[str, Any]) -> tuple[float, float]:
    """From when, and until before when, a token with these claims may be used: seconds since
    1970, leeway included."""
    expires, issued = _seconds(claims, "exp"), _seconds(claims, "iat")
    starts = max(issued, _seconds(claims, "nbf")) if "nbf" in claims else issued
    leeway = LEEWAY.total_seconds()
    return starts - leeway, expires + leeway


def _seconds(claims: dict[str, Any], name: str) -> int:
    value = claims[name]
    if type(value) is not int:
        raise Unauthenticated("the token's times are not numbers", fields={name: "not an integer"})
    return value
