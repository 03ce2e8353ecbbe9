"""What is drawn from several documents of a record, for a reader who has little time."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from services.vault.application.finding import Finding
from services.vault.contract.mandatory import (
    MandatoryDocuments,
    MandatoryFound,
    MissingMandatory,
    StayChecked,
)
from services.vault.contract.results import PriorResults, ResultsFound
from services.vault.contract.summary import Summarise, Summary
from services.vault.domain import summary
from services.vault.domain.lines import Wanted
from services.vault.domain.listing import Entry
from services.vault.domain.mandatory import owed
from services.vault.domain.result import ReadDocument
from services.vault.domain.results import Found, FoundPage, found_in, is_within, paged
from services.vault.domain.states import Status
from shared.kernel.actor import Actor

BIOLOGY = "BIOLOGIE"
"""Heading under which a document is expected to hold results."""


class Digests(Finding):
    def prior_results(self, request: PriorResults, by: Actor) -> ResultsFound:
        """Across laboratories; what could not be read is told with its document."""
        seen = self.visible(request.record_id, by, request.how)
        types = self.rules.metadata.sets.types_under(BIOLOGY)
        read = {
            document_id: found
            for record_id in self.served_together(request.record_id)
            for document_id, found in self.results.of_record(record_id).items()
        }
        biology = {group for group, shared in seen.shared.items() if shared.kind.type in types}
        telling = sorted({*seen.about(read.keys()).lines, *seen.of(biology).lines})
        current = [e for e in self.listed.entries(telling) if e.status != Status.DEPRECATED]
        fitting = [
            found
            for entry in current
            for found in _found(entry, read)
            if is_within(found.day, request.since, request.until)
            and (request.loinc is None or found.result.is_of(request.loinc))
        ]
        asked = [e for e in current if self._overlaps(e, request)]
        return ResultsFound.of(
            self._named(paged(fitting, request.limit, request.cursor)),
            [e for e in asked if e.document_id not in read],
            [(e, read[e.document_id]) for e in asked if e.document_id in read],
        )

    def _named(self, page: FoundPage) -> FoundPage:
        names = self.rules.metadata.sets.specimens
        found = [replace(f, result=f.result.with_specimens_named(names)) for f in page.found]
        return replace(page, found=found)

    @staticmethod
    def _overlaps(entry: Entry, request: PriorResults) -> bool:
        return is_within(entry.metadata.service_day, request.since, request.until)

    def summary(self, request: Summarise, by: Actor) -> Summary:
        """Of what this reader may see, here and in the profile."""
        sets = self.rules.metadata.sets
        directives = sets.types_under(summary.DIRECTIVES)
        wanted = Wanted(types=directives | summary.SYNTHESIS_TYPES)
        found = self.listed.entries(self.visible(request.record_id, by, request.how, wanted).lines)
        seen = self.linked(found, by)
        return Summary.of(
            summary.synthesis(seen, self.today()),
            summary.directives(seen, directives),
            self.profiles.of(request.record_id, by, request.how),
            by,
            sets,
        )

    def mandatory_documents(self, request: MandatoryDocuments, by: Actor) -> MandatoryFound:
        return MandatoryFound.of(self.mandatory, request.producer, self.today())

    def missing_mandatory(self, request: MissingMandatory, by: Actor) -> StayChecked:
        """What a stay still owes this record, as far as this reader may see."""
        wanted = Wanted(types=frozenset(code for line in self.mandatory for code in line.types))
        seen = self.listed.entries(self.visible(request.record_id, by, request.how, wanted).lines)
        found = owed(self.mandatory, request.episode.stay, seen, self.today())
        return StayChecked.of(found)


def _found(entry: Entry, read: Mapping[UUID, ReadDocument]) -> list[Found]:
    document = read.get(entry.document_id)
    if document is None:
        return []
    return list(found_in(entry.document_id, entry.metadata.service_day, document))
