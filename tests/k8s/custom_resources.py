"""What other operators' resources may say: the fields that our manifests use, and no more.

Facts read in each operator's own CustomResourceDefinition, against which the rendered overlays
were validated whole, unknown fields refused, on 23 November 2026 (KEDA, External Secrets,
Prometheus, CloudNativePG and its Barman Cloud plugin, RabbitMQ, MongoDB community, as published in
August 2026); none is one that its definition calls deprecated. A field that is not here has not
been compared: look it up there, then add it.
"""

import re
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]
Fields = dict[str, type | str]
"""Path below ``spec`` (``[]`` any item, ``*`` any key) -> type, or the pattern of a string."""

NAME = r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?"
QUANTITY = r"\d+(m|Mi|Gi|Ti)?"
DURATION = r"\d+(ms|s|m|h)"
PLUGIN = r"barman-cloud\.cloudnative-pg\.io"
ZONE = r"topology\.kubernetes\.io/(zone|region)"
SPREAD: Fields = {
    "maxSkew": int,
    "topologyKey": ZONE,
    "whenUnsatisfiable": "DoNotSchedule|ScheduleAnyway",
    "labelSelector.matchLabels.*": str,
}
REGION = "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution"
TERM = f"{REGION}.nodeSelectorTerms.[].matchExpressions.[]"
RESOURCES: Fields = {
    "resources.requests.cpu": QUANTITY,
    "resources.requests.memory": QUANTITY,
    "resources.limits.memory": QUANTITY,
}


def _below(path: str, fields: Fields) -> Fields:
    return {f"{path}.{name}": kind for name, kind in fields.items()}


