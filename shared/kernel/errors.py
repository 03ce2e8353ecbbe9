"""The one family of errors that may cross a service boundary.

Callers branch on ``code``, so it never changes; the sentences are for people and may.
"""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID


class Refusal(Exception):
    """A rule, a right or a limit refused the request; nothing was written.

    ``fields`` names what was wrong: ``{"metadata.type": "unknown code"}``. ``message_fr`` is
    the sentence a patient or a professional may be shown. ``decision_id`` is the access
    decision that refused, so that ``access.explain`` can say why.
    """

    code: ClassVar[str] = "refused"

    def __init__(
        self,
        message: str = "",
        *,
        message_fr: str | None = None,
        fields: Mapping[str, str] | None = None,
        decision_id: UUID | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message or (type(self).__doc__ or "").strip().splitlines()[0]
        self.message_fr = message_fr
        self.fields = dict(fields or {})
        self.decision_id = decision_id

    def __str__(self) -> str:
        return f"[{self.code}] {self.message}"

    def to_fault(self) -> dict[str, Any]:
        """The fault as CONTRACT names it: ``code``, ``message`` and what else is known."""
        fault: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.message_fr:
            fault["message_fr"] = self.message_fr
        if self.fields:
            fault["fields"] = self.fields
        if self.decision_id:
            fault["decision_id"] = str(self.decision_id)
        return fault


class Unauthenticated(Refusal):
    """No valid token came with the call."""

    code = "unauthenticated"


class Forbidden(Refusal):
    """You may not do this, or it does not exist."""

    code = "forbidden"


class InvalidRequest(Refusal):
    """The request does not fit what this method takes."""

    code = "invalid_request"


class NotFound(Refusal):
    """There is no such thing."""

    code = "not_found"


class Conflict(Refusal):
    """The state has moved, or this request_id was used for something else."""

    code = "conflict"


class StaleRead(Refusal):
    """The read model has not reached the position asked for yet."""

    code = "stale_read"


class DeadlineExceeded(Refusal):
    """No answer in time: the outcome is unknown, retry with the same request_id."""

    code = "deadline_exceeded"


class Unavailable(Refusal):
    """Something this needs is out of reach; retry later."""

    code = "unavailable"


class TooLarge(Refusal):
    """The content is larger than the limit."""

    code = "too_large"


class TooMany(Refusal):
    """Too many calls, or too many items in one."""

    code = "too_many"
