"""The place for the operator's commands: there while asked for, and reaching what it needs."""

from tests.k8s.manifests import base, name_of, of_component, of_kind, pod_of, with_component

NAME = "app.kubernetes.io/name"
LET_IN = {"podSelector": {"matchLabels": {"app.kubernetes.io/part-of": "carnet"}}}


def test_it_is_nowhere_but_in_its_component() -> None:
    """Whoever takes it over could write to every database."""
    names = {name_of(document) for document in of_component("operator")}
    assert "Deployment operator" in names
    assert not names & {name_of(document) for document in base()}


def test_it_reaches_the_stores_that_a_restore_needs_and_nobody_reaches_it() -> None:
    [policy] = of_kind(of_component("operator"), "NetworkPolicy")
    [deployment] = of_kind(of_component("operator"), "Deployment")
    labels = pod_of(deployment)["metadata"]["labels"]
    assert policy["spec"]["podSelector"]["matchLabels"].items() <= labels.items()
    assert policy["spec"]["ingress"] == []
    stores = {
        peer["podSelector"]["matchLabels"]["carnet.fr/store"]
        for rule in policy["spec"]["egress"]
        for peer in rule["to"]
    }
    assert stores == {"postgresql", "rabbitmq", "objects"}
    [database] = [
        d for d in of_kind(base(), "NetworkPolicy") if d["metadata"]["name"] == "postgresql"
    ]
    assert [LET_IN] in [rule["from"] for rule in database["spec"]["ingress"]]
    assert LET_IN["podSelector"]["matchLabels"].items() <= labels.items()


def test_it_has_the_sets_of_backups_and_passwords_that_libpq_reads() -> None:
    """A file that a group may read is passed over in silence, and no password is sent."""
    [deployment] = of_kind(of_component("operator"), "Deployment")
    spec = pod_of(deployment)["spec"]
    [container] = spec["containers"]
    mounted = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
    volumes = {volume["name"]: volume for volume in spec["volumes"]}
    [claim] = of_kind(base(), "PersistentVolumeClaim")
    assert volumes["backups"]["persistentVolumeClaim"]["claimName"] == claim["metadata"]["name"]
    assert mounted["backups"] == "/backups"
    [script] = container["args"]
    assert f"install -m 600 {mounted['passwords']}/pgpass /tmp/pgpass" in script


def test_it_is_in_the_namespace_of_what_it_works_on() -> None:
    found = [d for d in with_component("operator") if d["metadata"]["name"].startswith("operator")]
    assert {d["metadata"].get("namespace") for d in found} == {"carnet"}


def test_it_and_backups_stand_where_their_volume_is() -> None:
    """One node's at a time: a backup elsewhere would wait for it as long as the place is there, and
    a sweep, and what is past its term would stay. In the declared regions, as everything."""
    documents = with_component("operator")
    [place] = [d for d in of_kind(documents, "Deployment") if d["metadata"]["name"] == "operator"]
    affinity = pod_of(place)["spec"]["affinity"]
    assert affinity.keys() == {"nodeAffinity", "podAffinity"}
    [preferred] = affinity["podAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"]
    assert preferred["podAffinityTerm"]["labelSelector"]["matchLabels"] == {NAME: "backup"}
    for job in of_kind(documents, "CronJob"):
        affinity = pod_of(job)["spec"]["affinity"]
        [term] = affinity["podAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
        [wanted] = term["labelSelector"]["matchExpressions"]
        assert (wanted["key"], wanted["operator"]) == (NAME, "In")
        assert {pod_of(d)["metadata"]["labels"][NAME] for d in (job, place)} <= {*wanted["values"]}
        assert term["topologyKey"] == "kubernetes.io/hostname"


def test_what_was_stopped_stays_so_whatever_is_applied() -> None:
    """A restore applies the recovered database and the operator's place: what was scaled down by
    hand came back with it, and served before keys that had been destroyed were destroyed again."""
    documents = with_component("restored", "stopped", "operator")
    wanted = {
        d["metadata"]["name"]: d["spec"]["replicas"] for d in of_kind(documents, "Deployment")
    }
    assert wanted.pop("operator") == 1
    assert wanted
    assert set(wanted.values()) == {0}
    for scaled in of_kind(documents, "ScaledObject"):
        assert scaled["metadata"]["annotations"] == {"autoscaling.keda.sh/paused-replicas": "0"}
    jobs = of_kind(documents, "CronJob")
    assert [job["spec"]["suspend"] for job in jobs] == [True] * 3
