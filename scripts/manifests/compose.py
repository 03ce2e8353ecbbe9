"""``deploy/compose.yaml``: one machine with the stores of production.

What is secret comes from the folder that ``carnet ops prepare`` fills; nothing secret is here.
"""

from typing import Any

from scripts.manifests.wiring import Wiring, all_wiring

Json = dict[str, Any]
PRIVATE = "./private"
HTTP = 8080
SMTP = "smtp"
"""The entrypoint that takes mail in."""
IMAGES = {
    "rabbitmq": "rabbitmq:4.1-management",
    "postgresql": "postgres:15-bookworm",
    "mongodb": "mongo:8.0",
    "objects": "chrislusf/seaweedfs:4.00",
    "prometheus": "prom/prometheus:v3.5.0",
    "grafana": "grafana/grafana:12.1.0",
}
"""By tag; an operator pins each by digest through the variable of its name (``RABBITMQ_IMAGE``)."""
STORES = ("rabbitmq", "postgresql", "mongodb", "objects")
LOCKED = {
    "read_only": True,
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges:true"],
    "tmpfs": ["/tmp:mode=1777,size=64m"],  # noqa: S108 - a file system of the container's own
}
READY = f"import urllib.request as u; u.urlopen('http://127.0.0.1:{HTTP}/ready', timeout=4)"


def compose() -> Json:
    services = {
        name: _service(wired, entrypoints)
        for wired in all_wiring()
        for name, entrypoints in containers(wired).items()
    }
    return {
        "name": "carnet",
        "services": _stores()
        | {"migrate": _migrate(), "operator": _operator()}
        | services
        | _telemetry(),
        "networks": {"inside": {"internal": True}, "outside": {}},
        "volumes": {name: {} for name in (*STORES, "prometheus", "grafana")},
    }


def containers(wired: Wiring) -> dict[str, list[str]]:
    """By container: the entrypoints in it."""
    shared = [entrypoint for entrypoint in wired.entrypoints if entrypoint not in wired.alone]
    others = {f"{wired.service}-{name}": [name] for name in sorted(wired.alone)}
    return {wired.service: shared} | others


def _service(wired: Wiring, entrypoints: list[str]) -> Json:
    needs: Json = {name: {"condition": "service_healthy"} for name in STORES}
    needs["migrate"] = {"condition": "service_completed_successfully"}
    if wired.service != "keyring":  # whom every other one asks for keys when it starts
        needs["keyring"] = {"condition": "service_healthy"}
    secret = [f"{PRIVATE}/kek:/run/carnet/kek:ro"] if wired.service == "keyring" else []
    mail: Json = {"networks": ["inside", "outside"]} if wired.sends_mail else {}
    if SMTP in entrypoints:
        secret += [f"{PRIVATE}/smtp:/run/carnet/smtp:ro"]
        mail["ports"] = ["${CARNET_SMTP_PORT:-127.0.0.1:2525}:2525"]
    return {
        **_ours(wired.service),
        **mail,
        "command": [f"{wired.service}.{entrypoint}" for entrypoint in entrypoints],
        "volumes": [f"{PRIVATE}/keys/{wired.service}:/run/carnet/keys:ro", *_common(), *secret],
        "depends_on": needs,
        "healthcheck": _health(["CMD", "python", "-c", READY], start="60s"),
        "restart": "unless-stopped",
        "stop_grace_period": "40s",
        "mem_limit": "1g",
        "pids_limit": 200,
    }


def _migrate() -> Json:
    """Alone has the owner's credentials; ends before a service starts."""
    return {
        **_ours("migrate"),
        "command": ["ops", "migrate"],
        "volumes": [f"{PRIVATE}/keys/all:/run/carnet/keys:ro", *_common(),
                    f"{PRIVATE}/pgpass:/run/carnet/pgpass:ro",
                    f"{PRIVATE}/kek:/run/carnet/kek:ro"],
        "depends_on": {n: {"condition": "service_healthy"} for n in STORES if n != "rabbitmq"},
        "restart": "no",
    }  # fmt: skip


def _operator() -> Json:
    """Not started with the others: `docker compose run --rm operator` adds a set of backups, and
    with words behind it does what they say."""
    migrate = _migrate()
    return {
        **migrate,
        "env_file": [f"{PRIVATE}/env/common", f"{PRIVATE}/env/operator"],
        "profiles": ["operator"],
        "command": ["ops", "backup", "/backups"],
        "volumes": [*migrate["volumes"], f"{PRIVATE}/backups:/backups"],
    }


def _ours(name: str) -> Json:
    return {
        "image": "${CARNET_IMAGE:-carnet:latest}",
        "build": {"context": "..", "dockerfile": "deploy/Dockerfile"},
        "user": "10001:10001",
        "env_file": [f"{PRIVATE}/env/common", f"{PRIVATE}/env/{name}"],
        "networks": ["inside"],
        **LOCKED,
    }


def _common() -> list[str]:
    return [f"{PRIVATE}/issuers.json:/run/carnet/issuers.json:ro"]


