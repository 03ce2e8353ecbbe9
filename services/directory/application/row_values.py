"""What the readers of lines share: the values of a line as the contract takes them."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from shared.kernel.errors import InvalidRequest

Saying = dict[str, Any]
M = TypeVar("M", bound=BaseModel)
YES = {"o", "oui", "true", "1", "vrai"}
NO = {"n", "non", "false", "0", "faux"}


def fit(model: type[M], values: Saying) -> Saying:
    """The values as the contract takes them; what was left out of a line is not given."""
    given = {name: value for name, value in values.items() if value is not None}
    try:
        return model(**given).model_dump(mode="json")
    except ValidationError as error:
        fields = {str(e["loc"][0]): e["msg"][:200] for e in error.errors(include_url=False)}
        raise InvalidRequest(fields=fields) from None


def flag(told: Mapping[str, Any], name: str) -> bool | None:
    text = told.get(name, "").lower()
    if text not in YES | NO | {""}:
        raise InvalidRequest(fields={name: "is neither yes nor no"})
    return None if not text else text in YES


def only(told: Mapping[str, Any], *names: str) -> Saying:
    return {name: told.get(name) for name in names}
