"""What tests of read models share."""

from collections.abc import Callable
from typing import Any

from shared.stores.documents import At, Documents, Filter, Put

Opener = Callable[..., Documents]
EPOCH = "e1"


def at(position: int, previous: int | None = None, source: str = "log", epoch: str = EPOCH) -> At:
    before = position - 1 if previous is None else previous
    return At(source=source, epoch=epoch, previous=before, position=position)


def fill(view: Documents, **docs: dict[str, Any]) -> None:
    view.apply([Put(name, doc) for name, doc in docs.items()], at(1))


def ids(view: Documents, *where: Filter, **how: Any) -> list[str]:
    return [item["id"] for item in view.find(*where, **how).items]
