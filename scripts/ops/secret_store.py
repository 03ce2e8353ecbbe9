"""What the ExternalSecrets of ``k8s/`` look for: a JSON file of values for each path they name.

``FOLDER/carnet/vault/settings.json`` is what ``carnet/vault/settings`` of the operator's store of
secrets holds, each value under its property. The names of the stores are those of ``k8s/base``.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from scripts.cli.processes import SERVICES
from scripts.machine.files import private_folder, write_private
from scripts.manifests.broker import MONITOR, OPERATOR, VHOST
from scripts.manifests.postgresql import BACKUP, database_of, owner_of
from scripts.manifests.wiring import wiring

Values = dict[str, str]
DOMAIN = "carnet.svc"
TLS = "sslmode=verify-full"
"""Whose certificates are believed is in the ConfigMap (``PGSSLROOTCERT``, ``SSL_CERT_FILE``)."""
MIGRATION = "migrate"
"""Who makes buckets."""
MAIL_EDGE = ("tls.crt", "tls.key", "ca.crt")


def write_values(home: Path, passwords: Mapping[str, str]) -> None:
    """From what was prepared in ``home``. The certificates of the mail edge are the operator's:
    they are taken along once they are there."""
    for path, values in _all(home, passwords).items():
        file = home / "secret-store" / f"{path}.json"
        private_folder(file.parent)
        write_private(file, json.dumps(values, indent=1) + "\n")


def _all(home: Path, passwords: Mapping[str, str]) -> dict[str, Values]:
    made = {
        "carnet/keyring/kek": {"kek": (home / "kek").read_text()},
        "carnet/broker/definitions": {
            "definitions.json": (home / "rabbitmq" / "definitions.json").read_text()
        },
        "carnet/broker/monitor": {
            "host": f"https://{MONITOR}:{passwords[MONITOR]}@rabbitmq.{DOMAIN}:15671/"
        },
        "carnet/mongodb/admin": {"password": passwords["mongodb"]},
        "carnet/postgresql/backup": {"access-key": BACKUP, "secret-key": passwords[BACKUP]},
        "carnet/backup/settings": _of_all(
            BACKUP, passwords[BACKUP], _objects(BACKUP, passwords[BACKUP])
        ),
        "carnet/operator/settings": {
            **_of_all(owner_of("{service}"), None, _objects(MIGRATION, passwords["objects"])),
            "CARNET_AMQP_URI": _broker(OPERATOR, passwords[OPERATOR]),
            "PGPASSFILE": "/tmp/pgpass",  # noqa: S108 - of the pod's own; see its description
        },
        "carnet/operator/passwords": {"pgpass": (home / "pgpass").read_text()},
    }
    for service in SERVICES:
        key = f"{service}.key"
        made[f"carnet/{service}/key"] = {key: (home / "keys" / service / key).read_text()}
        made[f"carnet/{service}/settings"] = _settings(service, service, passwords)
        made[f"carnet/{service}/migration"] = _of_migration(service, passwords)
    edge = {name: home / "smtp" / name for name in MAIL_EDGE}
    if all(file.exists() for file in edge.values()):
        made["carnet/messaging/smtp"] = {name: file.read_text() for name, file in edge.items()}
    return made


def _of_migration(service: str, passwords: Mapping[str, str]) -> Values:
    """As the owner of the tables, and as who may make a bucket."""
    given = _settings(service, owner_of(service), passwords)
    makes = _objects(MIGRATION, passwords["objects"]) if wiring(service).keeps_objects else {}
    return given | makes


def _settings(service: str, role: str, passwords: Mapping[str, str]) -> Values:
    """``role``: of the database."""
    objects = _objects(service, passwords[service]) if wiring(service).keeps_objects else {}
    options = "authSource=admin&replicaSet=mongodb&w=majority&tls=true"
    user = f"{service}:{passwords[service]}"
    return {
        "CARNET_AMQP_URI": _broker(service, passwords[service]),
        "CARNET_POSTGRES_DSN": _database(role, passwords[role], database_of(service)),
        "CARNET_MONGODB_URI": f"mongodb://{user}@mongodb-svc.{DOMAIN}/carnet?{options}",
        **objects,
    }


def _of_all(role: str, password: str | None, objects: Values) -> Values:
    """Of who works on all databases. A backup asks no broker: the address says where there is one,
    and nobody's password. ``None``: libpq finds passwords in a file."""
    return {
        "CARNET_AMQP_URI": f"amqps://rabbitmq.{DOMAIN}:5671/{VHOST}",
        "CARNET_POSTGRES_DSN": _database(role, password, database_of("{service}")),
        **objects,
    }


def _broker(user: str, password: str) -> str:
    return f"amqps://{user}:{password}@rabbitmq.{DOMAIN}:5671/{VHOST}"


def _database(role: str, password: str | None, name: str) -> str:
    user = f"{role}:{password}" if password else role
    return f"postgresql://{user}@postgresql-rw.{DOMAIN}/{name}?{TLS}"


def _objects(name: str, secret: str) -> Values:
    return {
        "CARNET_S3_ENDPOINT": f"https://objects.{DOMAIN}",
        "CARNET_S3_ACCESS_KEY": name,
        "CARNET_S3_SECRET_KEY": secret,
    }
