"""Answers the calls of the contract."""

from services.identity.bootstrap import served
from services.identity.contract import CONTRACT
from shared.rpc.serve import serve

SERVICE = serve(CONTRACT, served)
