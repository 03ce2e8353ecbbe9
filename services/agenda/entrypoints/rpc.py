"""Answers the calls of the contract."""

from services.agenda.bootstrap import served
from services.agenda.contract import CONTRACT
from shared.rpc.serve import serve

SERVICE = serve(CONTRACT, served)
