"""Python classes as Java classes: ``@bridge.java_class`` and ``@bridge.java_enum``.

    @bridge.java_class("com.example.Order", serial_version_uid=42)
    @dataclass(slots=True)
    class Order(Document):                     # a declared base class is the Java super-class
        id: bridge.jint
        tags: list[str]
        cached: bridge.Transient[str] = ""     # not written

Annotations become fields of Java types as `bridge.mapping.field_types` has it. Instances are made without ``__init__``
and ``__post_init__``, as Java makes them; fields are stored past any ``__setattr__``, so frozen classes work.

Stream and declaration may differ, by Java's own rules (Object Serialization Specification, chapter 5):

    a field only in the stream               is dropped
    a field only in the declaration          has its default in Python, else Java's (0, False, "\\0", None)
    a super-class only in the stream         is dropped with its fields
    data beside the fields, no read_object   is passed over
    the other type of a primitive field      InvalidClassError
    another serialVersionUID                 InvalidClassError, except for records
    an Externalizable that is none, an enum  InvalidClassError

So an object that is written again holds what the declaration knows. A class that is not declared loses nothing.

Hooks, all optional, each with Java's meaning:

    write_object(self, out)     writes more than the fields (`ObjectOutput`). As in Java, each class of a hierarchy has
    read_object(self, in_)      its own, and none calls that of another. Fields are written before and read before.
    write_external(self, out)   the class is Externalizable: this is all it writes. An ordinary method, so a subclass
    read_external(self, in_)    may call super().
    write_replace(self)         gives the object to write in place of this one
    read_resolve(self)          gives the object that takes the place of this one, when it has been read
"""

from __future__ import annotations

import dataclasses
import enum
import inspect
import keyword
import sys
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, TypeVar

from ..errors import BridgeError, DecodeError, EncodeError, InvalidClassError, SchemaError
from ..stream.constants import SC_BLOCK_DATA, SC_ENUM, SC_EXTERNALIZABLE, SC_SERIALIZABLE, SC_WRITE_METHOD
from ..stream.descriptors import ANNOTATION, ClassDescriptor, Field
from ..stream.generic import JavaObject
from ..stream.plan import ATTRIBUTES, BUILD, CONSTANT, FIELDS, REPLACE, SLOTS, DecodePlan, EncodePlan
from .assignable import field_check
from .contents import ObjectInput, ObjectOutput
from .defaults import default_registry
from .field_types import check_class_name, class_type_string, field_type
from .java_lang import ENUM_CLASS
from .registry import Registry

if sys.version_info >= (3, 14):
    import annotationlib

__all__ = ["java_class", "java_enum", "java_name_of"]

_C = TypeVar("_C", bound=type)
_E = TypeVar("_E", bound=type[enum.Enum])

_ZEROS = {"Z": False, "C": "\0", "F": 0.0, "D": 0.0, "L": None, "[": None}


def java_class(
    name: str,
    *,
    serial_version_uid: int | None = None,
    record: bool = False,
    default_data: bool = True,
    registry: Registry | None = None,
) -> Callable[[_C], _C]:
    """Declares the decorated class to be the Java class ``name`` (binary name: ``com.example.Outer$Inner``).

    For dataclasses (above ``@dataclass``; quickest with ``slots=True``), attrs classes, and classes with annotations
    and an ``__init__``. ``serial_version_uid`` is Java's, declared or as ``serialver`` prints it. Without it, objects
    with any are read, and written with the one that was read first or that the class path tells. ``record``: it is a
    Java record; their UID is 0 unless declared, and never compared. ``default_data=False``: the ``writeObject`` of the
    Java class never calls ``defaultWriteObject``, so that its stream has only what ``write_object`` here writes and no
    fields. ``registry`` is where it is declared, by default the package's.

    Raises `SchemaError` if the declaration makes no sense.
    """
    scope = sys._getframe(1).f_locals

    def declare(cls: _C) -> _C:
        if not isinstance(cls, type):
            raise SchemaError(f"java_class decorates classes, not {cls!r}")
        into = default_registry if registry is None else registry
        try:
            declaration = Declaration(cls, name, serial_version_uid, record, default_data, into, scope)
        except SchemaError as error:
            raise SchemaError(f"{cls.__qualname__} as {name}: {error.message}") from None
        into.declare(name, cls, declaration)
        into.read_as(name, declaration.decode_plan)
        into.write_as(cls, declaration.encode_plan, runs_code=declaration.runs_code)
        return cls

    return declare


