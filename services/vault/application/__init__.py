"""Use cases of the vault: one public method each, named like its RPC."""

from services.vault.application.arranging import Arranging
from services.vault.application.checking import Checking
from services.vault.application.copying import Copying
from services.vault.application.depositing import Deposits
from services.vault.application.digests import Digests
from services.vault.application.exporting import Exporting
from services.vault.application.life import Life
from services.vault.application.timed import Timed


class Vault(Deposits, Life, Timed, Arranging, Digests, Exporting, Copying, Checking):
    name = "vault"
