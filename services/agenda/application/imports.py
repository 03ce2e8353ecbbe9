"""Appointments that come from elsewhere: each part is judged by itself."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

from services.agenda.application.log import AgendaLog, pending
from services.agenda.contract.imports import (
    ImportAppointments,
    ImportCalendar,
    Imported,
    PartOutcome,
)
from services.agenda.domain.appointment import Appointment
from services.agenda.domain.calendar_import import CalendarImport
from services.agenda.domain.errors import TooManyAppointments, TooManyOccurrences
from services.agenda.domain.fhir import Entry, read_bundle
from services.agenda.domain.origin import Origin
from services.agenda.domain.slot import Revision
from shared.kernel.actor import Actor
from shared.kernel.errors import InvalidRequest
from shared.kernel.ids import derived_id
from shared.stores.event_log import Outcome, command

OTHER_PERSON = {"participant": "is for another person"}


@dataclass(frozen=True)
class _Heard:
    """One part: what it says and of what, or why it is not taken."""

    uid: str | None
    revision: Revision | None
    faults: Mapping[str, str] = field(default_factory=dict)


@dataclass
class _Lot:
    """What one import changes. ``known``: appointments by id; ``rows``: how many more there are."""

    known: dict[UUID, Appointment] = field(default_factory=dict)
    rows: int = 0


class Imports(AgendaLog):
    @command
    def import_calendar(self, request: ImportCalendar, by: Actor) -> Outcome[Imported]:
        """The same calendar twice is once; revisions count in their own order, not in that of
        their arrival.
        """
        self.require_feed(request.record_id, by)
        from services.agenda.domain.ics.reading import (  # noqa: PLC0415 - icalendar: 3 MB
            read_calendar,
        )

        read = read_calendar(
            request.ics, components=self.limits.components, series=self.limits.series
        )
        parts = [_Heard(part.uid, part.revision, part.faults) for part in read]
        return self._import(request, request.record_id, parts, "ics", by)

    @command
    def import_appointments(self, request: ImportAppointments, by: Actor) -> Outcome[Imported]:
        """From a service; only that service changes them afterwards."""
        record_id = self._named_record(request, by)
        self.require_feed(record_id, by)
        entries = read_bundle(request.bundle, self.clock.now(), self.limits.components)
        parts = list(self._for_this_person(entries, record_id, by))
        return self._import(request, record_id, parts, "fhir", by)

    def _named_record(self, request: ImportAppointments, by: Actor) -> UUID:
        if request.record_id:
            return request.record_id
        ins, oid = request.ins or "", request.ins_oid or ""
        found = self.identities.resolve(ins, oid, by)
        if found is None:
            self.refuse_unknown(f"{oid} {ins}", "feed", by)
        return found

    def _for_this_person(
        self, entries: Sequence[Entry], record_id: UUID, by: Actor
    ) -> Iterator[_Heard]:
        """A mistaken identity must not put someone's appointment in another's record."""
        records: dict[tuple[str, str], UUID | None] = {}
        for patient in {patient for entry in entries for patient in entry.patients}:
            records[patient] = None
            with suppress(InvalidRequest):
                records[patient] = self.identities.resolve(*patient, by)
        together = self.together(record_id)
        for entry in entries:
            if all(records[patient] in together for patient in entry.patients):
                yield _Heard(entry.uid, entry.revision, entry.faults)
            else:
                yield _Heard(entry.uid, None, OTHER_PERSON)

    def _import(
        self,
        request: ImportCalendar | ImportAppointments,
        record_id: UUID,
        parts: Sequence[_Heard],
        form: str,
        by: Actor,
    ) -> Outcome[Imported]:
        lot = _Lot()
        records = list(dict.fromkeys((record_id, *self.together(record_id))))
        outcomes = [self._take(number, part, records, lot, by) for number, part in enumerate(parts)]
        counts = dict(sorted(Counter(str(one.outcome) for one in outcomes).items()))
        changed = pending(list(lot.known.values()))
        self._refuse_too_many(record_id, lot.rows)
        done = CalendarImport.done(
            self.new_id(request, by, "import"),
            record_id,
            by,
            secret=by.in_secret,
            form=form,
            counts=counts,
        )
        return Outcome(answer=Imported(parts=outcomes, counts=counts), save=[*changed, done])

    def _take(
        self,
        number: int,
        part: _Heard,
        records: Sequence[UUID],
        lot: _Lot,
        by: Actor,
    ) -> PartOutcome:
        told = PartOutcome(part=number, outcome="refused", uid=part.uid, fields=dict(part.faults))
        if part.revision is None or part.uid is None:
            return told
        appointment = self._appointment(records, part.uid, lot.known, by)
        takes_room = appointment.takes_room(part.revision)
        try:
            effect = appointment.hear(part.revision, by)
        except TooManyOccurrences:
            return told.model_copy(update={"fields": {"RECURRENCE-ID": "one too many"}})
        lot.known[appointment.id] = appointment
        lot.rows += takes_room
        return told.model_copy(
            update={
                "outcome": effect,
                "appointment_id": appointment.id,
                "occurrence": part.revision.slot or None,
            }
        )

    def _appointment(
        self, records: Sequence[UUID], uid: str, known: Mapping[UUID, Appointment], by: Actor
    ) -> Appointment:
        """``records``: this one first. What was begun in one that was merged with it goes on
        there: whoever wrote it knows it by its name alone."""
        ids = [self._id(record_id, uid, by) for record_id in records]
        for one in ids:
            if found := known.get(one) or self.get(one, Appointment):
                return found
        return Appointment.begin(ids[0], records[0], uid=uid, secret=by.in_secret, by=by)

    def _id(self, record_id: UUID, uid: str, by: Actor) -> UUID:
        """The same for the same name from the same place. What is hidden from representatives is
        another appointment than what is not: importing the second must tell nothing of the first.
        """
        origin = Origin.of(by)
        hidden = "secret" if by.in_secret else "open"
        return derived_id(self.secret, "uid", str(record_id), origin.source, origin.id, hidden, uid)

    def _refuse_too_many(self, record_id: UUID, rows: int) -> None:
        if rows and self.lists.appointments.count_of(record_id) + rows > self.limits.appointments:
            raise TooManyAppointments
