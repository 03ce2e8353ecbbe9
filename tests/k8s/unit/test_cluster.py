"""What only a cluster shows: each of these was found by applying the manifests to one."""

import pytest

from scripts.cli.processes import ROOT
from services.keyring.bootstrap import KeyringSettings
from tests.k8s.manifests import (
    OVERLAYS,
    Json,
    base,
    name_of,
    of_kind,
    pod_of,
    rendered,
    with_component,
)

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
        [wanted] = term["labelSelector"]["matchExpressions"]
        assert wanted["operator"] == "In"
        assert own[wanted["key"]] in wanted["values"]


def test_what_is_archived_goes_where_an_object_store_is_described(documents: list[Json]) -> None:
    """A name that nobody has is no error of the manifest: the log of changes would wait."""
    [cluster] = of_kind(documents, "Cluster")
    [store] = of_kind(documents, "ObjectStore")
    [backup] = of_kind(documents, "ScheduledBackup")
    [plugin] = cluster["spec"]["plugins"]
    assert plugin["isWALArchiver"] is True
    assert plugin["parameters"] == {"barmanObjectName": store["metadata"]["name"]}
    assert backup["spec"]["cluster"]["name"] == cluster["metadata"]["name"]
    assert backup["spec"]["method"] == "plugin"
    assert backup["spec"]["pluginConfiguration"]["name"] == plugin["name"]


def test_backups_are_kept_as_long_as_certificates_of_erasure_say(documents: list[Json]) -> None:
    [store] = of_kind(documents, "ObjectStore")
    assert settings(documents).get("CARNET_KEYRING_BACKUPS_KEPT_DAYS") is None
    assert store["spec"]["retentionPolicy"] == f"{KeyringSettings().backups_kept_days}d"


def test_the_archive_s_authority_and_keys_are_in_secrets_somebody_makes() -> None:
    """By an ExternalSecret, or by whoever runs it, whom the page tells."""
    [store] = of_kind(base(), "ObjectStore")
    made = {d["spec"]["target"]["name"] for d in of_kind(base(), "ExternalSecret")}
    told = (ROOT / "docs" / "operating.md").read_text()
    configuration = store["spec"]["configuration"]
    named = {key["name"] for key in configuration["s3Credentials"].values()}
    assert named <= made
    assert f"`{configuration['endpointCA']['name']}`" in told


def test_every_instance_is_measured(documents: list[Json]) -> None:
    """The alerts on what they archive and how far behind they are ask for nothing else."""
    [cluster] = of_kind(documents, "Cluster")
    [monitor] = of_kind(documents, "PodMonitor")
    assert monitor["spec"]["selector"] == {
        "matchLabels": {"cnpg.io/cluster": cluster["metadata"]["name"]}
    }
    monitoring = {"kubernetes.io/metadata.name": "monitoring"}
    peer = {"namespaceSelector": {"matchLabels": monitoring}}
    [let_in] = [
        r["ports"] for r in policy(documents, "postgresql")["ingress"] if r["from"] == [peer]
    ]
    assert let_in == [{"protocol": "TCP", "port": 9187}]


def test_a_restored_database_does_not_write_over_what_it_was_restored_from() -> None:
    documents = with_component("restored")
    [cluster] = of_kind(documents, "Cluster")
    [store] = of_kind(documents, "ObjectStore")
    [source] = cluster["spec"]["externalClusters"]
    assert cluster["spec"]["bootstrap"]["recovery"]["source"] == source["name"]
    [plugin] = cluster["spec"]["plugins"]
    before, after = source["plugin"]["parameters"], plugin["parameters"]
    assert before["barmanObjectName"] == after["barmanObjectName"] == store["metadata"]["name"]
    assert before["serverName"] == cluster["metadata"]["name"]
    assert after["serverName"] != before["serverName"]
