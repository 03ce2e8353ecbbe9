"""FastStream, as its documentation shows it: ``python -m scripts.bench.faststream_echo URI``."""

import asyncio
import sys

from faststream import FastStream
from faststream.rabbit import RabbitBroker

from scripts.bench.echoes import READY

broker = RabbitBroker(sys.argv[1], logger=None)
app = FastStream(broker, logger=None)


@broker.subscriber("bench_faststream")
async def echo(text: str) -> str:
    return text


@app.after_startup
async def ready() -> None:
    print(READY, flush=True)  # noqa: T201 - the measuring process waits for it


if __name__ == "__main__":
    asyncio.run(app.run())
