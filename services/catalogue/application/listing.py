"""The life of services, as the operator enters it."""

from collections.abc import Sequence
from typing import Any

from services.catalogue import contract as c
from services.catalogue.application.log import CatalogueLog
from services.catalogue.domain.criteria import Evidence
from services.catalogue.domain.errors import OidTaken
from services.catalogue.domain.finality import Exchange, Finality
from services.catalogue.domain.listed_service import ListedService
from shared.kernel.actor import Actor
from shared.rpc.contract import Done
from shared.stores.event_log import Outcome, command


class ServiceLife(CatalogueLog):
    @command
    def propose_service(self, request: c.ProposeService, by: Actor) -> Outcome[c.Proposed]:
        finalities = self._checked(request.description, request.finalities)
        service_id = ListedService.id_of(self.secret, request.oid)
        if self.get(service_id, ListedService):
            raise OidTaken(fields={"oid": "is in the catalogue"})
        service = ListedService.propose(
            service_id, request.oid, described(request.description), finalities, by
        )
        return Outcome(answer=c.Proposed(service_id=service_id), save=[service])

    @command
    def reference_service(self, request: c.ReferenceService, by: Actor) -> Outcome[Done]:
        service = self.service(request.service_id)
        evidence = _evidence(request.evidence)
        service.reference(evidence, pre_series=request.pre_series, by=by)
        return Outcome(answer=Done(), save=[service])

    @command
    def change_service(self, request: c.ChangeService, by: Actor) -> Outcome[Done]:
        """People who connected it are asked again by a timer, each in their own log."""
        finalities = self._checked(request.description, request.finalities)
        service = self.service(request.service_id)
        service.change(
            described(request.description),
            finalities,
            reapprove_before=request.reapprove_before,
            earliest=self.clock.now() + self.delays.reapproval,
            evidence=_evidence(request.evidence),
            by=by,
        )
        return Outcome(answer=Done(), save=[service])

    def suspend_service(self, request: c.SuspendService, by: Actor) -> Done:
        """Answer once access has applied it: the service does nothing afterwards."""
        return self.applied(request.service_id, self._suspend(request, by))

    @command
    def _suspend(self, request: c.SuspendService, by: Actor) -> Outcome[Done]:
        service = self.service(request.service_id)
        service.suspend(request.reason, by)
        return Outcome(answer=Done(), save=[service])

    @command
    def lift_service_suspension(self, request: c.LiftServiceSuspension, by: Actor) -> Outcome[Done]:
        service = self.service(request.service_id)
        service.lift_suspension(by)
        return Outcome(answer=Done(), save=[service])

    def withdraw_service(self, request: c.WithdrawService, by: Actor) -> Done:
        """Answer once access has applied it, as for suspending."""
        return self.applied(request.service_id, self._withdraw(request, by))

    @command
    def _withdraw(self, request: c.WithdrawService, by: Actor) -> Outcome[Done]:
        service = self.service(request.service_id)
        service.withdraw(request.reason, by)
        return Outcome(answer=Done(), save=[service])

    def get_service(self, request: c.GetService, by: Actor) -> c.ServiceView:
        """Any service whose id one has, whatever its status: what was connected stays known."""
        return view(self.service(request.service_id))

    def _checked(
        self, description: c.Description, finalities: Sequence[c.Finality]
    ) -> list[Finality]:
        asked = [_finality(finality) for finality in finalities]
        self.codes.check(description.themes, description.regions, asked)
        return asked


def view(service: ListedService) -> c.ServiceView:
    return c.ServiceView(
        service_id=service.id,
        oid=service.oid,
        status=service.status,
        description=c.Description.model_validate(service.description),
        finalities=[c.Finality.model_validate(f) for f in service.finalities],
        finalities_version=service.finalities_version,
    )


def described(description: c.Description) -> dict[str, Any]:
    return description.model_dump(mode="json")


def _evidence(given: Sequence[c.Evidence]) -> list[Evidence]:
    return [
        Evidence(
            criterion=item.criterion.value,
            reference=item.reference,
            checked_on=item.checked_on.isoformat(),
        )
        for item in given
    ]


def _finality(given: c.Finality) -> Finality:
    exchanges = [
        Exchange(scope=e.scope.value, action=e.action.value, categories=list(e.categories))
        for e in given.exchanges
    ]
    return Finality(
        code=given.code, label=given.label, description=given.description, exchanges=exchanges
    )
