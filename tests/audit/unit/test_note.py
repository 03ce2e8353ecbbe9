"""Signed notes, verifier keys and checkpoints."""

from base64 import b64decode, b64encode

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shared.kernel.checkpoint import Checkpoint
from shared.kernel.note import InvalidNote, VerifierKey, countersign, open_note, sign_note

# Published with Go's note package: key, text and signature.
SEED = "gQoUAtUUbI2E8kQzMPVAgOv5juF9nHT2JS/F1ccoMXM="
VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
SIGNATURE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb"
    "6KE6RyyBwJnAM=\n"
)
OTHER = (
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33W"
    "Wd1RvMc+QQ=\n"
)
PETER = VerifierKey.parse(VKEY)


def check(key: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def test_published_note_opens() -> None:
    """A note that another implementation signed is read by ours, whoever else signed it."""
    assert str(PETER) == VKEY
    assert open_note(f"{TEXT}\n{SIGNATURE}", PETER, check) == TEXT
    assert open_note(f"{TEXT}\n{OTHER}{SIGNATURE}", PETER, check) == TEXT


def test_our_note_is_the_published_one() -> None:
    """Ed25519 is deterministic: the same key and text give the same bytes everywhere."""
    private = Ed25519PrivateKey.from_private_bytes(b64decode(SEED))

    assert sign_note(TEXT, PETER, private.sign) == f"{TEXT}\n{SIGNATURE}"


@pytest.mark.parametrize(
    "note",
    [
        TEXT,
        f"{TEXT}\n",
        f"{TEXT}\n{SIGNATURE[:-1]}",
        f"\x01{TEXT}\n{SIGNATURE}",
        f"{TEXT}\n{SIGNATURE}Unexpected line.\n",
        f"{TEXT}\n{OTHER}",
        f"{TEXT[1:]}\n{SIGNATURE}",
        f"{TEXT}\n{SIGNATURE[:60]}ABCD{SIGNATURE[60:]}",
        f"{TEXT}\n{SIGNATURE}" + OTHER * 100,
        f"{TEXT}\n" + SIGNATURE.replace("Peter", "Peter "),
    ],
)
def test_other_notes_do_not_open(note: str) -> None:
    """Malformed, unsigned, signed by others, or signed for another text."""
    with pytest.raises(InvalidNote):
        open_note(note, PETER, check)


def test_no_part_of_a_verifier_key_is_one() -> None:
    """A key that was cut or mistyped must be noticed before it is trusted."""
    for start in range(len(VKEY)):
        for end in range(start + 1, len(VKEY) + 1):
            if (start, end) != (0, len(VKEY)):
                with pytest.raises(InvalidNote):
                    VerifierKey.parse(VKEY[start:end])
    for at, char in enumerate(VKEY):
        with pytest.raises(InvalidNote):
            VerifierKey.parse(VKEY[:at] + chr(ord(char) + 1) + VKEY[at + 1 :])


def test_checkpoint_is_three_lines() -> None:
    """The example of the specification, read and written back."""
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"

    checkpoint = Checkpoint.parse(text)

    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert checkpoint.text == text
    assert Checkpoint.parse(text + "an extension\n") == checkpoint


@pytest.mark.parametrize(
    "text",
    [
        "a\n1\n",
        "a\n01\n{root}\n",
        "a\n-1\n{root}\n",
        "\n1\n{root}\n",
        "a\n1\n{root}",
        "a\n1\nAAAA\n",
        "a\n1\n{root}\n\nx\n",
    ],
)
def test_other_texts_are_no_checkpoint(text: str) -> None:
    """A size with two spellings would be two texts for one tree."""
    with pytest.raises(InvalidNote):
        Checkpoint.parse(text.replace("{root}", b64encode(bytes(32)).decode()))


def test_a_former_key_is_believed_of_trees_it_has_signed() -> None:
    """And of none that is larger, nor of any other note: whoever steals it signs nothing new."""
    old, new = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (1, 2))
    former = VerifierKey("log.example/a", old.public_key().public_bytes_raw())
    verifier = former.replaced_by(new.public_key().public_bytes_raw(), 10)
    assert VerifierKey.parse(verifier.text) == verifier

    def signed(size: int) -> str:
        return sign_note(Checkpoint("log.example/a", size, bytes(32)).text, former, old.sign)

    assert open_note(signed(10), verifier, check).split("\n")[1] == "10"
    for note in (signed(11), sign_note("log.example/a\nanything\n", former, old.sign)):
        with pytest.raises(InvalidNote, match="not signed by this key"):
            open_note(note, verifier, check)


def test_a_note_signed_by_two_keys_opens_by_either() -> None:
    """While keys change, readers know one or the other."""
    old, new = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (1, 2))
    keys = [VerifierKey("log.example/a", k.public_key().public_bytes_raw()) for k in (old, new)]
    note = countersign(sign_note("a\nb\n", keys[1], new.sign), keys[0], old.sign)
    assert [open_note(note, key, check) for key in keys] == ["a\nb\n"] * 2
    stranger = VerifierKey("log.example/a", bytes(32))
    with pytest.raises(InvalidNote):
        open_note(note, stranger, check)


@pytest.mark.parametrize("lines", ["{0}\n{0}\n", "{0}\n{0} -1\n", "{0}\nother+00000000+AQ== 3\n"])
def test_former_keys_that_cannot_be_read_are_refused(lines: str) -> None:
    with pytest.raises(InvalidNote):
        VerifierKey.parse(lines.format(VKEY))
