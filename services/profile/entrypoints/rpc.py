"""Answers the calls of the contract."""

from services.profile.bootstrap import served
from services.profile.contract import CONTRACT
from shared.rpc.serve import serve

SERVICE = serve(CONTRACT, served)
