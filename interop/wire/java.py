"""Generated Java, compiled once for each JDK, and programs that run it."""

from __future__ import annotations

import contextlib
import struct
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bridge.wire.codec import Codec
from bridge.wire.construct_layout import message_layout
from bridge.wire.java_source import write_java
from bridge.wire.layout_model import Layout
from bridge.wire.message import Message
from bridge.wire.protocol import Protocol, Role
from interop.harness import Jdk

__all__ = ["Compiled", "Ends", "compiled"]

_HERE = Path(__file__).parent
#: Little memory, so that what is taken for a length that nothing backs is an error.
_OPTIONS = ("-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")


class Ends:
    """Both ends of a protocol in Python, and the names of their methods in Java."""

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol
        self.writers = {role: Codec(protocol, role, protocol.version) for role in Role}
        self.readers = {role.other: codec for role, codec in self.writers.items()}
        self._layouts: dict[Message, Layout] = {}

    def layout(self, message: Message) -> Layout:
        if message not in self._layouts:
            self._layouts[message] = message_layout(message, {"version": self.protocol.version})
        return self._layouts[message]

    @property
    def is_symmetric(self) -> bool:
        return dict(self.protocol.sent_by(Role.CLIENT)) == dict(self.protocol.sent_by(Role.SERVER))

    def suffix(self, role: Role) -> str:
        return "-" if self.is_symmetric else f"From{role.value.capitalize()}"


@dataclass(frozen=True)
class Compiled:
    """The classes of some protocols, and of the programs beside this file."""

    jdk: Jdk
    classes: Path

    def command(self, main_class: str, *arguments: str) -> list[str]:
        return [str(self.jdk.java), *_OPTIONS, "-cp", str(self.classes), main_class, *arguments]

    def run(self, data: bytes, main_class: str, *arguments: str) -> list[str]:
        """The lines that a program prints when it is given ``data``."""
        done = subprocess.run(
            self.command(main_class, *arguments), input=data, capture_output=True, timeout=300, check=False
        )
        assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
        return done.stdout.decode().splitlines()

    @contextlib.contextmanager
    def serving(self, main_class: str, *arguments: str) -> Iterator[int]:
        """A program that prints its port; ended when the block is left."""
        words = self.command(main_class, *arguments)
        with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout is not None
                yield int(process.stdout.readline())
            finally:
                process.kill()

    def decisions(self, ends: Ends, main_class: str, payloads: Sequence[tuple[Role, bytes]]) -> list[str]:
        """What Java makes of each payload; see `Decide.java`."""
        roles = list(Role)
        data = b"".join(struct.pack(">BI", roles.index(role), len(payload)) + payload for role, payload in payloads)
        return self.run(data, "Decide", main_class, *(ends.suffix(role) for role in roles))

    def echoes(self, main_class: str, streams: Sequence[bytes]) -> list[list[str]]:
        """What Java makes of each stream of messages, which both sides send alike; see `Echo.java`."""
        name = main_class.encode("ascii")
        data = struct.pack(">I", len(streams))
        for stream in streams:
            data += struct.pack(">H", len(name)) + name + struct.pack(">I", len(stream)) + stream
        found: list[list[str]] = [[]]
        for line in self.run(data, "Echo"):
            found[-1].append(line)
            if line in ("end", "broken"):
                found.append([])
        return found[:-1]


def compiled(jdk: Jdk, folder: Path, protocols: dict[str, Protocol], *more: Path) -> Compiled:
    """Protocols, each in a package of its own, and other sources, compiled by ``jdk`` without a warning."""
    sources = [*sorted(_HERE.glob("*.java")), *more]
    for package, protocol in protocols.items():
        sources += write_java(protocol, folder / "source", package)
    classes = folder / "classes"
    done = subprocess.run(
        [str(jdk.java.parent / "javac"), "--release", "17", "-Xlint:all", "-Werror", "-encoding", "UTF-8",
         "-d", str(classes), *map(str, sources)],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr + done.stdout
    return Compiled(jdk, classes)
