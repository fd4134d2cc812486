"""What the compiled build does in C, said in Python.

A module of this room writes ``native.u16(p, pos)``. Run as it is, that calls the function here. Compiled, its ``.pxd``
has ``from . cimport native`` and the same words are an inline C function of ``native.pxd``. The two files define the
same names with the same meaning; this one is never compiled.

``p`` is the input: ``bytes`` or ``bytearray`` here, ``const unsigned char *`` there. No function here checks bounds:
the caller has proven that the bytes are present.
"""

from __future__ import annotations

import gc
import itertools
from array import array
from collections.abc import Callable
from struct import Struct
from struct import error as StructError
from typing import Any

from . import mutf8
from .constants import BASE_WIRE_HANDLE

COMPILED = False

Input = Any  # bytes | bytearray; a C pointer when compiled

_u16 = Struct(">H").unpack_from
_i32 = Struct(">i").unpack_from
_u32 = Struct(">I").unpack_from
_i64 = Struct(">q").unpack_from

# ---------------------------------------------------------------------------------------------------- reading numbers


def pointer(buffer: bytes | bytearray) -> Input:
    return buffer


def u16(p: Input, pos: int) -> int:
    return _u16(p, pos)[0]  # type: ignore[no-any-return]


def i32(p: Input, pos: int) -> int:
    return _i32(p, pos)[0]  # type: ignore[no-any-return]


def u32(p: Input, pos: int) -> int:
    return _u32(p, pos)[0]  # type: ignore[no-any-return]


def i64(p: Input, pos: int) -> int:
    return _i64(p, pos)[0]  # type: ignore[no-any-return]


head = Struct(">HI").unpack_from  #: two bytes and the four after them, as a key


_PRIMITIVE_BYTES = {"Z": 1, "B": 1, "C": 2, "S": 2, "I": 4, "F": 4, "J": 8, "D": 8}
_CHAR = ord("C")
_DOUBLE = ord("D")
_FLOAT = ord("F")
_FORMATS = {ord(code): form for code, form in zip("ZBCSIFJD", "?bHhifqd", strict=True)}
_SIZES = [_PRIMITIVE_BYTES.get(chr(code), 0) for code in range(256)]


def _unpack_char(p: Input, pos: int) -> tuple[str]:
    return (chr(u16(p, pos)),)


_UNPACK: list[Any] = [None] * 256
for _code, _form in _FORMATS.items():
    _UNPACK[_code] = _unpack_char if _code == _CHAR else Struct(">" + _form).unpack_from


def primitive_bytes(code: int) -> int:
    """The size of a primitive by its type code; 0 for anything else."""
    return _SIZES[code]


def read_primitive(p: Input, pos: int, code: int) -> Any:
    """The primitive of type ``code`` at ``pos``; ``code`` is one for which ``primitive_bytes`` is not 0."""
    return _UNPACK[code](p, pos)[0]


def text_sizes(items: list[Any], most: int) -> int:
    """The length of the texts among the first ``most`` items; -1: one is none, no number of 64 bits, nor None."""
    size = 0
    for item in items if len(items) <= most else items[:most]:
        kind = type(item)
        if kind is str:
            size += len(item)
        elif kind is not float and item is not None and not (isinstance(item, int) and _LOWEST <= item <= _HIGHEST):
            return -1
    return size


# ------------------------------------------------------------------------------------------- reading bytes and arrays


def take(p: Input, start: int, stop: int) -> bytes:
    data = p[start:stop]
    return data if type(data) is bytes else bytes(data)


def take_as(cls: type[bytes], p: Input, start: int, stop: int) -> bytes:
    """The same as an instance of a class of bytes that adds nothing to them."""
    return cls(p[start:stop])


def matches(p: Input, pos: int, end: int, raw: bytes) -> bool:
    """Whether ``raw`` stands at ``pos``, all of it before ``end``."""
    return end - pos >= len(raw) and p[pos : pos + len(raw)] == raw


def repeats(p: Input, start: int, pos: int, end: int) -> bool:
    """Whether the six bytes at ``start`` stand at ``pos`` as well, all of them before ``end``."""
    return end - pos >= 6 and p[start : start + 6] == p[pos : pos + 6]


_number_at = Struct(">iHI16xiHIi").unpack_from


