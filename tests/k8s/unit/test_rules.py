"""What must hold of every manifest, as written and as each overlay renders it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from scripts.cli.processes import ROOT, SERVICES, entrypoints
from shared.kernel.hosting import hosts_of
from tests.k8s.manifests import (
    OVERLAYS,
    WORKLOADS,
    Json,
    base,
    name_of,
    of_kind,
    pod_of,
    rendered,
    with_component,
)

SECRET_NAMES = re.compile(r"PASSWORD|SECRET|TOKEN|PRIVATE|AMQP_URI|POSTGRES_DSN|MONGODB_URI|_KEY$")
SECRET_VALUES = re.compile(r"://[^/\s:@]+:[^/\s@]+@|-----BEGIN [A-Z ]*PRIVATE")


@pytest.fixture(params=["base", *OVERLAYS])
def documents(request: pytest.FixtureRequest) -> list[Json]:
    return base() if request.param == "base" else rendered(request.param)


@pytest.fixture(params=["base", *OVERLAYS, "operator"])
def everything(request: pytest.FixtureRequest) -> list[Json]:
    """Of ``prod`` also with the place for the operator's commands."""
    if request.param == "operator":
        return with_component("operator")
    return base() if request.param == "base" else rendered(request.param)


def pods(documents: list[Json]) -> Iterator[tuple[str, Json]]:
    for document in of_kind(documents, *WORKLOADS):
        yield name_of(document), pod_of(document)


def containers(documents: list[Json]) -> Iterator[tuple[str, Json]]:
    for name, pod in pods(documents):
        for container in (*pod["spec"]["containers"], *pod["spec"].get("initContainers", [])):
            yield name, container


def test_every_entrypoint_has_a_deployment(documents: list[Json]) -> None:
    """A service that was added runs, and nothing runs that is not there."""
    args = [pod_of(d)["spec"]["containers"][0]["args"] for d in of_kind(documents, "Deployment")]
    assert sorted(args) == sorted([name] for name in entrypoints())


