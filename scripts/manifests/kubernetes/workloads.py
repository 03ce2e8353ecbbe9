"""A Deployment for each process, with what must hold of any: see ``docs/operating.md``."""

from typing import Any

from scripts.manifests.wiring import Wiring

Json = dict[str, Any]
IMAGE = "carnet"
"""Set by the overlays: name, and in production the digest."""
HTTP = 8080
SMTP_PORT = 2525
UID = 10001
REPLICAS = {"rpc": 2, "project": 2, "follow": 2, "leaves": 2, "timers": 1, "smtp": 2}
"""All but ``rpc`` have one that leads; a second takes over within seconds."""
SPREAD = ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
RESTRICTED = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "runAsNonRoot": True,
    "capabilities": {"drop": ["ALL"]},
}
POD_SECURITY = {
    "runAsNonRoot": True,
    "runAsUser": UID,
    "runAsGroup": UID,
    "fsGroup": UID,
    "seccompProfile": {"type": "RuntimeDefault"},
}
GRACE = 40
"""Seconds to stop in: calls under way (30 s at most) end, none is taken any more."""


def labels(service: str, entrypoint: str | None = None) -> Json:
    own = {"app.kubernetes.io/part-of": "carnet", "app.kubernetes.io/name": service}
    return own | ({"app.kubernetes.io/component": entrypoint} if entrypoint else {})


def metadata(name: str, service: str, entrypoint: str | None = None) -> Json:
    return {"name": name, "labels": labels(service, entrypoint)}


def deployment(wired: Wiring, entrypoint: str) -> Json:
    name = f"{wired.service}-{entrypoint}"
    template = {
        "metadata": {"labels": labels(wired.service, entrypoint)},
        "spec": pod(wired, [container(wired.service, [f"{wired.service}.{entrypoint}"])]),
    }
    template["spec"]["topologySpreadConstraints"] = _spread(wired.service, entrypoint)
    # How many answer is KEDA's to say (see scaling): each apply would set it back.
    fixed = {} if entrypoint == "rpc" else {"replicas": REPLICAS[entrypoint]}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata(name, wired.service, entrypoint),
        "spec": {
            **fixed,
            "revisionHistoryLimit": 3,
            "selector": {"matchLabels": labels(wired.service, entrypoint)},
            "strategy": {"rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}},
            "template": template,
        },
    }


def pod(wired: Wiring, containers: list[Json], *, restart: str = "Always") -> Json:
    """``automountServiceAccountToken`` off: nothing of ours speaks to Kubernetes."""
    return {
        "serviceAccountName": wired.service,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "restartPolicy": restart,
        "terminationGracePeriodSeconds": GRACE,
        "securityContext": POD_SECURITY,
        "containers": containers,
        "volumes": volumes(wired),
    }


def container(
    service: str, command: list[str], *, secret: str | None = None, probed: bool = True
) -> Json:
    made: Json = {
        "name": "carnet",
        "image": IMAGE,
        "imagePullPolicy": "IfNotPresent",
        "args": command,
        "envFrom": [
            {"configMapRef": {"name": "carnet"}},
            {"secretRef": {"name": secret or f"{service}-settings"}},
        ],
        "securityContext": RESTRICTED,
        "resources": {
            "requests": {"cpu": "100m", "memory": "256Mi", "ephemeral-storage": "32Mi"},
            "limits": {"memory": "768Mi", "ephemeral-storage": "128Mi"},
        },
        "volumeMounts": _mounts(service),
    }
    if not probed:
        return made
    made |= _probes()
    if command == [f"{service}.smtp"]:
        made["ports"].append({"name": "smtp", "containerPort": SMTP_PORT, "protocol": "TCP"})
    return made


def _probes() -> Json:
    """A restart mends no broker: liveness looks at the process alone, readiness at the rest."""

    def get(path: str) -> Json:
        return {"httpGet": {"path": path, "port": "http"}, "timeoutSeconds": 5}

    return {
        "ports": [{"name": "http", "containerPort": HTTP, "protocol": "TCP"}],
        "startupProbe": get("/live") | {"periodSeconds": 2, "failureThreshold": 60},
        "livenessProbe": get("/live") | {"periodSeconds": 10, "failureThreshold": 3},
        "readinessProbe": get("/ready") | {"periodSeconds": 5, "failureThreshold": 2},
    }


def _mounts(service: str) -> list[Json]:
    mounts: list[Json] = [
        {"name": "keys", "mountPath": "/run/carnet/keys", "readOnly": True},
        {"name": "issuers", "mountPath": "/run/carnet/issuers", "readOnly": True},
        {"name": "authorities", "mountPath": "/run/carnet/authorities", "readOnly": True},
        {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108 - an empty volume of the pod's own
    ]
    if service == "messaging":
        mounts.append({"name": "smtp", "mountPath": "/run/carnet/smtp", "readOnly": True})
    if service == "keyring":
        mounts.append({"name": "kek", "mountPath": "/run/carnet/kek", "readOnly": True})
    return mounts


def volumes(wired: Wiring) -> list[Json]:
    """Its own private key, everybody's public ones; the key-encryption key only for keyring."""
    keys = [
        {"secret": {"name": f"{wired.service}-key"}},
        {"configMap": {"name": "service-public-keys"}},
    ]
    made: list[Json] = [
        {"name": "keys", "projected": {"defaultMode": 0o440, "sources": keys}},
        {"name": "issuers", "configMap": {"name": "issuers"}},
        {"name": "authorities", "configMap": {"name": "authorities"}},
        {"name": "tmp", "emptyDir": {"sizeLimit": "64Mi"}},
    ]
    if "smtp" in wired.entrypoints:
        made.append({"name": "smtp", "secret": {"secretName": f"{wired.service}-smtp"}})
    if wired.service == "keyring":
        made.append({"name": "kek", "secret": {"secretName": "keyring-kek", "defaultMode": 0o600}})
    return made


def _spread(service: str, entrypoint: str) -> list[Json]:
    return [
        {
            "maxSkew": 1,
            "topologyKey": key,
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": {"matchLabels": labels(service, entrypoint)},
        }
        for key in SPREAD
    ]


def disruption_budget(wired: Wiring, entrypoint: str) -> Json:
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": metadata(f"{wired.service}-{entrypoint}", wired.service, entrypoint),
        "spec": {
            "maxUnavailable": 1,
            "selector": {"matchLabels": labels(wired.service, entrypoint)},
        },
    }


def service_account(wired: Wiring) -> Json:
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": metadata(wired.service, wired.service),
        "automountServiceAccountToken": False,
    }
