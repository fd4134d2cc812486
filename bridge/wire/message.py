"""Messages: dataclasses with a layout of `construct`.

    @message                                        # each field has its construct beside its type
    @dataclass
    class Put:
        request: Annotated[int, Int32ub]
        key: Annotated[str, JavaUTF]
        value: Annotated[bytes, Prefixed(Int32ub, GreedyBytes)]

    @message(Struct(                                # or the layout is given whole: more members than fields
        "magic" / Const(b"\\xca\\xfe"),
        "celsius" / Int16sb,
        Padding(2),
        "check" / Checksum("crc32", Int32ub),
    ))
    @dataclass
    class Reading:
        celsius: int

    Ping = message("Ping", Struct("nonce" / Int64ub))   # a bare construct: the dataclass is made
    Line = message("Line", GreedyString("utf8"))        # no Struct: its value is the field `value`

The order in the layout is the order on the wire. A named member of a layout that is no field of the class has a value
of its own (Const, Computed, Rebuild, Default, a checksum). ``Nested(Item)`` is a message inside another.

Messages are made by calling the class, so ``__post_init__`` can refuse values: with ValueError or TypeError, which
reading gives as a CorruptedStreamError.
"""

from __future__ import annotations

import dataclasses
import keyword
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Final, TypeVar, overload

from construct import (
    Adapter,
    Aligned,
    Construct,
    Container,
    EnumInteger,
    EnumIntegerString,
    FixedSized,
    MappingError,
    NullStripped,
    NullTerminated,
    OffsettedEnd,
    Padded,
    Prefixed,
    ProcessRotateLeft,
    ProcessXor,
    Renamed,
    Restreamed,
    Struct,
    Transformed,
)

from ..errors import SchemaError

__all__ = ["Message", "Nested", "message", "message_of", "named_members", "plain", "struct_in"]

_C = TypeVar("_C", bound=type)

#: Around a Struct, these leave its value as it is.
_TRANSPARENT: Final = (
    *(Aligned, FixedSized, NullStripped, NullTerminated, OffsettedEnd, Padded, Prefixed, ProcessRotateLeft),
    *(ProcessXor, Renamed, Restreamed, Transformed),
)

_MARK: Final = "__wire_message__"


@dataclass(frozen=True, slots=True, eq=False)
class Message:
    """One kind of message, as it was declared.

    name      its name: that of the class
    type      the dataclass
    layout    the construct of its body, as it was given (a Struct where fields are annotated)
    struct    the Struct whose members are the fields; None where the layout is no Struct
    fields    the names of the dataclass's fields, in the order of the layout; ``("value",)`` without a Struct
    """

    name: str
    type: type
    layout: Any
    struct: Any
    fields: tuple[str, ...]

    def values(self, instance: Any) -> Any:
        """What the layout builds ``instance`` from: a dict, or the value where it is no Struct."""
        if self.struct is None:
            return instance.value
        return {name: getattr(instance, name) for name in self.fields}

    def make(self, parsed: Any) -> Any:
        """The instance of what the layout gave. Whatever the class raises comes out."""
        parsed = plain(parsed)
        if self.struct is None:
            return self.type(parsed)
        made = self.type(**{name: parsed[name] for name in self._arguments() if name in parsed})
        for name in self.fields:
            if name not in self._arguments():
                object.__setattr__(made, name, parsed[name])
        return made

    def _arguments(self) -> tuple[str, ...]:
        return _arguments_of(self.type)


def plain(value: Any) -> Any:
    """``value`` without what construct keeps in its containers, lists, names and numbers for its own use."""
    if isinstance(value, Container):
        return Container({key: plain(inner) for key, inner in value.items() if key != "_io"})
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, EnumIntegerString):
        return str(value)
    return int(value) if isinstance(value, EnumInteger) else value


def _arguments_of(cls: type) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(cls) if field.init)


@overload
def message(target: _C, /) -> _C: ...
@overload
def message(target: str, layout: Any, /) -> type[Any]: ...
@overload
def message(target: Any, /) -> Callable[[_C], _C]: ...
def message(target: Any, layout: Any = None, /) -> Any:
    """Declares a message; see the top of this module for its three forms.

    ``@message`` above ``@dataclass``: every field is annotated ``Annotated[type, construct]``. ``@message(layout)``:
    the layout is given, and every field is a member of its Struct. ``message(name, layout)`` makes the dataclass.
    SchemaError: the class and the layout do not belong together.
    """
    if isinstance(target, str):
        return _made_class(target, layout)
    if isinstance(target, type):
        return _declare(target, _annotated_layout(target))
    if not isinstance(target, Construct):
        raise SchemaError(f"a message is declared with a dataclass, a construct or a name, not {target!r}")

    def decorate(cls: type) -> type:
        if not isinstance(cls, type):
            raise SchemaError(f"only a class can be a message, not {cls!r}")
        return _declare(cls, target)

    return decorate


