"""Use cases of the vault: one public method each, named like its RPC."""

from services.vault.application.checking import Checking
from services.vault.application.depositing import Deposits
from services.vault.application.digests import Digests
from services.vault.application.life import Life
from services.vault.application.reading import Reading


class Vault(Deposits, Life, Digests, Reading, Checking):
    name = "vault"