FIELDS: dict[str, Fields] = {
    "external-secrets.io/v1 ExternalSecret": {
        "refreshInterval": DURATION,
        "secretStoreRef.name": NAME,
        "secretStoreRef.kind": "SecretStore|ClusterSecretStore",
        "target.name": NAME,
        "target.creationPolicy": "Owner|Orphan|Merge|None",
        "target.deletionPolicy": "Delete|Merge|Retain",
        "data.[].secretKey": r"[-._a-zA-Z0-9]+",
        "data.[].remoteRef.key": str,
        "data.[].remoteRef.property": str,
        "dataFrom.[].extract.key": str,
    },
    "external-secrets.io/v1 SecretStore": {
        "provider.vault.server": "https://.+",
        "provider.vault.path": str,
        "provider.vault.version": "v1|v2",
        "provider.vault.auth.kubernetes.mountPath": str,
        "provider.vault.auth.kubernetes.role": str,
    },
    "keda.sh/v1alpha1 ScaledObject": {
        "scaleTargetRef.name": NAME,
        "cooldownPeriod": int,
        "minReplicaCount": int,
        "maxReplicaCount": int,
        "triggers.[].type": "rabbitmq|prometheus",
        "triggers.[].metadata.*": str,  # numbers too have to be written as strings
        "triggers.[].authenticationRef.name": NAME,
    },
    "keda.sh/v1alpha1 TriggerAuthentication": {
        "secretTargetRef.[].parameter": str,
        "secretTargetRef.[].name": NAME,
        "secretTargetRef.[].key": str,
    },
    "monitoring.coreos.com/v1 ServiceMonitor": {
        "jobLabel": str,
        "selector.matchLabels.*": str,
        "endpoints.[].port": str,
        "endpoints.[].path": "/.*",
        "endpoints.[].interval": DURATION,
        "endpoints.[].honorLabels": bool,
        "endpoints.[].scheme": "https?",
        "endpoints.[].params.*": str,
        "endpoints.[].tlsConfig.serverName": str,
        "endpoints.[].tlsConfig.ca.secret.name": NAME,
        "endpoints.[].tlsConfig.ca.secret.key": str,
    },
    "monitoring.coreos.com/v1 PodMonitor": {
        "selector.matchLabels.*": str,
        "podMetricsEndpoints.[].port": str,
        "podMetricsEndpoints.[].interval": DURATION,
    },
    "monitoring.coreos.com/v1 PrometheusRule": {
        "groups.[].name": str,
        "groups.[].rules.[].alert": str,
        "groups.[].rules.[].expr": str,
        "groups.[].rules.[].for": DURATION,
        "groups.[].rules.[].labels.*": str,
        "groups.[].rules.[].annotations.*": str,
    },
    "postgresql.cnpg.io/v1 ScheduledBackup": {
        "schedule": r"\S+ \S+ \S+ \S+ \S+ \S+",  # with seconds, unlike a CronJob's
        "cluster.name": NAME,
        "backupOwnerReference": "none|self|cluster",
        "immediate": bool,
        "method": "barmanObjectStore|volumeSnapshot|plugin",
        "pluginConfiguration.name": PLUGIN,
    },
    "barmancloud.cnpg.io/v1 ObjectStore": {
        "retentionPolicy": r"[1-9]\d*[dwm]",
        "configuration.destinationPath": "s3://.+",
        "configuration.endpointURL": "https://.+",
        "configuration.endpointCA.name": NAME,
        "configuration.endpointCA.key": str,
        "configuration.s3Credentials.accessKeyId.name": NAME,
        "configuration.s3Credentials.accessKeyId.key": str,
        "configuration.s3Credentials.secretAccessKey.name": NAME,
        "configuration.s3Credentials.secretAccessKey.key": str,
        "configuration.wal.compression": "bzip2|gzip|lz4|snappy|xz|zstd",
        "configuration.data.compression": "bzip2|gzip|lz4|snappy",
        **_below("instanceSidecarConfiguration", RESOURCES),
    },
    "postgresql.cnpg.io/v1 Cluster": {
        "instances": int,
        "imageName": r"\S+:\S+",
        "inheritedMetadata.labels.*": str,
        "postgresql.synchronous.method": "any|first",
        "postgresql.synchronous.number": int,
        "postgresql.synchronous.dataDurability": "required|preferred",
        "postgresql.parameters.*": str,
        "postgresql.pg_hba.[]": "(host|hostssl) .+",
        "storage.storageClass": NAME,
        "storage.size": QUANTITY,
        "walStorage.storageClass": NAME,
        "walStorage.size": QUANTITY,
        "affinity.enablePodAntiAffinity": bool,
        "affinity.podAntiAffinityType": "required|preferred",
        "affinity.topologyKey": ZONE,
        "affinity.nodeSelector.*": str,
        f"affinity.{TERM.partition('.')[2]}.key": ZONE,
        f"affinity.{TERM.partition('.')[2]}.operator": "In",
        f"affinity.{TERM.partition('.')[2]}.values.[]": str,
        "plugins.[].name": PLUGIN,
        "plugins.[].isWALArchiver": bool,
        "plugins.[].parameters.*": str,
        "bootstrap.recovery.source": str,
        "bootstrap.recovery.recoveryTarget.targetTime": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
        "externalClusters.[].name": str,
        "externalClusters.[].plugin.name": PLUGIN,
        "externalClusters.[].plugin.parameters.*": str,
        **RESOURCES,
    },
    "rabbitmq.com/v1beta1 RabbitmqCluster": {
        "replicas": int,
        "persistence.storageClassName": NAME,
        "persistence.storage": QUANTITY,
        "tls.secretName": NAME,
        "tls.caSecretName": NAME,
        "tls.disableNonTLSListeners": bool,
        "rabbitmq.additionalPlugins.[]": r"\w+",
        "rabbitmq.additionalConfig": str,
        f"{TERM}.key": ZONE,
        f"{TERM}.operator": "In",
        f"{TERM}.values.[]": str,
        **RESOURCES,
        **_below(
            "override.statefulSet.spec.template.spec",
            {
                "automountServiceAccountToken": bool,
                "containers.[].name": NAME,
                "containers.[].volumeMounts.[].name": NAME,
                "containers.[].volumeMounts.[].mountPath": "/.+",
                "containers.[].volumeMounts.[].readOnly": bool,
                "volumes.[].name": NAME,
                "volumes.[].secret.secretName": NAME,
                **_below("topologySpreadConstraints.[]", SPREAD),
            },
        ),
    },
    "mongodbcommunity.mongodb.com/v1 MongoDBCommunity": {
        "members": int,
        "type": "ReplicaSet",
        "version": r"\d+\.\d+\.\d+",
        "security.authentication.modes.[]": "SCRAM|SCRAM-SHA-256|SCRAM-SHA-1|X509",
        "security.tls.enabled": bool,
        "security.tls.certificateKeySecretRef.name": NAME,
        "security.tls.caCertificateSecretRef.name": NAME,
        "users.[].name": str,
        "users.[].db": str,
        "users.[].passwordSecretRef.name": NAME,
        "users.[].scramCredentialsSecretName": NAME,
        "users.[].roles.[].name": str,
        "users.[].roles.[].db": str,
        **_below(
            "statefulSet.spec",
            {
                "template.metadata.labels.*": str,
                "template.spec.nodeSelector.*": str,
                **_below("template.spec.topologySpreadConstraints.[]", SPREAD),
                "volumeClaimTemplates.[].metadata.name": NAME,
                "volumeClaimTemplates.[].spec.storageClassName": NAME,
                "volumeClaimTemplates.[].spec.accessModes.[]": "ReadWriteOnce",
                "volumeClaimTemplates.[].spec.resources.requests.storage": QUANTITY,
            },
        ),
    },
}

