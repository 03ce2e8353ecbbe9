import json
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def argon2020() -> dict[str, Any]:
    """Proofs that a public log of nearly a thousand million leaves once served."""
    file = Path(__file__).parent / "vectors" / "argon2020.json"
    answer: dict[str, Any] = json.loads(file.read_text())
    return answer
