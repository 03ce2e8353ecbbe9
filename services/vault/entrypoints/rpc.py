"""Answers the calls of the contract."""

from services.vault.bootstrap import served
from services.vault.contract import CONTRACT
from shared.rpc.serve import serve

SERVICE = serve(CONTRACT, served)
