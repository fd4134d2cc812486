"""Objects over a connection, for asyncio: ``connect``, ``listen``, ``serve``, with the names and the behaviour of the
blocking ones.

    async with await bridge.aio.connect("127.0.0.1", 9000) as channel:
        await channel.send({"hello": [1, 2.5, None]})
        reply = await channel.receive()
"""

from .channel import Channel, Listener, connect, listen
from .reconnect import ReconnectingChannel
from .server import Server, serve

__all__ = ["Channel", "Listener", "ReconnectingChannel", "Server", "connect", "listen", "serve"]
