"""Answers the calls of the contract."""

from services.access.bootstrap import served
from services.access.contract import CONTRACT
from shared.rpc.serve import serve

SERVICE = serve(CONTRACT, served)
