"""What can be asked about rights; answered from the event store, so never stale."""

from pydantic import TypeAdapter, ValidationError

from services.access import contract as c
from services.access.application.log import AccessLog
from services.access.contract.parts import ProfessionalId
from services.access.domain import views
from shared.kernel.actor import Actor
from shared.kernel.errors import InvalidRequest
from shared.rpc.contract import Listing

_PROFESSIONAL: TypeAdapter[str] = TypeAdapter(ProfessionalId)


class Questions(AccessLog):
    def my_status(self, request: c.OfRecord, by: Actor) -> c.MyStatus:
        rights = self.readable(request.record_id)
        if rights and rights.merged_into:
            rights = self.readable(rights.merged_into)
        return c.MyStatus.model_validate(views.status_view(rights, by.principal, self.clock.now()))

    def rights(self, request: c.OfRecord, by: Actor) -> c.RightsView:
        """A service that asks for itself learns the state of the record alone."""
        if by.principal.is_service:
            rights = self.readable(request.record_id)
            return c.RightsView(status=rights.status if rights else None)
        rights, who, now = self.asked_by(request.record_id, by)
        return c.RightsView.model_validate(views.rights_view(rights, who, now))

    def my_professionals(
        self, request: c.ListMyProfessionals, by: Actor
    ) -> Listing[c.KnownProfessional]:
        rights, who, now = self.asked_by(request.record_id, by)
        known = views.professionals_view(rights, who, now)
        start = _place(request.cursor)
        page = [k for k in known if k["professional"] > start][: request.limit]
        more = bool(page) and page[-1] != known[-1]
        return Listing[c.KnownProfessional](
            items=[c.KnownProfessional.model_validate(k) for k in page],
            next_cursor=page[-1]["professional"] if more else None,
            total=len(known),
        )


def _place(cursor: str | None) -> str:
    """A cursor is the number of the last professional shown; anything else was made up."""
    if cursor is None:
        return ""
    try:
        return _PROFESSIONAL.validate_python(cursor)
    except ValidationError:
        raise InvalidRequest(fields={"cursor": "is none of ours"}) from None
