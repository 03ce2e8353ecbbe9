"""Signed tokens (RFC 7519): the checks that hold for every one of them.

Read once and verified once: PyJWT's own reader goes through a token twice, character by
character, which cost more than the signature. Its algorithms verify.
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
from pydantic_core import from_json

from shared.kernel.errors import Unauthenticated

VerifyingKey = Ed25519PublicKey | EllipticCurvePublicKey | RSAPublicKey

ALGORITHMS = {name: jwt.get_algorithm_by_name(name) for name in ("EdDSA", "ES256", "RS256")}
"""Signatures only. ``none`` and the HMAC family, where whoever verifies could also sign,
are not there, and each key is bound to one of these by the settings, never by the token."""

LEEWAY = timedelta(seconds=5)
"""How far two machines' clocks may be apart: added to ``exp`` and to ``iat``."""

REQUIRED = ("exp", "iat", "jti", "aud", "iss")
_STANDARD = bytes.maketrans(b"-_+/=", b"+/!!!")
"""From base64url to base64; what only the other has (and padding) becomes unreadable."""


@dataclass(frozen=True, kw_only=True)
class Unverified:
    """What a token *says*: only to find the key with which to verify it."""

    text: str
    header: dict[str, Any]
    claims: dict[str, Any]
    signed: bytes
    """The part that ``signature`` is of."""
    signature: bytes


def read(token: str) -> Unverified:
    """The parts of a token in compact form (RFC 7515, 7.1)."""
    try:
        head, body, signature = token.encode("ascii").split(b".")
        return Unverified(
            text=token,
            header=_object(_decoded(head)),
            claims=_object(_decoded(body)),
            signed=head + b"." + body,
            signature=_decoded(signature),
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
    if not _is_signed(token, key, algorithm):
        raise Unauthenticated("the token's signature does not verify")
    claims = token.claims
    for name in (*REQUIRED, *require):
        if claims.get(name) is None:
            raise Unauthenticated("a claim is missing", fields={name: "missing"})
    if audience not in _audiences(claims["aud"]):
        raise Unauthenticated("the token is for another audience")
    if claims["iss"] != issuer or not isinstance(claims["jti"], str):
        raise Unauthenticated("the token's issuer or id is not what it should be")
    _check_times(claims, now, max_life)
    return claims


def _is_signed(token: Unverified, key: VerifyingKey, algorithm: str) -> bool:
    # A header that must be understood (RFC 7515, 4.1.11) is one we do not understand.
    if token.header.get("alg") != algorithm or "crit" in token.header:
        return False
    return bool(ALGORITHMS[algorithm].verify(token.signed, key, token.signature))


def _audiences(claim: Any) -> list[Any]:
    return claim if isinstance(claim, list) else [claim]


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
