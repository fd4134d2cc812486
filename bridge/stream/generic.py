"""The generic form: a Python class made from a class descriptor, for objects of classes that nobody declared.

Field names come from the stream, so none of them may reach what Python reserves: a field becomes an attribute only
where its name cannot hide a method or a dunder; every field can be reached as ``obj["name"]``.
"""

from __future__ import annotations

import reprlib
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass
from itertools import chain, islice
from typing import Any, ClassVar

from .descriptors import ANNOTATION, ClassDescriptor, DescriptorCache
from .plan import FIELDS, SLOTS, DecodePlan, EncodePlan

_DEFAULTS = {"Z": False, "C": "\0", "F": 0.0, "D": 0.0, "L": None, "[": None}


class _ShortRepr(reprlib.Repr):
    """Bounded in depth and width, so that the text of a huge, cyclic or explosively shared graph stays short."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel = 3
        self.maxstring = self.maxother = 60

    def repr_int(self, x: int, level: int) -> str:
        if x.bit_length() > 10_000:  # beyond what int.__repr__ agrees to write
            return f"<int of {x.bit_length()} bits>"
        return super().repr_int(x, level)

    def repr1(self, x: Any, level: int) -> str:
        if isinstance(x, JavaObject):
            return self._java_object(x, level)
        for base in (list, tuple, deque, dict, set, frozenset):
            if isinstance(x, base) and type(x) is not base:
                if isinstance(x, dict):
                    return f"{type(x).__name__}({self.repr_dict(x, level)})"
                if isinstance(x, tuple) and hasattr(x, "_fields"):
                    return self._with_fields(x, x._fields, level)
                # A set of a class of its own may have an order of its own.
                return f"{type(x).__name__}({self.repr_list(list(islice(x, self.maxlist + 1)), level)})"
        if is_dataclass(x) and not isinstance(x, type):
            return self._with_fields(x, [field.name for field in fields(x) if field.repr], level)
        return super().repr1(x, level)

    def repr_dict(self, x: dict[Any, Any], level: int) -> str:
        """In the order of the dict: reprlib sorts the keys, and comparing two may take exponential time."""
        if not x:
            return "{}"
        if level <= 0:
            return "{...}"
        shown = [
            f"{self.repr1(key, level - 1)}: {self.repr1(value, level - 1)}"
            for key, value in islice(x.items(), self.maxdict)
        ]
        return "{" + ", ".join([*shown, "..."] if len(x) > self.maxdict else shown) + "}"

    def repr_set(self, x: Any, level: int) -> str:
        """Likewise; what cannot take long to compare is sorted, so that the text is the same in each run."""
        items = list(x) if len(x) <= self.maxset else list(islice(x, self.maxset + 1))
        if all(type(item) is str for item in items) or all(type(item) is int for item in items):
            items.sort()
        shown = self.repr_list(items, level)[1:-1]
        text = "{" + shown + "}" if items else ""
        return text if type(x) is set and items else f"{type(x).__name__}({text})"

    repr_frozenset = repr_set

    def _with_fields(self, x: Any, names: Sequence[str], level: int) -> str:
        """A dataclass or a named tuple."""
        name = type(x).__qualname__
        if level <= 0:
            return f"{name}(...)"
        shown = [f"{field}={self.repr1(getattr(x, field, None), level - 1)}" for field in names[: self.maxlist * 2]]
        return f"{name}({', '.join([*shown, '...'] if len(names) > len(shown) else shown)})"

    def _java_object(self, x: JavaObject, level: int) -> str:
        name = x.__java_class__.name.rpartition(".")[2][:200]
        if level <= 0:
            return f"{name}(...)"
        shown = []
        for key in x:
            label = key if isinstance(key, str) else f"{key[0].rpartition('.')[2]}.{key[1]}"
            label = label if len(label) <= self.maxother else f"{label[: self.maxother]}..."
            try:
                shown.append(f"{label}={self.repr1(x[key], level - 1)}")
            except KeyError:
                shown.append(f"{label}=<unset>")
            if len(shown) == self.maxlist * 2:
                shown.append("...")
                break
        annotations = list(islice(chain.from_iterable(x.__java_annotations__), self.maxlist + 1))
        if annotations:
            shown.append(f"annotations={self.repr_list(annotations, level)}")
        return f"{name}({', '.join(shown)})"


short_repr = _ShortRepr()


class JavaObject:
    """An object in the generic form.

    A class is generated for each class descriptor; ``obj.name`` is the field ``name`` of the most derived class that
    declares one, ``obj["name"]`` the same for any name, ``obj["com.example.Parent", "name"]`` the field of one
    declaring class. Iteration gives every key, a shadowed field as a pair. Equality is identity, as in
    ``java.lang.Object``. ``obj.__java_class__`` is the class descriptor, ``obj.__java_annotations__`` one list of
    contents for each class level that writes its own data (``writeObject``, ``writeExternal``).
    """

    __slots__ = ()
    __java_class__: ClassVar[ClassDescriptor]
    __java_slots__: ClassVar[dict[str | tuple[str, str], Any]] = {}
    __java_plan__: ClassVar[EncodePlan]
    __java_annotations__: list[list[Any]]

    def __init__(self, **fields: Any) -> None:
        annotations: list[list[Any]] = []
        for level, annotated in self.__java_class__.data_levels:
            for field in level.data_fields:
                self[level.name, field.name] = _DEFAULTS.get(field.typecode, 0)
            if annotated:
                annotations.append([])
        if annotations:
            self.__java_annotations__ = annotations  # type: ignore[misc]  # a slot of the generated class
        for name, value in fields.items():
            if name not in self.__java_slots__:
                known = ", ".join([key if isinstance(key, str) else key[1] for key in self]) or "none"
                raise TypeError(f"{self.__java_class__.name} has no field {name!r}; its fields: {known}")
            self[name] = value

    def __getitem__(self, key: str | tuple[str, str]) -> Any:
        try:
            return self.__java_slots__[key].__get__(self)
        except AttributeError:
            raise KeyError(key) from None

    def __setitem__(self, key: str | tuple[str, str], value: Any) -> None:
        self.__java_slots__[key].__set__(self, value)

    def __iter__(self) -> Iterator[str | tuple[str, str]]:
        """The keys of all fields in stream order: a name, or (declaring class, name) where it is shadowed."""
        for level, _ in self.__java_class__.data_levels:
            for field in level.data_fields:
                full = (level.name, field.name)
                shadowed = self.__java_slots__[field.name] is not self.__java_slots__[full]
                yield full if shadowed else field.name

    def __getstate__(self) -> tuple[list[Any], Any]:
        """For `copy.copy` and `copy.deepcopy`: the fields by step, and the annotations."""
        values = []
        for level, _ in self.__java_class__.data_levels:
            values += [self[level.name, field.name] for field in level.data_fields]
        return values, self.__java_annotations__

    def __setstate__(self, state: tuple[list[Any], Any]) -> None:
        values = iter(state[0])
        for level, _ in self.__java_class__.data_levels:
            for field in level.data_fields:
                self[level.name, field.name] = next(values)
        if ANNOTATION in self.__java_class__.program:
            self.__java_annotations__ = state[1]  # type: ignore[misc]  # as in __init__

    def __repr__(self) -> str:
        return short_repr.repr(self)


JavaObject.__java_annotations__ = ()  # type: ignore[assignment]  # of classes that write no annotation


class JavaProxy(JavaObject):
    """A dynamic proxy (``java.lang.reflect.Proxy``): ``obj.h`` is its invocation handler."""

    __slots__ = ()

    @property
    def __java_interfaces__(self) -> tuple[str, ...]:
        return self.__java_class__.interfaces or ()


def class_for(descriptor: ClassDescriptor) -> tuple[type[JavaObject], list[Any]]:
    """A new class for objects of this descriptor, and the member descriptor of each step of its program."""
    program = descriptor.program
    annotated = ANNOTATION in program
    names = [f"_{i}" for i in range(len(program)) if program[i] != ANNOTATION]
    base = JavaProxy if descriptor.is_proxy else JavaObject
    namespace: dict[str, Any] = {
        "__slots__": (*names, "__java_annotations__") if annotated else tuple(names),
        "__module__": "java",
        "__qualname__": descriptor.name,
        "__java_class__": descriptor,
        "__java_slots__": {},
    }
    name = descriptor.name.rpartition(".")[2].replace("\0", "?").encode("utf-8", "replace").decode()
    cls: Any = type(name, (base,), namespace)
    slots: dict[str | tuple[str, str], Any] = cls.__java_slots__
    members: list[Any] = []
    unnamed = iter(names)
    for level, level_annotated in descriptor.data_levels:
        for field in level.data_fields:
            name = next(unnamed)
            member = getattr(cls, name)
            delattr(cls, name)
            members.append(member)
            slots[field.name] = slots[level.name, field.name] = member
        if level_annotated:
            members.append(cls.__dict__["__java_annotations__"])
    cls.__java_plan__ = EncodePlan(FIELDS, descriptor, members=members)
    for key, member in slots.items():
        if isinstance(key, str) and not (key.startswith("__") and key.endswith("__")):
            setattr(cls, key, member)
    return cls, members


def generic_plan(descriptor: ClassDescriptor) -> DecodePlan:
    """The plan that reads objects of this class into the generic form."""
    cls, members = class_for(descriptor)
    return DecodePlan(SLOTS, descriptor, cls=cls, members=members)


class GenericResolver:
    """A resolver that knows no class: every object arrives in the generic form."""

    runs_code = False

    def __init__(self) -> None:
        self.descriptors = DescriptorCache()

    def decode_plan(self, descriptor: ClassDescriptor) -> DecodePlan:
        return self.generic_plan(descriptor)

    def generic_plan(self, descriptor: ClassDescriptor) -> DecodePlan:
        plan: DecodePlan | None = descriptor.generic_plan
        if plan is None:
            plan = descriptor.generic_plan = generic_plan(descriptor)
        return plan

    def encode_plan(self, python_type: type) -> EncodePlan | None:
        return python_type.__java_plan__ if issubclass(python_type, JavaObject) else None
