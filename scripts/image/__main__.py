"""``make image-check``: build the image's file system by its Dockerfile, and start what is in it.

As root, with Debian's ``debootstrap``. Each stage begins with a clean minimal Debian; each RUN
is run in it by ``chroot``, in a mount namespace of its own that shows the machine's settings of
package clients. What comes out is thrown away.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import typer

from scripts.cli.processes import ROOT
from scripts.cli.screen import Exit, end, out, step
from scripts.image.dockerfile import Step, filled, steps

DOCKERFILE = ROOT / "deploy" / "Dockerfile"
SUITE = "bookworm"
SHOWN = ("/etc/resolv.conf", "/etc/pip.conf", "/etc/apt/apt.conf.d")
AUTHORITIES = "/run/authorities.crt"
"""Whom the machine's pip trusts, in the root; the image's own certificates are Debian's."""
COMPILERS = ("gcc", "cc", "g++", "ld", "make", "pip", "pip3")
TOOLS = ("pytest", "mypy", "ruff")
"""Of those who develop: the image's own lock (``deploy/requirements.lock``) has none of them."""
CALLED = ("pg_dump", "pg_restore")
"""Programs that `carnet ops backup` and `restore` call."""


class Stage:
    """One ``FROM`` and what follows it; ``root`` is its file system."""

    def __init__(self, root: Path, values: dict[str, str]) -> None:
        self.root = root
        self.values = values
        self.environ: dict[str, str] = {}
        self.folder = "/"
        self.user: str | None = None
        self.entrypoint: list[str] = []

    def take(self, done: Step, stages: Mapping[str, "Stage"]) -> None:
        match done.word:
            case "ARG":
                self.values.setdefault(*done.rest.partition("=")[::2])
            case "ENV":
                pairs = done.pairs.items()
                self.environ |= {name: filled(text, self.values) for name, text in pairs}
            case "WORKDIR":
                self.folder = done.rest
                self.inside(done.rest).mkdir(parents=True, exist_ok=True)
            case "COPY":
                self._copy(done.rest.split(), stages)
            case "RUN":
                self._run(done.rest)
            case "USER":
                self.user = done.rest
            case "ENTRYPOINT":
                self.entrypoint = done.listed

    def _run(self, script: str) -> None:
        ran = self.run(["/bin/sh", "-c", script])
        if ran.returncode:
            end(Exit.REFUSED, (ran.stdout + ran.stderr)[-3000:])

    def inside(self, path: str) -> Path:
        return self.root / Path(self.folder, path).relative_to("/")

    def run(
        self, command: list[str], *, user: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """In the root, with what the machine's package clients are set to."""
        shown = [p for p in (*SHOWN, *_wheel_folders()) if Path(p).exists()]
        mounts = "".join(f"{_mount(self.root, place, place)}\n" for place in shown)
        if trusted := os.environ.get("PIP_CERT"):
            mounts += f"{_mount(self.root, trusted, AUTHORITIES)}\n"
        as_user = f"--userspec={user}" if user else ""
        inside = f'chroot {as_user} {self.root} /usr/bin/env -C {self.folder} "$@"'
        script = f"set -e\n{mounts}cd /\nexec {inside}"
        return subprocess.run(
            ["/usr/bin/unshare", "--mount", "/bin/sh", "-c", script, "sh", *command],
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", **_pip_settings(), **self.environ},
            check=False, capture_output=True, text=True,
        )  # fmt: skip

    def _copy(self, words: list[str], stages: Mapping[str, "Stage"]) -> None:
        source = ROOT
        if words[0].startswith("--from="):
            source = stages[words.pop(0).partition("=")[2]].root
        for name in words[:-1]:
            found, target = source / name.lstrip("/"), self.inside(words[-1])
            if found.is_dir():
                shutil.copytree(found, target, symlinks=True, dirs_exist_ok=True, ignore=_caches)
            else:
                shutil.copy2(found, target)


def _caches(_folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name == "__pycache__" and "site-packages" not in _folder]


def _mount(root: Path, place: str, seen_at: str) -> str:
    """A read-only view of a file or folder of the machine, in the root."""
    at = root / seen_at.lstrip("/")
    make = f"mkdir -p {at}" if Path(place).is_dir() else f"mkdir -p {at.parent}; touch {at}"
    return f"{make}; mount --bind -o ro {Path(place).resolve()} {at}"


def _wheel_folders() -> list[str]:
    """Folders that the machine's pip looks for packages in, beside its index."""
    asked = [sys.executable, "-m", "pip", "config", "list"]
    found = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    words = found.replace("'", " ").replace("=", " ").replace("file://", "").split()
    return sorted({word for word in words if word.startswith("/opt/")})


def _pip_settings() -> dict[str, str]:
    own = {k: v for k, v in os.environ.items() if k.startswith("PIP_") or k.endswith("_proxy")}
    return own | ({"PIP_CERT": AUTHORITIES} if "PIP_CERT" in own else {})


def main() -> None:
    """Build, then look at the result as an operator would."""
    if os.geteuid() != 0 or shutil.which("debootstrap") is None:
        end(Exit.MISSING, "as root, with debootstrap: apt-get install debootstrap")
    with tempfile.TemporaryDirectory(prefix="carnet-image-") as folder:
        base = Path(folder, "base")
        with step(f"clean Debian {SUITE}"):
            command = ["/usr/sbin/debootstrap", "--variant=minbase", SUITE, str(base)]
            subprocess.run(command, check=True, capture_output=True)
        last = _built(base, Path(folder))
        for sentence in faults(last):
            end(Exit.REFUSED, sentence)
    out.print("The image's steps ran; what is in it starts as its own user.")


def _built(base: Path, folder: Path) -> Stage:
    """The last stage."""
    values: dict[str, str] = {}
    stages: dict[str, Stage] = {}
    current: Stage | None = None
    for done in steps(DOCKERFILE):
        if done.word == "FROM":
            root = folder / f"stage-{len(stages)}"
            # not Python's copy, which would read the devices: /dev/zero has no end
            subprocess.run(["/bin/cp", "-a", str(base), str(root)], check=True)
            current = Stage(root, dict(values))
            stages[done.rest.rpartition(" AS ")[2]] = current
        elif current is None:
            values |= done.pairs
        else:
            with step(f"{done.word} {done.rest[:60]}"):
                current.take(done, stages)
    assert current is not None, "a Dockerfile has a FROM"  # noqa: S101 - ours has two
    return current


def faults(image: Stage) -> list[str]:
    """What must hold of the last stage."""
    found = [
        f"the image has {program}"
        for program in COMPILERS
        if not image.run(["sh", "-c", f"command -v {program}"]).returncode
    ]
    found += [
        f"the image has {package}, a tool of those who develop"
        for package in TOOLS
        if not image.run(["python", "-c", f"import {package}"], user=image.user).returncode
    ]
    found += [
        f"the image has no {program}"
        for program in CALLED
        if image.run([program, "--version"], user=image.user).returncode
    ]
    user = image.user or "0"
    who = image.run(["id", "-u"], user=user).stdout.strip()
    if who in {"", "0"}:
        found.append("the image's user is root")
    helped = image.run([*image.entrypoint, "--help"], user=user)
    if "SERVICE.ENTRYPOINT" not in helped.stdout:
        found.append(f"the entrypoint does not start: {helped.stderr[-500:]}")
    unset = image.run([*image.entrypoint, "vault.rpc"], user=user)
    if "CARNET_ENVIRONMENT must be set" not in unset.stderr:
        found.append(f"a service without settings says: {unset.stderr[-500:]}")
    operated = image.run([*image.entrypoint, "ops", "--help"], user=user)
    if operated.returncode:
        found.append(f"carnet ops does not start: {operated.stderr[-500:]}")
    return found


if __name__ == "__main__":
    typer.run(main)
