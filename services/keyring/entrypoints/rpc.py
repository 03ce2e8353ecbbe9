"""Answers the calls of the contract."""

from services.keyring.bootstrap import served
from services.keyring.contract import CONTRACT
from shared.rpc.serve import serve

SERVICE = serve(CONTRACT, served)
