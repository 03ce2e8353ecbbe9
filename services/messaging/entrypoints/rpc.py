"""Answers the calls of the contract."""

from services.messaging.bootstrap import served
from services.messaging.contract import CONTRACT
from shared.rpc.serve import serve

SERVICE = serve(CONTRACT, served)
