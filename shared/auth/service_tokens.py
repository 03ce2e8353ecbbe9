"""Between services: a 30-second token for one request, carrying the caller's claims."""

from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Protocol
from uuid import uuid4

import jwt as pyjwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.auth import jwt
from shared.auth.believed_keys import id_of
from shared.auth.claims import actor_of
from shared.auth.service_keys import ServicePublicKeys
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.clock import Clock
from shared.kernel.errors import Unauthenticated

TYPE = "carnet-service+jwt"
LIFE = timedelta(seconds=30)
REMEMBERED = 100_000
"""Tokens remembered against replay; at 30 seconds of life, 3,000 calls a second."""


class TokenSource(Protocol):
    def for_call(self, target: str, digest: str, by: Actor | None) -> str:
        """A token for one request to ``target``; ``digest`` is that request's."""
        ...


class ServiceTokens:
    """Signs what this service asks of others."""

    def __init__(self, service: str, key: Ed25519PrivateKey, clock: Clock) -> None:
        self._service = service
        self._key = key
        self._key_id = id_of(key.public_key())
        self._clock = clock

    def for_call(self, target: str, digest: str, by: Actor | None) -> str:
        """``by``: the caller whose request this carries, or ``None`` for the service itself."""
        now = int(self._clock.now().timestamp())
        claims: dict[str, Any] = {
            "iss": self._service,
            "aud": target,
            "iat": now,
            "exp": now + int(LIFE.total_seconds()),
            "jti": uuid4().hex,
            "digest": digest,
        }
        if by and not by.principal.is_service:
            if not by.principal.claims:
                raise Unauthenticated("this caller's claims are not known: they cannot be carried")
            claims["act"] = by.principal.claims
        headers = {"typ": TYPE, "kid": self._key_id}
        return pyjwt.encode(claims, self._key, algorithm="EdDSA", headers=headers)


class ServiceTokenVerifier:
    """Verifies tokens of the other services, each good for one request."""

    def __init__(self, service: str, keys: ServicePublicKeys, clock: Clock) -> None:
        self._service = service
        self._keys = keys
        self._clock = clock
        self._seen = Seen()

    def actor(self, token: jwt.Unverified, digest: str, *, redelivered: bool) -> Actor:
        """The calling service, with the caller it carries in ``on_behalf_of``.

        ``redelivered``: the broker hands the same request over again because its first
        consumer was lost; only then is a token met twice let in.
        """
        service = token.claims.get("iss")
        now = self._clock.now()
        claims = jwt.verified(
            token,
            key=self._keys.of(service).named(token.header.get("kid")),
            algorithm="EdDSA",
            audience=self._service,
            issuer=str(service),
            now=now,
            max_life=LIFE,
            require=["digest"],
        )
        if claims["digest"] != digest:
            raise Unauthenticated("the token was made for another request")
        if self._seen.again(f"{service}:{claims['jti']}", now) and not redelivered:
            raise Unauthenticated("the token was used already")
        carried = claims.get("act")
        return Actor(
            kind=ActorKind.SERVICE,
            id=str(service),
            on_behalf_of=_carried(carried, now) if carried is not None else None,
        )


def _carried(claims: Any, now: datetime) -> Actor:
    if not isinstance(claims, dict) or type(claims.get("exp")) is not int:
        raise Unauthenticated("the caller's claims cannot be read")
    # The caller's right ends at its instant, also in the middle of a chain of calls.
    if now.timestamp() >= claims["exp"] + jwt.LEEWAY.total_seconds():
        raise Unauthenticated("the caller's token has expired")
    return actor_of(claims, now)


class Seen:
    """Ids met during the life of a token; the oldest go first."""

    def __init__(self) -> None:
        self._until: OrderedDict[str, datetime] = OrderedDict()
        self._lock = Lock()

    def again(self, token_id: str, now: datetime) -> bool:
        """Whether ``token_id`` was met before; from now on it was."""
        with self._lock:
            while self._until:
                oldest, until = next(iter(self._until.items()))
                if until > now and len(self._until) < REMEMBERED:
                    break
                del self._until[oldest]
            met = token_id in self._until
            self._until.setdefault(token_id, now + LIFE + 2 * jwt.LEEWAY)
            return met