def number_at(p: Input, pos: int) -> tuple[int, int, int, int, int, int, int]:
    """An int and a BigInteger as they begin, in 40 bytes.

    The int, two bytes and the handle of BigInteger, its sign, two bytes and the handle of byte[], its length.
    """
    return _number_at(p, pos)


def decode_mutf8(p: Input, start: int, stop: int) -> str | None:
    """Text from modified UTF-8; None where the bytes are malformed."""
    data = p[start:stop]
    return data.decode() if data.isascii() else mutf8.decode(bytes(data))


def read_array(empty: array[Any], p: Input, pos: int, length: int) -> array[Any]:
    """``length`` numbers of the type of ``empty``, which are in network order."""
    result = array(empty.typecode)
    result.frombytes(p[pos : pos + length * result.itemsize])
    result.byteswap()
    return result


# ------------------------------------------------------------------------------------------------- slots of instances


class Slots:
    """What stores and what fetches, for each slot; a C array of offsets when compiled."""

    def __init__(self, members: list[Any]) -> None:
        self.members = members
        self.set: list[Any] | _Later = _Later(self, "set", _setter)
        self.get: list[Any] | _Later = _Later(self, "get", _getter)
        self.kind: type | None = None  # for these three, see `native_leaves`
        self.runs: list[Any] = []
        self.in_two: Any = None
        self.names: list[str] | None = None  # see `_store`


class _Later:
    """In the place of the list of what stores, or of what fetches, until it is asked for: then it puts the list there.

    Few classes need both, and one of many fields neither until its objects are read, for which memory is counted.
    """

    __slots__ = ("_name", "_slots", "_take")

    def __init__(self, slots: Slots, name: str, take: Callable[[Any], Any]) -> None:
        self._slots = slots
        self._name = name
        self._take = take

    def __getitem__(self, index: int) -> Any:
        made = [self._take(member) for member in self._slots.members]
        setattr(self._slots, self._name, made)
        return made[index]


def _setter(member: Any) -> Any:
    return _set_nowhere if member is None else member.__set__


def _getter(member: Any) -> Any:
    return None if member is None else member.__get__


def slot_table(members: list[Any]) -> Slots:
    """Where each of the member descriptors ``members`` keeps its value; None: nowhere."""
    return Slots(members)


def _set_nowhere(obj: Any, value: Any) -> None:
    pass


def slot_table_free(slots: Slots) -> None:
    pass


def slot_set(obj: Any, slots: Slots, index: int, value: Any) -> None:
    """Stores into a slot, if there is one for this value."""
    slots.set[index](obj, value)


#: How attributes of an instance are set, unless its class has it otherwise.
_SETATTR: Any = object.__setattr__


def _store(obj: Any, slots: Slots, index: int, values: Any) -> None:
    """Stores values in the slots from ``index`` on: by their names, which takes less time, or by the members."""
    names = slots.names
    if names is None:
        names = slots.names = _names_of(type(obj), slots.members)
    if names:
        for value in values:
            setattr(obj, names[index], value)
            index += 1
    else:
        for value in values:
            slots.set[index](obj, value)
            index += 1


def _names_of(kind: type, members: list[Any]) -> list[str]:
    """The names by which instances of ``kind`` have these members.

    No names, where one means something else for them, or the class has its own way to set attributes.
    """
    found: dict[str, Any] = {}
    for base in reversed(kind.__mro__):
        found |= vars(base)
    names = {id(member): name for name, member in found.items() if member is not None}
    if kind.__setattr__ is not _SETATTR or not all(id(member) in names for member in members):
        return []
    return [names[id(member)] for member in members]


Layout = Any  # reads the values of some primitives that follow one another; their type codes when compiled


def layout(codes: bytes, count: int) -> Layout:
    """How the first ``count`` of the fields with these type codes, primitives all of them, are laid out."""
    codes = codes[:count]
    unpack = Struct(">" + "".join([_FORMATS[code] for code in codes])).unpack_from
    if _CHAR not in codes:
        return unpack

    def unpack_with_chars(p: Input, pos: int) -> list[Any]:
        values = unpack(p, pos)
        return [chr(value) if code == _CHAR else value for code, value in zip(codes, values, strict=True)]

    return unpack_with_chars


def take_fields(obj: Any, slots: Slots, head: Layout, count: int, p: Input, pos: int) -> None:
    """Reads the ``count`` primitives of a layout into the first slots of a new object."""
    _store(obj, slots, 0, head(p, pos))