def java_enum(
    name: str, *, names: Mapping[str, str] | None = None, registry: Registry | None = None
) -> Callable[[_E], _E]:
    """Declares the decorated ``enum.Enum`` to be the Java enum ``name``: its constants are found by their names.

    ``names`` gives the Java name of members that have another one; a trailing underscore after a keyword (``None_``)
    needs no mention. A constant that the class lacks arrives as a `bridge.JavaEnum`. Raises `SchemaError`.
    """

    def declare(cls: _E) -> _E:
        if not (isinstance(cls, type) and issubclass(cls, enum.Enum)) or issubclass(cls, enum.Flag):
            raise SchemaError(f"java_enum decorates subclasses of enum.Enum that are no flags, not {cls!r}")
        check_class_name(name)
        unknown = set(names or ()) - set(cls.__members__)
        if unknown:
            raise SchemaError(f"{cls.__qualname__} has no member {', '.join(sorted(unknown))}")
        java_names = {member: (names or {}).get(member.name, java_name_of(member.name)) for member in cls}
        constants: dict[str, Any] = {}
        for member, java_name in java_names.items():
            if constants.setdefault(java_name, member) is not member:
                raise SchemaError(f"{cls.__qualname__} has two members for the constant {java_name}")
        descriptor = ClassDescriptor(name, 0, SC_SERIALIZABLE | SC_ENUM, (), ENUM_CLASS)

        def read(met: ClassDescriptor) -> DecodePlan:
            if not met.is_enum:
                raise InvalidClassError(f"{name} is declared as an enum and is none in the stream")
            return DecodePlan(BUILD, met, build=lambda values, _: constants.get(values[0], NotImplemented))

        into = default_registry if registry is None else registry
        into.declare(name, cls, descriptor)
        into.read_as(name, read)
        plan = EncodePlan(CONSTANT, reduce=lambda member: (descriptor, java_names[member]))
        into.write_as(cls, plan, runs_code=False)
        return cls

    return declare


def java_name_of(name: str) -> str:
    """The Java name for a Python one: ``from_`` stands for ``from``."""
    return name[:-1] if name.endswith("_") and keyword.iskeyword(name[:-1]) else name


class DeclaredField(typing.NamedTuple):
    """A field of one class level. ``type_string`` is "" for one that is not written."""

    attribute: str
    java_name: str
    type_string: str

    def sort_key(self) -> tuple[bool, bytes]:
        """Java's order in a descriptor: primitives first, then by UTF-16 name (``ObjectStreamField.compareTo``)."""
        return len(self.type_string) > 1, self.java_name.encode("utf-16-be", "surrogatepass")


