"""Use cases of the catalogue: one public method each, named like its RPC."""

from services.catalogue.application.connecting import Connecting
from services.catalogue.application.due import Due
from services.catalogue.application.listing import ServiceLife


class Catalogue(ServiceLife, Connecting, Due):
    name = "catalogue"
