"""Secrets of an installation of its own: made once, kept, put where each part looks for its own."""

import json
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from scripts.cli.processes import SERVICES
from scripts.machine.files import private_folder, write_private
from scripts.manifests.broker import OPERATOR, VHOST, definitions, users
from scripts.manifests.compose import HTTP, STORES
from scripts.manifests.postgresql import BACKUP, database_of, owner_of, roles
from scripts.manifests.wiring import wiring
from scripts.ops.env_files import Environment, complete, read
from scripts.ops.parts import DryRun
from scripts.ops.secret_store import MIGRATION, write_values
from shared.auth.service_keys import generate_service_keys

OTHERS = ("postgres", "mongodb", "objects", "grafana", BACKUP)
MOUNTED = "/run/carnet"

RELAY = "mail-relay:587"
RELAYS = ("CARNET_MESSAGING_RELAY", "CARNET_NOTIFICATION_RELAY")
PLACES = "CARNET_HOSTING_PLACES"


def prepare(
    folder: Annotated[Path, typer.Argument(help="Where to keep them; private to its owner.")],
    relay: Annotated[
        str | None,
        typer.Option(
            metavar="HOST:PORT",
            help="The server that mail goes out through (STARTTLS).",
            show_default=f"the one that is set; {RELAY} at first",
        ),
    ] = None,
    dry_run: DryRun = False,
) -> None:
    """Make the keys, passwords and settings that deploy/compose.yaml mounts, and the values that
    the ExternalSecrets of k8s/ look for: FOLDER/secret-store/PATH.json holds those of PATH.

    Safe to repeat: what is there is kept, since a new key would orphan all data; so are settings
    that you put into FOLDER/env. Which containers' users are to own what of it afterwards is in
    docs/operating.md.
    """
    if dry_run:
        typer.echo(f"{folder}: keys and passwords of {len(SERVICES)} services would be made")
        return
    home = private_folder(folder)
    passwords = _passwords(home)
    _keys(home)
    _broker(home, passwords)
    _databases(home, passwords)
    private_folder(home / "backups")
    private_folder(home / "smtp")  # for tls.crt, tls.key and ca.crt of the mail edge
    files = home / "env"
    mail = _of_relay(read(files / "common"), relay)
    for name, environment in _environments(passwords, mail).items():
        complete(files / name, environment, mail if relay and name == "common" else {})
    write_values(home, passwords)
    typer.echo(f"{folder}: ready for deploy/compose.yaml; {folder}/secret-store for Kubernetes")


def _passwords(home: Path) -> dict[str, str]:
    file = home / "passwords.json"
    kept: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    names = {*users(), *OTHERS, *(owner_of(service) for service in SERVICES)}
    made = kept | {name: secrets.token_hex(24) for name in sorted(names - kept.keys())}
    write_private(file, json.dumps(made, indent=1))
    return made


def _keys(home: Path) -> None:
    """Each service sees its own private key and everybody's public ones; a migration, which
    builds all services, sees all."""
    everything = home / "keys" / "all"
    private_folder(home / "keys")
    generate_service_keys(everything, SERVICES)
    for service in SERVICES:
        own = private_folder(home / "keys" / service)
        write_private(own / f"{service}.key", (everything / f"{service}.key").read_text())
        for public in everything.glob("*.pub"):
            write_private(own / public.name, public.read_text())
    if not (home / "kek").exists():
        write_private(home / "kek", secrets.token_hex(32) + "\n")
    if not (home / "issuers.json").exists():
        write_private(home / "issuers.json", "[]\n")
    if not (home / "mongodb-keyfile").exists():
        write_private(home / "mongodb-keyfile", secrets.token_hex(128) + "\n")


def _broker(home: Path, passwords: Mapping[str, str]) -> None:
    file = private_folder(home / "rabbitmq") / "definitions.json"
    write_private(file, json.dumps(definitions({u: passwords[u] for u in users()}), indent=1))


def _databases(home: Path, passwords: Mapping[str, str]) -> None:
    names = [BACKUP, *(n for service in SERVICES for n in (service, owner_of(service)))]
    given = "".join(f"\\set {name} '{passwords[name]}'\n" for name in names)
    write_private(private_folder(home / "postgresql") / "10-roles.sql", given + roles())
    owners = [f"*:*:*:{owner_of(s)}:{passwords[owner_of(s)]}\n" for s in SERVICES]
    write_private(home / "pgpass", "".join(owners))
    made = [_mongo_user(service, passwords[service]) for service in SERVICES]
    write_private(private_folder(home / "mongodb") / "10-users.js", "\n".join(made) + "\n")
    keeping = [service for service in SERVICES if wiring(service).keeps_objects]
    identities = [_s3_identity(name, passwords[name], _own(name, WRITER)) for name in keeping]
    copied = [action for name in keeping for action in _own(name, READER)]
    archive = _own("postgresql", WRITER)
    identities.append(_s3_identity(BACKUP, passwords[BACKUP], [*copied, *archive]))
    identities.append(_s3_identity(MIGRATION, passwords["objects"], ["Admin", *WRITER]))
    file = private_folder(home / "objects") / "identities.json"
    write_private(file, json.dumps({"identities": identities}, indent=1))


def _mongo_user(service: str, password: str) -> str:
    user = {
        "user": service,
        "pwd": password,
        "roles": [{"role": "readWrite", "db": database_of(service)}],
    }
    return f'db.getSiblingDB("admin").createUser({json.dumps(user)});'


