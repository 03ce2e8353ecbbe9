"""Answers the calls of the contract."""

from services.notification.bootstrap import served
from services.notification.contract import CONTRACT
from shared.rpc.serve import serve

SERVICE = serve(CONTRACT, served)
