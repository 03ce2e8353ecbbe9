"""What stands around a service's processes: network, secrets, scaling, monitoring, migration."""

from typing import Any

from scripts.manifests.kubernetes.workloads import HTTP, SMTP_PORT, container, labels, metadata, pod
from scripts.manifests.wiring import Wiring

Json = dict[str, Any]
STORE_PORTS = {"rabbitmq": 5671, "postgresql": 5432, "mongodb": 27017}
OBJECTS_PORT = 443
RELAY_PORT = 587
"""Submission with STARTTLS, as our mail leaves; on 465 a server waits for TLS at once."""
TELEMETRY_PORT = 4318
MONITORING = {"kubernetes.io/metadata.name": "monitoring"}
KEPT_AFTER = 24 * 3600
"""Seconds a Job that has ended can still be looked at."""


def network_policy(wired: Wiring) -> Json:
    """Beyond the namespace's deny-all: its stores, telemetry, and Prometheus that comes to it.

    Services have no address for one another: they meet at the broker.
    """
    egress = [_to_store(name, port) for name, port in STORE_PORTS.items()]
    if wired.keeps_objects:
        egress.append(_to(_labelled({"carnet.fr/store": "objects"}), OBJECTS_PORT))
    if wired.sends_mail:
        egress.append(_to(_labelled({"carnet.fr/store": "mail-relay"}), RELAY_PORT))
    egress.append(_to([{"namespaceSelector": {"matchLabels": MONITORING}}], TELEMETRY_PORT))
    scraped = {
        "from": [{"namespaceSelector": {"matchLabels": MONITORING}}],
        "ports": [{"protocol": "TCP", "port": HTTP}],
    }
    ingress = [scraped]
    if "smtp" in wired.entrypoints:
        mail = [{"namespaceSelector": {"matchLabels": {"carnet.fr/mail": "true"}}}]
        ingress.append({"from": mail, "ports": [{"protocol": "TCP", "port": SMTP_PORT}]})
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": metadata(wired.service, wired.service),
        "spec": {
            "podSelector": {"matchLabels": labels(wired.service)},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": ingress,
            "egress": egress,
        },
    }


def _to_store(name: str, port: int) -> Json:
    return _to(_labelled({"carnet.fr/store": name}), port)


def _labelled(wanted: Json) -> list[Json]:
    return [{"podSelector": {"matchLabels": wanted}}]


def _to(peers: list[Json], port: int) -> Json:
    return {"to": peers, "ports": [{"protocol": "TCP", "port": port}]}


def external_secrets(wired: Wiring) -> list[Json]:
    """Settings that are secret, and the service's private key, from the operator's vault of
    secrets; those of the owner are a migration's alone."""
    name = wired.service
    settings = ["CARNET_AMQP_URI", "CARNET_POSTGRES_DSN", "CARNET_MONGODB_URI"]
    if wired.keeps_objects:
        settings += ["CARNET_S3_ENDPOINT", "CARNET_S3_ACCESS_KEY", "CARNET_S3_SECRET_KEY"]
    made = [
        _external(f"{name}-settings", name, settings),
        _external(f"{name}-migration", name, settings, path=f"carnet/{name}/migration"),
        _external(f"{name}-key", name, [f"{name}.key"]),
    ]
    if "smtp" in wired.entrypoints:
        made.append(_external(f"{name}-smtp", name, ["tls.crt", "tls.key", "ca.crt"]))
    return [*made, _external("keyring-kek", name, ["kek"])] if name == "keyring" else made


def _external(secret: str, service: str, keys: list[str], path: str | None = None) -> Json:
    place = path or f"carnet/{service}/{secret.partition('-')[2]}"
    return {
        "apiVersion": "external-secrets.io/v1",
        "kind": "ExternalSecret",
        "metadata": metadata(secret, service),
        "spec": {
            "refreshInterval": "1h",
            "secretStoreRef": {"kind": "SecretStore", "name": "operator"},
            "target": {"name": secret, "creationPolicy": "Owner", "deletionPolicy": "Retain"},
            "data": [
                {"secretKey": key, "remoteRef": {"key": place, "property": key}} for key in keys
            ],
        },
    }


def scaling(wired: Wiring) -> Json:
    """By requests that wait, and by calls a second; the first answers a burst, the second keeps
    enough replicas under a steady load."""
    rate = f'sum(rate(carnet_rpc_calls_total{{service="{wired.service}"}}[2m]))'
    return {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "ScaledObject",
        "metadata": metadata(f"{wired.service}-rpc", wired.service, "rpc"),
        "spec": {
            "scaleTargetRef": {"name": f"{wired.service}-rpc"},
            "minReplicaCount": 2,
            "maxReplicaCount": 20,
            "cooldownPeriod": 300,
            "triggers": [
                {
                    "type": "rabbitmq",
                    "metadata": {
                        "queueName": f"rpc-{wired.service}",
                        "mode": "QueueLength",
                        "value": "20",
                        "protocol": "http",
                        "vhostName": "carnet",
                    },
                    "authenticationRef": {"name": "broker-monitor"},
                },
                {
                    "type": "prometheus",
                    "metadata": {
                        "serverAddress": "http://prometheus-operated.monitoring.svc:9090",
                        "query": rate,
                        "threshold": "100",
                    },
                },
            ],
        },
    }


def scraped(wired: Wiring) -> Json:
    """Prometheus finds the pods by this; no traffic goes through it."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata(wired.service, wired.service),
        "spec": {
            "clusterIP": "None",
            "selector": labels(wired.service),
            "ports": [{"name": "http", "port": HTTP, "targetPort": "http", "protocol": "TCP"}],
        },
    }


def mail_edge(wired: Wiring) -> Json:
    """Where the mail servers of others deliver, through a load balancer of the operator's."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata(f"{wired.service}-smtp", wired.service, "smtp"),
        "spec": {
            "selector": labels(wired.service, "smtp"),
            "ports": [{"name": "smtp", "port": 25, "targetPort": "smtp", "protocol": "TCP"}],
        },
    }


def migration(wired: Wiring) -> Json:
    """Makes tables, indexes and buckets with the owner's credentials; services only verify. Each
    try is a pod that stays, so that what it said can be read."""
    name = wired.service
    command = container(name, ["ops", "migrate", name], secret=f"{name}-migration", probed=False)
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": metadata(f"migrate-{name}", name, "migrate"),
        "spec": {
            "backoffLimit": 6,
            "activeDeadlineSeconds": 1800,
            "ttlSecondsAfterFinished": KEPT_AFTER,
            "template": {
                "metadata": {"labels": labels(name, "migrate")},
                "spec": pod(wired, [command], restart="Never"),
            },
        },
    }
