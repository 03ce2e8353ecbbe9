"""An issuer that signs tokens for sample people. Production refuses its key."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import jwt as pyjwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from shared.auth.claims import CLAIMS, LEVELS
from shared.auth.tokens import AUDIENCE
from shared.kernel.actor import ActorKind
from shared.kernel.clock import Clock, SystemClock

ISSUER = "https://development.carnet.invalid"
KID = "development-1"
LIFE = 300
"""Seconds."""


class DevelopmentIssuer:
    def __init__(self, key: Ed25519PrivateKey, clock: Clock | None = None) -> None:
        self._key = key
        self._clock = clock or SystemClock()

    @classmethod
    def at(cls, file: Path, clock: Clock | None = None) -> "DevelopmentIssuer":
        """The issuer whose private key (PEM) is in ``file``, made if it is not there yet."""
        if not file.exists():
            file.touch(mode=0o600)
            made = Ed25519PrivateKey.generate()
            file.write_bytes(made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        key = load_pem_private_key(file.read_bytes(), password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise TypeError(f"{file} is not an Ed25519 key")
        return cls(key, clock)

    def entry(self) -> dict[str, Any]:
        """This issuer's line of ``CARNET_ISSUERS_FILE``."""
        pem = self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return {
            "iss": ISSUER,
            "kid": KID,
            "alg": "EdDSA",
            "public_key": pem.decode(),
            "kinds": sorted(kind.value for kind in CLAIMS),
            "development": True,
        }

    def token(self, kind: ActorKind | str, *, life: int = LIFE, **claims: Any) -> str:
        """A token for someone of this kind; ``claims`` complete or replace the usual ones."""
        kind = ActorKind(kind)
        now = int(self._clock.now().timestamp())
        standard = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "iat": now,
            "exp": now + life,
            "jti": uuid4().hex,
            "kind": kind.value,
        }
        usual = _usual(kind, claims)
        return pyjwt.encode(
            standard | usual | claims, self._key, algorithm="EdDSA", headers={"kid": KID}
        )


def _usual(kind: ActorKind, claims: dict[str, Any]) -> dict[str, Any]:
    """What every sample person of a kind has, so that callers name only who they are."""
    if kind is ActorKind.PROFESSIONAL:
        situation = claims.get("exercice", {"codeProfession": "10"})
        profession = situation.get("codeProfession") if isinstance(situation, dict) else None
        return {
            "sub": f"f:development:{claims.get('SubjectNameID', '')}",
            "SubjectRole": [f"{profession}^1.2.250.1.213.1.1.5.5"],
            "exercice": situation,
            "Palier_Authentification": min(LEVELS),
            "Acces_Regulation_Medicale": "FAUX",
        }
    if kind is ActorKind.FACILITY:
        return {"sub": claims.get("SubjectOrganizationID"), "software": "sample software"}
    name = claims.get("record_id") or claims.get("client_id") or f"sample-{kind.value}"
    return {"sub": name}
