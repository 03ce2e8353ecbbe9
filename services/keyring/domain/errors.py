"""Every way keyring says no."""

from shared.kernel.errors import Conflict, InvalidRequest, Unavailable


class KeyUnknown(Unavailable):
    """There is no such key here: stop, for only a signed tombstone means erased."""


class KeyLost(Unavailable):
    """The log knows this key but the table of wrapped keys does not: restore it first."""


class KeyEncryptionKeyLost(Unavailable):
    """None of the key-encryption keys that are here wrapped this key: the file, or the security
    module, is not the one it was. Nothing is made in its place."""


class KeyIsDestroyed(Conflict):
    """The keys of this record were destroyed; it has none to change."""


class BadRecipient(InvalidRequest):
    """The public half sent for the key's way back cannot be used."""
