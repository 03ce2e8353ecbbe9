"""Messages written by hand in tests are those that services publish."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from scripts.cli.processes import SERVICES
from scripts.schemas.documents import messages_of, of_message
from shared.eventing.messages import MessageData
from tests.support.published import published

MESSAGES = [message for service in SERVICES for message in messages_of(service)]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.TYPE)
def test_what_is_not_said_is_told_all_the_same(message: type[MessageData]) -> None:
    """A policy gets every member that the real message has, as its schema says."""
    (schema,) = of_message(message).values()

    data = published(message.TYPE)

    assert data.keys() == schema["properties"].keys()
    assert list(Draft202012Validator(schema).iter_errors(data)) == []


@pytest.mark.parametrize(
    ("type_", "said"),
    [
        ("vault.document_opened", {"type": "11502-2"}),
        ("vault.document_opened", {"document_id": "the first"}),
        ("vault.document_opened", {"confidentiality": "N"}),
        ("vault.document_opened", {"secret": "no"}),
        ("identity.record_announced", {"majority_at": "2030-01-01T00:00:00+01:00"}),
        ("vault.document_read", {}),
    ],
)
def test_what_no_service_tells_is_refused(type_: str, said: dict[str, Any]) -> None:
    """A member that it does not have, a value of another form, a message that there is not."""
    with pytest.raises((LookupError, ValueError, AssertionError)):
        published(type_, **said)