def take_values(values: list[Any], head: Layout, count: int, p: Input, pos: int) -> None:
    """The same into a list."""
    values += head(p, pos)


def move_to_slots(obj: Any, slots: Slots, index: int, items: list[Any]) -> int:
    """Stores all items of a list in the slots from ``index`` on, and takes them out of the list: how many."""
    count = len(items)
    _store(obj, slots, index, items)
    items.clear()
    return count


def attribute_set(obj: Any, name: Any, value: Any) -> None:
    """Stores an attribute past any ``__setattr__`` of the class (frozen dataclasses have one); None: nowhere."""
    if name is not None:
        object.__setattr__(obj, name, value)


def slot_get(obj: Any, slots: Slots, index: int) -> Any:
    """The value of a slot; ``AttributeError`` where it is empty."""
    return slots.get[index](obj)


def slot_peek(obj: Any, slots: Slots, index: int) -> Any:
    """The value of a slot; None where it is empty, or there is none."""
    if slots.get[index] is None:
        return None
    try:
        return slots.get[index](obj)
    except AttributeError:
        return None


def slot_is_empty(obj: Any, slots: Slots, index: int) -> bool:
    if slots.get[index] is None:
        return True
    try:
        slots.get[index](obj)
    except AttributeError:
        return True
    return False


#: A new instance of a class with all slots empty, ``__init__`` not called.
allocate: Callable[[Any], Any] = object.__new__

list_len: Callable[[Any], int] = list.__len__


def referred(p: Input, pos: int, handles: list[Any], otherwise: Any) -> Any:
    """What the four bytes of a handle stand for in the table; ``otherwise`` where it does not go so far."""
    number = _u32(p, pos)[0] - BASE_WIRE_HANDLE
    try:
        return handles[number] if number >= 0 else otherwise
    except IndexError:
        return otherwise


#: An item by an index that was just compared with `list_len`.
list_get: Callable[[Any, int], Any] = list.__getitem__


_PLAIN_KINDS = {str, float, bool, bytes, type(None)}


_LOWEST, _HIGHEST = -0x8000000000000000, 0x7FFFFFFFFFFFFFFF


def plain_key(key: Any) -> bool:
    """Whether hashing and comparing costs next to nothing, and hashes differ: what a dict may hold without a look."""
    if isinstance(key, int):
        return _LOWEST <= key <= _HIGHEST
    return key is None or isinstance(key, (str, float, bytes))


def dict_set(mapping: dict[Any, Any], key: Any, value: Any) -> None:
    """As the dict does it, whatever its subclass does."""
    dict.__setitem__(mapping, key, value)


def fill_dict(mapping: Any, items: list[Any]) -> bool:
    """Adds keys and values, which alternate in ``items``, to an empty dict.

    False, and the dict is of no use, where a key is not plain (what hashing it costs is for the mapping to judge), or
    two are equal.
    """
    for key in items[::2]:
        if type(key) not in _PLAIN_KINDS and not plain_key(key):
            return False
    turns = iter(items)
    try:
        dict.update(mapping, zip(turns, turns, strict=False))
    except Exception:  # noqa: BLE001 - the class of a key decides what hashing it raises
        return False
    return 2 * len(mapping) == len(items)


def near_new() -> list[Any]:
    """A table of 64 places by the address of a type, which is found sooner in it than in a dict, when compiled."""
    return [None] * 128


def near_get(table: list[Any], kind: type) -> Any:
    """What was put in last for this type; None if another one has taken its place, or nothing was. Here, always."""


def near_put(table: list[Any], kind: type, value: Any) -> None:
    """Keeps ``value`` for this type, in the place of what was there."""


def has_own_items(mapping: dict[Any, Any]) -> bool:
    """Whether the items of a dict are what it holds, and not what a method of a subclass gives."""
    return type(mapping).items is dict.items


def flat_items(mapping: Any) -> list[Any]:
    """Keys and values of a dict by turns, in the order of its ``items()``."""
    if type(mapping).items is _ITEMS:
        return list(_flatten(mapping.items()))
    pairs = list(mapping.items())
    if not all(isinstance(pair, tuple) and len(pair) == 2 for pair in pairs):
        raise TypeError("items() of a dict gives pairs")
    return list(_flatten(pairs))


_ITEMS: Any = dict.items
_flatten = itertools.chain.from_iterable


