"""How a service states what it answers to: request, answer, and who may call."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from shared.crypto.base64_text import from_base64
from shared.kernel.actor import Actor, ActorKind


class Request(BaseModel):
    """Arguments of a call; an unknown one is refused by name."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Command(Request):
    """Changes something, once per ``request_id`` for that caller and method (kept 30 days)."""

    request_id: UUID


Position = Annotated[int, Field(ge=0, le=2**62)]
"""Of an event in a service's log."""
ServiceName = Annotated[str, Field(max_length=40)]
Cursor = Annotated[str, Field(max_length=4000)]
"""Where the page before ended, as it said."""


def _base64(text: str) -> str:
    joined = "".join(text.split())
    try:
        from_base64(joined)
    except ValueError:
        raise ValueError("is not base64") from None
    return joined


Base64 = Annotated[str, AfterValidator(_base64)]
"""Line breaks are let through, as most encoders make them."""


class Query(Request):
    """Reads; ``at_least`` waits a bounded time for the read model to reach those positions."""

    at_least: Annotated[dict[ServiceName, Position], Field(max_length=40)] = {}


class ListQuery(Query):
    limit: int = Field(default=50, ge=1, le=100)
    cursor: Cursor | None = None


class Answer(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Done(Answer):
    """What a command answers: the log position to ask a query to wait for."""

    position: int = 0


class InsNumber(BaseModel):
    """An INS: 13 characters and the key of 2, and the OID of its register."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    value: str = Field(max_length=25, repr=False)
    oid: str | None = Field(default=None, max_length=40)


def _ins(given: Any) -> Any:
    return {"value": given} if isinstance(given, str) else given


GivenIns = Annotated[InsNumber, BeforeValidator(_ins, json_schema_input_type=InsNumber | str)]
"""How callers may write it; a text alone is the value of a NIR of this environment."""
Item = TypeVar("Item")


class Listing(Answer, Generic[Item]):
    """One page; ``total`` counts only what this reader may see."""

    items: list[Item]
    next_cursor: str | None = None
    total: int


Condition = Callable[[Any, Actor], bool]
"""Says whether this actor may make this very request; false is ``forbidden``."""


def own_record(request: Any, actor: Actor) -> bool:
    """People act on the record their token names; others are judged by the use case."""
    if not actor.acts_for_person:
        return True
    record_id: UUID | None = getattr(request, "record_id", None)
    return record_id is None or actor.record_id == record_id


@dataclass(frozen=True, kw_only=True)
class Method:
    """One RPC. ``callers``: kinds of actor let in; ``condition``: on what condition.

    For a request that a service carries, the kinds are those of the principal, unless
    ``service`` itself is listed. ``emergency``: a command that is taken in read-only mode too.
    """

    name: str
    request: type[Request]
    answer: type[BaseModel]
    callers: frozenset[ActorKind]
    condition: Condition = own_record
    emergency: bool = False

    @property
    def is_command(self) -> bool:
        return issubclass(self.request, Command)


@dataclass(frozen=True)
class Contract:
    """All a service answers to."""

    service: str
    methods: tuple[Method, ...]
    by_name: Mapping[str, Method] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {m.name: m for m in self.methods})
