"""Fields, messages, tokens and derived keys."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.crypto.derivation import derive
from shared.crypto.fields import open_field, seal_field
from shared.crypto.keys import SERVICE_KEY_ID, KeyUnavailable
from shared.crypto.local_keys import LocalKeys, LocalTransportKeys
from shared.crypto.sealing import NONCE_BYTES, NotAuthentic, nonces
from shared.crypto.signatures import is_signed, sign
from shared.crypto.tokens import keyed_token, mac_of, token_with
from shared.crypto.transport import open_message, seal_message
from shared.kernel.clock import parse_instant

ROOT = bytes(range(32))
DAY = parse_instant("2026-03-01T00:00:00Z").date()


def test_what_belongs_to_no_record_is_named_by_no_record() -> None:
    """
    RFC 9562, 5.9: the nil UUID; it stands in rows that were stored, so it is what it was for ever.
    """
    key = LocalKeys(ROOT, "identity").current(None)

    assert key.id == SERVICE_KEY_ID
    assert key.name == bytes(16) + key.version.to_bytes(4, "big")


@pytest.mark.parametrize("value", ["Léa", "", None, 3, ["a", {"b": True}]])
def test_a_field_comes_back_whatever_it_was(value: object) -> None:
    """
    Any JSON value; the text shows nothing of it.
    """
    keys = LocalKeys(ROOT, "identity")

    text = seal_field(keys.current(None), "people.name", value)

    assert open_field(keys, "people.name", text) == value
    assert seal_field(keys.current(None), "people.name", value) != text


def test_a_field_opens_in_its_place_only() -> None:
    """
    A name copied into another column, or row where the place says so, does not open.
    """
    keys = LocalKeys(ROOT, "identity")
    text = seal_field(keys.current(None), "people.name.1", "Léa")

    with pytest.raises(NotAuthentic):
        open_field(keys, "people.name.2", text)


@pytest.mark.parametrize("form", ["", "é", "****", "AAA", "{text}*", "{text}\n"])
def test_what_has_not_even_the_form_of_a_field_is_not_authentic(form: str) -> None:
    """
    A letter too many is a change, though what is left of the value would open without it.
    """
    keys = LocalKeys(ROOT, "identity")
    text = seal_field(keys.current(None), "people.name", "Léa")

    with pytest.raises(NotAuthentic):
        open_field(keys, "people.name", form.format(text=text))


def test_a_message_opens_with_its_own_header_and_day_only() -> None:
    """
    Data moved under another envelope, or sealed another day, is refused.
    """
    keys = LocalTransportKeys(ROOT)
    sealed = seal_message(b"data", keys.key(DAY), b"header")

    assert open_message(sealed, keys.key(DAY), b"header") == b"data"
    with pytest.raises(NotAuthentic):
        open_message(sealed, keys.key(DAY), b"other")
    with pytest.raises(NotAuthentic):
        open_message(sealed, keys.key(DAY.replace(day=2)), b"header")


def test_tokens_are_equal_for_equals_and_bound_to_key_and_use() -> None:
    """
    They can be searched by, and say nothing elsewhere.
    """
    token = keyed_token(ROOT, "professional", "899700366240")

    assert token == keyed_token(ROOT, "professional", "899700366240")
    assert len(token) == 32
    others = {
        keyed_token(bytes(32), "professional", "899700366240"),
        keyed_token(ROOT, "facility", "899700366240"),
        keyed_token(ROOT, "professional8", "99700366240"),
        keyed_token(ROOT, "professional", "899700366241"),
    }
    assert len(others | {token}) == 5


def test_derivation_is_rfc_5869() -> None:
    """
    Test case 3 of the RFC's appendix (no salt, no info) gives its first 32 bytes.
    """
    secret = bytes.fromhex("0b" * 22)
    expected = "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"

    assert derive(secret).hex() == expected


def test_labels_do_not_run_into_one_another() -> None:
    """
    Two purposes never share a key because their labels concatenate alike.
    """
    assert len({derive(ROOT, "ab", "c"), derive(ROOT, "a", "bc"), derive(ROOT, "abc")}) == 3


def test_keys_differ_by_service_record_and_version() -> None:
    """
    One service's key is of no use with another's rows.
    """
    keys = LocalKeys(ROOT, "vault")
    keys.rotate(keys.current(None).id)

    secrets = {
        keys.current(None).secret,
        keys.exact(keys.current(None).id, 1).secret,
        LocalKeys(ROOT, "access").current(None).secret,
        LocalKeys(bytes(32), "vault").current(None).secret,
    }
    assert len(secrets) == 4


@pytest.mark.parametrize("version", [0, 3])
def test_a_version_that_never_was_has_no_key(version: int) -> None:
    """
    A damaged header must not lead to a key that seals nothing anybody wrote.
    """
    keys = LocalKeys(ROOT, "vault")
    keys.rotate(keys.current(None).id)

    with pytest.raises(KeyUnavailable):
        keys.exact(keys.current(None).id, version)


def test_a_signature_holds_for_its_statement_purpose_and_key() -> None:
    """
    Order of members does not matter; anything else does.
    """
    key, other = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    signature = sign(key, "tombstone", {"a": 1, "b": "é"})

    assert is_signed(key.public_key(), "tombstone", {"b": "é", "a": 1}, signature)
    assert not is_signed(key.public_key(), "tombstone", {"a": 2, "b": "é"}, signature)
    assert not is_signed(key.public_key(), "checkpoint", {"a": 1, "b": "é"}, signature)
    assert not is_signed(other.public_key(), "tombstone", {"a": 1, "b": "é"}, signature)
    assert not is_signed(key.public_key(), "tombstone", {"a": 1, "b": "é"}, "not hex")


def test_a_token_made_with_many_is_that_made_alone() -> None:
    """
    What one key has made before leaves no trace in the next.
    """
    mac = mac_of(ROOT)
    made = [token_with(mac, "facility", text) for text in ("a", "", "a")]

    assert made == [keyed_token(ROOT, "facility", text) for text in ("a", "", "a")]
    key = LocalKeys(ROOT, "identity").current(None)
    assert token_with(key.mac, "facility", "a") == keyed_token(key.secret, "facility", "a")


def test_of_nonces_drawn_at_once_each_is_given_once() -> None:
    """
    Two values sealed with the same one would open each other: AES-GCM forgives no repetition.
    """
    fresh, others = nonces(5), nonces(5)

    given = [fresh() for _ in range(5)] + [others() for _ in range(5)]

    assert len(set(given)) == 10
    assert {len(nonce) for nonce in given} == {NONCE_BYTES}
    with pytest.raises(IndexError):
        fresh()
