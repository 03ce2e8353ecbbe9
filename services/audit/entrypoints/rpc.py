"""Answers the calls of the contract."""

from services.audit.bootstrap import served
from services.audit.contract import CONTRACT
from shared.rpc.serve import serve

SERVICE = serve(CONTRACT, served)
