"""What the directory answers to, and to whom. The national directory is public data: any
caller with a token may read it; operators alone write it.
"""

from typing import Any

from pydantic import BaseModel

from services.directory.contract import importing, reading, registering
from shared.kernel.actor import Actor, ActorKind
from shared.rpc.contract import Contract, Done, Listing, Method


def anyone(_request: Any, _actor: Actor) -> bool:
    return True


EVERYONE = frozenset(ActorKind)
OPERATORS = frozenset({ActorKind.OPERATOR})


def _method(
    name: str, request: type[Any], answer: type[BaseModel], callers: frozenset[ActorKind]
) -> Method:
    return Method(name=name, request=request, answer=answer, callers=callers, condition=anyone)


CONTRACT = Contract(
    "directory",
    (
        _method("register_professional", registering.RegisterProfessional, Done, OPERATORS),
        _method("register_facility", registering.RegisterFacility, Done, OPERATORS),
        _method("enrol_facility", registering.EnrolFacility, Done, OPERATORS),
        _method("deactivate", registering.Deactivate, Done, OPERATORS),
        _method("import_extract", importing.ImportExtract, importing.Imported, OPERATORS),
        _method("import_report", importing.ImportReport, importing.Report, OPERATORS),
        _method("get_professional", reading.GetProfessional, reading.Professional, EVERYONE),
        _method("get_facility", reading.GetFacility, reading.Facility, EVERYONE),
        _method("mailbox_of", reading.MailboxOf, reading.Mailboxes, EVERYONE),
        _method("holder_of", reading.HolderOf, reading.Holder, EVERYONE),
        _method(
            "search_professionals",
            reading.SearchProfessionals,
            Listing[reading.Professional],
            EVERYONE,
        ),
        _method("search_facilities", reading.SearchFacilities, Listing[reading.Facility], EVERYONE),
    ),
)
