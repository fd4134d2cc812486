"""A prompt for a protocol: messages are typed and sent, and what the peer sends is shown as it comes.

The line is edited and completed by prompt_toolkit where there is a terminal; else lines are read as they are, so a
session can be written down and played. A line is a message (see `bridge.wire.entry`) or one of the commands:

    help        the messages that can be sent now, with their fields
    state       the state of the protocol, and its version
    quit        end the conversation
"""

from __future__ import annotations

import contextlib
import dataclasses
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final, TextIO, cast

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.patch_stdout import patch_stdout

from ..channel import connect, listen
from ..connection import State
from ..errors import BridgeError, ChannelClosed
from .channel import MessageChannel
from .entry import completions, parse_message
from .protocol import Role

if TYPE_CHECKING:
    from ..transport.address import Address
    from .protocol import Protocol

__all__ = ["COMMANDS", "MessageCompleter", "converse", "run_client", "run_server", "typed_lines"]

COMMANDS: Final = ("help", "state", "quit")

#: How long a written session waits for what is still to come when it ends.
_LAST_SECONDS: Final = 1.0
_CONNECT_SECONDS: Final = 10.0


class MessageCompleter(Completer):
    """Completes names of messages, their fields, and values of enums."""

    def __init__(self, protocol: Protocol, role: Role) -> None:
        self._protocol = protocol
        self._role = role

    def get_completions(self, document: Document, complete_event: object) -> Iterator[Completion]:
        part, candidates = completions(document.text_before_cursor, self._protocol, self._role, COMMANDS)
        for candidate in candidates:
            yield Completion(candidate, start_position=-len(part))


def run_client(protocol: Protocol, address: Address, source: TextIO, show: Callable[[str], object]) -> None:
    """Connect to ``address`` and `converse` until one of both ends. ConnectError: nobody answered in 10 seconds."""
    channel = connect(address, protocol=protocol, timeout=_CONNECT_SECONDS)
    with typed_lines(protocol, Role.CLIENT, source) as lines:
        converse(channel, lines, show)


def run_server(
    protocol: Protocol,
    address: Address,
    source: TextIO,
    show: Callable[[str], object],
    told: Callable[[str], object],
) -> None:
    """Listen at ``address`` and `converse` with one client after the other, until ``source`` ends or says quit."""
    with listen(address, protocol=protocol) as listener, typed_lines(protocol, Role.SERVER, source) as lines:
        told(f"listening at {listener.address}")
        for channel in listener:
            told(f"{channel.peer} here")
            if not converse(cast(MessageChannel, channel), lines, show):
                break


@contextlib.contextmanager
def typed_lines(protocol: Protocol, role: Role, source: TextIO) -> Iterator[Iterator[str]]:
    """The lines that are typed: at a prompt, if ``source`` is a terminal."""
    if not source.isatty():
        yield (line.rstrip("\n") for line in source)
        return
    session: PromptSession[str] = PromptSession(f"{protocol.name}> ", completer=MessageCompleter(protocol, role))
    with patch_stdout():
        yield _prompted(session)


def _prompted(session: PromptSession[str]) -> Iterator[str]:
    while True:
        try:
            yield session.prompt()
        except EOFError:
            return
        except KeyboardInterrupt:  # of a line: begin another
            continue


def converse(channel: MessageChannel, lines: Iterator[str], show: Callable[[str], object]) -> bool:
    """Send what ``lines`` say and show what comes, until one of both ends. Whether it was the peer."""
    ended = threading.Event()
    receiver = threading.Thread(target=_receive, args=(channel, show, ended), name="bridge wire prompt", daemon=True)
    receiver.start()
    by_peer = False
    for line in lines:
        if line.strip() == "quit":
            break
        if line.strip() and not line.lstrip().startswith("#"):
            _do(channel, line.strip(), show)
        by_peer = ended.is_set()
        if by_peer:
            break
    with contextlib.suppress(BridgeError):
        channel.send_eof(timeout=_LAST_SECONDS)
    receiver.join(_LAST_SECONDS)
    channel.close()
    receiver.join()
    return by_peer


def _do(channel: MessageChannel, line: str, show: Callable[[str], object]) -> None:
    if line == "help":
        for text in _help(channel):
            show(text)
        return
    if line == "state":
        place = "" if channel.place is None else f", in the state {channel.place!r}"
        show(f"{channel.protocol.name} version {channel.version}, {channel.state.value}{place}")
        return
    try:
        message = parse_message(line, channel.protocol, channel.role)
        field = channel.protocol.correlation
        if field is not None and getattr(message, field, 0) is None:
            message = dataclasses.replace(message, **{field: channel.free_number()})
        channel.send(message)
        show(f"→ {message!r}")
    except BridgeError as error:
        show(f"{type(error).__name__}: {error}")


def _help(channel: MessageChannel) -> Iterator[str]:
    states = channel.protocol.states
    allowed = None if states is None or channel.place is None else states.allowed(channel.place, channel.role)
    for each in channel.protocol.sent_by(channel.role).values():
        if allowed is None or each.name in allowed:
            yield f"{each.name}({', '.join(each.fields)})"


def _receive(channel: MessageChannel, show: Callable[[str], object], ended: threading.Event) -> None:
    while True:
        try:
            message: Any = channel.receive()
        except ChannelClosed:
            break
        except BridgeError as error:
            show(f"{type(error).__name__}: {error}")
            if channel.state in (State.BROKEN, State.CLOSED):
                break
        else:
            show(f"← {message!r}")
    ended.set()  # before it is shown: who sees it may type the line that the next conversation is for
    show("the conversation has ended")
