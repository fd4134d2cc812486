"""What the compiled build does in C, said in Python, as in `native`: values that are written without a frame.

What is written is added to the output, and gets its handles; the caller keeps ``objects`` as for `native.memo_claim`.
Loops are long here and call little: a call of Python's costs as much as all the rest of writing a small value.
"""

from __future__ import annotations

import operator
from struct import Struct
from struct import error as StructError
from typing import Any

from . import native
from .native import Input, Memo, Output, Slots

_BASE_WIRE_HANDLE = 0x7E0000

#: TC_STRING and the length, of the shorter texts.
_TEXT_HEADS = [b"t" + length.to_bytes(2, "big") for length in range(256)]

#: The types of values that need no look; ``t`` is an object field that may hold text.
_KINDS: dict[int, type | None] = {ord("t"): str, ord("L"): None, ord("["): None}
_OBJECTS = frozenset(_KINDS)
_KINDS |= {ord("Z"): bool, ord("F"): float, ord("D"): float} | dict.fromkeys(b"BSIJ", int)
_FORMATS = {ord(code): form for code, form in zip("ZBSIFJD", "?bhifqd", strict=True)}
_TEXT = ord("t")

#: How attributes of an instance are found, unless its class has it otherwise.
_GETATTRIBUTE: Any = object.__getattribute__

#: TC_BLOCKDATA and the length.
_BLOCK_HEADS = [bytes((0x77, length)) for length in range(256)]

#: What `put_leaves` may write, and of that what needs no class, and only that of numbers.
_LEAVES = frozenset((str, int, float, bool, type(None), list))
_TEXTS = frozenset((str, type(None)))
_SIMPLE = _TEXTS | {float, bool}

#: Lists up to this length are looked at, whether they are to be written among leaves.
_SHORT = 16

_reference = Struct(">BI").pack
_object_head = Struct(">HI").pack
_list_head = Struct(">6siHi").pack
_sizes = Struct(">iHi").pack
_size = Struct(">Hi").pack
_map_start = Struct(">fiHii").pack
_boxed_int = Struct(">6si").pack
_boxed_long = Struct(">6sq").pack
_boxed_double = Struct(">6sd").pack


def put_text(out: Output, memo: Memo, objects: list[Any], text: str) -> None:
    """A plain str, or the reference to it. CPython shares those of one character: they have no identity."""
    put_leaves(out, memo, objects, [text], 0, native.NO_HEADS)


def put_leaves(out: Output, memo: Memo, objects: list[Any], items: Any, index: int, boxes: tuple[Any, ...]) -> int:
    """Writes the items of a list from ``index`` on, while they are leaves or short lists of them: how many they were.

    Leaves are text, None and plain numbers of known classes. ``boxes``: the class descriptors of Integer, Long, Double,
    Boolean and ArrayList, None for one that is not as usual; known is one that was written before.
    """
    if index >= native.list_len(items) or type(native.list_get(items, index)) not in _LEAVES:
        return 0
    if memo.next > 0x7FFFFFFF:
        raise OverflowError(native.TOO_MANY)
    integer, long, double, boolean, array_list = memo.heads
    claim, keep = memo.setdefault, objects.append
    number = memo.next
    iterator: Any = list.__iter__(items)
    iterator.__setstate__(index)
    outer = kind = None
    while True:
        for item in iterator:
            kind = type(item)
            if kind is str:
                if len(item) > 1:
                    known = claim(id(item), number)
                    if known is not number:
                        out += _reference(0x71, _BASE_WIRE_HANDLE + known)
                        continue
                    keep(item)
                if item.isascii() and len(item) < 256 and "\0" not in item:
                    out += _TEXT_HEADS[len(item)]
                    out += item.encode()
                else:
                    native.put_string(out, item)
            elif kind is int:
                if integer is not None and -0x80000000 <= item <= 0x7FFFFFFF:
                    out += _boxed_int(integer, item)
                elif long is not None and native.integer_bytes(item) == 8:
                    out += _boxed_long(long, item)
                else:
                    break
            elif kind is float and double is not None:
                out += _boxed_double(double, item)
            elif kind is bool and boolean is not None:
                out += boolean
                out.append(item)
            elif item is None:
                out += b"p"
                continue
            elif kind is list and array_list is not None and len(item) <= _SHORT:
                short = tuple(item)
                if not _are_leaves(short, memo.heads):
                    break
                known = claim(id(item), number)
                if known is not number:
                    out += _reference(0x71, _BASE_WIRE_HANDLE + known)
                    continue
                keep(item)
                number += 1
                out += _list_head(array_list, len(short), 0x7704, len(short))
                outer, iterator = iterator, iter(short)
                break
            else:
                break
            number += 1
        else:
            if outer is None:
                memo.next = number
                return native.list_len(items) - index
            out += b"x"
            iterator, outer = outer, None
            continue
        if outer is None:
            break
    memo.next = number
    count = native.list_len(items) - operator.length_hint(iterator) - 1 - index
    heads = memo.heads
    if kind in _LEAVES and None in heads:
        memo.heads = tuple([_box_head(memo, descriptor) for descriptor in boxes])
    return count if heads == memo.heads else count + put_leaves(out, memo, objects, items, index + count, boxes)


