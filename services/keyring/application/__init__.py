"""Use cases of keyring: one public method each, named like its RPC."""

from services.keyring.application.keeping import Keeping
from services.keyring.application.log import Found, KeyTable, Seals
from services.keyring.application.opening import Opening

__all__ = ["Found", "KeyTable", "Keyring", "Seals"]


class Keyring(Opening, Keeping):
    name = "keyring"
