"""Numbers of people and places, tokens, the lines of a national extract."""

import atexit
import json
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import jwt as pyjwt
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from services.directory.adapters.extract_entries import fields_of_entries
from services.directory.adapters.extract_layout import Layout, NotThisExtract
from services.directory.domain.errors import InvalidNationalId
from services.directory.domain.national_ids import NationalIdRules
from shared.auth.authenticator import Authenticator
from shared.auth.claims import actor_of
from shared.auth.development import ISSUER, KID, DevelopmentIssuer
from shared.auth.issuers import Issuer, Issuers
from shared.auth.service_keys import ServicePublicKeys
from shared.auth.service_tokens import TYPE, ServiceTokenVerifier
from shared.auth.tokens import CallerTokens
from shared.kernel.actor import ActorKind
from shared.kernel.clock import FixedClock
from shared.kernel.errors import InvalidRequest, Unauthenticated
from shared.kernel.ins import INS_NIR_TEST, TEST_OIDS
from shared.kernel.ins_rules import InsRules
from tests.directory.finess import entity, establishment, structures
from tests.fuzz.target import Target
from tests.support.signing import SIGNING_KEY

NOW = datetime(2026, 11, 22, tzinfo=UTC)
_RULES = InsRules(accepted=TEST_OIDS, strict_keys=frozenset({INS_NIR_TEST}))
_CLOCK = FixedClock(NOW)
_TOKENS = DevelopmentIssuer(SIGNING_KEY, _CLOCK)
_WHO: dict[str, dict[str, Any]] = {
    "patient": {"record_id": str(UUID(int=1))},
    "professional": {"SubjectNameID": "801234567897", "SubjectOrganizationID": "1750712184"},
    "auditor": {
        "mandate": {"id": "m1", "scope": ["r1"], "expires": "2026-12-01T00:00:00+01:00"},
    },
}


def _service_keys() -> ServicePublicKeys:
    """Of one service, whose key is that of tests."""
    folder = TemporaryDirectory()
    atexit.register(folder.cleanup)
    pem = SIGNING_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (Path(folder.name) / "access.pub").write_bytes(pem)
    return ServicePublicKeys(Path(folder.name), _CLOCK)


def _text(read: Callable[[str], object]) -> Callable[[bytes], object]:
    return lambda data: read(data.decode("utf-8", "surrogateescape"))


def _authenticator() -> Authenticator:
    kinds = frozenset(ActorKind) - {ActorKind.SERVICE}
    issuers = Issuers([Issuer(ISSUER, KID, "EdDSA", SIGNING_KEY.public_key(), kinds)])
    services = ServiceTokenVerifier("vault", _service_keys(), _CLOCK)
    return Authenticator(CallerTokens(issuers, _CLOCK), services)


_FINESS = Layout.read("establishments")


def _entries(data: bytes) -> None:
    """As an import reads them: each is a line, told if it is wrong."""
    for number, fields, wrong in fields_of_entries(BytesIO(data), _FINESS, sha256()):
        json.dumps([number, fields, wrong])


def _of_finess() -> bytes:
    with TemporaryDirectory() as folder:
        made = structures(Path(folder, "finess.json"), entity(establishment(), establishment("I")))
        return made.read_bytes()


_AUTHENTICATOR = _authenticator()
_PARTS = [_TOKENS.token(kind, **said).encode() for kind, said in _WHO.items()]


def _signed_token(data: bytes) -> None:
    """Header and claims of anybody's making, under a good signature: what a trusted issuer that
    goes wrong may send."""
    header, _, claims = data.partition(b"\n")
    try:
        said, payload = json.loads(header), json.loads(claims)
        told = pyjwt.encode(payload, SIGNING_KEY, algorithm="EdDSA", headers=said)
    except (ValueError, TypeError, RecursionError, AttributeError, pyjwt.PyJWTError):
        return  # nothing that could be sent
    _AUTHENTICATOR.actor(told, "digest")


def _claims(data: bytes) -> None:
    try:
        claims = json.loads(data)
    except (ValueError, RecursionError):
        return
    if isinstance(claims, dict):
        actor_of({"exp": 1, **claims}, NOW)


def _ins(text: str) -> None:
    value, _, oid = text.partition("|")
    _RULES.parse(value, oid or None)


def _national(text: str) -> None:
    rules = NationalIdRules(strict=True, strict_corsica=True)
    kind, _, number = text.partition("|")
    match kind:
        case "p":
            rules.check_professional(number)
        case "f":
            rules.check_facility(number)
        case _:
            rules.check_structure(number)


def _line(header: dict[str, object], claims: dict[str, object]) -> bytes:
    return json.dumps(header).encode() + b"\n" + json.dumps(claims).encode()


def _claims_of(token: bytes) -> dict[str, object]:
    found: dict[str, object] = pyjwt.decode(token.decode(), options={"verify_signature": False})
    return found


_SERVICE = {
    "iss": "access", "aud": "vault", "iat": int(NOW.timestamp()), "exp": int(NOW.timestamp()) + 30,
    "jti": "1", "digest": "digest", "act": _claims_of(_PARTS[0]),
}  # fmt: skip

TARGETS = (
    Target(
        name="token",
        read=_text(lambda token: _AUTHENTICATOR.actor(token, "digest")),
        refusals=(Unauthenticated,),
        seeds=tuple(_PARTS),
    ),
    Target(
        name="signed-token",
        read=_signed_token,
        refusals=(Unauthenticated,),
        seeds=(
            *(_line({"kid": KID}, _claims_of(part)) for part in _PARTS),
            _line({"typ": TYPE}, _SERVICE),
        ),
    ),
    Target(
        name="claims",
        read=_claims,
        refusals=(Unauthenticated,),
        seeds=tuple(json.dumps(_claims_of(part)).encode() for part in _PARTS),
    ),
    Target(
        name="ins",
        read=_text(_ins),
        refusals=(InvalidRequest,),
        seeds=(b"279035121518989|1.2.250.1.213.1.4.10", b"2 79 03 51 215 189 89|"),
    ),
    Target(
        name="mailbox",
        read=_text(_RULES.of_mailbox),
        refusals=(InvalidRequest,),
        seeds=(b"279035121518989@patient.mssante.fr",),
    ),
    Target(
        name="national-id",
        read=_text(_national),
        refusals=(InvalidNationalId,),
        seeds=(b"p|801234567897", b"f|750712184", b"f|2A0000022", b"s|1750712184"),
    ),
    Target(
        name="finess",
        read=_entries,
        refusals=(NotThisExtract,),
        seeds=(_of_finess(),),
        share=2,
        longest=8192,
    ),
)