def pause_collector() -> bool:
    """Stops the cyclic garbage collector; whether it was running."""
    running = gc.isenabled()
    gc.disable()
    return running


def untrack(obj: Any) -> None:
    """Lets the collector leave out an object that is part of no cycle. (In a .pxd, ``cython.no_gc`` has no effect.)"""


def resume_collector(was_running: bool) -> None:
    if was_running:
        gc.enable()


def list_empty(items: Any, kept: int) -> None:
    """Takes everything out of a list; room for up to ``kept`` items stays."""
    items.clear()


def list_cut(items: Any, length: int) -> None:
    """Takes out what goes beyond a length; the room for it stays."""
    del items[length:]


list_extend: Callable[[list[Any], list[Any]], None] = list.extend


def list_reserve(items: Any, length: int) -> None:
    """Makes room for ``length`` items in all, which need not come."""


list_append: Callable[[Any, Any], None] = list.append


def take_boxes(p: Input, pos: int, most: int, code: int, items: list[Any], handles: list[Any]) -> int:
    """Reads the boxes of one class that follow one another, ``most`` at most, into both lists: how many they are.

    The first six bytes of each, TC_OBJECT and the reference to the class descriptor, are those of the first.
    """
    head = p[pos : pos + 6]
    size = 6 + _SIZES[code]
    unpack = _UNPACK[code]
    before = len(items)
    for at in range(pos, pos + most * size, size):
        if p[at : at + 6] != head:
            break
        items.append(unpack(p, at + 6)[0])
    handles += items[before:]
    return len(items) - before


# ------------------------------------------------------------------------------------------------------------ writing


class Output(bytearray):
    """What was written; of the compiled build a buffer in C. Large data lies in ``parts`` until all is put together.

    ``parts``: what comes before the bytes that are here, ``before`` bytes.
    """

    def __init__(self) -> None:
        self.parts: list[Any] = []
        self.before = 0

    def add_part(self, part: bytes | memoryview) -> None:
        """Adds bytes that nobody changes any more."""
        if self:
            self.parts.append(bytes(self))
            self.before += len(self)
            self.clear()
        self.parts.append(part)
        self.before += len(part)


#: From this size on, data is put into the output by reference.
_LARGE = 1 << 16

_pack_f32 = Struct(">f").pack
_pack_f64 = Struct(">d").pack


def out_new() -> Output:
    return Output()


def out_free(out: Output) -> None:
    pass


def out_len(out: Output) -> int:
    return out.before + len(out)


def out_truncate(out: Output, length: int) -> None:
    if length >= out.before:
        del out[length - out.before :]
        return
    out.clear()
    while length < out.before:  # nothing is copied: this may be what follows a MemoryError
        part = out.parts.pop()
        out.before -= len(part)
    if length > out.before:
        out.parts.append(memoryview(part)[: length - out.before])
        out.before = length


def out_take(out: Output) -> bytes:
    """The bytes written so far; the output is empty afterwards."""
    data = b"".join((*out.parts, out)) if out.parts else bytes(out)
    out.parts.clear()
    out.before = 0
    out.clear()
    return data


def out_copy(out: Output, start: int) -> bytes:
    """The bytes from ``start`` on, which stay in the output."""
    return b"".join((*out.parts, out))[start:]


def put_u8(out: Output, value: int) -> None:
    out.append(value)


def put_u16(out: Output, value: int) -> None:
    out += value.to_bytes(2, "big")


def put_32(out: Output, value: int) -> None:
    out += (value & 0xFFFFFFFF).to_bytes(4, "big")


def put_64(out: Output, value: int) -> None:
    out += (value & 0xFFFFFFFFFFFFFFFF).to_bytes(8, "big")


def put_f32(out: Output, value: float) -> None:
    """Raises ``OverflowError`` for a finite value beyond the range of a Java float."""
    out += _pack_f32(value)


def put_f64(out: Output, value: float) -> None:
    out += _pack_f64(value)


def put_object(out: Output, handle: int) -> None:
    """TC_OBJECT, and a reference to its class descriptor."""
    out += b"sq"
    out += handle.to_bytes(4, "big")


