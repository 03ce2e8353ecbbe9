"""Opens the log of access with its rules: no broker, so an auditor's tool can open a copy too."""

from services.access.adapters.cedar import CedarRules, read_policies
from services.access.adapters.reference import read_reference
from services.access.application import Access
from services.access.domain.reference import AccessSettings
from shared.crypto.keys import Keys
from shared.kernel.clock import Clock
from shared.stores.settings import EventStoreSettings


def open_log(
    store: EventStoreSettings, keys: Keys, clock: Clock, settings: AccessSettings | None = None
) -> Access:
    chosen = settings or AccessSettings()
    parameters = {"block_beats_break_glass": chosen.block_beats_break_glass}
    return Access(
        store,
        keys,
        clock,
        rules=CedarRules(read_policies(), parameters),
        revive=CedarRules,
        reference=read_reference(),
        settings=chosen,
    )
