"""Answers the calls of the contract."""

from services.directory.bootstrap import served
from services.directory.contract import CONTRACT
from shared.rpc.serve import serve

SERVICE = serve(CONTRACT, served)
