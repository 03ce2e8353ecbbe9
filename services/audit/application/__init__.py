"""Use cases of audit: one public method each, named like its RPC."""

from services.audit.application.journal import Journals
from services.audit.application.log import Outside
from services.audit.application.mandates import Mandates
from services.audit.application.proving import Proving

__all__ = ["Audit", "Outside"]


class Audit(Journals, Proving, Mandates):
    name = "audit"  # the library names each subclass anew
