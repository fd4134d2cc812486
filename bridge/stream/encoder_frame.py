# cython: language_level=3, annotation_typing=False, auto_pickle=False
"""The frames of the encoder, and what its errors say of them: the path to the part that cannot be written."""

from __future__ import annotations

from typing import Any

from ..errors import EncodeError
from . import native
from .descriptors import ClassDescriptor

# What a frame is writing.
IN_FIELDS = 1  #: the fields and annotations of an object
IN_ITEMS = 2  #: the contents of an annotation, up to TC_ENDBLOCKDATA
IN_ELEMENTS = 3  #: the elements of an array
IN_LIST = 4  #: the elements of a list, up to TC_ENDBLOCKDATA
IN_MAP = 5  #: the entries of a map, up to TC_ENDBLOCKDATA and the fields after it

#: How many steps of a path are shown from either end, and how many characters of a name.
_PATH_SEGMENTS = 50
_NAME_CHARACTERS = 100

#: How many frames an encoder keeps; one takes about a hundred bytes.
_KEPT_FRAMES = 1 << 15


class EncoderFrame:
    """One unfinished construct. Frames are used again, so that a push costs no allocation."""

    def __init__(self) -> None:
        self.kind = 0
        self.index = 0
        self.length = 0
        self.holders = 0  # of maps, of an item that no other place holds: see `native.memo_note_sole`
        self.plan = None
        self.obj = None
        self.values = None
        self.annotations = None
        self.items = None
        # What led here: to fields, classes of objects by their last field, or a class and how many of it; to a list,
        # indices of last items.
        self.outer = None


class FrameStack:
    """The ground floor of the encoder: its unfinished constructs, from the outermost to the one at hand."""

    def __init__(self) -> None:
        self._frames: list[Any] = []
        self._top = -1

    def _push(self, kind: int, plan: Any, obj: Any) -> Any:
        self._top += 1
        if self._top == len(self._frames):
            frame = EncoderFrame()
            native.untrack(frame)  # it is part of no cycle, as nothing that is written refers to one
            self._frames.append(frame)
        frame = self._frames[self._top]
        frame.kind = kind
        frame.index = 0
        frame.plan = plan
        frame.obj = obj
        return frame

    def _pop(self) -> None:
        frame = self._frames[self._top]
        kind = frame.kind
        frame.plan = None
        frame.obj = None
        if kind == IN_LIST:
            frame.outer = None
        elif kind == IN_FIELDS:
            frame.values = None
            frame.annotations = None
            frame.outer = None
        else:
            frame.items = None
        if self._top >= _KEPT_FRAMES:  # not kept for ever after one deep graph
            self._frames.pop()
        self._top -= 1


def path_of(frames: list[Any], top: int) -> str:
    """Where the encoder is, as seen from the root of the value; the middle of a long way is left out."""
    steps: list[Any] = []
    frame = None
    for i in range(top + 1):
        frame = frames[i]
        for step in frame.outer or ():
            steps.extend([step[0]] * step[1] if type(step) is tuple else [step])
        steps.append(frame)
    if len(steps) <= 2 * _PATH_SEGMENTS:
        return "$" + _places(steps, frame)
    last = len(steps) - _PATH_SEGMENTS
    return f"${_places(steps[:_PATH_SEGMENTS], None)} ... {_places(steps[last:], frame)}"


def _places(steps: list[Any], top: Any) -> str:
    return "".join([_place(step, step is not top) for step in steps])


def shown(value: Any) -> str:
    if isinstance(value, str):
        return f"{type(value).__name__} {str.__repr__(value[:40]):.40}"
    if isinstance(value, float) or (isinstance(value, int) and value.bit_length() < 1000):
        return f"{type(value).__name__} {value!r:.40}"
    return type(value).__name__


def as_encode_error(error: BaseException, path: str) -> BaseException:
    """What leaves the encoder: an `EncodeError` with the path, unless the program itself is to end."""
    if isinstance(error, EncodeError):
        if error.path is None:
            error.path = path
        return error
    if isinstance(error, MemoryError) or not isinstance(error, Exception):
        return error
    if isinstance(error, AttributeError):
        return EncodeError(f"a field has no value: {error}", path=path)
    return EncodeError(f"{type(error).__name__}: {error}", path=path)


def _place(step: Any, below: bool) -> str:
    if type(step) is ClassDescriptor:
        return f".{step.last_field.name[:_NAME_CHARACTERS]}"
    if type(step) is int:
        return f"[{step}]"
    try:
        return _step_of(step, below)
    except Exception:  # noqa: BLE001 - a class of the program may fail in anything, also where it only is to be named
        return "?"


def _step_of(frame: Any, below: bool) -> str:
    """The field or item that a frame is at, as a path segment. One below others is set to go on with the next field."""
    kind = frame.kind
    if kind == IN_ELEMENTS:
        return f"[{frame.index - 1}]"
    if kind == IN_LIST:
        return f"[{frame.index - 1}]"
    if kind == IN_MAP:
        return _place_of_key(frame.items[(frame.index - 1) // 2 * 2])
    if kind == IN_ITEMS:
        obj = frame.obj
        if isinstance(obj, dict):
            return _place_in_dict(obj, frame.index - 2)
        return f"[{frame.index - 2}]" if isinstance(obj, (list, set, tuple)) else f".<annotation {frame.index - 1}>"
    index = frame.index - below
    if frame.plan.program[index : index + 1] == b"x":
        return ""  # the frame above says where in the annotation
    for level, annotated in frame.plan.descriptor.data_levels:
        fields = level.data_fields
        if index < len(fields):
            return f".{fields[index].name[:_NAME_CHARACTERS]}"
        index -= len(fields) + annotated
    return ""


def _place_in_dict(mapping: Any, index: int) -> str:
    """Keys and values alternate: the entry that item ``index`` belongs to."""
    for position, key in enumerate(mapping):
        if position == index // 2:
            return _place_of_key(key)
    return ""


def _place_of_key(key: Any) -> str:
    if isinstance(key, str) and len(key) <= _NAME_CHARACTERS and str.isidentifier(key):
        return f".{key!s}"
    if isinstance(key, str):
        return f"[{str.__repr__(key[:40])}{'...' if len(key) > 40 else ''}]"
    if isinstance(key, float) or (isinstance(key, int) and key.bit_length() < 1000):
        return f"[{key!r:.40}]"
    return f"[{type(key).__name__}]"
