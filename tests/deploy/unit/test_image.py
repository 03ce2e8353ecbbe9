"""What the Dockerfile puts into the image, read from its text; ``make image-check`` builds it."""

import re
from typing import Any

import pytest
import yaml

from scripts.cli.processes import ROOT
from scripts.image.dockerfile import Step, steps

BUILT = list(steps(ROOT / "deploy" / "Dockerfile"))
LET_THROUGH = (ROOT / ".dockerignore").read_text().split()
CLIENT = re.compile(r"\bpostgresql-client-(\d+)\b")


def copied() -> list[list[str]]:
    """Words of each COPY that takes from the repository."""
    words = [step.rest.split() for step in BUILT if step.word == "COPY"]
    return [found for found in words if not found[0].startswith("--from=")]


def last_stage() -> list[Step]:
    begins = max(number for number, step in enumerate(BUILT) if step.word == "FROM")
    return BUILT[begins:]


def test_the_image_has_what_services_import_and_no_tools_of_ours() -> None:
    """The repository's own lock has test runners, fuzzers and type checkers in it."""
    locks = [found for found in copied() if found[0].endswith(".lock")]
    assert locks == [["deploy/requirements.lock", "requirements.lock"]]


def test_docker_is_given_what_is_copied_and_nothing_else() -> None:
    """What is not let through is not there; what is let through for nothing may be a secret."""
    wanted = {word for found in copied() for word in found[:-1]}
    assert {line[1:] for line in LET_THROUGH if line.startswith("!")} == wanted
    assert LET_THROUGH[0] == "*"


@pytest.mark.parametrize("file", ["deploy/compose.yaml", "k8s/base/stores/postgresql.yaml"])
def test_backups_can_read_the_server_that_is_delivered(file: str) -> None:
    """``pg_dump`` refuses a server newer than itself (its manual, under Notes)."""
    installed = " ".join(step.rest for step in last_stage() if step.word == "RUN")
    [client] = CLIENT.findall(installed)
    [server] = {major(image) for image in images((ROOT / file).read_text())}
    assert server <= int(client)


def images(text: str) -> list[str]:
    return [found for found in _texts(list(yaml.safe_load_all(text))) if "postgres" in found]


def _texts(value: Any) -> list[str]:
    """Images of containers, and those that an operator's resource names."""
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    if not isinstance(value, dict):
        return []
    own = [value[name] for name in ("image", "imageName") if name in value]
    return [*own, *_texts(list(value.values()))]


def major(image: str) -> int:
    found = re.search(r"postgres(?:ql)?:(\d+)", image)
    assert found, image
    return int(found[1])
