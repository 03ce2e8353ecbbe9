"""Resources of other operators: they say only what was compared with the operators' own schemas."""

import copy

import pytest

from tests.k8s.custom_resources import FIELDS, wrong
from tests.k8s.manifests import COMPONENTS, OVERLAYS, Json, base, name_of, rendered, with_component

KUBERNETES = {"v1", "apps/v1", "batch/v1", "policy/v1", "networking.k8s.io/v1", "storage.k8s.io/v1"}


def custom(overlay: str) -> list[Json]:
    return _of_operators(base() if overlay == "base" else rendered(overlay))


def _of_operators(documents: list[Json]) -> list[Json]:
    return [document for document in documents if document["apiVersion"] not in KUBERNETES]


@pytest.mark.parametrize("overlay", ["base", *OVERLAYS])
def test_every_field_is_one_that_its_operator_knows(overlay: str) -> None:
    """An operator ignores what it does not know: a volume would be where nobody wanted it."""
    assert _sentences(custom(overlay)) == {}


@pytest.mark.parametrize("component", COMPONENTS)
def test_components_say_what_operators_know_too(component: str) -> None:
    assert _sentences(_of_operators(with_component(component))) == {}


def _sentences(documents: list[Json]) -> dict[str, list[str]]:
    found = {name_of(document): [*wrong(document)] for document in documents}
    return {name: sentences for name, sentences in found.items() if sentences}


def test_every_kind_that_was_compared_is_used() -> None:
    assert {f"{d['apiVersion']} {d['kind']}" for d in custom("base")} == FIELDS.keys()


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        ("Cluster", ("storage", "class"), "encrypted"),
        ("Cluster", ("instances",), "3"),
        ("ObjectStore", ("retentionPolicy",), "35 days"),
        ("RabbitmqCluster", ("persistence", "storageClass"), "encrypted"),
        ("ScaledObject", ("triggers", "0", "metadata", "value"), 20),
        ("ExternalSecret", ("target", "deletionPolicy"), "Keep"),
    ],
)
def test_what_an_operator_would_not_take_is_found(
    kind: str, path: tuple[str, ...], value: object
) -> None:
    """A member with another name, another type, a value that is none of its."""
    document = copy.deepcopy(next(d for d in custom("base") if d["kind"] == kind))
    at = document["spec"]
    for key in path[:-1]:
        at = at[int(key) if isinstance(at, list) else key]
    at[path[-1]] = value
    assert [*wrong(document)]


def test_a_required_member_is_missed() -> None:
    document = copy.deepcopy(next(d for d in custom("base") if d["kind"] == "Cluster"))
    del document["spec"]["instances"]
    assert [*wrong(document)] == ["instances is missing"]
