"""The issuers a deployment trusts, read once from its issuers file."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from shared.auth.jwt import VerifyingKey
from shared.kernel.actor import ActorKind
from shared.kernel.errors import Unauthenticated
from shared.kernel.settings import SettingsError

MIN_RSA_BITS = 2048


@dataclass(frozen=True)
class Issuer:
    """One key of one issuer. An issuer that rolls its keys has an entry per ``kid``."""

    iss: str
    kid: str
    alg: str
    key: VerifyingKey
    kinds: frozenset[ActorKind]
    """The kinds of caller this issuer may vouch for."""


class Issuers:
    def __init__(self, issuers: list[Issuer]) -> None:
        self._by_key = {(i.iss, i.kid): i for i in issuers}

    @classmethod
    def load(cls, file: Path, *, production: bool) -> "Issuers":
        """Read the JSON list of ``CARNET_ISSUERS_FILE``; half an entry refuses to boot."""
        try:
            entries = json.loads(file.read_text())
        except (OSError, ValueError):
            raise SettingsError(
                f"CARNET_ISSUERS_FILE: {file} is not a readable JSON list"
            ) from None
        return cls([_issuer(entry, production) for entry in entries])

    def find(self, iss: Any, kid: Any) -> Issuer:
        are_names = isinstance(iss, str) and isinstance(kid, str)  # else JSON of any kind
        issuer = self._by_key.get((iss, kid)) if are_names else None
        if issuer is None:
            raise Unauthenticated("the token's issuer or key is not known here")
        return issuer


def _issuer(entry: dict[str, Any], production: bool) -> Issuer:
    missing = {"iss", "kid", "alg", "public_key", "kinds"} - entry.keys()
    if missing:
        raise SettingsError(f"CARNET_ISSUERS_FILE: an entry has no {min(missing)}")
    if production and entry.get("development"):
        raise SettingsError(f"CARNET_ISSUERS_FILE: {entry['iss']} is a development issuer")
    key = _key(entry)
    kinds = frozenset(ActorKind(kind) for kind in entry["kinds"])
    if ActorKind.SERVICE in kinds:
        raise SettingsError("CARNET_ISSUERS_FILE: no issuer vouches for services")
    return Issuer(entry["iss"], entry["kid"], entry["alg"], key, kinds)


def _key(entry: dict[str, Any]) -> VerifyingKey:
    match entry["alg"], load_pem_public_key(entry["public_key"].encode()):
        case "EdDSA", Ed25519PublicKey() as key:
            return key
        case "ES256", EllipticCurvePublicKey(curve=SECP256R1()) as key:
            return key
        case "RS256", RSAPublicKey() as key if key.key_size >= MIN_RSA_BITS:
            return key
    raise SettingsError(
        f"CARNET_ISSUERS_FILE: the key of {entry['iss']} does not fit {entry['alg']}"
    )