def _health(test: list[str], start: str = "20s") -> Json:
    return {"test": test, "interval": "10s", "timeout": "5s", "retries": 12, "start_period": start}


def _store(name: str, *, mounts: list[str], data: str, test: list[str], **more: Any) -> Json:
    variable = f"{name.upper()}_IMAGE"
    return {
        "image": f"${{{variable}:-{IMAGES[name]}}}",
        "volumes": [f"{name}:{data}", *mounts],
        "healthcheck": _health(test),
        "networks": ["inside"],
        "security_opt": ["no-new-privileges:true"],
        "restart": "unless-stopped",
        "stop_grace_period": "60s",
        **more,
    }


def _stores() -> Json:
    shell = "CMD-SHELL"
    member = '{_id:"carnet",members:[{_id:0,host:"mongodb:27017"}]}'
    replica_set = f"db.hello().isWritablePrimary || rs.initiate({member}).ok"
    return {
        "rabbitmq": _store(
            "rabbitmq",
            mounts=[f"{PRIVATE}/rabbitmq:/etc/rabbitmq/carnet:ro",
                    "./rabbitmq/rabbitmq.conf:/etc/rabbitmq/conf.d/10-carnet.conf:ro",
                    "./rabbitmq/enabled_plugins:/etc/rabbitmq/enabled_plugins:ro"],
            data="/var/lib/rabbitmq",
            test=["CMD", "rabbitmq-diagnostics", "-q", "check_local_alarms"],
            hostname="rabbitmq",
            networks=["inside", "outside"],
            ports=["${CARNET_AMQP_PORT:-127.0.0.1:5672}:5672"],
        ),
        "postgresql": _store(
            "postgresql",
            mounts=[f"{PRIVATE}/postgresql:/docker-entrypoint-initdb.d:ro"],
            data="/var/lib/postgresql/data",
            test=[shell, "pg_isready -q -U postgres -d carnet_vault"],
            env_file=[f"{PRIVATE}/env/postgresql"],
            command=["-c", "synchronous_commit=on", "-c", "max_connections=500",
                     "-c", "wal_level=replica"],
            shm_size="256m",
        ),
        "mongodb": _store(
            "mongodb",
            mounts=[f"{PRIVATE}/mongodb:/docker-entrypoint-initdb.d:ro",
                    f"{PRIVATE}/mongodb-keyfile:/run/carnet/mongodb-keyfile:ro"],
            data="/data/db",
            test=[shell, ('mongosh -u admin -p "$$MONGO_INITDB_ROOT_PASSWORD" --quiet '
                  f"--eval '{replica_set}' | grep -qE 'true|1'")],
            env_file=[f"{PRIVATE}/env/mongodb"],
            command=["--replSet", "carnet", "--keyFile", "/run/carnet/mongodb-keyfile",
                     "--bind_ip_all"],
        ),
        "objects": _store(
            "objects",
            mounts=[f"{PRIVATE}/objects:/etc/seaweedfs:ro"],
            data="/data",
            test=[shell, "wget -q -O /dev/null http://127.0.0.1:8333/status"],
            command=["mini", "-dir=/data", "-s3.config=/etc/seaweedfs/identities.json",
                     "-s3.autoCreateBucket=false", "-s3.allowDeleteBucketNotEmpty=false",
                     "-master.telemetry=false"],
            env_file=[f"{PRIVATE}/env/objects"],
        ),
    }  # fmt: skip


def _telemetry() -> Json:
    return {
        "prometheus": {
            "image": f"${{PROMETHEUS_IMAGE:-{IMAGES['prometheus']}}}",
            "volumes": ["prometheus:/prometheus", "./prometheus:/etc/prometheus:ro"],
            "networks": ["inside"],
            "restart": "unless-stopped",
            **LOCKED,
        },
        "grafana": {
            "image": f"${{GRAFANA_IMAGE:-{IMAGES['grafana']}}}",
            "env_file": [f"{PRIVATE}/env/grafana"],
            "volumes": ["grafana:/var/lib/grafana", "./grafana:/etc/grafana/provisioning:ro"],
            "networks": ["inside", "outside"],
            "ports": ["${CARNET_GRAFANA_PORT:-127.0.0.1:3000}:3000"],
            "depends_on": ["prometheus"],
            "restart": "unless-stopped",
            **LOCKED,
        },
    }


def scrapes() -> Json:
    """Prometheus's own file: every service, and the broker queue by queue."""
    ours = [f"{name}:{HTTP}" for wired in all_wiring() for name in containers(wired)]
    queues = {"family": ["queue_coarse_metrics"]}
    return {
        "global": {"scrape_interval": "15s", "evaluation_interval": "15s"},
        "rule_files": ["alerts.yaml"],
        "scrape_configs": [
            {"job_name": "carnet", "static_configs": [{"targets": ours}]},
            _scrape("rabbitmq"),
            _scrape("rabbitmq-queues") | {"metrics_path": "/metrics/detailed", "params": queues},
        ],
    }


def _scrape(job: str) -> Json:
    return {"job_name": job, "static_configs": [{"targets": ["rabbitmq:15692"]}]}
