"""What an operator says of one professional or facility."""

from datetime import date

from services.directory.contract.parts import (
    Description,
    FacilityDescription,
    NationalId,
    OfFacility,
)
from shared.rpc.contract import Command


class RegisterProfessional(Command, Description):
    """Registers, changes what differs, or takes back one who was deactivated. What is not given
    of agreement, skills, diplomas and mailboxes stays as it was.
    """

    national_id: NationalId


class RegisterFacility(Command, FacilityDescription, OfFacility):
    """Registers, or changes what differs. Mailboxes and what FINESS says beside stay as they were
    when they are not given."""


class EnrolFacility(Command, OfFacility):
    consults_from: date


class Deactivate(Command):
    national_id: NationalId
