"""Carnet on one machine, where each process has a clock of its own and may have a replica."""

from functools import partial
from pathlib import Path

from scripts.cli.deployment import START, Deployment
from scripts.machine.files import free_ports
from scripts.machine.kept import Kept

REPLICA = "-replica"


class OwnClocks(Deployment):
    """Each process reads a clock file of its own, which is the common one until it is skewed."""

    def environ(self, port: int) -> dict[str, str]:
        [name] = [name for name in self.processes if self._ports[name] == port]
        clock = self.clock_of(name)
        if not clock.is_symlink():
            clock.symlink_to("clock")
        return super().environ(port) | {"CARNET_CLOCK_FILE": str(clock)}

    def clock_of(self, name: str) -> Path:
        return self.place.home.resolve() / f"clock-{name}"

    def process_of(self, name: str) -> str:
        return name.removesuffix(REPLICA)

    def replicate(self, process: str) -> str:
        """One more process of the same entrypoints on the same logs, once it is ready; its name.
        It is a part like the others from then on."""
        name = process + REPLICA
        self._ports[name] = free_ports(self._logs / f"{name}.json", (name,))[name]
        self.processes[name] = Kept(name, self._logs)
        self.launch(name)
        self.processes[name].wait_until(partial(self.ready, name), within=START)
        return name
