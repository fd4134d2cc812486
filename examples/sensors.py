"""Sensors that send frames of a fixed size over UDP, with a checksum; what is received is acknowledged.

python -m examples.sensors                                                      # a collector at port 7412
python -m bridge wire examples.sensors:SENSORS --connect udp://127.0.0.1:7412   # be a sensor by hand
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from construct import BitsInteger, BitStruct, Const, Flag, Int16sb, Int16ub, Int32ub, Padding, Struct

import bridge
from bridge.wire import Checksum, Datagram, JavaInstant, MessageChannel, Protocol, message

__all__ = ["SENSORS", "Acknowledged", "Collector", "Reading", "main", "serve"]

PORT = 7412


@message(
    Struct(
        "magic" / Const(b"\xb5\x7e"),
        "sensor" / Int16ub,
        "sequence" / Int32ub,
        "time" / JavaInstant,
        "status" / BitStruct("low_battery" / Flag, "charging" / Flag, "quality" / BitsInteger(6)),
        Padding(1),
        "centidegrees" / Int16sb,
        "pascals" / Int32ub,
        "check" / Checksum("crc32", Int32ub),
    )
)
@dataclass
class Reading:
    """One measurement: 32 bytes."""

    sensor: int
    sequence: int
    time: datetime
    status: dict[str, Any]
    centidegrees: int
    pascals: int


@message(
    Struct(
        "magic" / Const(b"\xb5\x7f"),
        "sensor" / Int16ub,
        "sequence" / Int32ub,
        "check" / Checksum("crc32", Int32ub),
    )
)
@dataclass
class Acknowledged:
    """A measurement has arrived: 12 bytes."""

    sensor: int
    sequence: int


SENSORS = Protocol("sensors", client=Reading, server=Acknowledged, framing=Datagram(), max_frame_bytes=32)


@dataclass
class Collector:
    """Keeps the newest reading of each sensor. Datagrams get lost, come twice, and overtake each other."""

    newest: dict[int, Reading] = field(default_factory=dict)
    refused: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def collect(self, channel: MessageChannel) -> None:
        """Take what one peer sends, until nothing was heard of it for a while."""
        while True:
            try:
                reading: Reading = channel.receive()
            except bridge.ChannelClosed:
                return
            except bridge.DecodeError:  # a bad checksum, or no reading at all: it costs that datagram
                with self._lock:
                    self.refused += 1
                continue
            with self._lock:
                known = self.newest.get(reading.sensor)
                if known is None or known.sequence < reading.sequence:
                    self.newest[reading.sensor] = reading
            channel.send(Acknowledged(reading.sensor, reading.sequence))


def serve(
    address: bridge.Address | str | tuple[str, int], collect: Callable[[MessageChannel], object]
) -> bridge.Server:
    """A server at ``address``, which gives each peer to ``collect``."""
    return bridge.serve(address, collect, protocol=SENSORS)


def main() -> None:
    with serve(f"udp://127.0.0.1:{PORT}", Collector().collect) as server:
        print(f"a collector at {server.address}; Ctrl-C ends it")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            pass


if __name__ == "__main__":
    main()