def test_every_container_is_restricted(everything: list[Json]) -> None:
    """The Pod Security Standard "restricted", and a root file system that cannot be written."""
    for name, pod in pods(everything):
        security = pod["spec"]["securityContext"]
        assert security["runAsNonRoot"] is True, name
        assert security["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert pod["spec"]["automountServiceAccountToken"] is False, name
        assert not {"hostNetwork", "hostPID", "hostIPC"} & pod["spec"].keys(), name
        assert not [v for v in pod["spec"]["volumes"] if "hostPath" in v], name
    for name, container in containers(everything):
        security = container["securityContext"]
        assert security["allowPrivilegeEscalation"] is False, name
        assert security["readOnlyRootFilesystem"] is True, name
        assert security["capabilities"] == {"drop": ["ALL"]}, name


def test_the_namespace_refuses_any_other_pod(documents: list[Json]) -> None:
    """Also one that somebody makes by hand."""
    [namespace] = of_kind(documents, "Namespace")
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def test_every_container_says_what_it_needs_and_may_take(everything: list[Json]) -> None:
    """One that leaks ends alone. (No limit of CPU: it would only make its callers wait.)"""
    for name, container in containers(everything):
        resources = container["resources"]
        assert {"cpu", "memory"} <= resources["requests"].keys(), name
        assert "memory" in resources["limits"], name


def test_probes_are_split(documents: list[Json]) -> None:
    """A restart mends no broker: liveness never looks at what the process depends on."""
    for document in of_kind(documents, "Deployment"):
        [container] = pod_of(document)["spec"]["containers"]
        paths = {kind: container[f"{kind}Probe"]["httpGet"]["path"] for kind in
                 ("startup", "liveness", "readiness")}  # fmt: skip
        assert paths == {"startup": "/live", "liveness": "/live", "readiness": "/ready"}


def test_no_secret_is_written_down(everything: list[Json]) -> None:
    """Secrets are named here and kept elsewhere."""
    assert of_kind(everything, "Secret") == []
    for document in of_kind(everything, "ConfigMap"):
        for key, value in document.get("data", {}).items():
            assert not SECRET_NAMES.search(key), (name_of(document), key)
            assert not SECRET_VALUES.search(value), (name_of(document), key)
    for name, container in containers(everything):
        assert "env" not in container, name  # all come from the ConfigMap or a Secret


def test_a_service_gets_its_own_secrets_only(documents: list[Json]) -> None:
    """Whoever breaks into one has not the password, nor the key, of another."""
    for document in of_kind(documents, "Deployment", "Job"):
        service = document["metadata"]["labels"]["app.kubernetes.io/name"]
        assert pod_of(document)["spec"]["serviceAccountName"] == service
        names = set(_secrets(pod_of(document)))
        assert names
        assert all(name.startswith(f"{service}-") for name in names), names


def test_only_a_migration_has_the_owners_credentials(documents: list[Json]) -> None:
    """Services verify their tables; they could not alter one if they tried."""
    for document in of_kind(documents, *WORKLOADS):
        migrates = document["metadata"]["name"].startswith("migrate-")
        given = any(name.endswith("-migration") for name in _secrets(pod_of(document)))
        assert given == migrates, name_of(document)


def test_only_keyring_mounts_the_key_encryption_key(documents: list[Json]) -> None:
    """Its migration too, which builds its parts."""
    holders = {
        d["metadata"]["labels"]["app.kubernetes.io/name"]
        for d in of_kind(documents, *WORKLOADS)
        if "keyring-kek" in _secrets(pod_of(d))
    }
    assert holders == {"keyring"}


def _secrets(value: Any) -> Iterator[str]:
    """Names of all secrets that a pod refers to."""
    if isinstance(value, list):
        for item in value:
            yield from _secrets(item)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key == "secretRef" or (key == "secret" and "name" in inner):
                yield inner["name"]
            elif key == "secretName":
                yield inner
            else:
                yield from _secrets(inner)


def test_deny_all_comes_first(documents: list[Json]) -> None:
    """What no policy names is closed, both ways."""
    [deny] = [d for d in of_kind(documents, "NetworkPolicy") if d["metadata"]["name"] == "deny-all"]
    assert deny["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_every_pod_and_port_is_in_a_policy(documents: list[Json]) -> None:
    """A port that nobody was let in to would be a mistake in one of the two."""
    policies = of_kind(documents, "NetworkPolicy")
    for name, pod in pods(documents):
        own = [p for p in policies if _selects(p, pod["metadata"]["labels"])]
        assert own, f"no policy for {name}"
        opened = {
            port["port"]
            for policy in own
            for rule in policy["spec"].get("ingress") or []
            for port in rule["ports"]
        }
        declared = {
            port["containerPort"]
            for container in pod["spec"]["containers"]
            for port in container.get("ports", [])
        }
        assert opened >= declared, name


def _selects(policy: Json, labels: Json) -> bool:
    wanted = policy["spec"]["podSelector"].get("matchLabels", {})
    return bool(wanted) and wanted.items() <= labels.items()


def test_policies_name_whom_they_let_and_where(documents: list[Json]) -> None:
    """An empty peer or a missing port would mean everybody, or every port."""
    for policy in of_kind(documents, "NetworkPolicy"):
        spec = policy["spec"]
        for rule in (*(spec.get("ingress") or []), *(spec.get("egress") or [])):
            assert rule.get("ports"), name_of(policy)
            assert rule.get("from") or rule.get("to"), name_of(policy)
            by_address = policy["metadata"]["name"] == "kubernetes-api"  # which is no pod
            assert by_address == ("ipBlock" in str(rule)), name_of(policy)


def test_services_do_not_reach_one_another(documents: list[Json]) -> None:
    """They meet at the broker."""
    stores = {"rabbitmq", "postgresql", "mongodb", "objects", "mail-relay"}
    for policy in of_kind(documents, "NetworkPolicy"):
        if policy["metadata"]["name"] in SERVICES:
            peers = [p for rule in policy["spec"]["egress"] for p in rule["to"]]
            reached = {p["podSelector"]["matchLabels"].get("carnet.fr/store")
                       for p in peers if "podSelector" in p}  # fmt: skip
            assert reached <= stores, name_of(policy)


def test_what_has_several_replicas_survives_a_drained_node(documents: list[Json]) -> None:
    """A budget for each, spread over zones and nodes."""
    budgets = {d["metadata"]["name"] for d in of_kind(documents, "PodDisruptionBudget")}
    for document in of_kind(documents, "Deployment"):
        if document["spec"].get("replicas") != 1:
            assert document["metadata"]["name"] in budgets
        spread = {c["topologyKey"] for c in pod_of(document)["spec"]["topologySpreadConstraints"]}
        assert spread == {"topology.kubernetes.io/zone", "kubernetes.io/hostname"}


def test_rpc_scales_with_what_waits_and_with_the_rate(documents: list[Json]) -> None:
    """Every service that answers calls."""
    scaled = {
        d["spec"]["scaleTargetRef"]["name"]: {t["type"] for t in d["spec"]["triggers"]}
        for d in of_kind(documents, "ScaledObject")
    }
    assert scaled == {f"{s}-rpc": {"rabbitmq", "prometheus"} for s in SERVICES}


def test_what_alerts_ask_of_the_broker_is_fetched(documents: list[Json]) -> None:
    """On a cluster as by Compose: an alert on what nobody fetches never fires. Of a broker that
    listens with TLS alone the port is 15691, ``prometheus-tls``."""
    [config] = [d for d in of_kind(documents, "ServiceMonitor") if name_of(d).endswith("rabbitmq")]
    fetched = [(e["path"], e.get("params")) for e in config["spec"]["endpoints"]]
    compose = yaml.safe_load((ROOT / "deploy" / "prometheus" / "prometheus.yml").read_text())
    jobs = [j for j in compose["scrape_configs"] if j["job_name"].startswith("rabbitmq")]
    assert fetched == [(job.get("metrics_path", "/metrics"), job.get("params")) for job in jobs]
    assert {e["port"] for e in config["spec"]["endpoints"]} == {"prometheus-tls"}
    [policy] = [p for p in of_kind(documents, "NetworkPolicy") if name_of(p).endswith("rabbitmq")]
    opened = [r["ports"] for r in policy["spec"]["ingress"] if "monitoring" in str(r["from"])]
    assert opened == [[{"protocol": "TCP", "port": 15691}]]


def test_what_a_failed_job_said_can_be_read(documents: list[Json]) -> None:
    """Started again in its pod, it goes with that when the tries are over: what a sweep found, too,
    which the runbook says to keep."""
    for document in of_kind(documents, "Job", "CronJob"):
        assert pod_of(document)["spec"]["restartPolicy"] == "Never", name_of(document)


def test_a_production_keeps_its_data_where_it_was_declared() -> None:
    """Nodes by region, encrypted volumes of these regions, an image by digest."""
    documents = rendered("prod")
    for name, pod in pods(documents):
        required = pod["spec"]["affinity"]["nodeAffinity"][
            "requiredDuringSchedulingIgnoredDuringExecution"
        ]
        keys = {e["key"] for t in required["nodeSelectorTerms"] for e in t["matchExpressions"]}
        assert keys == {"topology.kubernetes.io/region", "carnet.fr/hosting"}, name
    for name, container in containers(documents):
        assert re.search(r"@sha256:[0-9a-f]{64}$", container["image"]), name
    for storage in of_kind(documents, "StorageClass"):
        assert storage["parameters"]["encrypted"] == "true"
        assert storage["allowedTopologies"]
    classes = {d["metadata"]["name"] for d in of_kind(documents, "StorageClass")}
    assert set(_storage_classes(documents)) <= classes


def _storage_classes(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _storage_classes(item)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key in {"storageClass", "storageClassName"}:
                yield inner
            else:
                yield from _storage_classes(inner)


def test_mail_leaves_by_the_port_that_is_open_for_it(documents: list[Json]) -> None:
    """What a setting names and what a policy opens; not 465, where a server waits for TLS at once
    and our STARTTLS would wait for its greeting."""
    [settings] = [d for d in of_kind(documents, "ConfigMap") if name_of(d) == "ConfigMap carnet"]
    relays = {settings["data"][f"CARNET_{who}_RELAY"] for who in ("MESSAGING", "NOTIFICATION")}
    for policy in of_kind(documents, "NetworkPolicy"):
        for rule in policy["spec"].get("egress") or []:
            if "mail-relay" in str(rule["to"]):
                assert {f"mail-relay.carnet.svc:{p['port']}" for p in rule["ports"]} == relays
    assert relays == {"mail-relay.carnet.svc:587"}


def test_every_host_a_setting_names_is_declared() -> None:
    """As the processes themselves check when they start."""
    [settings] = [d for d in of_kind(base(), "ConfigMap") if d["metadata"]["name"] == "carnet"]
    places = set(settings["data"]["CARNET_HOSTING_PLACES"].split(","))
    data = settings["data"]
    named = {h for v in data.values() if "://" in v for h in hosts_of(v)}
    named |= {v.partition(":")[0] for k, v in data.items() if k.endswith("_RELAY")}
    assert named
    assert named <= places


def test_backups_of_databases_go_to_a_declared_host(documents: list[Json]) -> None:
    """No process of ours is told that address, so none would refuse to start with another."""
    [settings] = [d for d in of_kind(documents, "ConfigMap") if d["metadata"]["name"] == "carnet"]
    places = set(settings["data"]["CARNET_HOSTING_PLACES"].split(","))
    stores = of_kind(documents, "ObjectStore")
    assert stores
    for store in stores:
        address = store["spec"]["configuration"]["endpointURL"]
        assert address.startswith("https://")
        assert hosts_of(address) <= places


def test_every_volume_and_setting_a_pod_names_is_there(everything: list[Json]) -> None:
    """A pod that waits for a ConfigMap nobody makes never starts."""
    maps = {d["metadata"]["name"] for d in of_kind(everything, "ConfigMap")}
    made = {d["spec"]["target"]["name"] for d in of_kind(everything, "ExternalSecret")}
    for name, pod in pods(everything):
        assert set(_secrets(pod)) <= made, name
        assert set(_config_maps(pod)) <= maps, name


def _config_maps(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _config_maps(item)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key in {"configMapRef", "configMap"}:
                yield inner["name"]
            else:
                yield from _config_maps(inner)
