"""The process of network.py: passes bytes on between nodes and databases, as orders from its input say.

Arguments: for each way a folder to listen in, and the folder of the server. Orders are lines of JSON:
{"ways": [number, …], "mode": "open"}: bytes pass; "held": they wait; "slow": each piece waits `seconds`;
"broken": connections are ended and none is taken. With "after" connections are ended once so many bytes have passed;
with "lost" a connection is ended in the place of the next answer that contains this text.
"""

import asyncio
import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress

PIECE = 65536  # bytes
NAME = ".s.PGSQL.5432"
Passing = Callable[[bytes], bytes]  # what of a piece is passed on; nothing: the connection ends


class Way:
    def __init__(self, folder: str, target: str) -> None:
        self._path = f"{folder}/{NAME}"
        self._target = f"{target}/{NAME}"
        self._open = asyncio.Event()
        self._open.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._left: int | None = None
        self._lost = b""
        self._is_broken = False
        self._seconds = 0.0

    async def listen(self) -> None:
        await asyncio.start_unix_server(self._accept, self._path)
        os.chmod(self._path, 0o777)

    def obey(self, order: dict) -> None:
        if "after" in order:
            self._left = order["after"]
            return
        if "lost" in order:
            self._lost = order["lost"].encode()
            return
        mode = order["mode"]
        self._is_broken = mode == "broken"
        self._seconds = order.get("seconds", 0) if mode == "slow" else 0
        (self._open.clear if mode == "held" else self._open.set)()
        if self._is_broken:
            self._end_all()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._open.wait()
        try:
            if self._is_broken:
                raise ConnectionRefusedError
            theirs, to_them = await asyncio.open_unix_connection(self._target)
        except OSError:
            writer.close()
            return
        self._writers |= {writer, to_them}
        await asyncio.gather(self._pass_on(reader, to_them), self._pass_on(theirs, writer, self._unless_lost))

    async def _pass_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, passing: Passing = bytes
    ) -> None:
        with suppress(OSError):
            while (piece := await reader.read(PIECE)) and (piece := passing(piece)):
                if self._seconds:
                    await asyncio.sleep(self._seconds)
                await self._open.wait()
                allowed = self._allow(len(piece))
                writer.write(piece[:allowed])
                await writer.drain()
                if allowed < len(piece):
                    self._end_all()
        await self._open.wait()
        self._writers.discard(writer)
        writer.close()

    def _unless_lost(self, answer: bytes) -> bytes:
        if self._lost and self._lost in answer:
            self._lost = b""
            return b""
        return answer

    def _allow(self, size: int) -> int:
        """Return how many of these bytes may pass."""
        if self._left is None:
            return size
        allowed = min(size, self._left)
        self._left = None if allowed < size else self._left - size
        return allowed

    def _end_all(self) -> None:
        while self._writers:
            self._writers.pop().close()


async def main(places: list[str]) -> None:
    ways = [Way(folder, target) for folder, target in zip(places[::2], places[1::2], strict=True)]
    for way in ways:
        await way.listen()
    print("listening", flush=True)
    orders = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    while line := await orders.readline():
        order = json.loads(line)
        for number in order["ways"]:
            ways[number].obey(order)
    os._exit(0)  # asyncio would complain of each connection that is left


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
