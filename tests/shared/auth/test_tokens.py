"""A caller's token is believed only when everything about it holds."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from shared.auth.development import ISSUER, KID, DevelopmentIssuer
from shared.auth.issuers import Issuers
from shared.auth.jwt import read
from shared.auth.tokens import CallerTokens
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.clock import FixedClock
from shared.kernel.errors import Unauthenticated
from shared.kernel.settings import SettingsError

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


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def refused(place: Place, token: str) -> str:
    with pytest.raises(Unauthenticated) as caught:
        place.actor(token)
    assert token not in str(caught.value), "a refusal may be logged or shown"
    return caught.value.message


def test_a_good_token_makes_the_actor_it_names(place: Place) -> None:
    """The base case: without it every refusal below would prove nothing."""
    actor = place.actor(place.signed())
    assert (actor.kind, actor.id, str(actor.record_id)) == (ActorKind.PATIENT, RECORD, RECORD)


def test_a_token_ends_at_its_instant_by_our_clock(place: Place) -> None:
    """Time is the Clock port's: a demonstration that moves it moves the tokens' end."""
    token = place.signed()
    place.clock.move(timedelta(seconds=304))
    assert place.actor(token), "the leeway is five seconds"
    place.clock.move(timedelta(seconds=1))
    assert "expired" in refused(place, token)


def test_a_token_met_before_is_the_same_actor_until_its_end(place: Place) -> None:
    """What was verified is remembered by the exact bytes; neither time nor other bytes are."""
    token = place.signed(nbf=int(NOW.timestamp()))
    first = place.actor(token)
    assert place.tokens.proven(token) == first
    other = token[:-8] + ("A" if token[-8] != "A" else "B") + token[-7:]
    assert place.tokens.proven(other) is None
    assert "signature" in refused(place, other)
    place.clock.move(timedelta(seconds=-6))
    assert place.tokens.proven(token) is None, "nor before it begins"
    place.clock.move(timedelta(seconds=6 + 305))
    assert place.tokens.proven(token) is None
    assert "expired" in refused(place, token)


def test_no_more_tokens_are_remembered_than_said(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.auth.tokens.REMEMBERED", 3)
    tokens = [place.signed(jti=str(number)) for number in range(5)]
    assert all(place.actor(token) for token in tokens)
    assert [place.tokens.proven(token) is not None for token in tokens] == [False] * 3 + [True] * 2


def test_a_header_that_must_be_understood_is_refused(place: Place) -> None:
    """RFC 7515, 4.1.11: an extension named critical changes what the token means."""
    headers = {"kid": KID, "crit": ["exp"], "exp": 1}
    assert "signature" in refused(place, place.signed(headers=headers))


@pytest.mark.parametrize("spoilt", ["{}=", "{}==", "{} ", "{}\n", "{}.", "{}!", "{}+", "é{}"])
def test_a_token_is_written_in_one_way(place: Place, spoilt: str) -> None:
    """RFC 7515, 2: base64url without padding and nothing beside it."""
    refused(place, spoilt.format(place.signed()))


@pytest.mark.parametrize(
    "changed",
    [
        {"exp": int(NOW.timestamp()) + 301},  # five minutes at most (CONTRACT, Callers)
        {"iat": int(NOW.timestamp()) + 6, "exp": int(NOW.timestamp()) + 60},
        {"nbf": int(NOW.timestamp()) + 60},
        {"exp": str(int(NOW.timestamp()) + 60)},
        {"exp": True},
        {"aud": "another-platform"},
        {"aud": None},
        {"iss": "https://somebody.example"},
        {"exp": None},
        {"iat": None},
        {"jti": None},
        {"kind": None},
        {"kind": "service"},
        {"kind": ["patient"]},
        {"kind": "deity"},
        {"record_id": None},
        {"record_id": "not-a-uuid"},
        {"secret": "yes"},
    ],
    ids=str,
)
def test_a_claim_that_does_not_hold_refuses(place: Place, changed: dict[str, Any]) -> None:
    """Each claim is checked by itself: a signature alone proves only who signed."""
    refused(place, place.signed(**changed))


def test_a_forged_signature_is_refused(place: Place) -> None:
    """Another key may sign the very same words."""
    place.key = Ed25519PrivateKey.generate()
    assert "signature" in refused(place, place.signed())


def test_an_edited_token_is_refused(place: Place) -> None:
    """The claims of one token under the signature of another."""
    head, _, signature = place.signed().split(".")
    other = place.signed(record_id=str(uuid4())).split(".")[1]
    assert "signature" in refused(place, f"{head}.{other}.{signature}")


@pytest.mark.parametrize("kid", [None, "other", 7])
def test_the_key_is_named_and_known(place: Place, kid: Any) -> None:
    """A rolled-back key must stop working when it leaves the issuers file."""
    if isinstance(kid, int):
        head = jwt.utils.base64url_encode(b'{"alg":"EdDSA","kid":7}').decode()
        token = ".".join([head, *place.signed().split(".")[1:]])
    else:
        token = place.signed(headers={"kid": kid} if kid else {})
    refused(place, token)


def test_alg_none_is_refused(place: Place) -> None:
    """RFC 8725, 3.2: an unsigned token is no token."""
    claims = jwt.decode(place.signed(), options={"verify_signature": False})
    refused(place, jwt.encode(claims, "", algorithm="none", headers={"kid": KID}))


def test_hs256_keyed_with_our_public_key_is_refused(place: Place) -> None:
    """RFC 8725, 2.1: whoever knows the public key must not be able to sign with it."""
    public = place.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    claims = jwt.decode(place.signed(), options={"verify_signature": False})
    refused(place, jwt.encode(claims, public, algorithm="HS256", headers={"kid": KID}))


@pytest.mark.parametrize("garbage", ["", "a.b.c", "....", "é" * 40, "null", "e30.e30.", "[" * 5000])
def test_what_is_no_token_is_refused(place: Place, garbage: str) -> None:
    """Whatever comes in the header, the answer is a refusal and never a crash."""
    with pytest.raises(Unauthenticated):
        place.actor(garbage)


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


def test_a_professional_is_proven_with_one_work_situation(place: Place) -> None:
    """Access is decided on the situation chosen for the session (psc_userinfo, pitfall)."""
    actor = place.actor(place.issuer.token("professional", **DOCTOR))
    assert actor.kind is ActorKind.PROFESSIONAL
    assert (actor.id, actor.profession, actor.specialty) == ("899700366240", "10", "SM26")
    assert (actor.facility, actor.regulation, actor.secret) == ("1750712184", False, False)


def test_the_sector_is_carried_to_who_judges_it(place: Place) -> None:
    """Access looks at it: some sectors never read (CSP, L1111-18)."""
    sector = "SA24^1.2.250.1.71.4.2.4"
    actor = place.actor(place.issuer.token("professional", **DOCTOR, Secteur_Activite=sector))
    assert actor.claims["Secteur_Activite"] == sector


@pytest.mark.parametrize(
    "changed",
    [
        {"Palier_Authentification": "APPPRIP1^1.2.250.1.213.1.5.1.1.1"},
        {"Palier_Authentification": None},
        {"SubjectRole": ["10^1.2.250.1.213.1.1.5.5", "21^1.2.250.1.213.1.1.5.5"]},
        {"SubjectRole": ["21^1.2.250.1.213.1.1.5.5"]},
        {"exercice": [{"codeProfession": "10"}, {"codeProfession": "21"}]},
        {"SubjectOrganizationID": ""},
        {"SubjectNameID": None},
    ],
    ids=str,
)
def test_a_professional_half_proven_is_refused(place: Place, changed: dict[str, Any]) -> None:
    """Level, identity and situation are all needed: none has a default."""
    refused(place, place.issuer.token("professional", **(DOCTOR | changed)))


def test_names_are_left_behind(place: Place) -> None:
    """Userinfo carries names; what is carried on to the next service must not."""
    token = place.issuer.token("professional", **DOCTOR, family_name="KAMARA", given_name="Awa")
    actor = place.actor(token)
    assert "KAMARA" not in str(actor.claims)
    assert "KAMARA" not in repr(actor)


KINDS: list[tuple[str, dict[str, Any]]] = [
    ("professional", DOCTOR),
    ("patient", {"record_id": RECORD}),
    ("representative", {"sub": str(uuid4()), "record_id": RECORD}),
    ("caregiver", {"sub": str(uuid4()), "record_id": RECORD}),
    ("facility", {"SubjectOrganizationID": "1750712184"}),
    ("secretary", {"SubjectOrganizationID": "1750712184"}),
    ("application", {"client_id": "app-1"}),
    ("auditor", {"mandate": {"id": "m1", "scope": ["audit"], "expires": "2026-12-01T00:00:00Z"}}),
    ("operator", {}),
    ("support", {}),
]


@pytest.mark.parametrize(("kind", "claims"), KINDS)
def test_the_development_issuer_signs_for_every_kind(
    place: Place, kind: str, claims: dict[str, Any]
) -> None:
    """Each kind has its token, and the Actor is of that kind and no other."""
    actor = place.actor(place.issuer.token(kind, **claims))
    assert actor.kind.value == kind
    assert "claims" not in str(actor.to_event())


def test_every_kind_but_service_is_covered() -> None:
    """A new kind of caller needs its claims, and this test its example."""
    assert {kind for kind, _ in KINDS} | {"service"} == {kind.value for kind in ActorKind}


def test_a_facility_reads_for_the_professional_it_names(place: Place) -> None:
    """Indirect authentication: the professional is proven as if they called themselves."""
    who = DOCTOR | {
        "SubjectRole": ["10^1.2.250.1.213.1.1.5.5"],
        "Palier_Authentification": "APPPRIP3^1.2.250.1.213.1.5.1.1.1",
    }
    facility: dict[str, Any] = {"SubjectOrganizationID": "1750712184"}
    actor = place.actor(place.issuer.token("facility", **facility, for_professional=who))
    assert actor.on_behalf_of
    assert (actor.kind, actor.on_behalf_of.id) == (ActorKind.FACILITY, "899700366240")
    elsewhere = who | {"SubjectOrganizationID": "1690784137"}
    refused(place, place.issuer.token("facility", **facility, for_professional=elsewhere))
    unproven = who | {"Palier_Authentification": "none"}
    refused(place, place.issuer.token("facility", **facility, for_professional=unproven))
    secretly = place.issuer.token("facility", **facility, for_professional=who | {"secret": True})
    assert place.actor(secretly).secret


def test_a_mandate_ends_at_its_instant(place: Place) -> None:
    """An auditor's token may outlive the mandate it states; the mandate wins."""
    mandate = {"id": "m1", "scope": ["audit"], "expires": "2026-11-21T09:01:00Z"}
    token = place.issuer.token("auditor", mandate=mandate)
    assert place.actor(token).mandate == "m1"
    place.clock.move(timedelta(seconds=60))
    refused(place, token)


def test_a_secret_session_is_the_minors_own(place: Place) -> None:
    """A representative cannot hold what is hidden from representatives."""
    assert place.actor(place.issuer.token("patient", record_id=RECORD, secret=True)).secret
    refused(place, place.issuer.token("representative", sub="r", record_id=RECORD, secret=True))
