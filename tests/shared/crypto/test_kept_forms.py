"""What is sealed stays for decades: its bytes are those documented, whoever reads them.

Each form is made and opened here a second time, from its description alone: code that only
agrees with itself could change the form, and find nothing wrong until an old row does not open.
"""

import base64
import hashlib
import hmac
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.crypto.blob_cipher import open_stream, seal_stream, sealed_size
from shared.crypto.derivation import derive
from shared.crypto.event_cipher import RowIdentity, open_state, read_header, seal_state
from shared.crypto.fields import open_field, seal_field
from shared.crypto.handover import hand_over
from shared.crypto.key_wrapper import FileKeyWrapper, Wrapped
from shared.crypto.keys import SERVICE_KEY_ID, Key
from shared.crypto.local_keys import LocalKeys, LocalTransportKeys
from shared.crypto.sealing import NotAuthentic, seal, unseal
from shared.crypto.signatures import check_ed25519, is_signed, sign
from shared.crypto.tokens import keyed_token
from shared.crypto.tombstones import Tombstone
from shared.crypto.transport import open_message, seal_message
from tests.support.signing import SIGNING_KEY

SECRET = bytes(range(32))
NONCE = b"twelve bytes"
RECORD = UUID("01234567-89ab-4def-8123-456789abcdef")
KEYS = LocalKeys(SECRET, "vault")
KEY = KEYS.current(RECORD)
ROW = RowIdentity("vault", UUID(int=9), 4, "vault:document_deposited")
PLAIN = '{"title": "Été"}'.encode()


def lengths(*labels: str) -> bytes:
    return b"".join(len(b).to_bytes(4, "big") + b for b in (one.encode() for one in labels))


def sealed(secret: bytes, plain: bytes, context: bytes) -> bytes:
    return NONCE + AESGCM(secret).encrypt(NONCE, plain, context)


def opened(secret: bytes, data: bytes, context: bytes) -> bytes:
    return AESGCM(secret).decrypt(data[:12], data[12:], context)


def header(key: Key) -> bytes:
    return b"\x01" + key.id.bytes + key.version.to_bytes(4, "big")


def test_a_small_seal_is_nonce_ciphertext_and_tag() -> None:
    made = seal(SECRET, PLAIN, b"place")
    assert len(made) == 12 + len(PLAIN) + 16
    assert opened(SECRET, made, b"place") == PLAIN
    assert unseal(SECRET, sealed(SECRET, PLAIN, b"place"), b"place") == PLAIN
    assert unseal(SECRET, sealed(SECRET, b"", b"place"), b"place") == b"", "nothing is something"


@pytest.mark.parametrize("size", [0, 1, 11, 12, 13, 27])
def test_what_is_shorter_than_a_seal_is_not_authentic(size: int) -> None:
    """Each length: the library below says ValueError of some, InvalidTag of others."""
    with pytest.raises(NotAuthentic):
        unseal(SECRET, bytes(size), b"place")


def test_a_key_is_derived_by_rfc_5869_over_labels_with_their_lengths() -> None:
    extracted = hmac.digest(bytes(32), SECRET, "sha256")
    info = lengths("record", "vault", "é")
    assert derive(SECRET, "record", "vault", "é") == hmac.digest(
        extracted, info + b"\x01", "sha256"
    )


def test_a_token_is_an_hmac_of_label_and_value() -> None:
    made = hmac.digest(SECRET, lengths("people.name") + "Léa".encode(), "sha256")[:24]
    assert keyed_token(SECRET, "people.name", "Léa") == base64.urlsafe_b64encode(made).decode()


def test_a_state_says_its_key_in_clear_and_is_bound_to_its_row() -> None:
    bound = header(KEY) + b"vault|00000000-0000-0000-0000-000000000009|4|vault:document_deposited"
    made = seal_state(KEY, ROW, PLAIN)
    assert made[:21] == header(KEY)
    assert opened(KEY.secret, made[21:], bound) == PLAIN
    assert open_state(KEYS, ROW, header(KEY) + sealed(KEY.secret, PLAIN, bound)) == PLAIN
    empty = header(KEY) + sealed(KEY.secret, b"", bound)
    assert open_state(KEYS, ROW, empty) == b""
    assert read_header(empty).record_id == RECORD
    assert read_header(header(KEYS.current(None)) + bytes(28)).record_id is None


@pytest.mark.parametrize("cut", [0, 1, 20, 21, 33, 48])
def test_a_state_cut_short_or_of_another_format_is_not_authentic(cut: int) -> None:
    """Without asking for a key: an empty row is no reason to wait for the keyring."""
    whole = header(KEY) + bytes(28)
    with pytest.raises(NotAuthentic):
        read_header(whole[:cut])
    with pytest.raises(NotAuthentic):
        read_header(b"\x02" + whole[1:])


def test_a_field_is_a_state_of_no_row_in_base64() -> None:
    row = RowIdentity("field", UUID(int=0), 0, "people.name")
    text = seal_field(KEY, "people.name", {"a": "é"})
    assert open_state(KEYS, row, base64.b64decode(text)) == '{"a":"é"}'.encode()
    written = base64.b64encode(seal_state(KEY, row, b'"x"')).decode()
    assert open_field(KEYS, "people.name", written) == "x"


def test_a_message_is_sealed_for_transport_and_nothing_else() -> None:
    made = seal_message(PLAIN, KEY, b"header")
    assert opened(KEY.secret, made, b"transport|header") == PLAIN
    assert open_message(sealed(KEY.secret, PLAIN, b"transport|h"), KEY, b"h") == PLAIN


