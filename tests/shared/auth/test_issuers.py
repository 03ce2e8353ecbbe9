"""Whose tokens are believed: issuers of the file, each for its kinds of caller."""

import json
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from shared.auth.development import KID, DevelopmentIssuer
from shared.auth.issuers import Issuers
from shared.auth.tokens import CallerTokens
from shared.kernel.errors import Unauthenticated
from shared.kernel.settings import SettingsError
from tests.shared.auth.place import DOCTOR, RECORD, Place, proven


@pytest.mark.parametrize(
    ("alg", "key"),
    [
        ("ES256", ec.generate_private_key(ec.SECP256R1())),
        ("RS256", rsa.generate_private_key(public_exponent=65537, key_size=2048)),
    ],
)
def test_es256_and_rs256_issuers_are_understood(place: Place, alg: str, key: Any) -> None:
    """Pro Santé Connect signs with RS256; DESIGN section 7 names these three."""
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    entry = place.issuer.entry() | {"alg": alg, "public_key": pem}
    place.file.write_text(json.dumps([entry]))
    tokens = CallerTokens(Issuers.load(place.file, production=False), place.clock)
    claims = jwt.decode(place.signed(), options={"verify_signature": False})
    assert proven(tokens, jwt.encode(claims, key, algorithm=alg, headers={"kid": KID}))
    with pytest.raises(Unauthenticated):
        proven(tokens, place.signed())


@pytest.mark.parametrize(
    "changed",
    [
        {"alg": "HS256"},
        {"alg": "none"},
        {"alg": "RS256"},
        {"kinds": ["service"]},
        {"kid": None},
    ],
    ids=str,
)
def test_an_issuer_that_cannot_be_trusted_refuses_to_boot(
    place: Place, changed: dict[str, Any]
) -> None:
    """A wrong line in the issuers file must be met at boot, not by the first caller."""
    entry = {k: v for k, v in (place.issuer.entry() | changed).items() if v is not None}
    place.file.write_text(json.dumps([entry]))
    with pytest.raises(SettingsError):
        Issuers.load(place.file, production=False)


@pytest.mark.parametrize("text", [None, "[{"], ids=["none", "half"])
def test_a_file_of_issuers_that_cannot_be_read_refuses_to_boot(
    place: Place, text: str | None
) -> None:
    """It is not taken for an empty one."""
    if text is None:
        place.file.unlink()
    else:
        place.file.write_text(text)
    with pytest.raises(SettingsError, match="CARNET_ISSUERS_FILE"):
        Issuers.load(place.file, production=False)


def test_the_development_issuers_key_is_its_owners_alone(tmp_path: Path) -> None:
    """Whoever reads it is anybody; made once, and of the one kind."""
    file = tmp_path / "issuer.pem"
    first = DevelopmentIssuer.at(file).entry()
    assert file.stat().st_mode & 0o777 == 0o600
    assert DevelopmentIssuer.at(file).entry() == first
    other = ec.generate_private_key(ec.SECP256R1())
    file.write_bytes(other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(TypeError):
        DevelopmentIssuer.at(file)


def test_production_refuses_the_development_issuer(place: Place) -> None:
    """Sample people have no place where real ones are."""
    with pytest.raises(SettingsError, match="development issuer"):
        Issuers.load(place.file, production=True)


def test_an_issuer_vouches_only_for_its_kinds(place: Place) -> None:
    """The issuer of professionals must not be able to make an auditor."""
    place.file.write_text(json.dumps([place.issuer.entry() | {"kinds": ["professional"]}]))
    tokens = CallerTokens(Issuers.load(place.file, production=False), place.clock)
    with pytest.raises(Unauthenticated):
        proven(tokens, place.issuer.token("patient", record_id=RECORD))
    assert proven(tokens, place.issuer.token("professional", **DOCTOR))
