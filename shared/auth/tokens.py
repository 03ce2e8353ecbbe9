"""A caller's own token, from an issuer the deployment trusts."""

from datetime import timedelta

from shared.auth import jwt
from shared.auth.claims import actor_of
from shared.auth.issuers import Issuers
from shared.kernel.actor import Actor
from shared.kernel.clock import Clock
from shared.kernel.errors import Unauthenticated

AUDIENCE = "carnet"
MAX_LIFE = timedelta(minutes=5)


class CallerTokens:
    """Verifies tokens of people and software; they may be used again until they expire."""

    def __init__(self, issuers: Issuers, clock: Clock) -> None:
        self._issuers = issuers
        self._clock = clock

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
        return actor
