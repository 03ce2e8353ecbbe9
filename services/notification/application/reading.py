"""What a person does with their notices, and how they want to be told."""

from services.notification import contract as c
from services.notification.application.log import NotificationLog
from services.notification.domain.errors import UnknownNotice
from services.notification.domain.notice import Notice
from services.notification.domain.recipient import Choices, Recipient
from shared.crypto.keys import KeyErased
from shared.kernel.actor import Actor, ActorKind
from shared.kernel.errors import Forbidden
from shared.kernel.secrecy import require_unseen
from shared.rpc.contract import Done
from shared.stores.event_log import Outcome, command


class Reading(NotificationLog):
    @command
    def mark_read(self, request: c.MarkRead, by: Actor) -> Outcome[Done]:
        """A notice of another record, or one kept from representatives, is as good as none."""
        is_person = by.principal.kind is ActorKind.PATIENT
        if not is_person:
            self.people.may_read(request.record_id, by)
        notice = self.get(request.notification_id, Notice)
        if notice is None or notice.record_id not in self.kin(request.record_id):
            raise UnknownNotice
        if notice.private and not is_person:
            raise UnknownNotice
        require_unseen(by, not (notice.private or notice.read))
        notice.mark_read(by)
        return Outcome(answer=Done(), save=[notice])

    def preferences(self, request: c.GetPreferences, by: Actor) -> c.Preferences:
        if by.principal.kind is not ActorKind.PATIENT:
            self.people.may_read(request.record_id, by)
        return c.Preferences.of(self._recipient_of(request))

    @command
    def set_preferences(self, request: c.SetPreferences, by: Actor) -> Outcome[Done]:
        """What is not given stays. Emergency accesses, rights and the record's life are told
        whatever is chosen."""
        require_unseen(by, request.record_id)
        if by.principal.kind is not ActorKind.PATIENT:
            self.people.may_read(request.record_id, by)
        recipient = self._recipient_of(request)
        chosen = recipient.choices
        quiet = request.quiet_hours
        choices = Choices(
            channels={**chosen.channels, **request.chosen},
            language=request.language or chosen.language,
            quiet_from=quiet.begins if quiet else chosen.quiet_from,
            quiet_to=quiet.ends if quiet else chosen.quiet_to,
        )
        recipient.note(Recipient.PreferencesSet, by, choices=choices.to_event())
        return Outcome(answer=Done(), save=[recipient])

    def _recipient_of(self, request: c.GetPreferences | c.SetPreferences) -> Recipient:
        try:
            return self.recipient(request.record_id)
        except KeyErased:
            raise Forbidden from None
