# cython: language_level=3, annotation_typing=False, auto_pickle=False, boundscheck=False, wraparound=False
# Bounds checks are off: `_frames` is indexed by `_top`, which `FrameStack` keeps inside it; `names` and `values` of a
# frame have one entry per field step of the plan's program, which is checked when the frame is made.
"""The encoder: values in, bytes out. Java Object Serialization Specification, section 6.4.

An explicit stack, so any depth can be written. A value is written whole or not at all: when a part of it cannot be
written, the output is cut back to where it began and its handles are given back, and the next one works.

As in ``ObjectOutputStream``: what was written before is written again as a reference, by identity and never by
equality, until `reset`. Numbers, bools and None have no identity in Python that a program could rely on; each is
written anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import EncodeError, LocalProtocolError
from . import native, native_leaves
from .constants import (
    STREAM_HEADER,
    TC_CLASS,
    TC_ENDBLOCKDATA,
    TC_ENUM,
    TC_EXCEPTION,
    TC_NULL,
    TC_RESET,
    TC_STRING,
)
from .descriptors import ANNOTATION, ARRAY_FIELD, OBJECT_FIELD
from .encoder_frame import (
    IN_ELEMENTS,
    IN_FIELDS,
    IN_ITEMS,
    IN_LIST,
    IN_MAP,
    as_encode_error,
    path_of,
)
from .model import BlockData
from .plan import (
    BIG_INTEGER,
    BOOLEAN,
    BOXED,
    BYTES,
    CHARS,
    CLASS,
    CONSTANT,
    DATA,
    DESCRIPTOR,
    DOUBLE,
    ELEMENTS,
    FIELDS,
    INTEGER,
    ITEMS,
    LIST_OF,
    MAP_OF,
    NULL,
    NUMBERS,
    PRIMITIVES,
    REDUCE,
    REPLACE,
    SCALED,
    STRING,
    EncodePlan,
)
from .plan_finder import PlanFinder

if TYPE_CHECKING:
    from .plan import EncodeResolver

__all__ = ["Encoder"]

_MAX_REPLACEMENTS = 16
_MAX_ANNOTATION_DEPTH = 50


class Encoder(PlanFinder):
    """One direction of a conversation, or one file. The stream header is in the output from birth.

    After a `write_*` call the bytes wait in the output until `take`. Objects of classes that attacks on Java programs
    are made of are refused, unless ``allow_gadgets`` is set (see `bridge.gadgets`).
    """

    def __init__(self, resolver: EncodeResolver, *, allow_gadgets: bool = False) -> None:
        super().__init__(resolver, allow_gadgets)
        self._running = False
        self._annotation_depth = 0

    # ------------------------------------------------------------------------------------------------------ contents

    def write_object(self, obj: Any) -> None:
        """One object as the next content. Raises `EncodeError` with the path of the part that cannot be written."""
        self._write(obj, False, False)

    def write_alone(self, obj: Any) -> bytes:
        """At the beginning of a stream: `write_object`, then `finish`. Most streams are no more than one object.

        What only one place in its graph refers to, as the count of references tells, takes a handle and is not
        remembered: nothing can ask for it again. That is so unless code of the program may give it once more, as a hook
        may, and as long as nothing else is written on the stream.
        """
        self._check_idle()
        kind = type(obj)
        plan = self._last_plan if kind is self._last_kind else self._plans.get(kind)
        if plan is not None and plan.plain and plan.descriptor.written_first is not None:
            raw = plan.descriptor.written_first[0]
            data = native_leaves.put_alone(self._out, raw, obj, plan.slots, plan.leaf_steps, plan.length)
            if data is not None:
                return data
        self._memo.alone = self._only_data
        self._write(obj, False, False)
        return self.finish()

    def write_contents(self, contents: list[Any] | tuple[Any, ...]) -> None:
        """Each as the next content, a `BlockData` as primitive data: all of them or, if one cannot be written, none.

        The path of an `EncodeError` is that within the one.
        """
        self._write(contents, False, True)

    def write_unshared(self, obj: Any) -> None:
        """One object that nothing refers to later (``ObjectOutputStream.writeUnshared``)."""
        self._write(obj, True, False)

    def write_block_data(self, data: bytes | bytearray | memoryview) -> None:
        """Primitive data, in blocks as Java cuts them."""
        self._check_idle()
        self._block_data(bytes(memoryview(data)))

    def write_exception(self, throwable: Any) -> None:
        """TC_EXCEPTION: tells the reader that writing failed here. Handles are forgotten before and after."""
        self._check_idle()
        mark = native.out_len(self._out)
        self._forget()
        native.put_u8(self._out, TC_EXCEPTION)
        try:
            self._write(throwable, False, False)
        except BaseException:
            native.out_truncate(self._out, mark)
            native.put_u8(self._out, TC_RESET)
            raise
        finally:
            self._forget()

    def reset(self) -> None:
        """TC_RESET: both sides forget all handles, and the objects behind them can go."""
        self._check_idle()
        native.put_u8(self._out, TC_RESET)
        self._forget()

    def take(self) -> bytes:
        """All output since the last call."""
        self._check_idle()
        return native.out_take(self._out)

    @property
    def pending_bytes(self) -> int:
        """How many bytes `take` would give."""
        return native.out_len(self._out)

    @property
    def handle_count(self) -> int:
        """The handles assigned since the start or the last reset; each keeps its object alive."""
        return self._memo.next

    def restart(self) -> None:
        """Begins another stream, as a new encoder would, with the memory of this one."""
        self._check_idle()
        native.out_truncate(self._out, 0)
        self._begin()

    def finish(self) -> bytes:
        """All output since the last call; then another stream begins, as with `restart`."""
        self._check_idle()
        data = native.out_take(self._out)
        self._begin()
        return data

    def _begin(self) -> None:
        self._forget()
        native.put_raw(self._out, STREAM_HEADER)
        self._bound_plans()

    def _check_idle(self) -> None:
        """Adapters run inside of a write; the output is not theirs to touch."""
        if self._running:
            raise LocalProtocolError("the encoder was called from within the writing of an object")

    def _write(self, obj: Any, unshared: bool, several: bool) -> None:
        if self._running:
            self._check_idle()
        mark = native.out_len(self._out)
        handle = self._memo.next
        objects = len(self._objects)
        self._running = True
        collecting = native.pause_collector()  # it would go through many frames again and again
        try:
            if unshared:
                self._unshared = obj
            if several:
                self._several(list(obj))
            else:
                self._value(obj)
                if self._top >= 0:
                    self._finish()
        except BaseException as error:
            native.out_truncate(self._out, mark)
            self._give_back(objects, handle)
            failure = as_encode_error(error, path_of(self._frames, self._top))
            if failure is error:
                raise
            raise failure from error
        finally:
            native.resume_collector(collecting)
            self._memo.alone = False
            self._unshared = None
            while self._top >= 0:
                self._pop()
            self._annotation_depth = 0
            self._running = False

    # -------------------------------------------------------------------------------------------------------- values

    def _finish(self) -> None:
        """The parts of the object that was begun."""
        while self._top >= 0:
            self._step(self._frames[self._top])

    def _several(self, contents: Any) -> None:
        """Objects of the grammar with all their parts, and blocks of primitive data."""
        i = 0
        while i < native.list_len(contents):
            content = native.list_get(contents, i)
            if isinstance(content, BlockData):
                self._block_data(content)
                i += 1
            elif type(content) is self._last_kind and self._last_plan.plain:
                i += self._instances(contents, i)
                self._finish()
            else:
                self._value(content)
                self._finish()
                i += 1

    def _value(self, obj: Any) -> None:
        """One object of the grammar. What has parts that need one pushes a frame for them."""
        kind = type(obj)
        if (kind is str or kind is int or obj is None or kind is float or kind is bool) and self._leaf(obj):
            return
        # The last type again: in a list of things of one type this saves a look into the table.
        if kind is self._last_kind:
            plan = self._last_plan
        else:
            plan = native.near_get(self._near, kind) if native.COMPILED else self._plans.get(kind)
            if plan is None:
                plan = self._plan_for(kind, obj)
            self._last_kind = kind
            self._last_plan = plan
        shape = plan.shape
        if shape == FIELDS:
            self._object(plan, obj)
        elif shape == LIST_OF:
            if self._begin_object(plan, obj):
                self._list(plan, obj)
        elif shape == MAP_OF:
            if self._begin_object(plan, obj):
                native_leaves.know_map(self._memo, kind, plan)
                self._map(plan, obj)
        elif shape == DATA or shape == SCALED:
            if self._begin_object(plan, obj):
                self._adapted(plan, obj)
        elif shape == ITEMS:
            if not self._reference(obj):
                native_leaves.know_items(self._memo, kind, plan)
                self._items(plan, obj)
        elif shape == BOXED:
            self._start_box(plan.descriptor)
            self._primitive(plan.code, obj)
        elif shape == INTEGER or shape == DOUBLE or shape == BOOLEAN:
            self._number(plan, shape, obj)
        elif shape == NULL:
            native.put_u8(self._out, TC_NULL)
        elif not self._reference(obj):
            self._compound(plan, shape, obj)

    def _leaf(self, obj: Any) -> bool:
        """Writes a value that has no parts and can be written for certain; whether it is one."""
        kind = type(obj)
        if kind is str:
            self._text(obj)
        elif kind is int:
            size = native.integer_bytes(obj)
            box = self._int_box if size == 4 else self._long_box
            if size == 0 or box is None:
                return False
            self._start_box(box.descriptor)
            native.put_primitive(self._out, box.code, obj)
        elif obj is None:
            native.put_u8(self._out, TC_NULL)
        elif kind is float:
            if self._double_box is None:
                return False
            self._start_box(self._double_box.descriptor)
            native.put_f64(self._out, obj)
        elif kind is bool:
            if self._boolean_box is None:
                return False
            self._start_box(self._boolean_box.descriptor)
            native.put_u8(self._out, 1 if obj else 0)
        else:
            return False
        return True

    def _leaves(self, items: Any, holders: int) -> int:
        """Writes the items of a list as far as they are leaves, or lists and maps of them: how many they are."""
        i = 0
        while True:
            i += native_leaves.put_leaves(self._out, self._memo, self._objects, items, i, self._boxes, holders)
            if i >= native.list_len(items):
                return i
            if native_leaves.has_begun(self._memo):
                return i
            item = native.list_get(items, i)
            if not self._leaf(item) and not self._reference(item):
                return i
            i += 1

    def _instances(self, items: Any, i: int) -> int:
        """Goes on with the items of a list from one on, which is of the last type, and has a plain plan.

        As long as they are of this type and need no frame; the first that needs one has it then. How many they are.
        """
        plan = self._last_plan
        if self._unshared is not None or not self._knows(plan.descriptor):
            self._object(plan, native.list_get(items, i))
            return 1
        count = native_leaves.put_instances(
            self._out, self._memo, self._objects, items, i, self._last_kind, self._last_handle,
            plan.slots, plan.leaf_steps, plan.length, False,
        )  # fmt: skip
        if self._memo.step < plan.length:
            frame = self._push(IN_FIELDS, plan, native.list_get(items, i + count - 1))
            frame.index = self._memo.step
        return count

    def _text(self, text: Any) -> None:
        """A plain str, or a reference to it."""
        if self._unshared is None:
            native_leaves.put_text(self._out, self._memo, self._objects, text, 0)
        elif len(text) < 2 or not self._reference(text):
            self._string(text)

    def _object(self, plan: Any, obj: Any) -> None:
        """An instance with its fields, or a reference to it."""
        if plan.plain:
            i = self._instance(plan, obj)
            if i == plan.length:
                return
        elif not self._begin_object(plan, obj):
            return
        else:
            i = 0
        frame = self._push(IN_FIELDS, plan, obj)
        frame.index = i
        if plan.annotation_step >= 0:
            frame.annotations = iter(_annotations_of(obj) if plan.reduce is None else plan.reduce(obj))

    def _instance(self, plan: Any, obj: Any) -> int:
        """TC_OBJECT, the class, and the fields up to the first that needs a frame, or a reference: the step it got to.

        A field that cannot be written is such a one: errors know their place by the frame.
        """
        handle = -1
        if not self._knows(plan.descriptor):
            if not self._begin_first(plan.descriptor, obj):
                return plan.length  # type: ignore[no-any-return]
        elif self._unshared is None:
            handle = self._last_handle
        elif not self._begin_object(plan, obj):
            return plan.length
        return native_leaves.put_instance(
            self._out, self._memo, self._objects, obj, handle, plan.slots, plan.leaf_steps, plan.length
        )

    def _begin_object(self, plan: Any, obj: Any) -> bool:
        """TC_OBJECT and the class, or a reference to the object; whether its contents are to follow."""
        if not self._knows(plan.descriptor):
            return self._begin_first(plan.descriptor, obj)
        if self._unshared is None:
            return native_leaves.put_start(self._out, self._memo, self._objects, obj, self._last_handle)
        if self._reference(obj):
            return False
        self._start_object(plan.descriptor, obj)
        return True

    def _value_as(self, plan: Any, obj: Any) -> None:
        """A value by the plan that the field it stands in asks for; None: by its own."""
        if plan is None:
            self._value(obj)
        elif plan.shape == BOXED:
            self._start_box(plan.descriptor)
            self._primitive(plan.code, obj)
        elif plan.shape == FIELDS:
            self._object(plan, obj)
        elif plan.shape == BIG_INTEGER and type(obj) is int and native.integer_bytes(obj) > 0:
            self._big_integer(plan, obj, None)
        elif not self._reference(obj):
            self._compound(plan, plan.shape, obj)

    def _compound(self, plan: Any, shape: int, obj: Any) -> None:
        """A value with an identity, seen for the first time."""
        if shape == DATA or shape == SCALED:
            self._start_object(plan.descriptor, obj)
            self._adapted(plan, obj)
        elif shape == REDUCE:
            self._reduced(plan, obj)
        elif shape == ITEMS:
            self._items(plan, obj)
        elif shape == LIST_OF:
            self._start_object(plan.descriptor, obj)
            self._list(plan, obj)
        elif shape == MAP_OF:
            self._start_object(plan.descriptor, obj)
            self._map(plan, obj)
        elif shape == STRING:
            self._string(obj)
        elif shape == BIG_INTEGER:
            self._big_integer(plan, obj, obj)
        elif shape == ELEMENTS:
            self._start_array(plan.reduce(obj), obj, len(obj))
            frame = self._push(IN_ELEMENTS, plan, obj)
            frame.length = len(obj)
            frame.items = iter(obj)
        elif shape == NUMBERS:
            descriptor, width, buffer = plan.reduce(obj)
            if width == 0:
                self._start_array(descriptor, obj, len(buffer))
                frame = self._push(IN_ELEMENTS, plan, obj)
                frame.length = len(buffer)
                frame.items = iter(buffer)
            else:
                self._numbers(descriptor, width, buffer, obj)
        elif shape == BYTES or shape == PRIMITIVES or shape == CHARS:
            self._primitives(plan, shape, obj)
        elif shape == CONSTANT:
            descriptor, name = plan.reduce(obj)
            native.put_u8(self._out, TC_ENUM)
            self._descriptor(descriptor)
            self._assign_handle(obj)
            # Java takes no reference here (ObjectInputStream.readEnum).
            self._assign_handle(None)
            native.put_u8(self._out, TC_STRING)
            self._name(name)
        elif shape == CLASS:
            native.put_u8(self._out, TC_CLASS)
            self._descriptor(plan.reduce(obj))
            self._assign_handle(obj)
        elif shape == DESCRIPTOR:
            self._descriptor(obj)
        else:  # REPLACE
            self._replacement(plan, obj)

    def _items(self, plan: Any, obj: Any) -> None:
        """An object whose adapter gives the bytes of its fields, the block after them, and the objects after that."""
        parts = plan.reduce(obj)
        if parts is None:
            self._reduced(plan.alternatives[0], obj)
            return
        fields, head, items = parts
        self._start_object(plan.descriptor, obj)
        if type(fields) is bytes:
            native.put_raw(self._out, fields)
        elif not self._reference(fields):
            self._value(fields)
        self._block_data(head)
        i = 0
        if type(items) is tuple or type(items) is list:
            contents = items if type(items) is list else list(items)
            i = self._leaves(contents, 0)
            if i == native.list_len(contents):
                native.put_u8(self._out, TC_ENDBLOCKDATA)
                return
            items = contents[i:]
        frame = self._push(IN_ITEMS, plan, obj)
        frame.index = 1 + i
        frame.items = iter(items)
        self._go_on_within(frame)

    def _replacement(self, plan: Any, obj: Any) -> None:
        """What ``writeReplace`` gives is written in the place of the object, which takes no handle itself.

        As in Java, one of the same class is not asked again (``ObjectOutputStream.writeObject0``).
        """
        for _ in range(_MAX_REPLACEMENTS):
            kind = type(obj)
            replaced, obj = obj, plan.reduce(obj)
            if replaced is self._unshared:
                self._unshared = obj
            if type(obj) is kind and plan.alternatives:
                self._value_as(plan.alternatives[0], obj)
                return
            plan = self._plans.get(type(obj))
            if plan is None:
                plan = self._find_plan(type(obj), obj)
            if plan.shape != REPLACE:
                self._value(obj)
                return
        raise EncodeError(f"an object that was replaced by another one more than {_MAX_REPLACEMENTS} times")

    def _reduced(self, plan: Any, obj: Any) -> None:
        """An object whose adapter says what stands in it."""
        descriptor, values, annotations = plan.reduce(obj)
        if descriptor is not plan.descriptor:
            self._judge(descriptor)
            plan = EncodePlan(REDUCE, descriptor)
        if len(values) != plan.value_count:
            raise EncodeError(f"{descriptor.name} has other fields than the {len(values)} values given for it")
        self._start_object(descriptor, obj)
        frame = self._push(IN_FIELDS, plan, obj)
        frame.values = iter(values)
        frame.annotations = iter(annotations)

    def _list(self, plan: Any, items: Any) -> None:
        """After its class, an ArrayList or LinkedList: its size (ArrayList has it in a field as well), its elements."""
        size = len(items)
        native_leaves.put_list_start(self._out, size, plan.length - 1)
        i = self._leaves(items, 1)
        if i == size == native.list_len(items):
            native.put_u8(self._out, TC_ENDBLOCKDATA)
            return
        frame = self._frame_of_list(plan, items)
        frame.length = size
        frame.index = i
        self._go_on_within(frame)

    def _frame_of_list(self, plan: Any, items: Any) -> Any:
        """A new one, or that of the list that this one is the last item of: it goes on with this one, and ends both."""
        if self._top >= 0 and self._annotation_depth == 0:
            frame = self._frames[self._top]
            if frame.kind == IN_LIST and frame.index == frame.length == native.list_len(frame.obj):
                if frame.outer is None:
                    frame.outer = []
                native.list_append(frame.outer, frame.length - 1)
                frame.plan = plan
                frame.obj = items
                return frame
        return self._push(IN_LIST, plan, items)

    def _map(self, plan: Any, mapping: Any) -> None:
        """After its class, a HashMap: load factor and threshold, then capacity and size, then the entries."""
        items = native.flat_items(mapping)
        size = len(mapping)
        load_factor = native.slot_peek(mapping, plan.slots, 0)
        native_leaves.put_map_start(self._out, 0.75 if load_factor is None else load_factor, size)
        # Of an item: the map, and the list of its items.
        holders = 2 if self._memo.alone and native.has_own_items(mapping) else 0
        i = self._leaves(items, holders)
        if i == 2 * size == native.list_len(items):
            self._end_of_map(plan, mapping)
            return
        frame = self._push(IN_MAP, plan, mapping)
        frame.length = size
        frame.items = items
        frame.index = i
        frame.holders = holders
        self._go_on_within(frame)

    def _go_on_within(self, frame: Any) -> None:
        """Frames for what `native_leaves.put_leaves` has begun in the item that this one comes to, if it has."""
        if not native_leaves.has_begun(self._memo):
            return
        if frame.kind == IN_ITEMS:
            next(frame.items)
        frame.index += 1
        for owner, plan, items, size, index in native_leaves.take_begun(self._memo):
            kind = IN_LIST if plan is None else IN_ITEMS if plan.shape == ITEMS else IN_MAP
            frame = self._push(kind, plan, owner)
            frame.length = size
            frame.index = index
            if kind == IN_ITEMS:
                frame.index += 1
                frame.items = iter(items[index:])
            elif kind == IN_MAP:
                frame.items = items

    def _annotation_whole(self, contents: Any) -> None:
        """A class annotation: rare, short, and needed before what follows, so it runs the machine from here."""
        floor = self._top
        self._annotation_depth += 1
        if self._annotation_depth > _MAX_ANNOTATION_DEPTH:
            raise EncodeError(f"class annotations nested deeper than {_MAX_ANNOTATION_DEPTH}")
        for item in contents:
            if type(item) is BlockData:
                self._block_data(item)
            else:
                self._value(item)
                while self._top > floor:
                    self._step(self._frames[self._top])
        self._annotation_depth -= 1

    # -------------------------------------------------------------------------------------------------------- frames

    def _step(self, frame: Any) -> None:
        kind = frame.kind
        if kind == IN_FIELDS:
            self._step_fields(frame)
        elif kind == IN_LIST:
            self._step_list(frame)
        elif kind == IN_MAP:
            self._step_map(frame)
        elif kind == IN_ITEMS:
            self._step_items(frame)
        else:
            self._step_elements(frame)

    def _step_fields(self, frame: Any) -> None:
        plan = frame.plan
        steps = plan.steps
        length = plan.length
        top = self._top
        i = frame.index
        while i < length:
            code = steps[i]
            if code == ANNOTATION:
                contents = next(frame.annotations, ())
                if type(contents) is tuple and len(contents) == 0:
                    native.put_u8(self._out, TC_ENDBLOCKDATA)
                    i += 1
                    continue
                items = iter(contents)
                frame.index = i + 1
                below = self._push(IN_ITEMS, plan, frame.obj)
                below.items = items
                return
            frame.index = i
            if frame.values is not None:
                value = next(frame.values)
            elif plan.has_slots:
                value = native.slot_get(frame.obj, plan.slots, i)
                if self._memo.alone:
                    native.memo_note_sole(self._memo, value, 2)  # the slot, and this method
            else:
                value = getattr(frame.obj, plan.names[i])
            i += 1
            if code == OBJECT_FIELD or code == ARRAY_FIELD:
                check = None if plan.checks is None else plan.checks[i - 1]
                if i == length and plan.annotation_step < 0 and frame.values is None:
                    inner = self._instance_plan(check, value)
                    if inner is not None:
                        # The object in the last field: the frame goes on with its fields.
                        i = self._last_field(frame, inner, value)
                        plan = inner
                        steps = plan.steps
                        length = plan.length
                        continue
                if check is None:
                    self._value(value)
                else:
                    self._value_as(check[type(value)], value)
                if self._top != top:
                    frame.index = i
                    return
            else:
                self._primitive(code, value)
        self._pop()

    def _last_field(self, frame: Any, plan: Any, obj: Any) -> int:
        """An instance in the last field of that of the frame, whose place it takes: the step it got to.

        And as often as the last field of this one holds one more of the same class, this one, which is then told by
        the plan of the frame to be fit to stand there.
        """
        if frame.outer is None:
            frame.outer = []
        native.list_append(frame.outer, frame.plan.descriptor)
        frame.index = 0
        if plan is not frame.plan or self._unshared is not None or not self._knows(plan.descriptor):
            frame.plan = plan
            frame.obj = obj
            return self._instance(plan, obj)
        links = [obj]
        count = native_leaves.put_instances(
            self._out, self._memo, self._objects, links, 0, type(obj), self._last_handle,
            plan.slots, plan.leaf_steps, plan.length, True,
        )  # fmt: skip
        if count > 1:
            native.list_append(frame.outer, (plan.descriptor, count - 1))
        frame.obj = native.list_get(links, native.list_len(links) - 1)
        return self._memo.step

    def _step_items(self, frame: Any) -> None:
        top = self._top
        for item in frame.items:
            frame.index += 1
            if type(item) is BlockData:
                self._block_data(item)
            else:
                self._value(item)
                if self._top != top:
                    return
        native.put_u8(self._out, TC_ENDBLOCKDATA)
        self._pop()

    def _step_list(self, frame: Any) -> None:
        items = frame.obj
        top = self._top
        i = frame.index
        while True:
            i += native_leaves.put_leaves(self._out, self._memo, self._objects, items, i, self._boxes, 1)
            if i >= native.list_len(items):
                break
            if native_leaves.has_begun(self._memo):
                frame.index = i
                self._go_on_within(frame)
                return
            item = native.list_get(items, i)
            if type(item) is self._last_kind and self._last_plan.plain:
                i += self._instances(items, i)
            else:
                frame.index = i + 1
                if self._memo.alone:
                    native.memo_note_sole(self._memo, item, 2)  # the list, and this method
                self._value(item)
                i += 1
            if self._top != top:
                frame.index = i
                return
            if frame.obj is not items:  # see `_frame_of_list`
                return
        if i != frame.length:
            raise EncodeError("the collection changed its size while it was written")
        native.put_u8(self._out, TC_ENDBLOCKDATA)
        if frame.outer is not None:
            native.put_raw(self._out, bytes((TC_ENDBLOCKDATA,)) * native.list_len(frame.outer))
        self._pop()

    def _step_map(self, frame: Any) -> None:
        items = frame.items
        holders = frame.holders
        top = self._top
        i = frame.index
        while True:
            i += native_leaves.put_leaves(self._out, self._memo, self._objects, items, i, self._boxes, holders)
            if i >= native.list_len(items):
                break
            if native_leaves.has_begun(self._memo):
                frame.index = i
                self._go_on_within(frame)
                return
            item = native.list_get(items, i)
            i += 1
            frame.index = i
            if self._memo.alone:
                native.memo_note_sole(self._memo, item, holders + 1)
            self._value(item)
            if self._top != top:
                return
        if i != 2 * frame.length or frame.length != len(frame.obj):
            raise EncodeError("the collection changed its size while it was written")
        self._end_of_map(frame.plan, frame.obj)
        self._pop()

    def _end_of_map(self, plan: Any, mapping: Any) -> None:
        native.put_u8(self._out, TC_ENDBLOCKDATA)
        if plan.length == 4:  # LinkedHashMap.accessOrder
            native.put_u8(self._out, 1 if native.slot_peek(mapping, plan.slots, 1) else 0)

    def _step_elements(self, frame: Any) -> None:
        top = self._top
        plan = frame.plan
        for item in frame.items:
            frame.index += 1
            if plan.checks is None:
                self._value(item)
            else:
                self._value_as(plan.checks[0][type(item)], item)
            if self._top != top:
                return
        if frame.index != frame.length:
            raise EncodeError("the array changed its size while it was written")
        self._pop()


def _annotations_of(obj: Any) -> Any:
    """The contents that an object in the generic form holds for its class levels."""
    return getattr(obj, "__java_annotations__", ())
