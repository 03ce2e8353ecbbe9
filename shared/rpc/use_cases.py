"""Which use case answers which method of a contract: the one of that name."""

from collections.abc import Mapping
from types import MappingProxyType

from shared.kernel.settings import SettingsError
from shared.rpc.answer import Handler
from shared.rpc.contract import Contract

NONE: Mapping[str, Handler] = MappingProxyType({})


def use_cases(
    contract: Contract, *owners: object, others: Mapping[str, Handler] = NONE
) -> dict[str, Handler]:
    """By method, what answers it: of ``others``, or else of the first owner that has it.

    ``others`` are answered under a guard, or have a name that the library uses for itself
    (``close``, ``read``): what is inherited from elsewhere is never taken for a use case.

    Raises: SettingsError
    """
    derived = contract.by_name.keys() - others.keys()
    return {**others, **{name: _use_case(contract.service, name, owners) for name in derived}}


def _use_case(service: str, name: str, owners: tuple[object, ...]) -> Handler:
    for owner in owners:
        found: Handler | None = getattr(owner, name, None)
        if found and found.__module__.startswith(f"services.{service}."):
            return found
    raise SettingsError(f"{service}: no use case {name}")