class Declaration:
    """What is declared of one class. Plans are made when first needed, so annotations may refer to later classes."""

    def __init__(
        self,
        cls: type,
        name: str,
        uid: int | None,
        record: bool,
        default_data: bool,
        registry: Registry,
        scope: Mapping[str, Any],
    ) -> None:
        self.cls = cls
        self.name = name
        self.uid = 0 if record and uid is None else uid
        self.is_record = record
        self.has_default_data = default_data
        self.registry = registry
        self.parent = _parent(cls, registry)
        self.is_externalizable = hasattr(cls, "write_external") or hasattr(cls, "read_external")
        self._scope = scope
        self._fields: list[DeclaredField] | None = None
        self._descriptor: ClassDescriptor | None = None
        check_class_name(name)
        self._check_class()
        self._annotations = self._own_annotations()
        self._resolve_fields(late=False)

    # ---- what is declared

    def _check_class(self) -> None:
        cls = self.cls
        if issubclass(cls, enum.Enum):
            raise SchemaError("an enum is declared by bridge.java_enum")
        if issubclass(cls, JavaObject):
            raise SchemaError("a class of the generic form has its Java class already")
        if self.uid is not None and not (type(self.uid) is int and -(1 << 63) <= self.uid < 1 << 63):
            raise SchemaError(f"a serialVersionUID is an int of 64 bits, not {self.uid!r}")
        for base in cls.__mro__[:-1]:
            own_new = vars(base).get("__new__")
            if own_new is not None and not isinstance(getattr(own_new, "__func__", None), types.FunctionType):
                raise SchemaError(f"it extends {base.__qualname__}, whose instances cannot be made empty")
        hooks = [hook for hook in ("write_external", "read_external") if hasattr(cls, hook)]
        if len(hooks) == 1:
            raise SchemaError(f"{hooks[0]} needs its counterpart: an Externalizable has both")
        if not self.has_default_data and not {"write_object", "read_object"} <= set(vars(cls)):
            raise SchemaError("default_data=False needs write_object and read_object, which alone know its data")
        own_data = [hook for hook in ("write_object", "read_object") if hook in vars(cls)]
        if own_data and (hooks or self.is_record):
            kind = "an Externalizable" if hooks else "a record"
            raise SchemaError(f"Java never calls {own_data[0]} of {kind}")
        if hooks and self.is_record:
            raise SchemaError("a record cannot be Externalizable here: declare the class it resolves to")

    def _own_annotations(self) -> dict[str, Any]:
        """Names and annotations of the fields of this level: of the class, and of bases that are not declared."""
        above = set() if self.parent is None else set(self.parent.cls.__mro__)
        levels = [base for base in reversed(self.cls.__mro__) if base not in above and base is not object]
        taken = {field for level in self.levels[:-1] for field in level.annotated}
        found: dict[str, Any] = {}
        for base in levels:
            own = _annotations_of(base)
            if "__dataclass_fields__" in vars(base):
                fields = {field.name for field in dataclasses.fields(base)}
                own = {name: annotation for name, annotation in own.items() if name in fields}
            else:
                own = {name: annotation for name, annotation in own.items() if not _is_class_variable(annotation)}
                if base is self.cls and own and "__init__" not in vars(base):
                    raise SchemaError("it has annotations and no __init__: put @bridge.java_class above @dataclass")
            # An inherited field that is annotated again is the same field.
            found.update({name: annotation for name, annotation in own.items() if name not in taken})
        return found

    @property
    def annotated(self) -> Iterable[str]:
        """The attributes of this level, written or not."""
        return self._annotations

    @property
    def levels(self) -> list[Declaration]:
        """This declaration and those of its super-classes, from the topmost down."""
        levels = [] if self.parent is None else self.parent.levels
        levels.append(self)
        return levels

    @property
    def fields(self) -> list[DeclaredField]:
        """The fields that are written, in Java's order."""
        if self._fields is None:
            try:
                self._resolve_fields(late=True)
            except SchemaError as error:
                raise SchemaError(f"{self.cls.__qualname__} as {self.name}: {error.message}") from None
        return self._fields or []

    def _resolve_fields(self, late: bool) -> None:
        fields: list[DeclaredField] = []
        names: dict[str, Any] = dict(self._scope)
        names[self.cls.__name__] = self.cls
        if late:
            names = {**self.registry.names_in(self.cls.__module__), **names}
        for attribute, annotation in self._annotations.items():
            if self.is_externalizable:
                break  # it writes what it likes
            try:
                hint = _evaluated(annotation, self.cls, names)
            except NameError as error:
                if late:
                    raise SchemaError(f"the annotation of {attribute!r} is not defined: {error}") from None
                return
            except Exception as error:  # a wrong annotation can be any expression
                raise SchemaError(f"the annotation of {attribute!r}: {type(error).__name__}: {error}") from error
            try:
                type_string, said = field_type(hint, self._class_type)
            except SchemaError as error:
                raise SchemaError(f"field {attribute!r}: {error.message}") from None
            if not said.transient:
                fields.append(DeclaredField(attribute, said.name or java_name_of(attribute), type_string))
        java_names = [field.java_name for field in fields]
        for java_name in java_names:
            if java_names.count(java_name) > 1:
                raise SchemaError(f"two attributes are the Java field {java_name!r}")
        self._fields = sorted(fields, key=DeclaredField.sort_key)
        self._scope = {}

    def _class_type(self, cls: Any) -> str | None:
        """The type of fields that hold instances of a class, see `field_type`."""
        if cls is self.cls:
            return class_type_string(self.name)
        declaration = self.registry.declaration(cls)
        if declaration is not None:
            return class_type_string(declaration.name)
        if issubclass(cls, JavaObject):
            return class_type_string(cls.__java_class__.name) if "__java_class__" in vars(cls) else "Ljava/lang/Object;"
        plan = self.registry.encode_plan(cls)
        # What is written as another object, which resolves to this one, has that one's descriptor.
        if plan is None or plan.descriptor is None or plan.descriptor.name.endswith((".Ser", ".CollSer")):
            return None
        return class_type_string(plan.descriptor.name)

    # ---- writing

    @property
    def runs_code(self) -> bool:
        """Whether methods of the class say what is written: a hook, or a property in the place of an attribute."""
        cls = self.cls
        if any(hasattr(cls, hook) for hook in ("__getattr__", "write_external", "write_object", "write_replace")):
            return True
        attributes = [name for level in self.levels for name in level.annotated]
        members = [inspect.getattr_static(cls, name, None) for name in attributes]
        computed = [member for member in members if not isinstance(member, types.MemberDescriptorType)]
        if vars(object)["__getattribute__"] is not inspect.getattr_static(cls, "__getattribute__"):
            return True
        return any(hasattr(type(member), "__get__") for member in computed)

    def descriptor(self) -> ClassDescriptor:
        """The class descriptor that is written. Raises `EncodeError` while the serialVersionUID is not known."""
        if self._descriptor is None:
            above = None if self.parent is None else self.parent.descriptor()
            uid = self.uid
            if uid is None:
                uid = self.registry.serial_version_uid(self.name)
            if uid is None:
                raise EncodeError(
                    f"the serialVersionUID of {self.name} is not known: declare it (the JDK's serialver prints it), "
                    "put its class on bridge.classpath, or read an object of it first"
                )
            if self.is_externalizable:
                flags = SC_EXTERNALIZABLE | SC_BLOCK_DATA
            else:
                flags = SC_SERIALIZABLE | (SC_WRITE_METHOD if "write_object" in vars(self.cls) else 0)
            fields = [Field(field.java_name, field.type_string) for field in self.fields]
            self._descriptor = ClassDescriptor(self.name, uid, flags, fields, above)
        return self._descriptor

    def encode_plan(self, python_type: type) -> EncodePlan | None:
        """The plan that writes instances. A subclass that is not declared is another class, and has none."""
        if python_type is not self.cls:
            return None
        if not hasattr(self.cls, "write_replace"):
            return self._fields_plan()
        try:
            # Java does not ask a replacement of the same class again.
            own: tuple[EncodePlan, ...] = (self._fields_plan(),)
        except EncodeError:
            own = ()  # the UID of a class that is always replaced need not be known
        return EncodePlan(REPLACE, reduce=lambda obj: obj.write_replace(), alternatives=own)

    def _fields_plan(self) -> EncodePlan:
        descriptor = self.descriptor()
        names: list[Any] = []
        checks: list[Any] = []
        writers: list[Any] = []
        program = bytearray()
        if self.is_externalizable:
            names, checks, program = [None], [None], bytearray([ANNOTATION])
            writers = [lambda obj, out: obj.write_external(out)]
        else:
            for level in self.levels:
                written = level.fields if level.has_default_data else []
                names += [field.attribute for field in written]
                checks += [field_check(field.type_string, self.registry) for field in written]
                program += "".join([field.type_string[0] for field in written]).encode()
                if "write_object" in vars(level.cls):
                    names.append(None)
                    checks.append(None)
                    program.append(ANNOTATION)
                    writers.append(vars(level.cls)["write_object"])
        members = _members(self.cls, names)
        return EncodePlan(
            FIELDS,
            descriptor,
            names=None if members is not None else names,
            members=members,
            checks=checks if any(check is not None for check in checks) else None,
            program=bytes(program),
            reduce=_annotation_writer(writers) if writers else None,
        )

    # ---- reading

    def decode_plan(self, descriptor: ClassDescriptor) -> DecodePlan:
        """The plan that reads instances from a stream that describes the class so. Raises `InvalidClassError`."""
        declared = {level.name: level for level in self.levels}
        for met in descriptor.chain:
            if met.name in declared:
                declared[met.name].check_met(met)
        if inspect.isabstract(self.cls):
            raise InvalidClassError(f"{self.name} is declared by an abstract class and cannot have instances")
        names: list[str | None] = []
        program = bytearray()
        stored: set[str] = set()
        annotation_of: dict[str, int] = {}
        for met, annotated in descriptor.data_levels:
            level = declared.pop(met.name, None)
            if not met.is_externalizable and (level is None or level.has_default_data):
                program += "".join([met_field.typecode for met_field in met.fields]).encode("latin-1")
                own = {} if level is None else {field.java_name: field for field in level.fields}
                for met_field in met.fields:
                    field = own.pop(met_field.name, None)
                    if field is not None and level is not None:
                        _check_field_type(level.name, field, met_field)
                    names.append(None if field is None else field.attribute)
                    if field is not None:
                        stored.add(field.attribute)
            if annotated:
                names.append(None)
                program.append(ANNOTATION)
                annotation_of.setdefault(met.name, len(annotation_of))
        members = _members(self.cls, names)
        return DecodePlan(
            ATTRIBUTES if members is None else SLOTS,
            descriptor,
            cls=self.cls,
            names=names if members is None else None,
            members=members,
            program=bytes(program),
            build=self._finisher(stored, annotation_of),
        )

    def check_met(self, met: ClassDescriptor) -> None:
        """Holds a class of a stream against its declaration, as ``ObjectStreamClass.initNonProxy`` does."""
        if met.is_enum:
            raise InvalidClassError(f"{self.name} is declared as a class and is an enum in the stream")
        if met.is_externalizable != self.is_externalizable:
            is_one = "Externalizable" if met.is_externalizable else "not Externalizable"
            raise InvalidClassError(f"{self.name} is {is_one} in the stream, other than declared")
        if self.uid is None:
            self.registry.note_serial_version_uid(self.name, met.serial_version_uid)
        elif met.serial_version_uid != self.uid and not self.is_record:
            raise InvalidClassError(
                f"the serialVersionUID of {self.name} is {met.serial_version_uid} in the stream, "
                f"and declared as {self.uid}"
            )

    def _finisher(self, stored: set[str], annotation_of: dict[str, int]) -> Callable[..., Any] | None:
        """What remains to be done with an object whose fields are stored, if anything does."""
        missing: list[tuple[str, Any, Callable[[], Any] | None]] = []
        readers: list[tuple[str, Callable[..., Any], int | None]] = []
        for level in self.levels:
            zeros = {field.attribute: _ZEROS.get(field.type_string[0], 0) for field in level.fields}
            for name in level.annotated:
                if name not in stored:
                    missing.append((name, *_default(self.cls, name, zeros.get(name))))
            hook = vars(level.cls).get("read_object")
            if hook is not None:
                readers.append((level.name, hook, annotation_of.get(level.name)))
        if self.is_externalizable:
            readers = [(self.name, lambda obj, in_: obj.read_external(in_), 0)]
        resolves = hasattr(self.cls, "read_resolve")
        if not missing and not readers and not resolves:
            return None

        def finish(obj: Any, annotations: list[list[Any]]) -> Any:
            for name, default, factory in missing:
                object.__setattr__(obj, name, default if factory is None else factory())
            try:
                for _, hook, index in readers:
                    hook(obj, ObjectInput(() if index is None else annotations[index]))
                return obj.read_resolve() if resolves else obj
            except DecodeError:
                raise
            except Exception as error:  # whatever a hook does, reading ends in one of the errors that are promised
                reason = error.message if isinstance(error, BridgeError) else f"{type(error).__name__}: {error}"
                raise InvalidClassError(f"a hook of {type(obj).__qualname__}, {self.name}, failed: {reason}") from error

        return finish


