"""A deployment that takes tokens, and what people's tokens say."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.auth.development import ISSUER, KID, DevelopmentIssuer
from shared.auth.issuers import Issuers
from shared.auth.jwt import read
from shared.auth.tokens import CallerTokens
from shared.kernel.actor import Actor
from shared.kernel.clock import FixedClock
from shared.kernel.errors import Unauthenticated

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
RECORD = str(uuid4())
DOCTOR: dict[str, Any] = {
    "SubjectNameID": "899700366240",
    "SubjectOrganizationID": "1750712184",
    "exercice": {"codeProfession": "10", "codeSavoirFaire": "SM26"},
}


class Place:
    """A deployment's verifier, its development issuer and its clock."""

    def __init__(self, folder: Path) -> None:
        self.clock = FixedClock(NOW)
        self.key = Ed25519PrivateKey.generate()
        self.issuer = DevelopmentIssuer(self.key, self.clock)
        self.file = folder / "issuers.json"
        self.file.write_text(json.dumps([self.issuer.entry()]))
        self.tokens = CallerTokens(Issuers.load(self.file, production=False), self.clock)

    def actor(self, token: str) -> Actor:
        return proven(self.tokens, token)

    def signed(self, *, headers: Mapping[str, Any] = {"kid": KID}, **changed: Any) -> str:
        """A patient's token in which some claims are changed; ``None`` removes one."""
        claims = {
            "iss": ISSUER,
            "aud": "carnet",
            "iat": int(NOW.timestamp()),
            "exp": int(NOW.timestamp()) + 300,
            "jti": "1",
            "sub": "someone",
            "kind": "patient",
            "record_id": RECORD,
        } | changed
        kept = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(kept, self.key, algorithm="EdDSA", headers=dict(headers))


def proven(tokens: CallerTokens, token: str) -> Actor:
    return tokens.proven(token) or tokens.actor(read(token))


def refused(place: Place, token: str) -> str:
    with pytest.raises(Unauthenticated) as caught:
        place.actor(token)
    assert token not in str(caught.value), "a refusal may be logged or shown"
    return caught.value.message