def test_a_signature_is_over_purpose_and_canonical_json() -> None:
    said = {"b": "é", "a": 1}
    signed = b'purpose\0{"a":1,"b":"\xc3\xa9"}'
    public: Ed25519PublicKey = SIGNING_KEY.public_key()
    public.verify(bytes.fromhex(sign(SIGNING_KEY, "purpose", said)), signed)
    assert is_signed(public, "purpose", said, SIGNING_KEY.sign(signed).hex())
    assert not is_signed(public, "another", said, SIGNING_KEY.sign(signed).hex())


SEGMENT = 65_536


@pytest.mark.parametrize("size", [0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1, 2 * SEGMENT])
def test_a_blob_is_segments_under_a_wrapped_key_of_its_own(size: int) -> None:
    content = hashlib.shake_128(b"content").digest(size)
    made = b"".join(seal_stream([content], KEY, b"document"))
    assert len(made) == sealed_size(size)
    assert opened_blob(made) == content
    assert b"".join(open_stream([sealed_blob(content)], KEYS, b"document")) == content


def opened_blob(data: bytes) -> bytes:
    clear, wrapped, start = data[:21], data[21:81], data[:88]
    assert clear == header(KEY)
    cipher = AESGCM(opened(KEY.secret, wrapped, clear + b"document"))
    body = data[88:]
    cut = [body[at : at + SEGMENT + 16] for at in range(0, len(body), SEGMENT + 16)]
    return b"".join(
        cipher.decrypt(blob_nonce(start, n, n == len(cut) - 1), part, start)
        for n, part in enumerate(cut)
    )


def sealed_blob(content: bytes) -> bytes:
    blob_key = bytes(reversed(SECRET))
    start = header(KEY) + sealed(KEY.secret, blob_key, header(KEY) + b"document") + b"prefix."
    cut = [content[at : at + SEGMENT] for at in range(0, len(content), SEGMENT)] or [b""]
    cipher = AESGCM(blob_key)
    return start + b"".join(
        cipher.encrypt(blob_nonce(start, n, n == len(cut) - 1), part, start)
        for n, part in enumerate(cut)
    )


def blob_nonce(start: bytes, number: int, last: bool) -> bytes:
    return start[81:88] + number.to_bytes(4, "big") + (b"\x01" if last else b"\x00")


def test_a_wrapped_key_names_its_key_encryption_key(tmp_path: Path) -> None:
    file = tmp_path / "kek"
    file.touch(mode=0o600)
    file.write_text(SECRET.hex())
    wrapper = FileKeyWrapper(file)
    name = hashlib.sha256(b"carnet kek\0" + SECRET).hexdigest()[:16]
    assert wrapper.kek == name
    kept = Wrapped(name, sealed(SECRET, KEY.secret, b"wrap|record"))
    assert wrapper.unwrap(kept, b"record") == KEY.secret
    assert opened(SECRET, wrapper.wrap(KEY.secret, b"record").data, b"wrap|record") == KEY.secret


def test_local_keys_are_found_again_from_their_root_alone() -> None:
    """keyring's own log is read with these."""
    assert KEY.secret == derive(SECRET, "record", "vault", str(RECORD), "1")
    assert KEY.version == 1


def test_the_key_of_a_day_is_found_again_from_its_root_alone() -> None:
    """A message sealed by one process is opened by any other."""
    kept = LocalTransportKeys(SECRET).key(date(2026, 11, 22))
    assert kept == Key(SERVICE_KEY_ID, 1, derive(SECRET, "transport", "2026-11-22"))


def test_a_key_is_handed_over_as_described() -> None:
    """keyring and the service that asks may be of two versions while one is upgraded."""
    mine = X25519PrivateKey.generate()
    half = mine.public_key().public_bytes_raw().hex()
    handed = hand_over(KEY.secret, half, "vault record 1", SIGNING_KEY)
    theirs = X25519PublicKey.from_public_bytes(bytes.fromhex(handed.half))
    agreed = derive(mine.exchange(theirs), "carnet key handover", half, handed.half)
    assert opened(agreed, bytes.fromhex(handed.sealed), b"vault record 1") == KEY.secret
    said = {"half": handed.half, "sealed": handed.sealed, "to": half, "about": "vault record 1"}
    assert is_signed(SIGNING_KEY.public_key(), "carnet key handover", said, handed.signature)


def test_a_tombstone_is_signed_over_all_it_says() -> None:
    stone = Tombstone(
        record_id=RECORD,
        versions=2,
        destroyed_at=datetime(2026, 11, 21, 12, tzinfo=UTC),
        certificate_of=UUID(int=7),
        last_backup_expires=datetime(2027, 2, 1, tzinfo=UTC),
    ).signed(SIGNING_KEY)
    public = SIGNING_KEY.public_key()
    said = {
        "record_id": str(RECORD),
        "versions": 2,
        "destroyed_at": "2026-11-21T12:00:00Z",
        "certificate_of": str(UUID(int=7)),
        "last_backup_expires": "2027-02-01T00:00:00Z",
    }
    assert is_signed(public, "carnet key tombstone", said, stone.signature)
    assert stone.is_by(public, RECORD)
    assert not stone.is_by(public, UUID(int=8))
    assert not stone.model_copy(update={"versions": 3}).is_by(public, RECORD)


def test_a_note_s_signature_is_of_its_text_alone_by_its_key_alone() -> None:
    """c2sp.org/signed-note: whoever has the text, the key and RFC 8032 can check it."""
    key = SIGNING_KEY.public_key().public_bytes_raw()
    signature = SIGNING_KEY.sign(b"text")
    assert check_ed25519(key, signature, b"text") is True
    assert check_ed25519(key, signature, b"another") is False
    assert check_ed25519(bytes(32), signature, b"text") is False
    assert is_signed(SIGNING_KEY.public_key(), "purpose", {}, "no hexadecimal") is False
