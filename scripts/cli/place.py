"""The folder of one Carnet: its keys, its settings, its data. All of it private to its owner."""

import json
import secrets
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scripts.cli.processes import ROOT, SERVICES
from scripts.machine.files import private_folder, write_private
from shared.auth.development import DevelopmentIssuer
from shared.auth.service_keys import generate_service_keys
from shared.kernel.clock import ShiftedClock

DEFAULT = ROOT / "var" / "carnet"
KEK_BYTES = 32
READ_ONLY = "CARNET_READ_ONLY"


@dataclass(frozen=True)
class Place:
    home: Path

    @property
    def environment_file(self) -> Path:
        """All ``CARNET_*`` settings of the services, in a form that a shell can source."""
        return self.home / "environment"

    @property
    def clock(self) -> ShiftedClock:
        """Shared with the services: seconds written in this file move the time of all."""
        return ShiftedClock(self.home / "clock")

    @property
    def issuer(self) -> DevelopmentIssuer:
        """Signs tokens for sample people; the services of this place take them."""
        return DevelopmentIssuer.at(self.home / "keys" / "development-issuer.pem", self.clock)

    def make_keys(self) -> None:
        """Make what is missing and keep what is there: a new key would orphan all data."""
        keys = private_folder(private_folder(self.home) / "keys")
        kek = keys / "key-encryption-key"
        if not kek.exists():
            write_private(kek, secrets.token_hex(KEK_BYTES) + "\n")
        generate_service_keys(keys / "services", SERVICES)
        write_private(keys / "issuers.json", json.dumps([self.issuer.entry()], indent=2))

    def write_environment(self, servers: Mapping[str, str | None]) -> None:
        """``servers``: the settings that say where broker and object store are, and those of this
        place that shall be others; ``None``: left as the program has it. An emergency goes on."""
        keys = self.home.resolve() / "keys"
        settings: dict[str, str | None] = {
            "CARNET_ENVIRONMENT": "development",
            "CARNET_DATA_DIR": str(private_folder(self.home / "data").resolve()),
            "CARNET_CLOCK_FILE": str(self.home.resolve() / "clock"),
            "CARNET_KEK_FILE": str(keys / "key-encryption-key"),
            "CARNET_SERVICE_KEYS_DIR": str(keys / "services"),
            "CARNET_ISSUERS_FILE": str(keys / "issuers.json"),
            READ_ONLY: "true" if self.settings().get(READ_ONLY) == "true" else None,
            **servers,
        }
        given = {name: value for name, value in settings.items() if value is not None}
        lines = [f"{name}={shlex.quote(value)}\n" for name, value in given.items()]
        write_private(self.environment_file, "".join(lines))

    def settings(self) -> dict[str, str]:
        """What the environment file says; empty when Carnet was never up here."""
        if not self.environment_file.exists():
            return {}
        words = shlex.split(self.environment_file.read_text())
        return {name: value for name, _, value in (word.partition("=") for word in words)}
