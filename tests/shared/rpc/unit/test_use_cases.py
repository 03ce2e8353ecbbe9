"""Which use case answers which method."""

from typing import Any

import pytest

from services.catalogue.application import Catalogue
from services.catalogue.contract import CONTRACT
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.settings import SettingsError
from shared.rpc.contract import Answer, Contract, Done, Method, Request
from shared.rpc.use_cases import use_cases

APP = object.__new__(Catalogue)
"""Never opened: its use cases are looked at, not called."""


def contract_of(*names: str) -> Contract:
    return Contract(
        "catalogue",
        tuple(
            Method(name=name, request=Request, answer=Answer, callers=frozenset(ActorKind))
            for name in names
        ),
    )


class Reader:
    """Of this test: it is no use case of the catalogue."""

    def services(self, _request: Request, _by: Actor) -> Done:
        raise NotImplementedError


def own(_request: Any, _by: Actor) -> Done:
    raise NotImplementedError


def test_the_use_case_of_that_name_answers() -> None:
    assert use_cases(contract_of("authorise"), APP) == {"authorise": APP.authorise}


def test_what_is_guarded_answers_instead() -> None:
    answered = use_cases(contract_of("authorise", "revoke"), APP, others={"authorise": own})

    assert answered == {"authorise": own, "revoke": APP.revoke}


def test_a_method_nobody_answers_ends_the_service() -> None:
    with pytest.raises(SettingsError, match="catalogue: no use case unheard_of"):
        use_cases(contract_of("authorise", "unheard_of"), APP)


@pytest.mark.parametrize("name", ["close", "save", "take_snapshot"])
def test_what_the_library_has_is_no_use_case(name: str) -> None:
    """A contract with ``close`` would otherwise let any caller shut the log."""
    assert hasattr(APP, name)

    with pytest.raises(SettingsError, match=name):
        use_cases(contract_of(name), APP)


def test_what_another_package_has_is_no_use_case() -> None:
    with pytest.raises(SettingsError, match="services"):
        use_cases(contract_of("services"), Reader())


def test_every_method_of_a_real_contract_finds_its_own() -> None:
    """Those of read models apart, which their readers answer."""
    reading = {"services": own}

    assert use_cases(CONTRACT, APP, others=reading).keys() == CONTRACT.by_name.keys()
