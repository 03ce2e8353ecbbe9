"""Stock nameko, as its documentation shows it: ``python -m scripts.bench.stock AMQP_URI``."""

import eventlet

eventlet.monkey_patch()

import sys  # noqa: E402 - after the patch

from nameko.rpc import rpc  # noqa: E402 - idem
from nameko.runners import ServiceRunner  # noqa: E402 - idem

from scripts.bench.echoes import READY  # noqa: E402 - idem


class Stock:
    name = "bench_stock"

    @rpc  # type: ignore[untyped-decorator]  # nameko has no types
    def echo(self, text: str) -> str:
        return text


if __name__ == "__main__":
    runner = ServiceRunner({"AMQP_URI": sys.argv[1], "max_workers": 16})
    runner.add_service(Stock)
    runner.start()
    print(READY, flush=True)  # noqa: T201 - the measuring process waits for it
    runner.wait()
