"""The neighbours that much is asked of, with somebody in each state there is to ask about."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from services.directory.application import Directory
from services.directory.contract.registering import Deactivate
from services.directory.projections.facilities import Facilities, FacilitySearch
from services.directory.projections.mailboxes import HolderSearch, MailboxHolders
from services.directory.projections.professionals import Professionals, ProfessionalSearch
from services.identity.application import Identity
from services.identity.contract.ending import RequestErasure
from shared.eventing.view import View
from shared.kernel.clock import FixedClock
from shared.kernel.ins import INS_NIR_TEST
from shared.stores.settings import EventStoreSettings
from shared.stores.views import open_documents
from tests.directory.conftest import opened as open_directory
from tests.directory.sample import OPERATOR, facility, registration
from tests.identity.lives import SIX_WEEKS, about, activate, announce, close
from tests.identity.people import NOW, TRAITS, patient
from tests.identity.world import AccessSeen, new_world, open_identity
from tests.support.projecting import catch_up
from tests.support.settings import settings_in

OPEN_INS = "279035121518989"
CLOSED_INS = "187046912302213"
ANNOUNCED_INS = "260058815400233"
ERASED_INS = "277076322082910"
UNPROVEN_INS = "279035100000018"
NOBODYS_INS = "279035199999942"
CONTACT = {"email": "pat@example.org", "phone": "+33612345678"}
NO_SUCH_DAY = "1979-03-00"
"""As INSi writes a day of birth that is not known."""


@dataclass(frozen=True, kw_only=True)
class Records:
    """``open``: of a qualified identity, activated, who can be reached. ``unproven``: open, under
    an INS, but no document was checked; it has a used name, and a date of birth that no calendar
    has. ``erased``: it was."""

    identity: Identity
    open: UUID
    unproven: UUID
    closed: UUID
    announced: UUID
    erased: UUID


def records_in(folder: Path) -> Records:
    clock = FixedClock(NOW)
    identity = open_identity(EventStoreSettings(data_dir=folder), clock, AccessSeen())
    world = new_world(identity, clock, folder)
    qualified, closed, erased = (
        announce(world, ins={"value": ins, "oid": INS_NIR_TEST}, contact=contact, checked_with="CN")
        for ins, contact in ((OPEN_INS, CONTACT), (CLOSED_INS, {}), (ERASED_INS, CONTACT))
    )
    other = {"used_name": "PAT-USAGE", "used_given_name": "MARIE-LOUISE", "birth_date": NO_SUCH_DAY}
    unproven = announce(
        world, traits=TRAITS | other, ins={"value": UNPROVEN_INS, "oid": INS_NIR_TEST}
    )
    world.pass_time(SIX_WEEKS)
    for record_id in (qualified, closed):
        activate(world, record_id)
    for record_id in (closed, erased):
        close(world, record_id)
    identity.request_erasure(RequestErasure(**about(erased)), patient(erased))
    world.pass_time(timedelta(days=60))
    announced = announce(world, ins={"value": ANNOUNCED_INS, "oid": INS_NIR_TEST})
    return Records(
        identity=identity,
        open=qualified,
        unproven=unproven,
        closed=closed,
        announced=announced,
        erased=erased,
    )


DOCTOR = "801234567897"
UNREACHABLE = "899700366240"
RETIRED = "899700551239"
HOSPITAL = "1750712184"
CLINIC = "1690784137"
PHARMACY = "1750000018"
CLOSED_PHARMACY = "1750000026"
BOXLESS = "1690000013"
PRACTICE = "373282932000074"
"""Known by its SIRET, as most practices are."""


def _box(kind: str, address: str, facility: str | None = None) -> dict[str, Any]:
    return {"kind": kind, "address": address, "facility": facility}


@dataclass(frozen=True, kw_only=True)
class Registers:
    """The directory, with what answers its searches."""

    directory: Directory
    searches: tuple[object, ...]


def registers_in(folder: Path) -> Registers:
    directory = open_directory(EventStoreSettings(data_dir=folder), FixedClock(NOW))
    own = [
        _box("PER", "Jean.Dupont@clinique.mssante.fr", CLINIC),
        _box("PER", "Jean.Dupont@hopital.mssante.fr", HOSPITAL),
    ]
    people = (
        registration(national_id=DOCTOR, given_name="Jean", family_name="DUPONT", mailboxes=own),
        registration(national_id=UNREACHABLE, given_name="Anne-Lise", family_name="NESSI"),
        registration(national_id=RETIRED, given_name="Paul", family_name="MARTIN"),
    )
    hospital = [
        _box("APP", "resultats@hopital.mssante.fr"),
        _box("ORG", "accueil@hopital.mssante.fr"),
    ]
    pharmacy = [_box("ORG", "pharmacie@officine.mssante.fr")]
    places = (
        facility(finess=HOSPITAL[1:], name="HOPITAL", sector="SA01", mailboxes=hospital),
        facility(finess=PHARMACY[1:], name="PHARMACIE", sector="SA33", mailboxes=pharmacy),
        facility(finess=CLOSED_PHARMACY[1:], name="FERMEE", sector="SA33", open=False),
        facility(finess=BOXLESS[1:], name="CABINET", sector="SA07"),
        facility(
            finess=None,
            structure=PRACTICE,
            name="CABINET DU LION",
            sector="SA07",
            mailboxes=[_box("ORG", "cabinet@lion.mssante.fr")],
        ),
    )
    for person in people:
        directory.register_professional(person, OPERATOR)
    for place in places:
        directory.register_facility(place, OPERATOR)
    directory.deactivate(Deactivate(request_id=uuid4(), national_id=RETIRED), OPERATOR)
    common = settings_in(folder)
    professionals, facilities, mailboxes = (
        open_documents(common, "directory", view)
        for view in (Professionals, Facilities, MailboxHolders)
    )
    catch_up(directory, View(MailboxHolders(directory.secret), mailboxes))
    return Registers(
        directory=directory,
        searches=(
            ProfessionalSearch(professionals, directory, directory.codes),
            FacilitySearch(facilities, directory, directory.codes),
            HolderSearch(mailboxes, directory),
        ),
    )
