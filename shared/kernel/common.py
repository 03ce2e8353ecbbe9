"""The settings every service shares."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shared.kernel.clock import Clock, ShiftedClock, SystemClock
from shared.kernel.hosting import require_declared
from shared.kernel.ins import (
    INS_NIA,
    INS_NIR,
    INS_NIR_DEMO,
    INS_NIR_TEST,
    PRODUCTION_OIDS,
    TEST_OIDS,
)
from shared.kernel.ins_rules import InsRules
from shared.kernel.settings import SettingsError, read_settings


@dataclass(frozen=True, kw_only=True)
class CommonSettings:
    """Read as ``CARNET_<FIELD>``. Addresses are those of the operator's own machines."""

    environment: str
    """``production`` or ``development``; only the second takes sample people's tokens."""
    amqp_uri: str
    """Of RabbitMQ: ``amqps:``, with user, password, host, port and vhost."""
    service_keys_dir: Path
    """``<service>.key`` (own Ed25519 private key, PEM) and ``<service>.pub`` of each service."""
    issuers_file: Path
    """JSON list of token issuers: ``iss``, ``kid``, ``alg``, ``public_key`` (PEM), ``kinds``,
    ``development``."""
    data_dir: Path | None = None
    """Folder of the SQLite event stores and read models (one machine)."""
    postgres_dsn: str | None = None
    """Event stores on PostgreSQL; ``{service}`` stands for the service's database."""
    mongodb_uri: str | None = None
    """Read models on MongoDB; SQLite in ``data_dir`` otherwise."""
    s3_endpoint: str | None = None
    """``http(s)://host:port`` of any S3 store."""
    s3_access_key: str | None = None
    """Of a user who may use the service's own bucket."""
    s3_secret_key: str | None = None
    """Of the same."""
    s3_bucket_prefix: str = "carnet-"
    """The service's name behind it is its bucket."""
    kek_file: Path | None = None
    """Key-encryption key (keyring only): mode 0600, or as Kubernetes mounts a Secret."""
    clock_file: Path | None = None
    """Development only: seconds to add to the system's time."""
    http_port: int | None = None
    """Liveness, readiness and metrics of this process; none is served when unset."""
    ins_oids: tuple[str, ...] = ()
    """OIDs of INS accepted; by default those that fit the environment."""
    ins_strict_keys: tuple[str, ...] = (INS_NIR, INS_NIA, INS_NIR_TEST, INS_NIR_DEMO)
    """OIDs whose INS key must match its matricule. Some official samples carry false ones: leave
    the test OID out to take them."""
    hosting_places: tuple[str, ...] = ()
    """Production: the hosts that may be named by the other settings; any other refuses to boot."""
    read_only: bool = False
    """Emergency: commands are refused as ``unavailable`` but those of an emergency; reading goes
    on, and is recorded."""
    rpc_timeout: float = 10.0
    """Seconds a call between services may take."""
    rpc_workers: int = 10
    """Calls one service handles at once in this process."""
    log_level: str = "info"
    """``debug``, ``info``, ``warning`` or ``error``."""

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> "CommonSettings":
        settings = read_settings(cls, environ)
        settings._check()
        return settings

    def _check(self) -> None:
        if self.environment not in {"production", "development"}:
            raise SettingsError("CARNET_ENVIRONMENT is production or development")
        if not self.data_dir and not self.postgres_dsn:
            raise SettingsError("CARNET_DATA_DIR or CARNET_POSTGRES_DSN must be set")
        s3 = (self.s3_endpoint, self.s3_access_key, self.s3_secret_key)
        if any(s3) and not all(s3):
            raise SettingsError(
                "CARNET_S3_ENDPOINT, CARNET_S3_ACCESS_KEY and CARNET_S3_SECRET_KEY go together"
            )
        if self.production and self.clock_file:
            raise SettingsError("CARNET_CLOCK_FILE is refused in production")
        if self.production:
            require_declared(self._addresses(), frozenset(self.hosting_places))
        if foreign := self.accepted_oids - (PRODUCTION_OIDS if self.production else TEST_OIDS):
            raise SettingsError(f"CARNET_INS_OIDS: {min(foreign)} does not fit the environment")

    def _addresses(self) -> dict[str, str | None]:
        return {
            "CARNET_AMQP_URI": self.amqp_uri,
            "CARNET_POSTGRES_DSN": self.postgres_dsn,
            "CARNET_MONGODB_URI": self.mongodb_uri,
            "CARNET_S3_ENDPOINT": self.s3_endpoint,
        }

    @property
    def production(self) -> bool:
        return self.environment == "production"

    @property
    def accepted_oids(self) -> frozenset[str]:
        default = PRODUCTION_OIDS if self.production else TEST_OIDS
        return frozenset(self.ins_oids) or default

    def ins_rules(self) -> InsRules:
        return InsRules(accepted=self.accepted_oids, strict_keys=frozenset(self.ins_strict_keys))

    def clock(self) -> Clock:
        return ShiftedClock(self.clock_file) if self.clock_file else SystemClock()
