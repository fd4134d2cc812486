# cython: language_level=3, annotation_typing=False, auto_pickle=False
"""Class descriptors: what a stream says about a class.

Java Object Serialization Specification 6.4; ``java.io.ObjectStreamClass``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from ..errors import SchemaError
from .constants import SC_BLOCK_DATA, SC_ENUM, SC_EXTERNALIZABLE, SC_SERIALIZABLE, SC_WRITE_METHOD

#: Marks, in a program, the object annotation that ends a class level.
ANNOTATION = ord("x")
OBJECT_FIELD = ord("L")
ARRAY_FIELD = ord("[")

#: Java's own reader recurses for each super-class, so no stream it can read comes near this.
MAX_SUPER_CLASSES = 1000

_TYPECODES = "BCDFIJSZL["


#: Classes of the JDK whose ``writeObject`` writes data of its own and no fields, although the descriptor names some. In
#: JDK 17 and 25 these are all, by the code of each class that has a ``writeObject``.
FIELDLESS = frozenset({"com.sun.jndi.dns.DnsName", "sun.security.x509.X509Key"})


class Field(NamedTuple):
    """One serialized field. ``type_string`` is Java's: ``I``, ``Ljava/lang/String;``, ``[J``."""

    name: str
    type_string: str

    @property
    def typecode(self) -> str:
        """The first character of the type: one of ``BCDFIJSZ`` for primitives, ``L`` or ``[``."""
        return self.type_string[:1]


class ClassDescriptor:
    """The class of an object, as one stream describes it.

    ``name`` is Java's binary name (``java.util.Map$Entry``, ``[I``), ``flags`` the ``SC_`` bits, ``fields`` in stream
    order, ``super_class`` the next serializable class above or None, ``interfaces`` the names for a dynamic proxy
    class and None for any other, ``annotation`` the contents written by ``annotateClass``. ``fieldless``:
    objects have no data for the fields, because the class is Externalizable or its ``writeObject`` writes none.
    """

    def __init__(
        self,
        name: str,
        serial_version_uid: int = 0,
        flags: int = SC_SERIALIZABLE,
        fields: Iterable[Field | tuple[str, str]] = (),
        super_class: ClassDescriptor | None = None,
        *,
        interfaces: Iterable[str] | None = None,
        annotation: Iterable[Any] = (),
        fieldless: bool = False,
    ) -> None:
        self.name = name
        self.serial_version_uid = serial_version_uid
        self.flags = flags
        self.fields = tuple([Field(*field) for field in fields])
        self.super_class = super_class
        self.interfaces = None if interfaces is None else tuple(interfaces)
        self.annotation = list(annotation)
        no_data = (fieldless or name in FIELDLESS) and flags & SC_WRITE_METHOD
        self.fieldless = bool(flags & SC_EXTERNALIZABLE or no_data)
        self.super_class_count: int = 0 if super_class is None else super_class.super_class_count + 1
        self.field_count: int = len(self.fields) + (0 if super_class is None else super_class.field_count)
        self.decode_plan: Any = None
        self.generic_plan: Any = None
        self.written_first = None
        self._check()

    def _check(self) -> None:
        """What the encoder relies on."""
        if not 0 <= self.flags <= 0xFF:
            raise SchemaError(f"the flags of {self.name} are {self.flags}, and not one byte")
        if not -(1 << 63) <= self.serial_version_uid < 1 << 63:
            raise SchemaError(f"the serialVersionUID of {self.name} is {self.serial_version_uid}, which is no long")
        if self.super_class_count > MAX_SUPER_CLASSES:
            raise SchemaError(f"{self.name} has more than {MAX_SUPER_CLASSES} super-classes")
        if len(self.fields) > 0xFFFF:
            raise SchemaError(f"{self.name} has {len(self.fields)} fields; a class descriptor holds at most 65,535")
        for field in self.fields:
            type_string = field[1]
            if not type_string or type_string[0] not in _TYPECODES:
                raise SchemaError(f"field {field[0]!r} of {self.name} has the type {type_string!r}")

    @property
    def is_proxy(self) -> bool:
        return self.interfaces is not None

    @property
    def is_enum(self) -> bool:
        return bool(self.flags & SC_ENUM)

    @property
    def is_array(self) -> bool:
        return bool(self.name[:1] == "[")

    @property
    def is_externalizable(self) -> bool:
        return bool(self.flags & SC_EXTERNALIZABLE)

    @property
    def chain(self) -> list[ClassDescriptor]:
        """The descriptors from the topmost super-class down to this one: the order of class data in the stream."""
        levels = []
        level: ClassDescriptor | None = self
        while level is not None:
            levels.append(level)
            level = level.super_class
        levels.reverse()
        return levels

    @property
    def data_fields(self) -> tuple[Field, ...]:
        """The fields of this class that objects have data for in the stream: all of them, or none."""
        return () if self.fieldless else self.fields

    @property
    def data_levels(self) -> list[tuple[ClassDescriptor, bool]]:
        """The descriptors whose data the stream holds, in order, each with whether an annotation ends it.

        An Externalizable writes all its data itself, once, whatever its super-classes are
        (``ObjectOutputStream.writeOrdinaryObject``).
        """
        if self.flags & SC_EXTERNALIZABLE:
            return [(self, True)]
        return [(level, bool(level.flags & SC_WRITE_METHOD)) for level in self.chain]

    @property
    def last_field(self) -> Field:
        """The field whose data comes last in the stream; the class, or one that it extends, has one."""
        *_, last = [field for level, _ in self.data_levels for field in level.data_fields]
        return last

    @property
    def program(self) -> bytes:
        """The data of an object of this class, one byte a step: type codes of fields, ``x`` for an annotation."""
        steps = bytearray()
        for level, annotated in self.data_levels:
            steps += "".join([field.type_string[0] for field in level.data_fields]).encode("latin-1")
            if annotated:
                steps.append(ANNOTATION)
        return bytes(steps)

    @property
    def has_lengthless_data(self) -> bool:
        """Externalizable data of protocol version 1: nothing in the stream tells where it ends."""
        return bool(self.flags & SC_EXTERNALIZABLE and not self.flags & SC_BLOCK_DATA)

    def is_or_extends(self, name: str) -> bool:
        """Whether this class or one of its super-classes has this name."""
        level: ClassDescriptor | None = self
        while level is not None:
            if level.name == name:
                return True
            level = level.super_class
        return False

    def __repr__(self) -> str:
        if self.interfaces is not None:
            return f"<proxy class of {', '.join(self.interfaces)}>"
        return f"<class descriptor {self.name}>"