def _are_leaves(items: tuple[Any, ...], heads: tuple[bytes | None, ...]) -> bool:
    """Whether these are leaves that can be written for certain."""
    kinds = set(map(type, items))
    if kinds <= _TEXTS:
        return True
    if int in kinds:
        kinds.remove(int)
        sizes = {native.integer_bytes(item) for item in items if type(item) is int}
        if 0 in sizes or (4 in sizes and heads[0] is None) or (8 in sizes and heads[1] is None):
            return False
    return kinds <= _SIMPLE and None not in heads[2:4]


def _box_head(memo: Memo, descriptor: Any) -> bytes | None:
    """How a box begins whose class was written before."""
    number = memo.get(id(descriptor))
    return None if number is None else _object_head(0x7371, _BASE_WIRE_HANDLE + number)


def put_start(out: Output, memo: Memo, objects: list[Any], obj: Any, handle: int) -> bool:
    """TC_OBJECT and a reference to the class, or a reference to the object; whether its contents are to follow."""
    number = memo.next
    if number > 0x7FFFFFFF:
        raise OverflowError(native.TOO_MANY)
    known = memo.setdefault(id(obj), number)
    if known is not number:
        out += _reference(0x71, _BASE_WIRE_HANDLE + known)
        return False
    objects.append(obj)
    memo.next = number + 1
    out += _object_head(0x7371, _BASE_WIRE_HANDLE + handle)
    return True


def put_block(out: Output, data: bytes) -> bool:
    """A short block of data, and TC_ENDBLOCKDATA; False, and nothing written, where ``data`` takes another form."""
    size = len(data)
    if not 0 < size < 256 or type(data) is not bytes:
        return False
    out += _BLOCK_HEADS[size]
    out += data
    out += b"x"
    return True


def put_list_start(out: Output, size: int, fields: int) -> None:
    """The fields of an ArrayList (one) or LinkedList (none), and the block of data that begins its annotation."""
    out += _sizes(size, 0x7704, size) if fields else _size(0x7704, size)


def put_map_start(out: Output, load_factor: float, threshold: int, capacity: int, size: int) -> None:
    """The fields of a HashMap, and the block of data that begins its annotation. ``OverflowError`` as `put_f32`."""
    out += _map_start(load_factor, threshold, 0x7708, capacity, size)


def put_fields(
    out: Output, memo: Memo, objects: list[Any], obj: Any, slots: Slots, steps: Input, index: int, length: int
) -> int:
    """Writes fields from slots, while they need no frame: the index of the first other one.

    That are primitives of their types, None, and text at the steps ``t``, which are object fields that it may stand in
    as it is. One that cannot be written is no such one: errors know their place by the frame.
    """
    while index < length:
        value = native.slot_peek(obj, slots, index)
        code = steps[index]
        if code in b"tL[":
            if type(value) is str and code == _TEXT:
                put_text(out, memo, objects, value)
            elif value is not None or native.slot_is_empty(obj, slots, index):
                break
            else:
                out += b"p"
        else:
            try:
                if not native.primitive_bytes(code) or not native.put_primitive(out, code, value):
                    break
            except OverflowError:
                break
        index += 1
    return index


def put_instance(
    out: Output, memo: Memo, objects: list[Any], obj: Any, handle: int, slots: Slots, steps: Input, length: int
) -> int:
    """TC_OBJECT, a reference to the class, and fields as `put_fields`, or a reference: the step it got to.

    ``handle``: that of the class, or -1 where the object has begun already, and only the fields are missing.
    """
    put_instances(out, memo, objects, [obj], 0, type(obj), handle, slots, steps, length, False)
    return memo.step


