"""The registry: which Java class is which Python type. It is the resolver that the codec asks.

Each file of this room describes the classes of one Java package and ends in ``register(registry)``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from ..stream.descriptors import ClassDescriptor, DescriptorCache
from ..stream.generic import JavaObject
from ..stream.generic import generic_plan as new_generic_plan
from ..stream.plan import SLOTS, DecodePlan, EncodePlan

if TYPE_CHECKING:
    from .classpath import ClassPath

__all__ = ["ArrayReader", "Reader", "Registry", "Writer"]

#: From the descriptor met in a stream to the plan for its objects; None: this is not the class as it is known.
Reader = Callable[[ClassDescriptor], DecodePlan | None]
#: From a Python type to the plan for its values; for types whose plan depends on the subclass.
Writer = Callable[[type], EncodePlan | None]
#: From a type code (one of ``ZSIJFD``) and the bytes of the elements to the value of a primitive array.
ArrayReader = Callable[[str, bytes], Any]

#: How many classes met in streams are remembered by name, and how large their descriptors may be in all.
_MAX_MET = 4096
_MAX_MET_BYTES = 1 << 22


class Registry:
    """A set of readers by Java class name and of writers by Python type.

    A registry can be copied and the copy changed; the other one is not affected. Changing a registry takes effect for
    class descriptors met and types written from then on. It can be changed and used in many threads at once.
    """

    # Threads: each change is one dictionary operation, and nothing iterates over a dictionary that may change. What is
    # made from the entries (plans, descriptors, encoders) is kept in a container that was taken before the entries were
    # looked at, and a change puts an empty one in its place: what is from before goes with the old one.

    def __init__(self) -> None:
        self._readers: dict[str, Reader] = {}
        self._family_readers: dict[str, Reader] = {}
        self._writers: dict[type, EncodePlan | Writer] = {}
        self._named_writers: dict[str, EncodePlan | Writer] = {}
        self._plans: dict[type, EncodePlan] = {}
        self._declarations: dict[type, Any] = {}
        self._classes: dict[str, type] = {}
        self._met: dict[str, type[JavaObject]] = {}
        self._met_bytes = 0
        self._uids: dict[str, int] = {}
        #: What primitive arrays become, see `read_arrays_as`.
        self.array_reader: ArrayReader | None = None
        #: Where class files are looked for, see `bridge.classpath`.
        self.class_path: ClassPath | None = None
        self.descriptors = DescriptorCache()
        #: Whether code of the program may run in writing, see `write_as`.
        self.runs_code = False
        #: Encoders that have done their work and can be used again; see `bridge.codec.dumps`.
        self.spare_encoders: list[Any] = []
        #: The same for decoders.
        self.spare_decoders: list[Any] = []

    def copy(self) -> Registry:
        """A registry that knows the same classes."""
        other = Registry()
        other._readers = dict(self._readers)
        other._family_readers = dict(self._family_readers)
        other._writers = dict(self._writers)
        other._named_writers = dict(self._named_writers)
        other._declarations = dict(self._declarations)
        other._classes = dict(self._classes)
        other._met = dict(self._met)
        other._met_bytes = self._met_bytes
        other._uids = dict(self._uids)
        other.array_reader = self.array_reader
        other.class_path = self.class_path
        other.runs_code = self.runs_code
        return other

    def read_as(self, class_name: str, reader: Reader) -> None:
        """Objects of the Java class ``class_name`` are read by the plan that ``reader`` gives for their descriptor."""
        self._readers[class_name] = reader
        self.descriptors.clear()

    def read_family_as(self, class_name: str, reader: Reader) -> None:
        """As `read_as`, for this class and for those below it that have no reader of their own."""
        self._family_readers[class_name] = reader
        self.descriptors.clear()

    def read_arrays_as(self, reader: ArrayReader) -> None:
        """Arrays of boolean, short, int, long, float and double become what ``reader`` makes of them.

        It is called with the type code and the elements as they stand in the stream, in network order.
        """
        self.array_reader = reader
        self.spare_decoders = []

    def write_as(self, python_type: type | str, plan: EncodePlan | Writer, *, runs_code: bool = True) -> None:
        """Values of ``python_type``, and of subclasses that have no plan of their own, are written by ``plan``.

        A type of a package that need not be there is given by its name, ``"numpy.ndarray"``: module and qualified name.
        ``runs_code``: whether what they are made of is asked of code that may give objects from elsewhere. What is held
        in one place alone has to be remembered then as well, which takes longer.
        """
        if isinstance(python_type, str):
            self._named_writers[python_type] = plan
        else:
            self._writers[python_type] = plan
        self.runs_code = self.runs_code or runs_code
        self._plans = {}
        self.spare_encoders = []

    # ---- classes by name: declared ones, and those met in streams

    def declare(self, class_name: str, python_type: type, declaration: Any) -> None:
        """``python_type`` is the Java class ``class_name``, as `bridge.java_class` and its like declare it."""
        self._declarations[python_type] = declaration
        self._classes[class_name] = python_type

    def declaration(self, python_type: type) -> Any:
        """What was given to `declare` for exactly this class, or None."""
        return self._declarations.get(python_type)

    def class_named(self, class_name: str) -> type | None:
        """The Python class declared or kept for a Java class, or None."""
        return self._classes.get(class_name)

    def keep(self, cls: type[JavaObject]) -> None:
        """What a stream describes as this class of the generic form is, is of it from now on."""
        self._classes[cls.__java_class__.name] = cls

    def is_declared(self, class_name: str) -> bool:
        """Whether a Python class was declared to be this Java class."""
        return self._classes.get(class_name) in self._declarations

    def names_in(self, module: str) -> dict[str, type]:
        """The declared classes of a Python module by their Python names."""
        return {cls.__name__: cls for cls in list(self._declarations) if cls.__module__ == module}

    def note_serial_version_uid(self, class_name: str, uid: int) -> None:
        """Keeps the UID that a declared class without one had in a stream; the first one met counts."""
        self._uids.setdefault(class_name, uid)

    def serial_version_uid(self, class_name: str) -> int | None:
        """The UID of a declared class without one: from a stream, else from the class path, else None."""
        uid = self._uids.get(class_name)
        if uid is None and self.class_path is not None:
            uid = self.class_path.serial_version_uid(class_name)
        return uid

    def _remember(self, cls: type[JavaObject]) -> None:
        """Keeps a class met in a stream. Bounded: a peer may send classes without end, and large ones."""
        descriptor = cls.__java_class__
        levels = descriptor.chain
        if descriptor.is_enum or any(level.is_proxy or level.annotation for level in levels):
            return
        self._met_bytes += sum(map(_size, levels))
        if len(self._met) >= _MAX_MET or self._met_bytes > _MAX_MET_BYTES:
            self._met = {}
            self._met_bytes = sum(map(_size, levels))
        self._met[descriptor.name] = cls

    def descriptor_met(self, class_name: str) -> ClassDescriptor | None:
        """What a stream said of a class that was met, or of a super-class of one; None if nothing."""
        return _level_named(class_name, [cls.__java_class__ for cls in list(self._met.values())])

    def known_descriptor(self, class_name: str) -> ClassDescriptor | None:
        """The descriptor of a class that was met in a stream, or that some Python type is written as; else None."""
        plans = [plan for plan in list(self._writers.values()) if isinstance(plan, EncodePlan)]
        written = [plan.descriptor for plan in plans if plan.descriptor is not None]
        return self.descriptor_met(class_name) or _level_named(class_name, written)

    def is_read_as_other(self, class_name: str) -> bool:
        """Whether objects of this Java class become Python values of a type that stands for it."""
        return class_name in self._readers

    @property
    def java_names(self) -> frozenset[str]:
        """The Java classes that are read as something else than the generic form, by themselves or with those below."""
        return frozenset(self._readers) | frozenset(self._family_readers)

    @property
    def python_types(self) -> frozenset[type]:
        """The Python types that are written as a Java class of their own, but for those known by name."""
        return frozenset(self._writers)

    # ---- what the codec asks (`bridge.stream.plan.Resolver`)

    def decode_plan(self, descriptor: ClassDescriptor) -> DecodePlan:
        reader = self._readers.get(descriptor.name)
        if reader is not None and not descriptor.is_proxy:
            plan = reader(descriptor)
            if plan is not None:
                return plan
        level: ClassDescriptor | None = None if reader is not None else descriptor
        while level is not None:
            reader = self._family_readers.get(level.name)
            plan = None if reader is None else reader(descriptor)
            if plan is not None:
                return plan
            level = level.super_class
        return self.generic_plan(descriptor)

    def generic_plan(self, descriptor: ClassDescriptor) -> DecodePlan:
        plan: DecodePlan | None = descriptor.generic_plan
        if plan is None:
            for known in (self._classes.get(descriptor.name), self._met.get(descriptor.name)):
                if known is not None and issubclass(known, JavaObject) and _is_same_class(known, descriptor):
                    plan = DecodePlan(SLOTS, descriptor, cls=known, members=known.__java_plan__.members)
                    break
            else:
                plan = new_generic_plan(descriptor)
                self._remember(plan.cls)
            descriptor.generic_plan = plan
        return plan

    def encode_plan(self, python_type: type) -> EncodePlan | None:
        plans = self._plans  # as it is before a writer is looked up: what comes of an older one goes with it
        plan = plans.get(python_type)
        if plan is not None:
            return plan
        if issubclass(python_type, JavaObject) and python_type not in self._writers:
            return python_type.__java_plan__  # kept on the class, so that a class met once can go again
        writer = self._writer(python_type)
        plan = writer if writer is None or isinstance(writer, EncodePlan) else writer(python_type)
        if plan is not None:
            plans[python_type] = plan
        return plan

    def _writer(self, python_type: type) -> EncodePlan | Writer | None:
        """That of the first class of the MRO which has one; a class known by name goes before list and dict."""
        plain: EncodePlan | Writer | None = None
        for base in python_type.__mro__:
            if base.__module__ == "builtins":
                plain = plain or self._writers.get(base)
                continue
            writer = self._writers.get(base) if plain is None else None
            writer = writer or self._named_writers.get(f"{base.__module__}.{base.__qualname__}")
            if writer is not None:
                return writer
        return plain


def _level_named(class_name: str, descriptors: Iterable[ClassDescriptor]) -> ClassDescriptor | None:
    """The class of this name among some classes and their super-classes."""
    for descriptor in descriptors:
        for level in descriptor.chain:
            if level.name == class_name and not level.is_proxy:
                return level
    return None


def _is_same_class(cls: type[JavaObject], descriptor: ClassDescriptor) -> bool:
    """Whether two descriptors say the same, and nothing that cannot be compared."""
    levels, others = cls.__java_class__.chain, descriptor.chain
    if any(level.annotation or level.is_proxy for level in levels + others):
        return False
    return list(map(_content, levels)) == list(map(_content, others))


def _size(level: ClassDescriptor) -> int:
    return 200 + len(level.name) + sum([100 + len(name) + len(type_string) for name, type_string in level.fields])


def _content(level: ClassDescriptor) -> tuple[Any, ...]:
    return level.name, level.serial_version_uid, level.flags, level.fields, level.fieldless
