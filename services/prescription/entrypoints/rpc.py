"""Answers the calls of the contract."""

from services.prescription.bootstrap import served
from services.prescription.contract import CONTRACT
from shared.rpc.serve import serve

SERVICE = serve(CONTRACT, served)
