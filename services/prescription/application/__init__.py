"""Use cases of prescription: one public method each, named like its RPC."""

from services.prescription.application.dispensing import Dispensing
from services.prescription.application.issuing import Issuing
from services.prescription.application.reading import Reading


class Prescriptions(Issuing, Dispensing, Reading):
    name = "prescription"
