"""A key on its way from keyring to one service, unreadable to the broker between them.

The service sends the public half of a new X25519 key (RFC 7748) with its request, whose digest
its token covers. keyring answers with a half of its own, the secret sealed under what the two
agree on, and its signature over all of it and over what the secret is for.
"""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from pydantic import BaseModel, ConfigDict

from shared.crypto.derivation import derive
from shared.crypto.sealing import NotAuthentic, seal, unseal
from shared.crypto.signatures import Verifies, is_signed, sign

PURPOSE = "carnet key handover"


class Handed(BaseModel):
    """Hexadecimal throughout."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    half: str
    sealed: str
    signature: str


class Recipient:
    """Made for one request: whoever has neither half's private part learns nothing."""

    def __init__(self) -> None:
        self._private = X25519PrivateKey.generate()
        self.half = self._private.public_key().public_bytes_raw().hex()

    def take(self, handed: Handed, about: str, signer: Verifies) -> bytes:
        """The secret. Raise :class:`NotAuthentic` unless keyring signed it for this request."""
        if not is_signed(signer, PURPOSE, _statement(handed, self.half, about), handed.signature):
            raise NotAuthentic("not handed over by keyring for this request")
        other = X25519PublicKey.from_public_bytes(bytes.fromhex(handed.half))
        agreed = derive(self._private.exchange(other), PURPOSE, self.half, handed.half)
        return unseal(agreed, bytes.fromhex(handed.sealed), about.encode())


def hand_over(secret: bytes, recipient: str, about: str, signer: Ed25519PrivateKey) -> Handed:
    """``recipient``: the half that came with the request; ``ValueError`` if it is not one.
    ``about``: which key this is, in words both sides know.
    """
    private = X25519PrivateKey.generate()
    half = private.public_key().public_bytes_raw().hex()
    other = X25519PublicKey.from_public_bytes(bytes.fromhex(recipient))
    agreed = derive(private.exchange(other), PURPOSE, recipient, half)
    handed = Handed(half=half, sealed=seal(agreed, secret, about.encode()).hex(), signature="")
    signature = sign(signer, PURPOSE, _statement(handed, recipient, about))
    return handed.model_copy(update={"signature": signature})


def _statement(handed: Handed, recipient: str, about: str) -> dict[str, str]:
    return {"half": handed.half, "sealed": handed.sealed, "to": recipient, "about": about}
