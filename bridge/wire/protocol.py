"""A protocol, declared once: its messages, how they are framed, and the rules of the conversation.

    Store = Protocol(
        "store",
        messages={1: Put, 2: Get, 3: Value, 4: Failed},     # by opcode
        opcode=Int8ub,                                      # how the opcode is written, in front of the body
        framing=LengthPrefix(32),
        correlation="request",                              # the field that a request and its answers share
    )

    with bridge.connect("127.0.0.1", 9000, protocol=Store) as channel: ...

On the wire a frame's payload is the opcode, then the body: the layout of the message. Without opcodes
(``messages=Put``) there is one kind of message, and the payload is its body. What the client sends and what the server
sends may differ: ``client=`` and ``server=`` in place of ``messages=``.
"""

from __future__ import annotations

import enum
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias

from construct import Construct, ConstructError, Int8ub

from ..errors import SchemaError
from .aio import AsyncMessageChannel
from .channel import MessageChannel
from .codec import Codec
from .fields import fixed_size
from .framing import Datagram, FixedSize, Framing, LengthPrefix
from .layouts import reads_to_the_end
from .machine import MessageConnection
from .message import Message, message_of

if TYPE_CHECKING:
    from ..transport.base import AsyncTransport, Transport

__all__ = ["CLIENT", "SERVER", "Policy", "Protocol", "Role", "States", "Transition"]


class Role(enum.Enum):
    """Who sends: the side that connected, or the side that listened."""

    CLIENT = "client"
    SERVER = "server"

    @property
    def other(self) -> Role:
        return Role.SERVER if self is Role.CLIENT else Role.CLIENT


CLIENT: Final = Role.CLIENT
SERVER: Final = Role.SERVER

#: What happens to an opcode that is not declared, or to bytes behind a message:
#:
#:     "reject"   an error
#:     "skip"     as if it were not there
#:     "keep"     given on: an unknown message as `UnknownMessage`, bytes behind a message as its ``trailing_bytes``
Policy: TypeAlias = Literal["reject", "skip", "keep"]
_POLICIES: Final = ("reject", "skip", "keep")

#: ``messages=``: one class, or classes by opcode.
Messages: TypeAlias = "type | Mapping[Any, type]"


class Transition(NamedTuple):
    """A row of the state table: in ``state``, ``sender`` may send ``message``, which leads to ``next_state``."""

    state: str
    sender: Role
    message: type
    next_state: str


class States:
    """A state table: which message may follow which. The first row's state is the initial one.

    A state without a row of its own is an end: nothing may be sent there. Both sides keep the state on their own, from
    what they sent and received, so a table must not let both sides send at a time unless the order makes no difference.
    """

    def __init__(self, rows: Sequence[Transition | tuple[str, Role, type, str]]) -> None:
        self.rows: tuple[Transition, ...] = tuple(Transition(*row) for row in rows)
        if not self.rows:
            raise SchemaError("a state table has one row or more")
        self._next: dict[tuple[str, Role, type], str] = {}
        for row in self.rows:
            if not (isinstance(row.state, str) and isinstance(row.next_state, str) and isinstance(row.sender, Role)):
                raise SchemaError(f"a row of a state table is (state, role, message, next state), not {tuple(row)!r}")
            message_of(row.message)
            key = row.state, row.sender, row.message
            if key in self._next:
                raise SchemaError(f"the state table has two rows for {row.message.__name__} in {row.state!r}")
            self._next[key] = row.next_state
        self.initial = self.rows[0].state

    @property
    def names(self) -> tuple[str, ...]:
        """All states, in the order of their first mention."""
        return tuple(dict.fromkeys(name for row in self.rows for name in (row.state, row.next_state)))

    def next(self, state: str, sender: Role, message: type) -> str | None:
        """The state after ``sender`` sent ``message`` in ``state``; None where that is not allowed."""
        return self._next.get((state, sender, message))

    def allowed(self, state: str, sender: Role) -> tuple[str, ...]:
        """The names of the messages that ``sender`` may send in ``state``."""
        return tuple(row.message.__name__ for row in self.rows if row.state == state and row.sender is sender)


@dataclass(frozen=True, slots=True, eq=False)
class Direction:
    """What one side sends.

    by_opcode   its messages by opcode; None is the key where there are no opcodes
    by_type     the opcode's bytes and the message, by class
    """

    by_opcode: Mapping[Hashable, Message]
    by_type: Mapping[type, tuple[bytes, Message]]


