"""Requests that change what becomes of a document, and their answers."""

from services.vault.contract.parts import OfDocument
from shared.rpc.contract import Done


class Mask(OfDocument):
    pass


class Unmask(OfDocument):
    pass


class Visibility(Done):
    confidentiality: list[str]
