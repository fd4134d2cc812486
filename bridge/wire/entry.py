"""Messages typed by hand: ``Get(request=1, key="abc")``, and what could be typed next.

A message is written as Python writes it: its class with the values of its fields, by name or in order. Values are
literals: numbers, texts, bytes (``b"..."``), lists, dicts, True, False, None; messages inside messages. Where the
layout wants one, a text stands for a member of an enum by its name, for a moment (ISO 8601), or for a UUID. Nothing
that is typed is run.
"""

from __future__ import annotations

import ast
import dataclasses
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import construct

from ..errors import EncodeError
from .fields import EnumOf, JavaInstant, JavaUUID
from .layouts import parts_of
from .message import Message, Nested, named_members

if TYPE_CHECKING:
    from .protocol import Protocol, Role

__all__ = ["completions", "parse_message"]


def parse_message(text: str, protocol: Protocol, role: Role) -> Any:
    """The message that ``text`` writes; one that ``role`` sends. EncodeError: it is none, and why."""
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise EncodeError(f"a message is written like Get(key='a'): {error}") from error
    if isinstance(tree, ast.Name):  # a message without fields
        tree = ast.Call(tree, [], [])
    if not isinstance(tree, ast.Call) or not isinstance(tree.func, ast.Name):
        raise EncodeError("a message is written like Get(key='a')")
    sent = {each.name: each for each in protocol.sent_by(role).values()}
    declared = sent.get(tree.func.id)
    if declared is None:
        raise EncodeError(f"the {role.value} sends no {tree.func.id}; it sends {', '.join(sent)}")
    return _message(tree, declared, protocol.correlation)


def _message(call: ast.Call, declared: Message, correlation: str | None = None) -> Any:
    fields = [field for field in dataclasses.fields(declared.type) if field.init]
    names = [field.name for field in fields]
    if len(call.args) > len(names):
        raise EncodeError(f"{declared.name} has {len(names)} fields, and {len(call.args)} values are given")
    given: dict[str, Any] = {}
    for name, node in [*zip(names, call.args, strict=False), *((each.arg, each.value) for each in call.keywords)]:
        if name not in names:
            raise EncodeError(f"{declared.name} has no field {name!r}; it has {', '.join(names) or 'none'}")
        if name in given:
            raise EncodeError(f"{name} of {declared.name} is given twice")
        given[name] = _value(node, _layout_of(declared, name), f"{declared.name}.{name}")
    if correlation in names:
        given.setdefault(correlation, None)  # the channel gives it a number
    missing = [
        field.name
        for field in fields
        if field.name not in given
        and field.default is dataclasses.MISSING
        and field.default_factory is dataclasses.MISSING
    ]
    if missing:
        raise EncodeError(f"{declared.name} needs {', '.join(missing)}")
    try:
        return declared.type(**given)
    except (TypeError, ValueError) as error:
        raise EncodeError(f"{declared.name} refuses these values: {error}") from error


def _layout_of(declared: Message, name: str) -> Any:
    if declared.struct is None:
        return declared.layout
    return next(member for member in named_members(declared.struct) if member.name == name)


def _value(node: ast.expr, layout: Any, path: str) -> Any:
    nested = _inside(layout, Nested)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        if nested is None or node.func.id != nested.message.name:
            raise EncodeError(f"{path} takes no {node.func.id}")
        return _message(node, nested.message)
    if isinstance(node, ast.List):
        return [_value(element, layout, f"{path}[{i}]") for i, element in enumerate(node.elts)]
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError) as error:
        raise EncodeError(f"{path} is no literal: {ast.unparse(node)[:100]}") from error
    return _converted(value, layout, path) if isinstance(value, str) else value


def _converted(text: str, layout: Any, path: str) -> Any:
    """What a text stands for, where the layout has no texts."""
    members = _inside(layout, EnumOf)
    try:
        if members is not None:
            return members.members[text]
        if _inside(layout, type(JavaInstant)) is not None:
            moment = datetime.fromisoformat(text)
            return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
        if _inside(layout, type(JavaUUID)) is not None:
            return uuid.UUID(text)
    except KeyError:
        names = ", ".join(member.name for member in members.members)
        raise EncodeError(f"{path} is one of {names}, not {text!r}") from None
    except ValueError as error:
        raise EncodeError(f"{path}: {error}") from error
    return text


def _inside(layout: Any, kind: type) -> Any:
    """The construct of ``kind`` that gives the value of ``layout``, or of its elements; or None."""
    while not isinstance(layout, kind):
        if isinstance(layout, construct.Struct):
            return None
        inner = [part for part in parts_of(layout) if part is not getattr(layout, "lengthfield", None)]
        if len(inner) != 1:
            return None
        layout = inner[0]
    return layout


def completions(before: str, protocol: Protocol, role: Role, commands: Iterable[str] = ()) -> tuple[str, list[str]]:
    """What could be typed after ``before``: the part of it that they complete, and the candidates.

    At first the names of messages (and ``commands``), then the fields that are not given yet.
    """
    sent = {each.name: each for each in protocol.sent_by(role).values()}
    name, bracket, rest = before.lstrip().partition("(")
    if not bracket:
        candidates = [f"{each}(" for each in sent] + list(commands)
        return name, [candidate for candidate in candidates if candidate.startswith(name)]
    declared = sent.get(name.strip())
    if declared is None or rest.count("(") or rest.count('"') % 2 or rest.count("'") % 2:
        return "", []
    word = rest.rpartition(",")[2].lstrip()
    if "=" in word:
        return "", _values(declared, word)
    given = {part.partition("=")[0].strip() for part in rest.split(",") if "=" in part}
    names = [field.name for field in dataclasses.fields(declared.type) if field.init and field.name not in given]
    return word, [f"{each}=" for each in names if each.startswith(word)] or ([")"] if not word and not names else [])


def _values(declared: Message, word: str) -> list[str]:
    """The values that a field of an enum can have."""
    name, _, typed = word.partition("=")
    if typed or name.strip() not in declared.fields:
        return []
    layout = _layout_of(declared, name.strip())
    members = _inside(layout, EnumOf)
    if members is not None:
        return [repr(member.name) for member in members.members]
    named = _inside(layout, construct.Enum)
    return [] if named is None else [repr(str(name)) for name in named.encmapping]