class CachedDescriptor:
    """A descriptor as it stood in a stream, with the handles that its bytes take.

    ``first_handle`` is the handle number the bytes rely on, or -1 where they hold no reference and fit anywhere.
    ``classes`` of the handles are class descriptors, and none of these has more than ``most_fields`` fields.
    """

    def __init__(self, raw: bytes, first_handle: int, handles: list[Any], descriptor: ClassDescriptor) -> None:
        self.raw = raw
        self.first_handle = first_handle
        self.handles = handles
        self.descriptor = descriptor
        levels = [found for found in handles if type(found) is ClassDescriptor]
        self.classes = len(levels)
        self.most_fields = max([len(level.fields) for level in levels])


class DescriptorCache:
    """Descriptors seen before, found again by their raw bytes or by what they say. Bounded; safe to lose at any time.

    Reading a descriptor costs microseconds and making a class for it tens of them, so that a stream of one object
    would spend nearly all its time there. Each method is one dictionary operation on a key that does not change.

    Who remembers a descriptor took ``by_header`` before the descriptor. If another thread clears the cache meanwhile,
    so that plans are made anew, that dictionary goes with the descriptor, which has a plan from before.
    """

    MAX_DESCRIPTORS = 4096
    MAX_RAW_BYTES = 1 << 20
    MAX_FIELDS = 1 << 17

    def __init__(self) -> None:
        self.by_header: dict[bytes, tuple[CachedDescriptor, ...]] = {}
        self.by_content: dict[Any, ClassDescriptor] = {}
        self.raw_bytes = 0
        self.fields = 0
        self.generation = 0  #: counts the calls of `clear`

    def candidates(self, header: bytes) -> Any:
        """The cached descriptors that begin with these bytes: a tuple, or None."""
        return self.by_header.get(header)

    def remember(self, header: bytes, entry: CachedDescriptor, by_header: dict[bytes, Any]) -> None:
        """Keeps a descriptor under the bytes of its name, UID and flags."""
        self.raw_bytes += len(entry.raw)
        if self.raw_bytes > self.MAX_RAW_BYTES or len(by_header) >= self.MAX_DESCRIPTORS:
            self.by_header = {}
            self.raw_bytes = 0
            return
        # Few per header: the same class at another first handle, or after a change of the class.
        by_header[header] = (entry, *by_header.get(header, ())[:3])

    def intern(self, descriptor: ClassDescriptor) -> ClassDescriptor:
        """The descriptor met earlier that says the same, or this one from now on."""
        if descriptor.annotation or len(descriptor.fields) > 4096:
            return descriptor
        key = (
            descriptor.name,
            descriptor.serial_version_uid,
            descriptor.flags,
            descriptor.fields,
            descriptor.interfaces,
            descriptor.super_class,
            descriptor.fieldless,
        )
        known = self.by_content.get(key)
        if known is not None:
            return known
        # The text of all names counts as fields of 32 characters; those inherited are in the Python class once more.
        self.fields += 1 + (len(descriptor.name) >> 5) + descriptor.field_count - len(descriptor.fields)
        for field in descriptor.fields:
            self.fields += 1 + (len(field[0]) + len(field[1]) >> 5)
        if len(self.by_content) >= self.MAX_DESCRIPTORS or self.fields > self.MAX_FIELDS:
            self.by_content = {}
            self.fields = 0
        return self.by_content.setdefault(key, descriptor)

    def clear(self) -> None:
        """Forgets everything; plans are made anew for descriptors met from now on."""
        self.by_content = {}  # in this order: who finds the new `by_header` finds the new `by_content`
        self.by_header = {}
        self.raw_bytes = 0
        self.fields = 0
        self.generation += 1  # last: who finds the new number finds nothing from before