READER = ("Read", "List")
WRITER = (*READER, "Write", "Tagging")


def _own(name: str, actions: Sequence[str]) -> list[str]:
    return [f"{action}:carnet-{name}" for action in actions]


def _s3_identity(name: str, secret: str, actions: Sequence[str]) -> dict[str, object]:
    """A service has its own bucket, the migration makes them, a backup reads them and keeps the
    archive of PostgreSQL."""
    return {
        "name": name,
        "credentials": [{"accessKey": name, "secretKey": secret}],
        "actions": list(actions),
    }


def _of_relay(there: Environment, relay: str | None) -> Environment:
    """Mail goes out through it, so its host is declared, in the place of the former one's."""
    former = {there[name].partition(":")[0] for name in RELAYS if name in there}
    places = there.get(PLACES, ",".join(STORES)).split(",")
    given = relay or there.get(RELAYS[0], RELAY)
    declared = [*(place for place in places if place not in former), given.partition(":")[0]]
    return {PLACES: ",".join(declared), **dict.fromkeys(RELAYS, given)}


def _environments(passwords: Mapping[str, str], mail: Environment) -> dict[str, Environment]:
    common = {
        "CARNET_ENVIRONMENT": "production",
        **mail,
        "CARNET_MESSAGING_SMTP_HOST": "0.0.0.0",  # noqa: S104 - of the container's own network
        "CARNET_MESSAGING_SMTP_CERT_FILE": f"{MOUNTED}/smtp/tls.crt",
        "CARNET_MESSAGING_SMTP_KEY_FILE": f"{MOUNTED}/smtp/tls.key",
        "CARNET_MESSAGING_SMTP_CLIENTS_CA_FILE": f"{MOUNTED}/smtp/ca.crt",
        "CARNET_NOTIFICATION_SPOOL_DIR": "/tmp/notices",  # noqa: S108 - of the container's own
        "CARNET_ISSUERS_FILE": f"{MOUNTED}/issuers.json",
        "CARNET_SERVICE_KEYS_DIR": f"{MOUNTED}/keys",
        "CARNET_HTTP_PORT": str(HTTP),
        "CARNET_TELEMETRY_HTTP_HOST": "0.0.0.0",  # noqa: S104 - of the container's own network
    }
    services = {service: _of_service(service, passwords) for service in SERVICES}
    return {
        "common": common,
        **services,
        "migrate": _of_migration(passwords),
        "operator": _of_migration(passwords) | {"CARNET_AMQP_URI": _broker_of(OPERATOR, passwords)},
        "postgresql": {"POSTGRES_PASSWORD": passwords["postgres"]},
        "mongodb": {
            "MONGO_INITDB_ROOT_USERNAME": "admin",
            "MONGO_INITDB_ROOT_PASSWORD": passwords["mongodb"],
        },
        "objects": {name: secrets.token_hex(32) for name in SIGNING_KEYS},
        "grafana": {"GF_SECURITY_ADMIN_PASSWORD": passwords["grafana"]},
    }


SIGNING_KEYS = tuple(
    f"WEED_JWT_{part}_KEY"
    for part in ("SIGNING", "SIGNING_READ", "FILER_SIGNING", "FILER_SIGNING_READ")
)
"""Without them the object store's inner ports serve its data to anyone; new ones do no harm."""


def _of_service(service: str, passwords: Mapping[str, str]) -> Environment:
    password = passwords[service]
    database = database_of(service)
    kek = {"CARNET_KEK_FILE": f"{MOUNTED}/kek"} if service == "keyring" else {}
    objects = _objects(service, password) if wiring(service).keeps_objects else {}
    return {
        "CARNET_AMQP_URI": _broker_of(service, passwords),
        "CARNET_POSTGRES_DSN": f"postgresql://{service}:{password}@postgresql/{database}",
        "CARNET_MONGODB_URI": _mongo(service, password),
        **objects,
        **kek,
    }


def _of_migration(passwords: Mapping[str, str]) -> dict[str, str]:
    """One address for all: the owners' passwords come from a file that libpq reads."""
    return {
        "CARNET_AMQP_URI": "amqp://rabbitmq:5672/",
        "CARNET_POSTGRES_DSN": "postgresql://{service}_owner@postgresql/carnet_{service}",
        "CARNET_MONGODB_URI": f"mongodb://admin:{passwords['mongodb']}@mongodb/carnet"
        "?authSource=admin&replicaSet=carnet",
        "CARNET_KEK_FILE": f"{MOUNTED}/kek",
        "PGPASSFILE": f"{MOUNTED}/pgpass",
        **_objects(MIGRATION, passwords["objects"]),
    }


def _broker_of(user: str, passwords: Mapping[str, str]) -> str:
    return f"amqp://{user}:{passwords[user]}@rabbitmq:5672/{VHOST}"


def _mongo(service: str, password: str) -> str:
    """Its database is the family's name and its own: see ``shared.stores.views``."""
    options = "authSource=admin&replicaSet=carnet&w=majority"
    return f"mongodb://{service}:{password}@mongodb/carnet?{options}"


def _objects(name: str, secret: str) -> Environment:
    return {
        "CARNET_S3_ENDPOINT": "http://objects:8333",
        "CARNET_S3_ACCESS_KEY": name,
        "CARNET_S3_SECRET_KEY": secret,
    }
