# cython: language_level=3, annotation_typing=False, auto_pickle=False
"""Plans: what to do with the objects of one class. The resolver gives them, the decoder and encoder carry them out.

This is the seam between the bytes and the mapping: this room knows the shapes below, and not the classes behind them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any, Protocol

from ..errors import EncodeError
from . import native
from .constants import SC_ENUM
from .data_writer import DataWriter
from .descriptors import ANNOTATION, OBJECT_FIELD, ClassDescriptor, DescriptorCache

# What a decode plan makes of an object.
SLOTS = 1  #: an instance whose fields are stored one by one in slots; the generic form is one of these
BOX = 2  #: the value of its only primitive field
LIST = 3  #: a list, filled straight from the only annotation: four bytes, then as many elements as these or a field say
FILL = 4  #: a container made before its contents (so that cycles close) and filled after them
BUILD = 5  #: a value built from fields and annotations when all have been read
SKIP = 6  #: nothing is kept
MAP = 8  #: as FILL, for java.util.HashMap and LinkedHashMap: ``build`` is asked only about what is no plain dict
ATTRIBUTES = 7  #: an instance whose fields are stored one by one as attributes

# How an encode plan writes a value.
NULL = 20
BOOLEAN = 21
INTEGER = 22  #: Integer, Long or BigInteger by size
DOUBLE = 23
STRING = 24
BYTES = 25
NUMBERS = 26  #: array.array and what offers its buffer, or an array of objects, as the value itself says
FIELDS = 27  #: slots or attributes of an instance, level by level
BOXED = 28  #: one primitive field
REDUCE = 29  #: the adapter says which fields and annotations
ELEMENTS = 30  #: an array of objects
PRIMITIVES = 31  #: an array of primitives, item by item
CHARS = 32  #: a char[] from the UTF-16 code units of a str
CONSTANT = 33  #: an enum constant
CLASS = 34  #: a Class object
DESCRIPTOR = 35  #: an ObjectStreamClass
LIST_OF = 37  #: a list as java.util.ArrayList or LinkedList write theirs
MAP_OF = 38  #: a dict as java.util.HashMap writes its entries; ``members``: slots of load factor and access order
REPLACE = 36  #: another value is written in its place, as with Java's writeReplace
DATA = 39  #: the adapter gives the bytes of all primitive fields, or of what an Externalizable writes
ITEMS = 40  #: the adapter gives the bytes of all fields, the block after them, and the objects after that
BIG_INTEGER = 41  #: an int as java.math.BigInteger writes itself
SCALED = 42  #: an int field, and a java.math.BigInteger in an object field; nothing else


# The short way to an object that lies whole in the input: what its adapter makes it from. 0: there is none.
OF_DATA = 1  #: the bytes of its primitive fields, or of the one block of primitive data that is all of it
OF_MAGNITUDE = 2  #: an int, as java.math.BigInteger holds it
OF_NUMBER = 3  #: an int field, and the int in an object field that is read OF_MAGNITUDE
OF_CONTENTS = 4  #: its only field, and the contents of its annotation, which begins with their number
OF_ITEMS = 5  #: of a LIST, its items, where they are few
OF_ENTRIES = 6  #: of a MAP, keys and values by turns, where they are few


#: In a program of leaves, an object field that a plain text may stand in as it is.
TEXT_FIELD = ord("t")

#: How data begins that stands by itself.
_NO_BEGINS: defaultdict[int, bytes] = defaultdict(bytes)

#: Objects of so many fields may take memory before their bytes have come; of more, it is watched.
MANY_FIELDS = 64


class DecodePlan:
    """What becomes of the objects of one class descriptor.

    ``cls`` and ``members``: for SLOTS, the class and, per step of the program, the member descriptor of its slot (the
    first annotation step takes the list of annotations), or None where the value is not kept. ``names``: for ATTRIBUTES
    the same with names of attributes. For both, ``build(obj, annotations)``, if there is one, gives the finished object
    when all its fields are stored; what it raises ends the reading. ``program`` is given for classes whose data is not
    what the descriptor says.
    ``new``: for LIST and FILL, makes the empty container.
    ``build``: for BUILD, ``build(values, annotations)`` gives the value; for FILL, ``build(container, values,
    annotations, forced)`` gives the filled container, or another value unless ``forced``, which says that the container
    is referred to already; for LIST, ``build(items, values)`` tells whether the contents, count still in front, are
    those of the class; for BOX, it converts the primitive. ``values`` has the fields of all levels in stream order,
    ``annotations`` a list per annotated level. ``NotImplemented`` or any exception means: take the generic form.
    ``from_data``, ``from_number``, ``from_contents``: for BUILD and FILL, what makes the value where the object lies
    whole in the input and is laid out as usual; asked first, and as ``build``, which is to make the same of it.
    ``from_data(data)`` of a class whose only contents are primitive fields or one block of primitive data, from their
    bytes. ``from_number`` of BigInteger, whose fields stand in the order of the JDK, from the int that it is, of 64
    bits and a sign; and ``from_number(first, number)`` of an int and a BigInteger. ``from_contents(field, contents)``
    of a class with one field and one annotation, which is a block of an int and contents: ``contents_each`` for each
    that the int counts.
    ``bare``: for BUILD and FILL, what the class writes beside its fields is not known: there is nothing, or the object
    takes the generic form. ``build`` gets no annotations then.
    ``replaces``: for BUILD, the Java class has a ``readResolve``, so that references from within the object mean the
    unresolved one. Without it an object that is part of itself takes the generic form, which can be.
    """

    def __init__(
        self,
        shape: int,
        descriptor: ClassDescriptor,
        *,
        cls: Any = None,
        members: list[Any] | None = None,
        names: list[str | None] | None = None,
        program: bytes | None = None,
        new: Callable[[], Any] | None = None,
        build: Callable[..., Any] | None = None,
        replaces: bool = False,
        bare: bool = False,
        from_data: Callable[[bytes], Any] | None = None,
        from_number: Callable[..., Any] | None = None,
        from_contents: Callable[[Any, list[Any]], Any] | None = None,
        contents_each: int = 1,
    ) -> None:
        self.shape = shape
        self.descriptor = descriptor
        self.program = descriptor.program if program is None else program
        self.steps = native.pointer(self.program)
        self.length = len(self.program)
        self.cls = cls
        self.members = members
        self.names = names
        self.annotation_step = self.program.find(ANNOTATION)
        self.new = new
        self.build = build
        self.replaces = replaces
        self.bare = bare
        self.from_data = from_data
        self.from_number = from_number
        self.from_contents = from_contents
        self.contents_each = contents_each
        # What the decoder's short way asks of a plan.
        self.usual = shape in (BOX, LIST, MAP, BUILD, FILL) or (
            shape == SLOTS and self.annotation_step < 0 and self.length <= MANY_FIELDS
        )
        if descriptor.flags & SC_ENUM:
            self.usual = False
        # The primitives it begins with.
        sizes = [native.primitive_bytes(code) for code in self.program]
        self.head_count = next((i for i, size in enumerate(sizes) if not size), len(sizes))
        self.head_bytes = sum(sizes[: self.head_count])
        self.box_bytes = self.head_bytes if shape == BOX and self.usual else 0
        self.head = native.layout(self.program, self.head_count)
        self.short = 0
        if from_data is not None and (self.program == b"x" or self.head_count == self.length > 0):
            self.short = OF_DATA
        elif from_number is not None and self.program in (b"IIIII[x", b"ILx"):
            self.short = OF_NUMBER if self.length == 3 else OF_MAGNITUDE
        elif from_contents is not None and self.length == 2 and self.annotation_step == 1:
            self.short = OF_CONTENTS
        elif shape == LIST and new is None and self.usual and self.program == b"Ix":
            self.short = OF_ITEMS
        elif shape == MAP and self.usual and self.program in (b"FIx", b"FIxZ"):
            self.short = OF_ENTRIES
            self.contents_each = 2
        # For each step, how many references (of all fields that are no primitives) follow one another from it on.
        run_lengths = bytearray(self.length)
        count = 0
        for i in range(self.length - 1, -1, -1):
            count = min(count + 1, 255) if self.program[i] in b"L[" else 0
            run_lengths[i] = count
        self.run_lengths = bytes(run_lengths)
        self.runs = native.pointer(self.run_lengths)
        if members is not None:
            self.slots = native.slot_table(members)

    def __dealloc__(self) -> None:
        native.slot_table_free(self.slots)


class EncodePlan:
    """How the values of one Python type are written.

    ``descriptor``: the class written. ``members``: for FIELDS, per step of the program the descriptor of its slot
    (the first annotation step: the list of annotations), or None to read the attributes ``names``. ``checks``: for
    FIELDS, per step of the program None or a mapping from the type of the value to the plan to write it by, None for
    its own; the mapping raises `EncodeError` for a type that cannot stand in the field. None can stand in each. For
    REDUCE the same; for ELEMENTS, the one of all.
    ``reduce``: for FIELDS, if there is one, gives the annotations; for REDUCE, ``reduce(value)`` gives ``(descriptor,
    values, annotations)`` where ``annotations`` is an iterable of contents per annotated level; for DATA the bytes of
    the fields, or for a class that has only an annotation those of its block of data; for ITEMS ``(fields, head,
    objects)``, the bytes of the fields or a Class object that is the only one, the block that begins the annotation,
    and an iterable, or None where the plan that is its alternative has to write the value; for SCALED the two ints; for
    REPLACE, the value to write; for CONSTANT, ``(descriptor, name)``; for CLASS and DESCRIPTOR the descriptor; for
    ELEMENTS and PRIMITIVES the array's descriptor; for NUMBERS ``(descriptor, bytes of a number, buffer)``, or
    ``(descriptor, 0, elements)``.
    ``code``: the primitive type code of BOXED and PRIMITIVES. ``alternatives``: for INTEGER, the plans of Integer, Long
    and BigInteger; for BIG_INTEGER, that of a byte[]; for SCALED, that of a BigInteger; for REPLACE, if there is one,
    the plan for a replacement of the same type. ``writer``: for DATA, if there is one, asked before ``reduce``.
    ``packer``: the same uncompiled, ``packer(begins, end, otherwise)`` gives a function that packs values: all bytes of
    an object, from how it begins, by the number of bytes of its data, to its end. ``otherwise`` is such a function too.
    For ITEMS it is ``packer(otherwise)``, of functions from a value to how it begins, and its objects.
    """

    def __init__(
        self,
        shape: int,
        descriptor: ClassDescriptor | None = None,
        *,
        code: str = "\0",
        names: list[str] | None = None,
        members: list[Any] | None = None,
        checks: list[Any] | None = None,
        program: bytes | None = None,
        reduce: Callable[[Any], Any] | None = None,
        alternatives: tuple[EncodePlan, ...] = (),
        writer: DataWriter | None = None,
        packer: Callable[..., Callable[..., Any]] | None = None,
    ) -> None:
        self.shape = shape
        self.descriptor = descriptor
        if program is None:
            program = b"" if descriptor is None else descriptor.program
        self.program = program
        self.steps = native.pointer(self.program)
        self.length = len(self.program)
        self.code = ord(code)
        self.names = names
        self.members = members
        self.checks = checks
        self.annotation_step = self.program.find(ANNOTATION)
        self.value_count = self.length - self.program.count(ANNOTATION)
        self.reduce = reduce
        self.packer = packer
        if packer is not None and shape == DATA and not native.COMPILED:
            self.reduce = packer(_NO_BEGINS, b"", reduce)
        self.alternatives = alternatives
        self.writer = writer
        self.has_slots = members is not None
        #: Instances are no more than slots.
        self.plain = shape == FIELDS and self.has_slots and self.annotation_step < 0
        self.leaf_program = _leaf_program(self.program, checks)
        self.leaf_steps = native.pointer(self.leaf_program)
        if members is not None:
            self.slots = native.slot_table(members)

    def __dealloc__(self) -> None:
        native.slot_table_free(self.slots)


def _leaf_program(program: bytes, checks: list[Any] | None) -> bytes:
    """The program with ``t`` for the object fields that a plain text may stand in as it is."""
    steps = bytearray(program)
    for i, code in enumerate(program):
        if code == OBJECT_FIELD and (checks is None or checks[i] is None or _takes_text(checks[i])):
            steps[i] = TEXT_FIELD
    return bytes(steps)


def _takes_text(check: Any) -> bool:
    try:
        return check[str] is None
    except (KeyError, EncodeError):
        return False


class Resolver(Protocol):
    """What the decoder asks of the mapping."""

    @property
    def descriptors(self) -> DescriptorCache:
        """The descriptors met before, with their plans; cleared when the mapping changes."""

    def decode_plan(self, descriptor: ClassDescriptor) -> DecodePlan:
        """The plan for the objects of this class; the generic one where nothing is known of it."""

    def generic_plan(self, descriptor: ClassDescriptor) -> DecodePlan:
        """The SLOTS plan of the generic form of this class."""


class SkippingResolver:
    """A resolver under which the decoder checks the grammar and makes no values."""

    def __init__(self) -> None:
        self.descriptors = DescriptorCache()

    def decode_plan(self, descriptor: ClassDescriptor) -> DecodePlan:
        return DecodePlan(SKIP, descriptor)

    def generic_plan(self, descriptor: ClassDescriptor) -> DecodePlan:
        return DecodePlan(SKIP, descriptor)


class EncodeResolver(Protocol):
    """What the encoder asks of the mapping."""

    @property
    def runs_code(self) -> bool:
        """Whether code of the program may run in writing: a hook may give objects that are in the graph elsewhere."""

    def encode_plan(self, python_type: type) -> EncodePlan | None:
        """The plan for values of exactly this type, or None if they cannot be written."""
