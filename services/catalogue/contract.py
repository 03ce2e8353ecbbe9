"""What the catalogue answers to, and to whom."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.catalogue.domain.criteria import Criterion
from services.catalogue.domain.editor import EditorKind
from services.catalogue.domain.finality import DataAction, Scope
from services.catalogue.domain.listed_service import Status
from shared.eventing.messages import Instant
from shared.kernel.actor import ActorKind
from shared.rpc.contract import (
    Answer,
    Command,
    Contract,
    Done,
    Listing,
    ListQuery,
    Method,
    Query,
)

Oid = Annotated[str, Field(pattern=r"^[0-2](\.(0|[1-9]\d*)){2,}$", max_length=64)]
"""Names a service for ever; also the ``client_id`` of its tokens."""
Code = Annotated[str, Field(pattern=r"^[A-Z0-9_]{1,40}$")]
Url = Annotated[str, Field(pattern=r"^https://[^\s/]+(/\S*)?$", max_length=500)]
Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
"""A reason: a code word, since the log is for ever."""
FinalityCodes = Annotated[list[Code], Field(min_length=1, max_length=20)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Editor(Part):
    name: str = Field(min_length=1, max_length=200)
    kind: EditorKind = Field(description="insurer, bank, employer and state read nothing")


class Description(Part):
    """What the catalogue shows. ``regions``: none for the whole country."""

    name: str = Field(min_length=1, max_length=100)
    description: str = Field(min_length=1, max_length=300)
    long_description: str = Field(default="", max_length=4_000)
    editor: Editor
    themes: list[Code] = Field(min_length=1, max_length=9)
    regions: list[Code] = Field(default=[], max_length=20)
    medical_device: bool = False
    consumer_device: bool = Field(default=False, description="works with an object of the person")
    economic_model: str = Field(default="", max_length=200)
    terms_url: Url
    web_url: Url | None = None
    ios_url: Url | None = None
    android_url: Url | None = None
    logo_url: Url | None = None
    screenshots: list[Url] = Field(default=[], max_length=10)
    synchronisation_url: Url | None = Field(
        default=None, description="where the service takes a person who wants to connect it"
    )


class Exchange(Part):
    scope: Scope
    action: DataAction
    categories: list[Code] = Field(min_length=1, max_length=60)


class Finality(Part):
    """What a person agrees to, or not. ``exchanges``: all that it lets the service do."""

    code: Code
    label: str = Field(min_length=1, max_length=200)
    description: str = Field(min_length=1, max_length=2_000)
    exchanges: list[Exchange] = Field(min_length=1, max_length=8)


class ProposeService(Command):
    """Without finalities the service is listed and exchanges nothing."""

    oid: Oid
    description: Description
    finalities: list[Finality] = Field(default=[], max_length=20)


class Proposed(Done):
    service_id: UUID


class ServiceCommand(Command):
    service_id: UUID


class Evidence(Part):
    """``reference``: number of the certificate, report or convention."""

    criterion: Criterion
    reference: str = Field(pattern=r"^[0-9A-Za-z/._:-]{1,64}$")
    checked_on: date


class ReferenceService(ServiceCommand):
    """``pre_series``: not listed yet, for those who were given its id."""

    evidence: list[Evidence] = Field(min_length=1, max_length=30)
    pre_series: bool = False


class ChangeService(ServiceCommand):
    """``reapprove_before``: must be given when finalities change, and only then. ``evidence``: of
    what the service had not to show before, as one that becomes a medical device."""

    description: Description
    finalities: list[Finality] = Field(default=[], max_length=20)
    reapprove_before: Instant | None = None
    evidence: list[Evidence] = Field(default=[], max_length=30)


class SuspendService(ServiceCommand):
    reason: Word


class LiftServiceSuspension(ServiceCommand):
    pass


class WithdrawService(ServiceCommand):
    reason: Word


class Services(ListQuery):
    """By name. ``text``: each word begins a word of the name, the editor or the description."""

    theme: Code | None = None
    region: Code | None = None
    text: str | None = Field(default=None, max_length=100)


class GetService(Query):
    service_id: UUID


class ServiceView(Answer):
    """``finalities_version`` tells whether what one agreed to is still what is asked."""

    service_id: UUID
    oid: str
    status: Status
    description: Description
    finalities: list[Finality]
    finalities_version: int


class Authorise(Command):
    """``service``: its id. ``finalities``: those agreed to, no other."""

    record_id: UUID
    service: UUID
    finalities: FinalityCodes


class Granted(Done):
    authorisation_id: UUID


class Authorised(Granted):
    """``token``: for the service alone (OAuth 2.0 bearer); shown once, kept nowhere."""

    token: str = Field(repr=False)


class OfAuthorisation(Command):
    record_id: UUID
    authorisation_id: UUID


class Reapprove(OfAuthorisation):
    """All finalities agreed to from now on: more, fewer or the same."""

    finalities: FinalityCodes


class Revoke(OfAuthorisation):
    pass


class Authorisations(ListQuery):
    record_id: UUID


class AuthorisationView(Answer):
    """``reapprove_before``: the service has changed what it asks for; it is cut off then."""

    authorisation_id: UUID
    service_id: UUID
    name: str
    status: Status
    finalities: list[str]
    exchanges: list[Exchange]
    authoriser: ActorKind
    granted_at: Instant
    reapprove_before: Instant | None


class Introspect(Query):
    token: str = Field(max_length=200, repr=False)


class TokenState(Answer):
    """RFC 7662: a token that is worth nothing says nothing else. ``exp``: when it ends unless
    the person approves again. ``secret``: given in a secret session, so what is done with it is
    hidden from representatives: the caller's token must say so."""

    active: bool
    client_id: str | None = None
    service_id: UUID | None = None
    record_id: UUID | None = None
    authorisation_id: UUID | None = None
    finalities: list[str] = Field(default_factory=list)
    exchanges: list[Exchange] = Field(default_factory=list)
    authoriser: ActorKind | None = None
    secret: bool | None = None
    exp: Instant | None = None


OPERATOR = frozenset({ActorKind.OPERATOR})
"""Who instructs the demands, and the national commission whose decisions they enter."""
PERSON = frozenset({ActorKind.PATIENT, ActorKind.REPRESENTATIVE})
READERS = (
    PERSON
    | OPERATOR
    | {
        ActorKind.CAREGIVER,
        ActorKind.PROFESSIONAL,
        ActorKind.SUPPORT,
        ActorKind.SERVICE,
    }
)
SERVICES = frozenset({ActorKind.SERVICE})


def _method(name: str, request: Any, answer: Any, callers: frozenset[ActorKind]) -> Method:
    return Method(name=name, request=request, answer=answer, callers=callers)


CONTRACT = Contract(
    "catalogue",
    (
        _method("propose_service", ProposeService, Proposed, OPERATOR),
        _method("reference_service", ReferenceService, Done, OPERATOR),
        _method("change_service", ChangeService, Done, OPERATOR),
        _method("suspend_service", SuspendService, Done, OPERATOR),
        _method("lift_service_suspension", LiftServiceSuspension, Done, OPERATOR),
        _method("withdraw_service", WithdrawService, Done, OPERATOR),
        _method("services", Services, Listing[ServiceView], READERS),
        _method("get_service", GetService, ServiceView, READERS),
        _method("authorise", Authorise, Authorised, PERSON),
        _method("reapprove", Reapprove, Done, PERSON),
        _method("revoke", Revoke, Done, PERSON),
        _method("authorisations", Authorisations, Listing[AuthorisationView], PERSON),
        _method("introspect", Introspect, TokenState, SERVICES),
    ),
)
