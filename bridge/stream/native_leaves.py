"""What the compiled build does in C, said in Python, as in `native`: values that are written without a frame.

What is written is added to the output, and gets its handles; the caller keeps ``objects`` as for `native.memo_claim`.
Loops are long here and call little: a call of Python's costs as much as all the rest of writing a small value.
"""

from __future__ import annotations

import itertools
import operator
from struct import Struct
from struct import error as StructError
from typing import Any

from . import mutf8, native
from .constants import STREAM_HEADER, TC_OBJECT
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
_GETATTRIBUTES: tuple[Any, ...] = (object.__getattribute__, dict.__getattribute__)

#: The header of a stream, and TC_OBJECT.
_ALONE = STREAM_HEADER + bytes((TC_OBJECT,))

#: TC_BLOCKDATA and the length.
_BLOCK_HEADS = [bytes((0x77, length)) for length in range(256)]

#: What `put_leaves` may write by itself, beside maps.
_LEAVES = frozenset((str, int, float, bool, type(None), list))
_SEQUENCES = frozenset((list, tuple))

#: So many texts are written at once, if there are so many.
_MANY = 256
_TEXT_ALONE = {str}
_TEXT_OR_NONE = {str, type(None)}

#: The first bytes of characters that are four bytes in UTF-8, and six in the modified one.
_FOUR_BYTES = (b"\xf0", b"\xf1", b"\xf2", b"\xf3", b"\xf4")

_reference = Struct(">BI").pack
_object_head = Struct(">HI").pack
_big_integer_head = Struct(">HIiiiiiHIi").pack
_scaled_head = Struct(">6si36s").pack
_sizes = Struct(">iHi").pack
_size = Struct(">Hi").pack
_map_start = Struct(">fiHii").pack
_boxed_int = Struct(">6si").pack
_boxed_long = Struct(">6sq").pack
_boxed_double = Struct(">6sd").pack

#: References to what was written first: what a stream has many references to comes early in it.
_LOW = 1024
_REFERENCES = [_reference(0x71, _BASE_WIRE_HANDLE + number) for number in range(_LOW)]


