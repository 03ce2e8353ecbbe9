"""Who may call what, as the contract says."""

from typing import Any

from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Forbidden
from shared.rpc.contract import Method


def judged(method: Method, actor: Actor) -> Actor:
    """The one whose right is looked at: the principal, unless services are let in as such."""
    return actor if ActorKind.SERVICE in method.callers else actor.principal


def check_caller(method: Method, actor: Actor) -> None:
    """:class:`Forbidden` unless this kind of caller is listed."""
    if judged(method, actor).kind not in method.callers:
        raise Forbidden


def check_condition(method: Method, request: Any, actor: Actor) -> None:
    """:class:`Forbidden` unless the method's condition holds for this very request."""
    if not method.condition(request, judged(method, actor)):
        raise Forbidden
