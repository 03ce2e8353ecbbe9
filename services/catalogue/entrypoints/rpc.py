"""Answers the calls of the contract."""

from services.catalogue.bootstrap import served
from services.catalogue.contract import CONTRACT
from shared.rpc.serve import serve

SERVICE = serve(CONTRACT, served)