def _start_of_map(size: int, load_factor: float = 0.75) -> bytes:
    capacity = 16
    while capacity * 3 < size * 4:
        capacity *= 2
    return _map_start(load_factor, capacity * 3 // 4, 0x7708, capacity, size)


#: How maps, and ArrayLists, of less than so many items begin after their class.
_FEW = 64
_MAP_STARTS = [_start_of_map(size) for size in range(_FEW // 2)]
_LIST_STARTS = [_sizes(size, 0x7704, size) for size in range(_FEW)]


def put_text(out: Output, memo: Memo, objects: list[Any], text: str, holders: int) -> None:
    """A plain str, or the reference to it. CPython shares those of one character: they have no identity.

    ``holders``: see `native.memo_note_sole`.
    """
    put_leaves(out, memo, objects, [text], 0, native.NO_HEADS, holders)


def put_leaves(
    out: Output, memo: Memo, objects: list[Any], items: Any, index: int, boxes: tuple[Any, ...], holders: int
) -> int:
    """Writes the items of a list from ``index`` on, while they are leaves, or lists and maps of them: how many.

    Leaves are text, None and plain numbers of known classes, and what was written before. ``boxes``: the class
    descriptors of Integer, Long, Double, Boolean and ArrayList, None for one that is not as usual; known is one that
    was written before. So are maps, and what adapters make bytes or items of, as far as `know_map` and its like were
    told. A list or map that turns out to hold something else may be left unfinished: see `has_begun`. ``holders``:
    of an item, see `native.memo_note_sole`.
    """
    start, length = index, native.list_len(items)
    if length - index >= _MANY and type(native.list_get(items, index)) is str:
        index += _put_texts(out, memo, objects, items, index)
    kind: Any = type(native.list_get(items, index)) if index < length else None
    if kind not in _LEAVES and kind not in memo.maps and kind not in memo.adapted and not _is_known(memo, items, index):
        return index - start
    if memo.next > 0x7FFFFFFF:
        raise OverflowError(native.TOO_MANY)
    integer, long, double, boolean, array_list = memo.heads
    maps, adapted = memo.maps, memo.adapted
    claim, keep, references = memo.setdefault, objects.append, _REFERENCES
    number = memo.next
    # The list or map at hand: itself, its items (of a map keys and values by turns), how many they are to be, and what
    # is known of the type of a map. Those around it wait in ``outer``. The only code of the program that may run in
    # between is that of a time zone, while an adapter asks for its offset; the encoder is not its to touch.
    owner, size, known_map = items, length, None
    outer: list[Any] = []
    push, pop = outer.append, outer.pop
    iterator: Any = list.__iter__(items)
    iterator.__setstate__(index)
    while True:
        stuck = True
        for item in iterator:
            kind = type(item)
            if kind is str:
                if len(item) > 1:
                    known = claim(id(item), number)
                    if known is not number:
                        out += references[known] if known < _LOW else _reference(0x71, _BASE_WIRE_HANDLE + known)
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
            elif (way := adapted.get(kind)) is not None:
                known = claim(id(item), number)
                if known is not number:
                    out += references[known] if known < _LOW else _reference(0x71, _BASE_WIRE_HANDLE + known)
                    continue
                pack, handles = way
                try:
                    data = pack(item)
                except Exception:  # noqa: BLE001 - told when it is written by itself
                    del memo[id(item)]
                    break
                keep(item)
                out += data
                number += handles
                continue
            elif kind is float and double is not None:
                out += _boxed_double(double, item)
            elif kind is bool and boolean is not None:
                out += boolean
                out.append(item)
            elif item is None:
                out += b"p"
                continue
            elif (inner_map := maps.get(kind)) is not None or (kind is list and array_list is not None):
                inner, begin = item, b""
                if inner_map is None:
                    pass
                elif inner_map.parts is not None:
                    try:
                        begin, inner = inner_map.parts(item, memo)
                    except Exception:  # noqa: BLE001 - told when it is written by itself; or it has another plan
                        break
                else:
                    if inner_map.factor and getattr(item, inner_map.factor, None) is not None:
                        break
                    inner = native.flat_items(item)
                known = claim(id(item), number)
                if known is not number:
                    out += _reference(0x71, _BASE_WIRE_HANDLE + known)
                    continue
                keep(item)
                number += 1
                push((iterator, items, size, owner, known_map))
                items, size, owner, known_map = inner, len(inner), item, inner_map
                iterator = iter(items)
                if known_map is None:
                    out += array_list
                    out += _LIST_STARTS[size] if size < _FEW else _sizes(size, 0x7704, size)
                elif begin:
                    out += begin
                else:
                    out += known_map.head
                    out += _MAP_STARTS[size >> 1] if size < _FEW else _start_of_map(size >> 1)
                stuck = False
                break
            else:
                known = memo.get(id(item), -1)
                if known < 0:
                    break
                out += references[known] if known < _LOW else _reference(0x71, _BASE_WIRE_HANDLE + known)
                continue
            number += 1
        else:
            if not outer:
                memo.next = number
                return native.list_len(items) - start
            if len(items) == size:
                out += b"x" if known_map is None else known_map.end
                iterator, items, size, owner, known_map = pop()
                continue
            kind = None  # its size has changed, in another thread: a frame tells
        if stuck:
            index = len(items) if outer else native.list_len(items)
            index -= operator.length_hint(iterator) + (kind is not None)
            if kind in _LEAVES and _learn(memo, boxes):
                integer, long, double, boolean, array_list = memo.heads
                iterator.__setstate__(index)
                continue
            memo.next = number
            if outer:
                outer.append((iterator, items, size, owner, known_map))
                index = _begin(memo, outer, index)
            return index - start


def _put_texts(out: Output, memo: Memo, objects: list[Any], items: Any, index: int) -> int:
    """Writes texts that follow one another, none of which was written before, many by one call: how many."""
    start = index
    while True:
        texts = list.__getitem__(items, slice(index, index + _MANY))
        if len(texts) < _MANY or set(map(type, texts)) != _TEXT_ALONE or min(map(len, texts)) < 2:
            break
        try:
            data = list(map(str.encode, texts))
        except UnicodeEncodeError:
            break
        sizes = list(map(len, data))
        joined = b"".join(data)
        if (
            max(sizes) > 255
            or b"\0" in joined
            or not (joined.isascii() or all(lead not in joined for lead in _FOUR_BYTES))
        ):
            break
        # All of them are given numbers; where one has one already, or comes twice, those that are new lose it again.
        number = memo.next
        numbers = list(range(number, number + len(texts)))
        if numbers[-1] > 0x7FFFFFFF:
            break
        if list(map(memo.setdefault, map(id, texts), numbers)) != numbers:
            native.memo_take_back(memo, number)
            break
        objects += texts
        memo.next = number + len(texts)
        out += b"".join(itertools.chain.from_iterable(zip(map(_TEXT_HEADS.__getitem__, sizes), data, strict=True)))
        index += len(texts)
    return index - start


def _learn(memo: Memo, boxes: tuple[Any, ...]) -> bool:
    """Looks which boxes are of classes that were written by now; whether there are more than before."""
    before = memo.heads
    if None in before:
        memo.heads = tuple([_box_head(memo, descriptor) for descriptor in boxes])
    return memo.heads != before


def _begin(memo: Memo, begun: list[Any], index: int) -> int:
    """Keeps for `take_begun` what is unfinished; the index of that in the list that `put_leaves` was given."""
    (iterator, items, *_), *inner = begun
    for at, (inner_iterator, inner_items, size, owner, known_map) in enumerate(inner, 1 - len(inner)):
        plan = None if known_map is None else known_map.plan
        following = len(inner_items) - operator.length_hint(inner_iterator) if at else index
        memo.begun.append((owner, plan, inner_items, size if plan is None else size >> 1, following))
    return native.list_len(items) - operator.length_hint(iterator) - 1


def _is_known(memo: Memo, items: Any, index: int) -> bool:
    """Whether this item was written before."""
    return index < native.list_len(items) and id(native.list_get(items, index)) in memo


class KnownMap:
    """What `put_leaves` writes maps of one type by, or what an adapter makes items of.

    ``factor``: the name of the slot that holds a load factor that is not the usual one, if there is such a slot.
    ``parts(value, memo)``: how one begins that an adapter gives the items of, and these, in a list or tuple.
    """

    __slots__ = ("end", "factor", "head", "parts", "plan")

    def __init__(self, plan: Any, head: bytes, factor: str, parts: Any = None) -> None:
        self.plan = plan
        self.head = head
        self.factor = factor
        self.parts = parts
        self.end = b"x\0" if plan.length == 4 and parts is None else b"x"


class _Begins(dict[int, bytes]):
    """How objects of a class begin that are bytes from an adapter, by how many; of a block of data, its head as well.

    Made as they are asked for: of most classes all values have as many.
    """

    __slots__ = ("head", "is_block")

    def __init__(self, head: bytes, is_block: bool) -> None:
        self.head = head
        self.is_block = is_block

    def __missing__(self, length: int) -> bytes:
        begin = self[length] = self.head + _BLOCK_HEADS[length] if self.is_block else self.head
        return begin


def know_map(memo: Memo, kind: type, plan: Any) -> None:
    """Tells `put_leaves` that values of this type are written by this plan, which is for maps."""
    if kind in memo.maps or not issubclass(kind, dict) or kind.items is not dict.items:
        return
    head = _box_head(memo, plan.descriptor)
    load_factor, access_order = plan.members
    names = [] if load_factor is None else _names(kind, [load_factor])
    if head is not None and access_order is None and names is not None:
        memo.maps = {**memo.maps, kind: KnownMap(plan, head, "".join(names))}


#: Of these, and of dicts with the items of a dict, no code of the program is asked for the items.
_IMMUTABLE = (tuple, frozenset)


def know_items(memo: Memo, kind: type, plan: Any) -> None:
    """The same of a plan by which an adapter gives the items."""
    if kind in memo.maps or not (kind in _IMMUTABLE or (issubclass(kind, dict) and kind.items is dict.items)):
        return
    head = _box_head(memo, plan.descriptor)
    if head is not None and (kind in _IMMUTABLE or kind.__getattribute__ in _GETATTRIBUTES):
        parts = _parts_of(head, plan.reduce)
        memo.maps = {**memo.maps, kind: KnownMap(plan, head, "", parts if plan.packer is None else plan.packer(parts))}


def _parts_of(head: bytes, reduce: Any) -> Any:
    """The `KnownMap.parts` of any plan by which an adapter gives the items."""
    begins: dict[tuple[bytes, bytes], bytes] = {}

    def parts(value: Any, memo: Memo) -> tuple[bytes, Any]:
        fields, block, items = reduce(value)
        if type(fields) is not bytes:  # KeyError: it was not written before
            fields = _reference(0x71, _BASE_WIRE_HANDLE + memo[id(fields)])
        begin = begins.get((fields, block))
        if begin is None:
            begin = head + fields + _BLOCK_HEADS[len(block)] + block
            if len(begins) < _FEW:
                begins[fields, block] = begin
        return begin, items if type(items) in _SEQUENCES else list(items)

    return parts


def know_data(memo: Memo, kind: type, plan: Any) -> None:
    """The same of a plan by which an adapter gives all bytes."""
    if kind not in memo.adapted:
        head = _box_head(memo, plan.descriptor)
        if head is not None:
            is_block = plan.annotation_step >= 0
            begins, end, reduce = _Begins(head, is_block), b"x" if is_block else b"", plan.reduce

            def pack(value: Any) -> bytes:
                data = reduce(value)
                return begins[len(data)] + data + end  # type: ignore[no-any-return]

            way = pack if plan.packer is None else plan.packer(begins, end, pack), 1
            memo.adapted = {**memo.adapted, kind: way}


def know_scaled(memo: Memo, kind: type, plan: Any) -> None:
    """The same of a plan by which an adapter gives an int, and another one for a BigInteger."""
    if kind in memo.adapted:
        return
    inner = plan.alternatives[0]
    known = [memo.get(id(part.descriptor)) for part in (plan, inner, inner.alternatives[0])]
    if None in known:
        return
    head, integer, array = [_BASE_WIRE_HANDLE + number for number in known if number is not None]
    begin, reduce = _object_head(0x7371, head), plan.reduce

    def middle(sign: int, size: int) -> bytes:
        return _big_integer_head(0x7371, integer, -1, -1, -2, -2, sign, 0x7571, array, size)

    middles = {sign: [middle(sign, size) for size in range(9)] for sign in (-1, 0, 1)}

    def pack(value: Any) -> bytes:
        first, number = reduce(value)
        size = (number.bit_length() + 7) >> 3
        sign = 1 if number > 0 else -1 if number else 0
        within = middles[sign][size] if size <= 8 else middle(sign, size)
        return _scaled_head(begin, first, within) + abs(number).to_bytes(size, "big") + b"xx"  # type: ignore[no-any-return]

    memo.adapted = {**memo.adapted, kind: (pack, 3)}


def has_begun(memo: Memo) -> bool:
    """Whether `put_leaves` has left lists or maps unfinished, inside of the item after those that it has written."""
    return bool(memo.begun)


def take_begun(memo: Memo) -> list[Any]:
    """Those, from the outermost to the innermost.

    Of each itself, its plan (None for a list), its items (those of a map by turns), the size that it was written with,
    and the index of the item that is next.
    """
    begun, memo.begun = memo.begun, []
    return begun


def _box_head(memo: Memo, descriptor: Any) -> bytes | None:
    """How an object begins whose class was written before."""
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


def put_big_integer(out: Output, memo: Memo, handle: int, array: int, number: int) -> None:
    """A BigInteger of 64 bits, with its byte[]; the classes have these handles, and nobody refers to the objects."""
    size = (number.bit_length() + 7) // 8
    sign = (number > 0) - (number < 0)
    head = _BASE_WIRE_HANDLE + handle, -1, -1, -2, -2, sign, 0x7571, _BASE_WIRE_HANDLE + array, size
    out += _big_integer_head(0x7371, *head)
    out += abs(number).to_bytes(size, "big")
    out += b"x"
    memo.next += 2


def put_list_start(out: Output, size: int, fields: int) -> None:
    """The fields of an ArrayList (one) or LinkedList (none), and the block of data that begins its annotation."""
    out += _sizes(size, 0x7704, size) if fields else _size(0x7704, size)


def put_map_start(out: Output, load_factor: float, size: int) -> None:
    """The fields of a HashMap, and the block of data that begins its annotation. ``OverflowError`` as `put_f32`."""
    out += _start_of_map(size, load_factor)


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
                put_text(out, memo, objects, value, 1)
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


def put_alone(out: Output, raw: bytes, obj: Any, slots: Slots, steps: Input, length: int) -> bytes | None:
    """The whole stream of one instance all of whose fields are primitives, None, or texts; None where it is not that.

    ``raw``: its class descriptor, at the beginning of a stream. Nothing in such a stream is a reference, as no text is
    in two fields; so there are no handles to be kept. ``out`` is, and stays, at the beginning of a stream.
    """
    runs = slots.runs if slots.kind is type(obj) else _runs_of(slots, type(obj), steps, length)
    parts = [_ALONE, raw]
    texts = []
    try:
        for fetch, kinds, pack, _ in runs:
            values = fetch(obj)
            length -= len(values)
            if pack is not None:
                if list(map(type, values)) != kinds:
                    return None
                parts.append(pack(*values))
                continue
            for value in values:
                if type(value) is kinds:
                    data = value.encode() if value.isascii() and "\0" not in value else mutf8.encode(value)
                    parts.append(_TEXT_HEADS[len(data)])
                    parts.append(data)
                    texts.append(id(value))
                elif value is None:
                    parts.append(b"p")
                else:
                    return None
    except (AttributeError, IndexError, OverflowError, StructError):  # a longer text, or what is told by other means
        return None
    return None if length or (len(texts) > 1 and len(set(texts)) < len(texts)) else b"".join(parts)


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
    start = index
    if native.list_len(items) - index >= _MANY and slots.in_two and head:
        index += _put_many(out, memo, objects, items, index, slots, head)
    claim, keep = memo.setdefault, objects.append
    number = memo.next
    memo.step = length
    iterator: Any = list.__iter__(items)
    iterator.__setstate__(index)
    for obj in iterator:
        if type(obj) is not kind:
            memo.next = number
            return native.list_len(items) - operator.length_hint(iterator) - 1 - start
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
                return native.list_len(items) - operator.length_hint(iterator) - start
    memo.next = number
    return native.list_len(items) - start


def _put_many(out: Output, memo: Memo, objects: list[Any], items: Any, index: int, slots: Slots, head: bytes) -> int:
    """The same, for as many at once as have only numbers, texts and None in their fields: how many.

    Their fields are fetched, looked at and packed before anything is written, in the loops of Python's own functions.
    """
    start = index
    numbers, kinds, pack, texts = slots.in_two
    claim, keep, references = memo.setdefault, objects.append, _REFERENCES
    number = memo.next
    while True:
        chunk = list.__getitem__(items, slice(index, index + _MANY))
        if len(chunk) < _MANY or set(map(type, chunk)) != {slots.kind}:
            break
        try:
            columns = list(zip(*map(numbers, chunk), strict=True))
            if [set(map(type, column)) for column in columns] != kinds:
                break
            packed = list(map(pack, itertools.repeat(head), *columns))
            values = list(map(texts, chunk))
        except (AttributeError, OverflowError, StructError):
            break
        if not _TEXT_OR_NONE.issuperset(map(type, itertools.chain.from_iterable(values))):
            break
        for obj, fields, row in zip(chunk, packed, values, strict=True):
            known = claim(id(obj), number)
            if known is not number:
                out += _reference(0x71, _BASE_WIRE_HANDLE + known)
                continue
            keep(obj)
            number += 1
            out += fields
            for text in row:
                if text is None:
                    out += b"p"
                    continue
                size = len(text)
                if size > 1:
                    known = claim(id(text), number)
                    if known is not number:
                        out += references[known] if known < _LOW else _reference(0x71, _BASE_WIRE_HANDLE + known)
                        continue
                    keep(text)
                number += 1
                if size < 256 and text.isascii() and "\0" not in text:
                    out += _TEXT_HEADS[size]
                    out += text.encode()
                else:
                    native.put_string(out, text)
        memo.next = number
        index += _MANY
    return index - start


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
    slots.in_two = None
    if start == length and len(slots.runs) == 2 and slots.runs[0][2] is not None and slots.runs[1][1] is str:
        (numbers, kinds, _, first), (texts, *_) = slots.runs
        pack = Struct(">6s" + "".join([_FORMATS[code] for code in steps[:first]])).pack
        slots.in_two = (numbers, [{kind} for kind in kinds], pack, texts)
    return slots.runs


def _fetch(kind: type, members: list[Any]) -> Any:
    """A function that gives the values of these slots, as fast as there is one; None where it could be led astray."""
    names = _names(kind, members)
    if names is None:
        return None
    fetch = operator.attrgetter(*names)
    return fetch if len(names) > 1 else lambda obj: (fetch(obj),)


def _names(kind: type, members: list[Any]) -> list[str] | None:
    """The names by which instances of a class have these slots; None where a name could mean something else."""
    if hasattr(kind, "__getattr__") or kind.__getattribute__ not in _GETATTRIBUTES:
        return None
    namespace: dict[str, Any] = {}
    for base in reversed(kind.__mro__):
        namespace |= vars(base)
    names_by_member = {id(member): name for name, member in namespace.items() if "." not in name}
    names = [names_by_member.get(id(member), "") for member in members]
    return None if "" in names else names
