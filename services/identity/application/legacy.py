"""The DMP that a person had before: whether it may come in, and what they had allowed there."""

from services.identity.application.log import IdentityLog, saved
from services.identity.contract import legacy as c
from shared.kernel.actor import Actor
from shared.rpc.contract import Done
from shared.stores.event_log import Outcome, command


class LegacyDmps(IdentityLog):
    @command
    def oppose_legacy_dmp(self, request: c.OpposeLegacyDmp, by: Actor) -> Outcome[Done]:
        self.require_acting(request.record_id, by)
        record = self.standing(request.record_id)
        record.oppose_legacy_dmp(request.channel, on=request.on, by=by)
        return saved(record)

    def import_legacy_dmp(self, request: c.ImportLegacyDmp, by: Actor) -> Done:
        """Answer once access has applied it: whoever was blocked there reads nothing of what is
        deposited next.
        """
        return self.applied(request, self._import_legacy_dmp(request, by))

    @command
    def _import_legacy_dmp(self, request: c.ImportLegacyDmp, by: Actor) -> Outcome[Done]:
        request.check(self.clock.now())
        record = self.standing(request.record_id)
        record.import_legacy_dmp(request.rights, by)
        return saved(record)
