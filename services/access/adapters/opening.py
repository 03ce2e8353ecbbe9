"""Opens the log of access with its rules: no broker, so an auditor's tool can open a copy too."""

from collections.abc import Mapping
from functools import cache, partial

from services.access.adapters.reference import read_reference
from services.access.application import Access
from services.access.domain.outside import NOBODY, Outside
from services.access.domain.reference import AccessSettings
from services.access.domain.rules import Rules
from shared.crypto.keys import Keys
from shared.kernel.clock import Clock
from shared.stores.settings import EventStoreSettings


def open_log(
    store: EventStoreSettings,
    keys: Keys,
    clock: Clock,
    settings: AccessSettings | None = None,
    outside: Outside = NOBODY,
) -> Access:
    chosen = settings or AccessSettings()
    return Access(
        store,
        keys,
        clock,
        rules=partial(_rules_of, frozenset(parameters_of(chosen).items())),
        revive=_revived,
        reference=read_reference(),
        settings=chosen,
        outside=outside,
    )


@cache
def _rules_of(parameters: frozenset[tuple[str, bool]]) -> Rules:
    """Of all entrypoints in one process, which only read them: parsed, they weigh 4 MB."""
    # Here, since Cedar weighs 8 MB more in a process that only follows, and decides nothing.
    from services.access.adapters.cedar import CedarRules, read_policies  # noqa: PLC0415 - as above

    return CedarRules(read_policies(), dict(parameters))


def _revived(texts: Mapping[str, str], parameters: Mapping[str, bool]) -> Rules:
    from services.access.adapters.cedar import revived  # noqa: PLC0415 - as above

    return revived(texts, parameters)


def parameters_of(chosen: AccessSettings) -> dict[str, bool]:
    """The operator's choices that rules look at."""
    return {
        "block_beats_break_glass": chosen.block_beats_break_glass,
        "caregivers": chosen.caregivers,
        "invisible_and_masked": chosen.invisible_and_masked,
        "paramedics_need_authorisation": chosen.paramedics_need_authorisation,
        "qualified_identity_to_feed": chosen.qualified_identity_to_feed,
    }
