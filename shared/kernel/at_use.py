"""Objects whose library is heavy and seldom needed, such as one that makes PDFs."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar, cast

T = TypeVar("T")


def at_use(make: Callable[[], T]) -> T:
    """Stands for what ``make`` gives, which is called once, when it is first asked anything."""
    return cast("T", _AtUse(make))


class _AtUse(Generic[T]):
    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make

    def __getattr__(self, name: str) -> Any:
        """Called for what is not found here: at first for everything."""
        if name == "_made":
            self._made = self._make()
            return self._made
        return getattr(self._made, name)