def put_instances(
    out: Output, memo: Memo, objects: list[Any], items: Any, index: int, kind: Any, handle: int,
    slots: Slots, steps: Input, length: int, follow: bool,
) -> int:  # fmt: skip
    """The same for the instances of ``kind`` that follow one another in a list: how many.

    ``memo.step``: the step that the last one got to; only the last one is unfinished. ``follow``: one of ``kind`` in
    the last field of the last item is written there, and becomes the last item.
    """
    if memo.next > 0x7FFFFFFF:
        raise OverflowError(native.TOO_MANY)
    head = b"" if handle < 0 else _object_head(0x7371, _BASE_WIRE_HANDLE + handle)
    runs = slots.runs if slots.kind is kind else _runs_of(slots, kind, steps, length)
    claim, keep = memo.setdefault, objects.append
    number = memo.next
    memo.step = length
    iterator: Any = list.__iter__(items)
    iterator.__setstate__(index)
    for obj in iterator:
        if type(obj) is not kind:
            memo.next = number
            return native.list_len(items) - operator.length_hint(iterator) - 1 - index
        if head:
            known = claim(id(obj), number)
            if known is not number:
                out += _reference(0x71, _BASE_WIRE_HANDLE + known)
                continue
            keep(obj)
            number += 1
            out += head
        step = 0
        held = None
        try:
            for fetch, kinds, pack, stop in runs:
                values = fetch(obj)
                if pack is not None:
                    if list(map(type, values)) != kinds:
                        break
                    out += pack(*values)
                    step = stop
                    continue
                for value in values:
                    if type(value) is kinds:
                        if len(value) > 1:
                            known = claim(id(value), number)
                            if known is number:
                                keep(value)
                                number += 1
                            else:
                                out += _reference(0x71, _BASE_WIRE_HANDLE + known)
                                step += 1
                                continue
                        else:
                            number += 1
                        if value.isascii() and len(value) < 256 and "\0" not in value:
                            out += _TEXT_HEADS[len(value)]
                            out += value.encode()
                        else:
                            native.put_string(out, value)
                    elif value is None:
                        out += b"p"
                    else:
                        held = value
                        break
                    step += 1
                if step < stop:
                    break
        except (AttributeError, OverflowError, StructError):
            pass  # told by what follows
        if step < length:
            memo.next = number
            if held is None:
                step = put_fields(out, memo, objects, obj, slots, steps, step, length)
                number = memo.next
            if step < length:
                if follow and step == length - 1 and type(held) is kind:
                    items.append(held)
                    continue
                memo.step = step
                return native.list_len(items) - operator.length_hint(iterator) - index
    memo.next = number
    return native.list_len(items) - index


def _runs_of(slots: Slots, kind: type, steps: Input, length: int) -> list[Any]:
    """The fields in runs of primitives, of objects and of objects that may be text, up to the first char.

    For each run: what fetches its values; the types they are to have, of objects the one they may have; what packs
    them, None for objects; where it ends.
    """
    slots.kind = kind
    slots.runs = []
    start = stop = 0
    while start < length and steps[start] in _KINDS:
        is_object = steps[start] in _OBJECTS
        while stop < length and (steps[stop] == steps[start] if is_object else steps[stop] in _FORMATS):
            stop += 1
        fetch = _fetch(kind, slots.members[start:stop])
        if fetch is None:
            break
        run = steps[start:stop]
        if is_object:
            slots.runs.append((fetch, _KINDS[run[0]], None, stop))
        else:
            pack = Struct(">" + "".join([_FORMATS[code] for code in run])).pack
            slots.runs.append((fetch, [_KINDS[code] for code in run], pack, stop))
        start = stop
    return slots.runs


def _fetch(kind: type, members: list[Any]) -> Any:
    """A function that gives the values of these slots, as fast as there is one; None where it could be led astray."""
    if hasattr(kind, "__getattr__") or kind.__getattribute__ is not _GETATTRIBUTE:
        return None
    namespace: dict[str, Any] = {}
    for base in reversed(kind.__mro__):
        namespace |= vars(base)
    names_by_member = {id(member): name for name, member in namespace.items() if "." not in name}
    names = [names_by_member.get(id(member), "") for member in members]
    if "" in names:
        return None
    fetch = operator.attrgetter(*names)
    return fetch if len(names) > 1 else lambda obj: (fetch(obj),)
