"""Events whose message says what they say, field by field."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, Protocol

from shared.eventing.messages import MessageData


class Registering(Protocol):
    """A service's ``message_for``, while it is made."""

    def register(self, cls: type[Any], func: Callable[[Any], MessageData | None]) -> object: ...


def tell_as_they_are(
    message_for: Registering,
    common: Callable[[Any], dict[str, Any]],
    told: Mapping[type[Any], type[MessageData]],
    base: type[MessageData] = MessageData,
) -> None:
    """Each event of ``told`` is told by its message: what ``common`` says, as ``base`` declares it,
    and of the event those fields that the message declares beyond that. The others stay inside.

    Raises: TypeError, of a message with a field that its event has not
    """
    for event, message in told.items():
        names = message.model_fields.keys() - base.model_fields.keys()
        if missing := sorted(names - {field.name for field in fields(event)}):
            raise TypeError(f"{event.__qualname__} has no {', '.join(missing)}")
        message_for.register(event, _as_it_is(message, common, frozenset(names)))


def _as_it_is(
    message: type[MessageData], common: Callable[[Any], dict[str, Any]], names: frozenset[str]
) -> Callable[[Any], MessageData]:
    return lambda event: message(**common(event), **{name: getattr(event, name) for name in names})
