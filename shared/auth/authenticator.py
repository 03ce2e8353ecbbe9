"""The one door: whatever token comes, an Actor or a refusal."""

from shared.auth import jwt
from shared.auth.issuers import Issuers
from shared.auth.service_keys import ServicePublicKeys
from shared.auth.service_tokens import TYPE, ServiceTokenVerifier
from shared.auth.tokens import CallerTokens
from shared.kernel.actor import Actor
from shared.kernel.clock import Clock
from shared.kernel.common import CommonSettings
from shared.kernel.errors import Unauthenticated

MAX_TOKEN = 16_384
"""Characters; more is not a token but an attempt to make us work."""


class Authenticator:
    def __init__(self, callers: CallerTokens, services: ServiceTokenVerifier) -> None:
        self._callers = callers
        self._services = services

    @classmethod
    def of(cls, service: str, settings: CommonSettings, clock: Clock) -> "Authenticator":
        issuers = Issuers.load(settings.issuers_file, production=settings.production)
        keys = ServicePublicKeys(settings.service_keys_dir, clock)
        return cls(CallerTokens(issuers, clock), ServiceTokenVerifier(service, keys, clock))

    def actor(self, token: object, digest: str, *, redelivered: bool = False) -> Actor:
        """Who calls. ``token`` is what came in the header, whatever it is."""
        if not isinstance(token, str) or not token:
            raise Unauthenticated
        if len(token) > MAX_TOKEN:
            raise Unauthenticated("the token is too long")
        if known := self._callers.proven(token):
            return known
        read = jwt.read(token)
        if read.header.get("typ") == TYPE:
            return self._services.actor(read, digest, redelivered=redelivered)
        return self._callers.actor(read)
