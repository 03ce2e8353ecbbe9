"""What tests ask the catalogue again and again."""

from uuid import UUID

from services.catalogue import contract as c
from services.catalogue.application import Catalogue
from shared.kernel.actor import Actor
from tests.catalogue.sample import GATEWAY, PATIENT, RECORD


def state(catalogue: Catalogue, token: str) -> c.TokenState:
    return catalogue.introspect(c.Introspect(token=token), GATEWAY)


def connected(catalogue: Catalogue, by: Actor = PATIENT) -> list[UUID]:
    """Walked one by one, so that paging is too."""
    found: list[UUID] = []
    cursor = None
    while True:
        request = c.Authorisations(record_id=RECORD, limit=1, cursor=cursor)
        page = catalogue.authorisations(request, by)
        found += [item.authorisation_id for item in page.items]
        cursor = page.next_cursor
        if cursor is None:
            assert page.total == len(found)
            return found
