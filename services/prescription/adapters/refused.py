"""The refusal of a document that cannot be read as a prescription."""

from shared.kernel.errors import InvalidRequest


def refused(sentence: str) -> InvalidRequest:
    return InvalidRequest("The prescription cannot be read.", fields={"content": sentence})