def _parent(cls: type, registry: Registry) -> Declaration | None:
    """The declaration of the Java super-class: the only declared base, or the one that extends all others."""
    declared = [registry.declaration(base) for base in cls.__mro__[1:]]
    declared = [declaration for declaration in declared if isinstance(declaration, Declaration)]
    if not declared:
        return None
    parent: Declaration = declared[0]
    for other in declared[1:]:
        if not issubclass(parent.cls, other.cls):
            raise SchemaError(f"it extends both {parent.name} and {other.name}; a Java class has one super-class")
    return parent


def _annotations_of(cls: type) -> dict[str, Any]:
    """The class's own annotations; in strings, where names in them are not defined yet."""
    if sys.version_info >= (3, 14):
        return annotationlib.get_annotations(cls, format=annotationlib.Format.FORWARDREF)
    return inspect.get_annotations(cls)


def _is_class_variable(annotation: Any) -> bool:
    if isinstance(annotation, str):
        return annotation.startswith(("ClassVar", "typing.ClassVar", "t.ClassVar"))
    return annotation is ClassVar or typing.get_origin(annotation) is ClassVar


def _evaluated(annotation: Any, cls: type, names: dict[str, Any]) -> Any:
    """An annotation with the strings in it evaluated. Raises NameError."""
    holder = type(cls.__name__, (), {"__annotations__": {"it": annotation}, "__module__": cls.__module__})
    return typing.get_type_hints(holder, localns=names, include_extras=True)["it"]