REQUIRED: dict[str, set[str]] = {
    "external-secrets.io/v1 SecretStore": {"provider"},
    "keda.sh/v1alpha1 ScaledObject": {"scaleTargetRef", "triggers"},
    "monitoring.coreos.com/v1 PodMonitor": {"selector", "podMetricsEndpoints"},
    "monitoring.coreos.com/v1 ServiceMonitor": {"selector", "endpoints"},
    "barmancloud.cnpg.io/v1 ObjectStore": {"configuration"},
    "postgresql.cnpg.io/v1 Cluster": {"instances"},
    "postgresql.cnpg.io/v1 ScheduledBackup": {"schedule", "cluster"},
    "mongodbcommunity.mongodb.com/v1 MongoDBCommunity": {"security", "type", "users"},
}
"""Members of ``spec`` that the operator's schema asks for."""


def wrong(document: Json) -> Iterator[str]:
    """What its operator would refuse, or ignore in silence."""
    kind = f"{document['apiVersion']} {document['kind']}"
    known = FIELDS.get(kind)
    if known is None:
        yield f"{kind} has not been compared with its schema"
        return
    for missing in REQUIRED.get(kind, set()) - document["spec"].keys():
        yield f"{missing} is missing"
    for path, value in _leaves(document["spec"]):
        expected = next((e for p, e in known.items() if _fits(p, path)), None)
        if expected is None:
            yield f"{path} is not a known field"
        elif not _is(value, expected):
            yield f"{path} must not be {value!r}"


def _leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key))
    elif isinstance(value, list) and value:
        for inner in value:
            yield from _leaves(inner, (*path, "[]"))
    else:
        yield ".".join(path), value


def _fits(pattern: str, path: str) -> bool:
    """``*`` stands for the rest: a label's key may hold dots."""
    if pattern.endswith(".*"):
        return path.startswith(pattern[:-1]) and len(path) > len(pattern) - 1
    return path == pattern


def _is(value: Any, expected: type | str) -> bool:
    if isinstance(expected, str):
        return isinstance(value, str) and re.fullmatch(expected, value, re.DOTALL) is not None
    return type(value) is expected
