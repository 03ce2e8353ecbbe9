"""What the story counts: the lines of ``summary.json``."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass
class Tally:
    documents_seen: int = 0
    documents_deposited: int = 0
    duplicates_refused: int = 0
    replacements: int = 0
    documents_opened: int = 0
    accesses_refused: int = 0
    journal_entries: int = 0
    log_size: int = 0
    log_verified: bool = False
    decisions_redecided: int = 0
    decisions_differing: int = 0
    tampering_found: int = 0
    """Things changed in a copy that the auditor found; 2 were changed."""
    tampering_named: list[str] = field(default_factory=list)
    seconds: float = 0.0
    documents_relabelled: int = 0
    """Samples that carried the production OID for people who do not exist."""
    documents_not_taken: dict[str, str] = field(default_factory=dict)

    def write(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=2) + "\n")