def _members(cls: type, names: list[Any]) -> list[Any] | None:
    """The slots of attributes, None for None; nothing unless all of them have one."""
    members = [None if name is None else inspect.getattr_static(cls, name, None) for name in names]
    for name, member in zip(names, members, strict=True):
        if name is not None and not isinstance(member, types.MemberDescriptorType):
            return None
    return members


def _default(cls: type, name: str, zero: Any) -> tuple[Any, Callable[[], Any] | None]:
    """What an attribute has when the stream has nothing for it: a value, or a function that makes it."""
    field = getattr(cls, "__dataclass_fields__", {}).get(name)
    if field is not None:
        if field.default is not dataclasses.MISSING:
            return field.default, None
        if field.default_factory is not dataclasses.MISSING:
            return None, field.default_factory
    else:
        value = inspect.getattr_static(cls, name, None)
        if value is not None and not hasattr(type(value), "__get__"):
            return value, None
    return zero, None


def _check_field_type(class_name: str, field: DeclaredField, met: Field) -> None:
    """Primitives must be the same; an object field depends on its values (``ObjectStreamClass.matchFields``)."""
    if field.type_string != met.type_string and (len(field.type_string) == 1 or len(met.type_string) == 1):
        raise InvalidClassError(
            f"field {field.java_name} of {class_name} has the type {met.type_string} in the stream, and is declared as "
            f"{field.type_string}"
        )


def _annotation_writer(writers: list[Callable[[Any, ObjectOutput], Any]]) -> Callable[[Any], list[list[Any]]]:
    def annotations(obj: Any) -> list[list[Any]]:
        found = []
        for writer in writers:
            out = ObjectOutput()
            writer(obj, out)
            found.append(out.contents())
        return found

    return annotations
