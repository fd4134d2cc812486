"""The blocking and the asyncio shell behind one face, so that one test drives both.

A test of both is a coroutine with a parameter ``shell``, decorated with ``on_both_shells``. What the blocking shell
does, it does in a thread of its own, which the test awaits: its behaviour is that of a program with threads.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

import pytest

import bridge
import bridge.aio
from bridge.transport import memory as bridge_memory
from bridge.transport.base import AsyncTransport, Info, Transport

P = ParamSpec("P")
T = TypeVar("T")

# Only so that a test that fails does not hang.
ENOUGH_SECONDS = 30.0


def story(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Run an async test in an event loop of its own; no task of it may be left over."""

    @wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        async def bounded() -> None:
            async with asyncio.timeout(ENOUGH_SECONDS):
                await test(*args, **kwargs)
            assert asyncio.all_tasks() == {asyncio.current_task()}

        asyncio.run(bounded())

    return run


async def in_thread(call: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """The outcome of ``call`` in a thread of its own. A thread that hangs does not keep the process alive."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(value: T | None, error: BaseException | None) -> None:
        if done.done():
            return
        if error is None:
            done.set_result(value)  # type: ignore[arg-type]
        else:
            done.set_exception(error)

    def run() -> None:
        value: T | None = None
        error: BaseException | None = None
        try:
            value = call(*args, **kwargs)
        except StopIteration:
            error = StopAsyncIteration()
        except BaseException as failed:  # noqa: BLE001 - raised again where it is awaited
            error = failed
        try:
            loop.call_soon_threadsafe(settle, value, error)
        except RuntimeError:
            pass  # the test is over

    threading.Thread(target=run, daemon=True).start()
    return await done


class Shell:
    """The asyncio shell. Everything is awaited."""

    name = "asyncio"

    async def connect(self, *args: Any, **options: Any) -> Any:
        return await bridge.aio.connect(*args, **options)

    async def listen(self, *args: Any, **options: Any) -> Any:
        return await bridge.aio.listen(*args, **options)

    async def serve(self, address: Any, handler: Callable[[Any], Awaitable[object]], **options: Any) -> Any:
        return await bridge.aio.serve(address, handler, **options)

    async def server(self, listener: Any, handler: Callable[[Any], Awaitable[object]]) -> Any:
        return bridge.aio.Server(listener, handler)

    def channel(self, *pieces: bytes | Exception, **options: Any) -> Any:
        """A channel over a transport that plays back ``pieces``; what is sent is in ``channel.sent``."""
        transport = _Canned(pieces)
        channel = bridge.aio.Channel(transport, **options)
        channel.sent = transport.sent  # type: ignore[attr-defined]
        return channel

    def over(self, sock: Any) -> Any:
        """What a hook or a handler was given, for this test."""
        return sock

    async def write(self, channel: Any, data: bytes) -> None:
        """Bytes under the channel, as a peer that is no bridge would send them."""
        channel._transport.write(data)
        await channel._transport.drain()


class Threaded:
    """An object of the blocking shell whose methods are awaited, each in a thread of its own."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.inner, name)
        if not callable(found) or name in ("abort", "stop_receiving"):
            return found
        if name == "close" and isinstance(self.inner, bridge.Listener):
            return found

        @wraps(found)
        async def call(*args: Any, **kwargs: Any) -> Any:
            return _wrapped(await in_thread(found, *args, **kwargs))

        return call

    def __repr__(self) -> str:
        return repr(self.inner)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await in_thread(self.inner.__exit__, *exc_info)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        return _wrapped(await in_thread(next, self.inner))


def _wrapped(value: Any) -> Any:
    kinds = (bridge.Channel, bridge.Listener, bridge.ReconnectingChannel, bridge.Server)
    return Threaded(value) if isinstance(value, kinds) else value


class BlockingShell(Shell):
    name = "blocking"

    async def connect(self, *args: Any, **options: Any) -> Any:
        return Threaded(await in_thread(bridge.connect, *args, **options))

    async def listen(self, *args: Any, **options: Any) -> Any:
        return Threaded(await in_thread(bridge.listen, *args, **options))

    async def serve(self, address: Any, handler: Callable[[Any], Awaitable[object]], **options: Any) -> Any:
        return Threaded(await in_thread(bridge.serve, address, _from_thread(handler), **options))

    async def server(self, listener: Any, handler: Callable[[Any], Awaitable[object]]) -> Any:
        return Threaded(bridge.Server(listener.inner, _from_thread(handler)))

    def channel(self, *pieces: bytes | Exception, **options: Any) -> Any:
        transport = bridge_memory.CannedTransport(pieces)
        channel = bridge.Channel(transport, **options)
        threaded = Threaded(channel)
        threaded.sent = transport.sent  # type: ignore[attr-defined]
        return threaded

    def over(self, sock: Any) -> Any:
        return Threaded(sock)

    async def write(self, channel: Any, data: bytes) -> None:
        transport: Transport = channel.inner._transport
        await in_thread(transport.send, data)


def _from_thread(handler: Callable[[Any], Awaitable[object]]) -> Callable[[Any], object]:
    """A blocking handler that has ``handler`` run in the event loop of the test, and waits for it."""
    loop = asyncio.get_running_loop()

    def call(channel: Any) -> object:
        async def run() -> object:
            return await handler(Threaded(channel))

        return asyncio.run_coroutine_threadsafe(run(), loop).result()

    return call


class _Canned(AsyncTransport):
    """The asyncio twin of ``CannedTransport``."""

    def __init__(self, pieces: tuple[bytes | Exception, ...]) -> None:
        self.pieces = list(pieces)
        self.sent = bytearray()

    async def receive(self, max_bytes: int) -> bytes:
        if not self.pieces:
            return b""
        piece = self.pieces.pop(0)
        if isinstance(piece, Exception):
            raise piece
        if len(piece) > max_bytes:
            self.pieces.insert(0, piece[max_bytes:])
        return piece[:max_bytes]

    def write(self, data: bytes) -> None:
        self.sent += data

    async def drain(self) -> None:
        pass

    def send_eof(self) -> None:
        pass

    def stop_receiving(self) -> None:
        self.pieces.clear()

    def abort(self) -> None:
        pass

    async def close(self) -> None:
        pass

    def info(self, name: Info) -> object:
        return None


SHELLS: list[Shell] = [BlockingShell(), Shell()]


def on_both_shells(
    test: Callable[Concatenate[Shell, P], Coroutine[Any, Any, None]],
) -> Callable[Concatenate[Shell, P], None]:
    """Run a coroutine with a parameter ``shell`` on the blocking and on the asyncio shell."""
    return pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: shell.name)(story(test))


@asynccontextmanager
async def connected(shell: Shell, **options: Any) -> AsyncIterator[tuple[Any, Any]]:
    """Two channels of ``shell`` that are connected, ``options`` those of the first."""
    async with await shell.listen("127.0.0.1", 0) as listener:
        here = await shell.connect(listener.address, **options)
        there = await listener.accept()
    async with here, there:
        yield here, there


def message(*objects: object, **options: Any) -> bytes:
    """The bytes that a peer sends for ``objects``, from the header on."""
    connection = bridge.Connection(**options)
    for obj in objects:
        connection.send(obj)
    return connection.data_to_send()


async def echo(channel: Any) -> None:
    async for obj in channel:
        await channel.send(obj)


async def all_of(channel: Any) -> list[Any]:
    return [obj async for obj in channel]
