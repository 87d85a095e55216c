"""A TCP proxy that breaks what passes through it: Postgres, Redis or HTTP, without root rights.

Its event loop lives in a thread of its own; every method may be called from the test's thread.
"""

import asyncio
import random
import threading
from collections.abc import Coroutine
from typing import Any

CHUNK_BYTES = 65_536


class FaultProxy:
    """Passes everything on until told otherwise."""

    def __init__(self, host: str, port: int, *, seed: int = 0) -> None:
        self._target = (host, port)
        self._random = random.Random(seed)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fault-proxy")
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_open = asyncio.Event()
        self._delay_seconds = 0.0
        self._to_corrupt = 0
        self._cuts_answers = False
        self.port = 0
        self.num_connections = 0
        self.num_bytes = 0

    def __enter__(self) -> "FaultProxy":
        self._thread.start()
        self._is_open.set()
        self._call(self._listen())
        return self

    def __exit__(self, *_: object) -> None:
        self._call(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def refuse(self) -> None:
        """The service is down: connections break and new ones are refused."""
        self._call(self._stop_listening())

    def accept(self) -> None:
        """The service is back, at the same address."""
        self._call(self._listen())

    def silence(self) -> None:
        """A cut cable: connections stay open, new ones are accepted, and nothing passes."""
        self._loop.call_soon_threadsafe(self._is_open.clear)

    def mend(self) -> None:
        """The cable is whole: what was on its way arrives after all, late."""
        self._loop.call_soon_threadsafe(self._is_open.set)

    def delay(self, seconds: float) -> None:
        """Hold every piece back for so long; 0 ends it."""
        self._delay_seconds = seconds

    def corrupt(self, num_pieces: int) -> None:
        """Flip one byte in each of the next pieces."""
        self._to_corrupt = num_pieces

    def cut_answers(self, *, on: bool) -> None:
        """Let requests through and break the connection instead of bringing the answer."""
        self._cuts_answers = on

    def _call(self, action: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(action, self._loop).result(timeout=30)

    async def _listen(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def _stop_listening(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._writers):
            writer.transport.abort()

    async def _close(self) -> None:
        await self._stop_listening()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.num_connections += 1
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._target)
        except OSError:
            writer.transport.abort()
            return
        pair = {writer, far_writer}
        self._writers |= pair
        tasks = {
            asyncio.create_task(self._pump(reader, far_writer, is_answer=False)),
            asyncio.create_task(self._pump(far_reader, writer, is_answer=True)),
        }
        self._tasks |= tasks
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            self._tasks -= tasks
            self._writers -= pair
            for one in pair:
                one.transport.abort()

    async def _pump(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, is_answer: bool
    ) -> None:
        while piece := await self._read(source):
            await self._is_open.wait()
            if self._delay_seconds:
                await asyncio.sleep(self._delay_seconds)
            if is_answer and self._cuts_answers:
                return
            # Before it is written: whoever has received it may ask for the count at once.
            self.num_bytes += len(piece)
            try:
                target.write(self._damaged(piece))
                await target.drain()
            except (ConnectionError, OSError):
                return

    async def _read(self, source: asyncio.StreamReader) -> bytes:
        try:
            return await source.read(CHUNK_BYTES)
        except (ConnectionError, OSError):
            return b""

    def _damaged(self, piece: bytes) -> bytes:
        if not self._to_corrupt:
            return piece
        self._to_corrupt -= 1
        place = self._random.randrange(len(piece))
        return piece[:place] + bytes([piece[place] ^ 0xFF]) + piece[place + 1 :]
