"""A caller's own token, from an issuer the deployment trusts."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.auth import jwt
from shared.auth.claims import actor_of
from shared.auth.issuers import Issuers
from shared.kernel.actor import Actor
from shared.kernel.clock import Clock
from shared.kernel.errors import Unauthenticated

AUDIENCE = "carnet"
MAX_LIFE = timedelta(minutes=5)
REMEMBERED = 4_000
"""Tokens found good that are not verified again; about 3 kB each."""


@dataclass(frozen=True)
class Proven:
    """Whom a token was found to be of, and when that may be said again without looking.

    What was verified (signature, issuer, claims) is the same for the same bytes as long as this
    process lives: issuers are read at boot and no token is revoked before its end. Time is not,
    and is looked at each time; what an actor may do is not kept at all.
    """

    actor: Actor
    starts: float
    ends: float

    def holds(self, now: datetime) -> bool:
        return self.starts <= now.timestamp() < self.ends


class CallerTokens:
    """Verifies tokens of people and software; they may be used again until they expire."""

    def __init__(self, issuers: Issuers, clock: Clock) -> None:
        self._issuers = issuers
        self._clock = clock
        self._proven: dict[str, Proven] = {}

    def proven(self, token: str) -> Actor | None:
        """Who calls, if these very bytes were found good before and their time holds."""
        known = self._proven.get(token)
        return known.actor if known and known.holds(self._clock.now()) else None

    def actor(self, token: jwt.Unverified) -> Actor:
        """Who calls, or :class:`Unauthenticated`; the sentence never repeats the token."""
        issuer = self._issuers.find(token.claims.get("iss"), token.header.get("kid"))
        now = self._clock.now()
        claims = jwt.verified(
            token,
            key=issuer.key,
            algorithm=issuer.alg,
            audience=AUDIENCE,
            issuer=issuer.iss,
            now=now,
            max_life=MAX_LIFE,
            require=["kind"],
        )
        actor = actor_of(claims, now)
        if actor.kind not in issuer.kinds:
            raise Unauthenticated("this issuer does not vouch for this kind of caller")
        if actor.mandate is None:  # a mandate ends at an instant of its own: looked at each time
            self._remember(token.text, Proven(actor, *jwt.window(claims)))
        return actor

    def _remember(self, token: str, proven: Proven) -> None:
        if len(self._proven) >= REMEMBERED:
            self._proven.clear()  # most have ended; the others are verified once more
        self._proven[token] = proven
