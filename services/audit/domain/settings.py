"""What an operator may choose of audit."""

from dataclasses import dataclass
from pathlib import Path

BUCKET = "audit"


@dataclass(frozen=True, kw_only=True)
class AuditSettings:
    """Read as ``CARNET_AUDIT_<FIELD>``."""

    origin: str = "carnet.localhost/log"
    """Name of the log, for ever: by custom the address its files are served at, without scheme."""
    log_key_file: Path | None = None
    """Ed25519 private key (PEM) that signs checkpoints; the service's own key when unset."""
    log_key_former_file: Path | None = None
    """The key before it: signs too, until every service and witness has heard of the new one."""
    witnesses_file: Path | None = None
    """Public keys of witnesses, one a line (c2sp.org/tlog-cosignature, Ed25519); nobody else's
    cosignatures are kept."""
    checkpoint_seconds: float = 2.0
    """Between two looks for leaves that no checkpoint covers yet."""