def message_of(cls: Any) -> Message:
    """The declaration of a message class, or of an instance. SchemaError: it is not declared with ``message``."""
    found = (cls if isinstance(cls, type) else type(cls)).__dict__.get(_MARK)
    if not isinstance(found, Message):
        name = cls.__name__ if isinstance(cls, type) else type(cls).__name__
        raise SchemaError(f"{name} is no message: declare it with @bridge.wire.message")
    return found


class Nested(Adapter):
    """The message class ``cls`` inside another message: its layout, and an instance of it as the value."""

    def __init__(self, cls: type) -> None:
        self.message = message_of(cls)
        super().__init__(self.message.layout)

    def _decode(self, obj: Any, context: Any, path: str) -> Any:
        return self.message.make(obj)

    def _encode(self, obj: Any, context: Any, path: str) -> Any:
        if not isinstance(obj, self.message.type):
            raise MappingError(f"here stands a {self.message.name}, not {type(obj).__name__}", path=path)
        return self.message.values(obj)


def struct_in(layout: Any) -> Any:
    """The Struct whose value ``layout`` gives, also where something with a size stands around it; else None."""
    while isinstance(layout, _TRANSPARENT):
        layout = layout.subcon
    return layout if isinstance(layout, Struct) else None


def named_members(struct: Any) -> Iterator[Any]:
    """The members of a Struct that have a name."""
    return (member for member in struct.subcons if member.name)


def _declare(cls: type, layout: Any) -> type:
    if not dataclasses.is_dataclass(cls):
        raise SchemaError(f"{cls.__name__} is no dataclass: put @message above @dataclass")
    fields = {field.name: field for field in dataclasses.fields(cls)}
    struct = struct_in(layout)
    if struct is None:
        if list(fields) != ["value"]:
            raise SchemaError(
                f"the layout of {cls.__name__} is no Struct, so its only field is `value`, not {', '.join(fields)}"
            )
        names: tuple[str, ...] = ("value",)
    else:
        names = _checked_names(cls.__name__, fields, struct)
    setattr(cls, _MARK, Message(cls.__name__, cls, layout, struct, names))
    return cls


def _checked_names(name: str, fields: dict[str, Any], struct: Any) -> tuple[str, ...]:
    members: dict[str, Any] = {}
    for member in named_members(struct):
        if member.name in members:
            raise SchemaError(f"the layout of {name} has two members {member.name!r}")
        members[member.name] = member
    missing = [field for field in fields if field not in members]
    if missing:
        raise SchemaError(f"the layout of {name} has no member {missing[0]!r}, which is a field of the class")
    for member in members.values():
        if member.name not in fields and not member.flagbuildnone:
            raise SchemaError(
                f"the layout of {name} needs a value for {member.name!r}, which the class has no field for"
            )
    return tuple(member for member in members if member in fields)


def _annotated_layout(cls: type) -> Any:
    if not dataclasses.is_dataclass(cls):
        raise SchemaError(f"{cls.__name__} is no dataclass: put @message above @dataclass")
    try:
        hints = typing.get_type_hints(cls, include_extras=True)
    except NameError as error:
        raise SchemaError(
            f"the annotations of {cls.__name__} name {error.name!r}, which its module does not have; inside a "
            "function, give the layout whole: @message(Struct(...))"
        ) from error
    members = []
    for field in dataclasses.fields(cls):
        hint = hints[field.name]
        constructs = []
        if typing.get_origin(hint) is Annotated:
            constructs = [extra for extra in hint.__metadata__ if isinstance(extra, Construct)]
        if len(constructs) != 1:
            raise SchemaError(
                f"the field {field.name!r} of {cls.__name__} has {len(constructs)} constructs: annotate it as "
                "Annotated[type, construct]"
            )
        members.append(field.name / constructs[0])
    return Struct(*members)


def _made_class(name: str, layout: Any) -> type:
    if not name.isidentifier() or keyword.iskeyword(name):
        raise SchemaError(f"{name!r} cannot be the name of a message")
    if not isinstance(layout, Construct):
        raise SchemaError(f"the layout of {name} is a construct, not {layout!r}")
    struct = struct_in(layout)
    if struct is None:
        names = ["value"]
    else:
        # What has a value of its own is no field, but for Default: there a value may be given.
        names = [member.name for member in named_members(struct) if not member.flagbuildnone]
        for member in names:
            if not member.isidentifier() or keyword.iskeyword(member):
                raise SchemaError(f"{member!r} in the layout of {name} cannot be the name of a field")
    made = dataclasses.make_dataclass(name, [(member, Any) for member in names])
    made.__doc__ = f"The message {name}: {', '.join(names) or 'no fields'}."
    return _declare(made, layout)
