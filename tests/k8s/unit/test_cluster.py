"""What only a cluster shows: each of these was found by applying the manifests to one."""

import pytest

from tests.k8s.manifests import OVERLAYS, Json, base, name_of, of_kind, pod_of, rendered

SEVERAL = ("base", "prod")
"""Not ``dev``, which has one of each."""


def of(name: str) -> list[Json]:
    return base() if name == "base" else rendered(name)


@pytest.fixture(params=["base", *OVERLAYS])
def documents(request: pytest.FixtureRequest) -> list[Json]:
    return of(request.param)


def settings(documents: list[Json]) -> Json:
    [found] = [d for d in of_kind(documents, "ConfigMap") if d["metadata"]["name"] == "carnet"]
    data: Json = found["data"]
    return data


@pytest.mark.parametrize("where", SEVERAL)
def test_nobody_but_keda_says_how_many_answer(where: str) -> None:
    """A number in the Deployment is set anew by each `kubectl apply`: twenty that answer a busy
    hour would be two at the moment of an upgrade."""
    scaled = of_kind(of(where), "ScaledObject")
    assert all(d["spec"]["minReplicaCount"] >= 2 for d in scaled)
    names = {d["spec"]["scaleTargetRef"]["name"] for d in scaled}
    said = {
        d["metadata"]["name"] for d in of_kind(of(where), "Deployment") if "replicas" in d["spec"]
    }
    assert not names & said


def test_a_database_believes_whom_the_operator_believes(documents: list[Json]) -> None:
    """libpq does not look where OpenSSL does: without a file of its own it connects to nobody."""
    data = settings(documents)
    assert data["PGSSLROOTCERT"] == data["SSL_CERT_FILE"]
    folder = data["PGSSLROOTCERT"].rpartition("/")[0]
    for document in of_kind(documents, "Deployment", "Job", "CronJob"):
        [container] = pod_of(document)["spec"]["containers"]
        assert folder in {m["mountPath"] for m in container["volumeMounts"]}, name_of(document)


def policy(documents: list[Json], name: str) -> Json:
    [found] = [d for d in of_kind(documents, "NetworkPolicy") if d["metadata"]["name"] == name]
    spec: Json = found["spec"]
    return spec


def test_stores_that_ask_the_kubernetes_api_reach_it(documents: list[Json]) -> None:
    """CloudNativePG's instance managers and MongoDB's agents; none of our own processes."""
    spec = policy(documents, "kubernetes-api")
    assert spec["podSelector"] == {
        "matchExpressions": [
            {"key": "carnet.fr/store", "operator": "In", "values": ["postgresql", "mongodb"]}
        ]
    }
    [rule] = spec["egress"]
    assert {port["port"] for port in rule["ports"]} == {443, 6443}
    [peer] = rule["to"]
    assert peer["ipBlock"]["cidr"] != "0.0.0.0/0"


def test_instances_of_postgresql_see_one_another(documents: list[Json]) -> None:
    """On 5432 they replicate, on 8000 a primary asks whether it is cut off (CloudNativePG,
    "Exposed Ports" and "Primary isolation")."""
    spec = policy(documents, "postgresql")
    own = {"podSelector": {"matchLabels": {"carnet.fr/store": "postgresql"}}}
    let_in = [rule["ports"] for rule in spec["ingress"] if rule["from"] == [own]]
    let_out = [rule["ports"] for rule in spec["egress"] if rule["to"] == [own]]
    both = [{"protocol": "TCP", "port": 5432}, {"protocol": "TCP", "port": 8000}]
    assert let_in == let_out == [both]


def test_what_shares_the_volume_of_backups_runs_on_one_node(documents: list[Json]) -> None:
    """It is one node's at a time (ReadWriteOnce): an hour's backup would wait on another for the
    end of the night's comparison."""
    [volume] = of_kind(documents, "PersistentVolumeClaim")
    assert volume["spec"]["accessModes"] == ["ReadWriteOnce"]
    jobs = of_kind(documents, "CronJob")
    assert len(jobs) == 3
    for job in jobs:
        [term] = pod_of(job)["spec"]["affinity"]["podAffinity"][
            "requiredDuringSchedulingIgnoredDuringExecution"
        ]
        assert term["topologyKey"] == "kubernetes.io/hostname"
        own = pod_of(job)["metadata"]["labels"]
        assert term["labelSelector"]["matchLabels"].items() <= own.items()
