"""How a use case becomes an answer: saved once, with a bounded number of attempts."""

import random
import time
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import TYPE_CHECKING, TypeVar, get_args, get_type_hints

from eventsourcing.persistence import IntegrityError, PersistenceError
from pydantic import BaseModel

from shared.crypto.keys import KeyErased
from shared.kernel.actor import Actor
from shared.kernel.errors import Conflict, Forbidden, Refusal, Unavailable
from shared.stores.outcome import Outcome
from shared.stores.requests import Repeatable, asked

if TYPE_CHECKING:
    from shared.stores.event_log import EventLog

App = TypeVar("App", bound="EventLog")
Req = TypeVar("Req", bound=BaseModel)
Cmd = TypeVar("Cmd", bound=Repeatable)
Ans = TypeVar("Ans", bound=BaseModel)

ATTEMPTS = 5
PAUSE = 0.02
"""Seconds, at most, before the second attempt; doubled at each further one."""


def command(
    use_case: Callable[[App, Cmd, Actor], Outcome[Ans]],
) -> Callable[[App, Cmd, Actor], Ans]:
    """Run once per ``request_id``: repeated it gives the first answer.

    Answer, events, guards and request row are saved in one transaction. If a stream it decided
    on moved, the whole use case runs again; :class:`Conflict` after five attempts. Its return
    annotation, ``Outcome[...]``, names the answer's model.
    """
    name = use_case.__name__

    @wraps(use_case)
    def run(log: App, request: Cmd, by: Actor) -> Ans:
        question = asked(log.secret, name, request, by)

        def earlier() -> Ans | None:
            found = log.requests.find(question)
            if found is None:
                return None
            model = _answer_model(use_case)
            return _positioned(model.model_validate_json(found.answer), found.position)

        def save(outcome: Outcome[Ans]) -> int:
            record_id = log.record_of(outcome, request)
            answer = outcome.answer.model_dump_json().encode()
            return log.commit(
                outcome, log.requests.keep(question, answer, record_id, log.clock.now())
            )

        return _attempt(earlier, lambda: use_case(log, request, by), save)

    return run


def unreplayed(
    use_case: Callable[[App, Req, Actor], Outcome[Ans]],
) -> Callable[[App, Req, Actor], Ans]:
    """The same without the request row: each call decides anew (``decide``, ``open``)."""

    @wraps(use_case)
    def run(log: App, request: Req, by: Actor) -> Ans:
        return _attempt(lambda: None, lambda: use_case(log, request, by), log.commit)

    return run


def _attempt(
    earlier: Callable[[], Ans | None],
    decide: Callable[[], Outcome[Ans]],
    save: Callable[[Outcome[Ans]], int],
) -> Ans:
    try:
        return _repeated(earlier, decide, save)
    except KeyErased:
        raise Forbidden from None
    except PersistenceError as error:
        return _saved_all_the_same(earlier, error)


def _saved_all_the_same(earlier: Callable[[], Ans | None], error: PersistenceError) -> Ans:
    """The save broke off, and its outcome is unknown: its request may tell that it was saved. If
    not, it may still be: what it points to stays, and the caller asks again.
    """
    with suppress(PersistenceError, KeyErased):
        if (answer := earlier()) is not None:
            return answer
    raise Unavailable("the event store is out of reach") from error


def _repeated(
    earlier: Callable[[], Ans | None],
    decide: Callable[[], Outcome[Ans]],
    save: Callable[[Outcome[Ans]], int],
) -> Ans:
    undo: Callable[[], None] = _nothing
    refusal: Refusal | None = None
    for attempt in range(ATTEMPTS):
        if (answer := earlier()) is not None:
            return answer
        try:
            outcome = decide()
            undo = outcome.after or _nothing
            return _positioned(outcome.answer, save(outcome))
        except IntegrityError:
            time.sleep(random.uniform(0, PAUSE * 2**attempt))  # noqa: S311 - spreads racers
        except Refusal as refused:
            refusal = refused
            break
        except KeyErased:
            undo()
            raise
    # Sent twice at once: the other one may have been answered since we looked, and what it saved
    # may be the very reason why this one is refused. Then nothing of it is to be undone.
    if (answer := earlier()) is not None:
        return answer
    undo()
    raise refusal or Conflict("others changed the same things at the same time; try again")


def _nothing() -> None:
    """What there is to undo before anything was done."""


def _positioned(answer: Ans, position: int) -> Ans:
    if "position" in type(answer).model_fields:
        return answer.model_copy(update={"position": position})
    return answer


def _answer_model(use_case: Callable[..., Outcome[Ans]]) -> type[Ans]:
    model: type[Ans] = get_args(get_type_hints(use_case)["return"])[0]
    return model
