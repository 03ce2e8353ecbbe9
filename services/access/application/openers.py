"""Who could open a document: the person asks in advance."""

from services.access import contract as c
from services.access.application.log import AccessLog
from services.access.domain import views
from services.access.domain.decision import Grounds
from services.access.domain.openers import by_name, by_profession, item_of
from services.access.domain.secrecy import seen_by
from shared.kernel.actor import Actor


class Openers(AccessLog):
    def who_can_open(self, request: c.WhoCanOpen, by: Actor) -> c.WhoCanOpenAnswer:
        """No decision is taken, so none is kept; names come from the directory."""
        rights, who, now = self.asked_by(request.record_id, by)
        rights = seen_by(who, rights)  # else what a minor did in secret would show in who can open
        self.prepare()
        matrix = self.current_matrix()
        grounds = Grounds(rights=rights, matrix=matrix, rules=self.rules)
        given = request.document_attributes.model_dump(mode="json", by_alias=True)
        given["class"] = self.reference.classes.get(given["type"]) or given["class"]
        item, professions = item_of(given), self.reference.professions
        names = []
        for known in views.professionals_view(rights, who, now):
            named = self.outside.professionals.get(known["professional"])
            told = by_name(rights, known["professional"], named, item, grounds, professions, now)
            names.append(
                c.ByName(
                    professional=known["professional"],
                    family_name=named.family_name if named else None,
                    given_name=named.given_name if named else None,
                    profession=named.profession if named else None,
                    can_open=told.can_open,
                    why_fr=told.why_fr,
                )
            )
        return c.WhoCanOpenAnswer(
            by_profession=[
                c.ByProfession.model_validate(vars(p))
                for p in by_profession(request.record_id, item, grounds, professions, now)
            ],
            by_name=names,
        )