class Protocol:
    """The declaration of a protocol; all arguments are attributes of the same name.

    name              its name: for documents, generated code, and the negotiation
    messages          a message class, or a dict of opcode to message class: what both sides send
    client, server    the same for each side, in place of ``messages``
    opcode            the construct that writes an opcode; Int8ub. None without opcodes
    framing           LengthPrefix(32) unless given; see `bridge.wire.framing`
    max_frame_bytes   the bound of a payload, opcode and body; never None: 1 MiB, or less where the framing ends before
    version           the version of this declaration, 0 to 65535; layouts see the one that counts as
                      ``this._params.version``
    accepts           the oldest version this side can speak, ``version`` unless given
    negotiate         both sides begin with the versions they speak, and the highest common one counts; see
                      `bridge.wire.negotiation`
    states            which message may follow which: a `States`, or its rows; None is no rule
    correlation       the name of the field that a request and its answers share
    unknown           an opcode that is not declared: "reject", "skip" or "keep"
    trailing          bytes in a frame behind its message: likewise

    SchemaError: the declaration contradicts itself.
    """

    def __init__(
        self,
        name: str,
        messages: Messages | None = None,
        *,
        client: Messages | None = None,
        server: Messages | None = None,
        opcode: Any = Int8ub,
        framing: Framing | None = None,
        max_frame_bytes: int | None = None,
        version: int = 1,
        accepts: int | None = None,
        negotiate: bool = False,
        states: States | Sequence[Transition | tuple[str, Role, type, str]] | None = None,
        correlation: str | None = None,
        unknown: Policy = "reject",
        trailing: Policy = "reject",
    ) -> None:
        if not isinstance(name, str) or not name or not name.isprintable() or len(name.encode()) > 255:
            raise SchemaError(f"the name of a protocol is a text of 1 to 255 bytes, not {name!r}")
        self.name = name
        if (messages is None) == (client is None and server is None) or (client is None) != (server is None):
            raise SchemaError(f"the protocol {name} needs either messages=, or client= and server=")
        sent = {
            Role.CLIENT: messages if client is None else client,
            Role.SERVER: messages if server is None else server,
        }
        self.opcode: Any = None if all(isinstance(side, type) for side in sent.values()) else opcode
        if self.opcode is not None and not isinstance(opcode, Construct):
            raise SchemaError(f"the opcode of {name} is written by a construct, not {opcode!r}")
        self._directions = {role: self._direction(side) for role, side in sent.items()}
        self.framing = LengthPrefix(32) if framing is None else framing
        if not isinstance(self.framing, Framing):
            raise SchemaError(f"the framing of {name} is one of bridge.wire.framing, not {framing!r}")
        self.max_frame_bytes = self._bound(max_frame_bytes)
        self.version, self.accepts = version, version if accepts is None else accepts
        for number in (self.version, self.accepts):
            if type(number) is not int or not 0 <= number <= 0xFFFF:
                raise SchemaError(f"a version of {name} is a number from 0 to 65535, not {number!r}")
        if self.accepts > self.version:
            raise SchemaError(f"{name} accepts from version {self.accepts} on, which is above its own {self.version}")
        self.negotiate = negotiate
        if negotiate and isinstance(self.framing, Datagram):
            raise SchemaError(f"{name}: datagrams get lost, so there is nothing they could begin with to negotiate")
        self.states = states if states is None or isinstance(states, States) else States(states)
        self._check_states()
        self.correlation = correlation
        if correlation is not None and not any(correlation in each.fields for each in self.all_messages):
            raise SchemaError(f"no message of {name} has the field {correlation!r}, which is to correlate them")
        for policy in (unknown, trailing):
            if policy not in _POLICIES:
                raise SchemaError(f"a policy is {', '.join(_POLICIES)}, not {policy!r}")
        self.unknown: Policy = unknown
        self.trailing: Policy = trailing
        self._check_policies()
        self._codecs: dict[tuple[Role, int], Codec] = {}
        for role in Role:
            self.codec(role, version)
        self._check_ends()

    def __repr__(self) -> str:
        return f"<Protocol {self.name} {self.version}: {', '.join(each.name for each in self.all_messages)}>"

    def sent_by(self, role: Role) -> Mapping[Hashable, Message]:
        """The messages that ``role`` sends, by opcode; None is the key of the only one where there are no opcodes."""
        return self._directions[role].by_opcode

    def opcode_bytes(self, role: Role, cls: type) -> bytes | None:
        """The bytes in front of the body of ``cls``, b"" without opcodes; None where ``role`` does not send it."""
        found = self._directions[role].by_type.get(cls)
        return None if found is None else found[0]

    @property
    def roles(self) -> tuple[Role, ...]:
        """Both sides, the client first."""
        return tuple(self._directions)

    @property
    def all_messages(self) -> tuple[Message, ...]:
        """Every message of the protocol once, those of the client first."""
        found: dict[type, Message] = {}
        for direction in self._directions.values():
            for each in direction.by_opcode.values():
                found.setdefault(each.type, each)
        return tuple(found.values())

    def codec(self, role: Role, version: int) -> Codec:
        """What writes the messages of ``role`` in ``version``, and reads those of the other side."""
        found = self._codecs.get((role, version))
        if found is None:
            found = self._codecs[role, version] = Codec(self, role, version)
        return found

    def channel(
        self, transport: Transport, *, accepted: bool = False, content_seconds: float | None = None
    ) -> MessageChannel:
        """A blocking channel over ``transport``, of the server if ``accepted``; ``bridge.connect`` calls this.

        SchemaError: the framing is not for such a transport.
        """
        return MessageChannel(transport, self._machine(transport, accepted), content_seconds=content_seconds)

    def async_channel(
        self, transport: AsyncTransport, *, accepted: bool = False, content_seconds: float | None = None
    ) -> AsyncMessageChannel:
        """The same for asyncio."""
        return AsyncMessageChannel(transport, self._machine(transport, accepted), content_seconds=content_seconds)

    def _machine(self, transport: Transport | AsyncTransport, accepted: bool) -> MessageConnection:
        datagram_bytes = transport.info("datagram_bytes")
        return MessageConnection(
            self,
            Role.SERVER if accepted else Role.CLIENT,
            datagram_bytes=datagram_bytes if isinstance(datagram_bytes, int) else None,
        )

    def message_named(self, name: str) -> Message:
        """The message of that name. SchemaError: there is none."""
        for each in self.all_messages:
            if each.name == name:
                return each
        raise SchemaError(f"{self.name} has no message {name!r}; it has {', '.join(m.name for m in self.all_messages)}")

    # ------------------------------------------------------------------------------------------------------- checking

    def _direction(self, messages: Messages | None) -> Direction:
        if isinstance(messages, type):
            declared: Mapping[Any, type] = {None: messages}
        elif isinstance(messages, Mapping) and messages:
            declared = messages
        else:
            raise SchemaError(
                f"the messages of {self.name} are a class, or a dict of opcode to class, not {messages!r}"
            )
        by_opcode: dict[Hashable, Message] = {}
        by_type: dict[type, tuple[bytes, Message]] = {}
        seen: dict[bytes, Message] = {}
        for opcode, cls in declared.items():
            each = message_of(cls)
            code = self._written(opcode, each) if not isinstance(messages, type) else b""
            if code in seen:
                raise SchemaError(f"{each.name} and {seen[code].name} of {self.name} have the same opcode {opcode!r}")
            if cls in by_type:
                raise SchemaError(f"{each.name} has two opcodes in {self.name}")
            seen[code] = by_opcode[opcode] = each
            by_type[cls] = code, each
        return Direction(by_opcode, by_type)

    def _written(self, opcode: Any, each: Message) -> bytes:
        try:
            code: bytes = self.opcode.build(opcode)
            read = self.opcode.parse(code)
            same = read == opcode and hash(read) == hash(opcode)
        except (ConstructError, TypeError, ValueError) as error:
            raise SchemaError(f"the opcode {opcode!r} of {each.name} cannot be written: {error}") from error
        if not same:
            raise SchemaError(f"the opcode {opcode!r} of {each.name} is read as {read!r}")
        return code

    def _bound(self, max_frame_bytes: int | None) -> int:
        bound = self.framing.default_max_frame_bytes() if max_frame_bytes is None else max_frame_bytes
        if type(bound) is not int or bound < 1:
            raise SchemaError(f"max_frame_bytes of {self.name} is a number from 1 up, not {bound!r}")
        self.framing.check(bound)
        for direction in self._directions.values():
            for code, each in direction.by_type.values():
                size = fixed_size(each.layout)
                if size is not None and size + len(code) > bound:
                    raise SchemaError(f"{each.name} takes {size + len(code)} bytes, and max_frame_bytes is {bound}")
        return bound

    def _check_states(self) -> None:
        for row in () if self.states is None else self.states.rows:
            if row.message not in self._directions[row.sender].by_type:
                raise SchemaError(
                    f"the state table of {self.name} has {row.message.__name__}, which the {row.sender.value} does "
                    "not send"
                )

    def _check_ends(self) -> None:
        framing = self.framing
        for each in self.all_messages:
            greedy = reads_to_the_end(each.layout)
            if greedy and isinstance(framing, FixedSize) and framing.padding is not None:
                raise SchemaError(f"{each.name} reads to the end, and so the padding of a frame too")
            if not framing.is_self_delimiting:
                continue
            if fixed_size(each.layout) == 0 and self.opcode is None:
                raise SchemaError(f"{each.name} takes no bytes, so nothing could delimit it")
            if greedy:
                raise SchemaError(f"{each.name} reads to the end, and without frames nothing else tells where")

    def _check_policies(self) -> None:
        if self.unknown != "reject" and (self.opcode is None or self.framing.is_self_delimiting):
            raise SchemaError(f"{self.name}: an unknown message can only be passed over where opcodes and frames are")
        if self.trailing != "reject" and self.framing.is_self_delimiting:
            raise SchemaError(f"{self.name}: there is nothing behind a message that tells itself where it ends")
        if self.trailing == "keep":
            for each in self.all_messages:
                if "__dict__" not in dir(each.type):
                    raise SchemaError(f"{each.name} has slots, and so no place for the trailing bytes that are kept")
