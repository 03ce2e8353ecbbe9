"""The settings of a service that runs in one folder, without a process of its own."""

from pathlib import Path
from typing import Any

from shared.kernel.common import CommonSettings


def settings_in(folder: Path, **others: Any) -> CommonSettings:
    """Its stores are in ``folder``; ``others``: what a test says beside it."""
    return CommonSettings(
        environment="development",
        amqp_uri="",
        service_keys_dir=folder,
        issuers_file=folder / "issuers.json",
        data_dir=folder,
        **others,
    )