def tagged(tag: int, high: int, high_bytes: int, low: int, low_bytes: int) -> bytes:
    """A byte and two numbers of up to 8 bytes each, in network order."""
    first = high & (1 << 8 * high_bytes) - 1
    second = low & (1 << 8 * low_bytes) - 1
    return bytes((tag,)) + first.to_bytes(high_bytes, "big") + second.to_bytes(low_bytes, "big")


def put_tagged(out: Output, tag: int, high: int, high_bytes: int, low: int, low_bytes: int) -> None:
    """The same as a block of data, and TC_ENDBLOCKDATA."""
    out += bytes((0x77, 1 + high_bytes + low_bytes)) + tagged(tag, high, high_bytes, low, low_bytes) + b"x"


def two_longs(first: int, second: int) -> bytes:
    """Two numbers of 64 bits without a sign, in network order."""
    return first.to_bytes(8, "big") + second.to_bytes(8, "big")


def unsigned(data: bytes) -> int:
    """A number without a sign, in network order. TypeError: ``data`` is something else."""
    if not isinstance(data, bytes):
        raise TypeError("bytes are due")
    return int.from_bytes(data, "big")


def signed(sign: int, p: Input, pos: int, size: int) -> int | None:
    """The number with this sign (-1, 0 or 1) and magnitude, which has ``size`` bytes, 8 at most; None: they differ."""
    number = int.from_bytes(p[pos : pos + size], "big")
    if number == 0:
        return 0 if sign == 0 else None
    return number if sign == 1 else -number if sign == -1 else None


def from_halves(data: bytes) -> int:
    """What `put_halves` writes: 16 bytes."""
    return int.from_bytes(data[8:] + data[:8], "big")


def wide(high: int, low: int) -> int:
    """The number of 128 bits, without a sign, whose halves are two of 64 bits with one."""
    return (high & 0xFFFFFFFFFFFFFFFF) << 64 | (low & 0xFFFFFFFFFFFFFFFF)


def magnitude(number: int) -> bytes:
    """The absolute value in as many bytes as it takes, in network order; of 0 none."""
    number = abs(number)
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def plain_number(text: str) -> tuple[int, int] | None:
    """The digits behind the dot, and the number without it, of a text that is up to 18 digits; None for any other."""
    if len(text) > 18:
        return None
    whole, _, fraction = text.partition(".")
    try:
        return len(fraction), int(whole + fraction)
    except ValueError:
        return None


def put_halves(out: Output, number: int) -> None:
    """A number of 128 bits without a sign: its lower half first. ``OverflowError`` for any other number."""
    data = number.to_bytes(16, "big")
    out += data[8:]
    out += data[:8]


def put_reference(out: Output, handle: int) -> None:
    out += b"q"
    out += handle.to_bytes(4, "big")


def integer_bytes(number: int) -> int:
    """4 for what a Java int holds, else 8 for what a long holds, else 0."""
    if -0x80000000 <= number <= 0x7FFFFFFF:
        return 4
    return 8 if -0x8000000000000000 <= number <= 0x7FFFFFFFFFFFFFFF else 0


_PACK_INTEGER = {ord(code): Struct(form).pack for code, form in {"B": ">b", "S": ">h", "I": ">i", "J": ">q"}.items()}
_NUMBERS = (float, int)


def put_primitive(out: Output, code: int, value: Any) -> bool:
    """A primitive of type ``code``; False, and nothing written, where ``value`` cannot be one.

    Raises ``OverflowError`` for an int beyond all floats and for a finite value beyond the range of a Java float.
    """
    if code in _PACK_INTEGER:
        if not isinstance(value, int):
            return False
        try:
            out += _PACK_INTEGER[code](value)
        except StructError:  # out of its range
            return False
    elif code == _DOUBLE or code == _FLOAT:
        if not isinstance(value, _NUMBERS):
            return False
        out += (_pack_f64 if code == _DOUBLE else _pack_f32)(float(value))
    elif code == ord("Z"):
        if value is not True and value is not False:
            return False
        out.append(value)
    else:
        if not isinstance(value, str) or len(value) != 1 or ord(value) > 0xFFFF:
            return False
        put_u16(out, ord(value))
    return True


def put_raw(out: Output, data: bytes | bytearray | memoryview) -> None:
    if len(data) < _LARGE:
        out += data
    else:
        out.add_part(bytes(data))


def put_utf(out: Output, text: str) -> bool:
    """A string with a two-byte length (``DataOutput.writeUTF``); False, and nothing written, where it is too long."""
    data = mutf8.encode(text)
    if len(data) > 0xFFFF:
        return False
    out += len(data).to_bytes(2, "big")
    out += data
    return True


