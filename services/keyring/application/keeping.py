"""Keys made, rotated, wrapped anew, destroyed."""

from services.keyring.application.log import KeyringLog
from services.keyring.contract import Destroy, Destroyed, MakeKeys, RewrapAll, Rewrapped, Rotate
from services.keyring.domain.errors import KeyLost
from services.keyring.domain.holders import holder_of, record_holder
from services.keyring.domain.managed_key import Rewrapping
from shared.crypto.tombstones import Tombstone
from shared.kernel.actor import Actor
from shared.rpc.contract import Done
from shared.stores.event_log import Outcome, command, unreplayed


class Keeping(KeyringLog):
    REWRAP_BATCH = 500

    @unreplayed
    def make_keys(self, request: MakeKeys, by: Actor) -> Outcome[Done]:
        """All in one transaction; those that have a key, or a tombstone, are left alone."""
        holders = {record_holder(record_id): record_id for record_id in request.record_ids}
        # In this order: a key made in between by another one is found, never taken for lost.
        logged = {holder for holder in holders if self.version_of(self._key_id(holder))}
        missing = holders.keys() - self._table.find(list(holders)).keys()
        if missing & logged:
            raise KeyLost
        made = [self._new_key(holder, holders[holder], by) for holder in missing]
        return Outcome(
            answer=Done(), save=made, also=[self._table.add(holder, 1) for holder in missing]
        )

    @command
    def rotate(self, request: Rotate, by: Actor) -> Outcome[Done]:
        """What is sealed from now on is sealed under a new version; the others still open."""
        holder = holder_of(request.record_id, request.service or "")
        key = self._known(holder)
        version = key.rotate(by=by.to_event())
        return Outcome(answer=Done(), save=[key], also=[self._table.add(holder, version)])

    @command
    def destroy(self, request: Destroy, by: Actor) -> Outcome[Destroyed]:
        """Every version; whoever asks for the key again is shown the signed tombstone."""
        holder = record_holder(request.record_id)
        key = self._known(holder)
        if key.tombstone:
            return Outcome(answer=Destroyed(certificate=Tombstone.model_validate(key.tombstone)))
        now = self.clock.now()
        tombstone = self._seals.sign(
            Tombstone(
                record_id=request.record_id,
                versions=key.versions,
                destroyed_at=now,
                certificate_of=request.certificate_of,
                last_backup_expires=now + self._backups_kept,
            )
        )
        key.destroy(tombstone.model_dump(mode="json"), by=by.to_event())
        return Outcome(
            answer=Destroyed(certificate=tombstone),
            save=[key],
            also=[self._table.destroy(holder, tombstone)],
        )

    def rewrap_all(self, request: RewrapAll, by: Actor) -> Rewrapped:
        """In batches, each with its event; repeated, it goes on where it stopped."""
        keys, position = 0, self.head().position
        while (batch := self._rewrap_batch(request, by)).keys:
            keys, position = keys + batch.keys, batch.position
        return Rewrapped(keys=keys, position=position)

    @unreplayed
    def _rewrap_batch(self, _: RewrapAll, by: Actor) -> Outcome[Rewrapped]:
        count, step = self._table.rewrap(self.REWRAP_BATCH)
        if not count:
            return Outcome(answer=Rewrapped(keys=0))
        done = Rewrapping.done(kek=self._table.kek, keys=count, by=by.to_event())
        return Outcome(answer=Rewrapped(keys=count), save=[done], also=[step])