def put_string(out: Output, text: str) -> None:
    """TC_STRING and the text, or TC_LONGSTRING, which has a length of eight bytes."""
    data = mutf8.encode(text)
    out += b"t" + len(data).to_bytes(2, "big") if len(data) <= 0xFFFF else b"|" + len(data).to_bytes(8, "big")
    out += data


def put_array(out: Output, numbers: Any, width: int) -> None:
    """The items of a contiguous buffer of native numbers of ``width`` bytes, in network order."""
    swapped = array({2: "h", 4: "i", 8: "q"}[width])
    swapped.frombytes(memoryview(numbers).cast("B"))
    swapped.byteswap()
    part = memoryview(swapped).cast("B")
    if len(part) < _LARGE:
        out += part
    else:
        out.add_part(part)


# ------------------------------------------------------------------------------------------------------- identity map

# What has a number lies in a list of the caller, which nobody else changes: so it stays alive, and its ``id`` its own.
# The caller may append to that list what nobody looks for.

NO_HEADS = (None, None, None, None, None)
TOO_MANY = "more handles than a stream can have; a reset forgets them"


class Memo(dict[int, int]):
    """From the ``id()`` of objects to their numbers, in the order of these; when compiled, a table of places in a list.

    ``next``: the number of the next object. ``alone``: whether the graph at hand is all there is in the stream, and no
    code gives parts of it a second time, see `memo_note_sole`. ``step``, ``heads``, ``maps``, ``adapted``,
    ``begun``: see `native_leaves`.
    """

    def __init__(self) -> None:
        self.next = self.step = 0
        self.alone = False
        self.heads: tuple[Any, ...] = NO_HEADS
        self.maps: dict[type, Any] = {}
        self.adapted: dict[type, Any] = {}
        self.begun: list[Any] = []


def memo_new() -> Memo:
    return Memo()


def memo_free(memo: Memo) -> None:
    pass


def memo_get(memo: Memo, obj: Any, objects: list[Any]) -> int:
    """The number stored for this very object, or -1."""
    return memo.get(id(obj), -1)


def memo_claim(memo: Memo, obj: Any, objects: list[Any]) -> int:
    """The number stored for this very object. If there is none, -1: it has the next one now, and is in ``objects``.

    Raises ``OverflowError`` for a number beyond 31 bits.
    """
    known = memo.get(id(obj), -1)
    if known < 0:
        if memo.next > 0x7FFFFFFF:
            raise OverflowError(TOO_MANY)
        objects.append(obj)
        memo[id(obj)] = memo.next
        memo.next += 1
    return known


def memo_note_sole(memo: Memo, obj: Any, holders: int) -> None:
    """Notes the object that is written next, which has as many references as ``holders`` if one place alone has it.

    Those are of its place in the graph and of what is writing. Where it has no more and the graph is ``alone``, it gets
    its number without being remembered: nothing will ask for it. Only when compiled: how many references Python itself
    has in between, its code cannot know.
    """


def memo_fill(memo: Memo, found: list[Any], objects: list[Any]) -> None:
    """Gives the next numbers to objects that have none, one after another."""
    objects += found
    number = memo.next
    for obj in found:
        memo[id(obj)] = number
        number += 1
    memo.next = number


def memo_take_back(memo: Memo, number: int) -> None:
    """Forgets the objects that have got this number or a later one. (The compiled table is cut as a whole.)"""
    while memo:
        key, last = memo.popitem()
        if last < number:
            memo[key] = last
            break


def memo_cut(memo: Memo, number: int, objects: list[Any], length: int) -> None:
    """Forgets the objects that have got this number or a later one, which lie in ``objects`` from ``length`` on."""
    memo_take_back(memo, number)
    del objects[length:]
    memo.next = number
    _unlearn(memo)


def memo_clear(memo: Memo, objects: list[Any]) -> None:
    """Forgets all of the objects; the caller empties the list afterwards."""
    memo.clear()
    memo.next = memo.step = 0
    _unlearn(memo)


def _unlearn(memo: Memo) -> None:
    memo.heads = NO_HEADS
    if memo.maps:
        memo.maps = {}
    if memo.adapted:
        memo.adapted = {}
    if memo.begun:
        memo.begun = []
