# cython: language_level=3, annotation_typing=False, auto_pickle=False, boundscheck=False, wraparound=False
# Bounds checks are off: every read of the input is behind a comparison with `_end` in the same function, and every
# list index is one this module has just computed from the list's own length.
"""The decoder: bytes in, contents out. Java Object Serialization Specification, section 6.4.

No I/O, no recursion, no waiting. `feed` takes bytes in any portions; `next_content` gives the next content or
``NEED_DATA``. Every step below either consumes one token whole or leaves everything as it was, so the machine can stop
at any byte and go on, and bytes after a content stay untouched.

A step answers with a value, or ``NEED_DATA``, or ``PUSHED``: a frame was put on the stack and its value will come.
What is whole in the input is read without a frame; see `whole_reader`.
"""

from __future__ import annotations

from typing import Any

from ..errors import BridgeError, DecodeError, LocalProtocolError, RejectedError
from . import native
from .constants import (
    BASE_WIRE_HANDLE,
    STREAM_HEADER,
    TC_ARRAY,
    TC_BLOCKDATA,
    TC_BLOCKDATALONG,
    TC_CLASS,
    TC_CLASSDESC,
    TC_ENDBLOCKDATA,
    TC_ENUM,
    TC_EXCEPTION,
    TC_LONGSTRING,
    TC_NULL,
    TC_OBJECT,
    TC_PROXYCLASSDESC,
    TC_REFERENCE,
    TC_RESET,
    TC_STRING,
    TYPE_CODE_NAMES,
)
from .model import BlockData, JavaClass, StreamException
from .plan import BOX
from .reader import Frame
from .states import (
    END_OF_STREAM,
    IN_ARRAY,
    IN_DESCRIPTOR,
    IN_ENUM,
    IN_EXCEPTION,
    IN_OBJECT,
    IN_OPEN,
    NEED_DATA,
    PUSHED,
    UNREAD,
    Signal,
)
from .whole_reader import WholeReader

__all__ = ["Decoder"]

_MAX_STRING_BYTES = 3 * 0x7FFFFFFF


class Decoder(WholeReader):
    """One direction of a conversation, or one file: a stream with its handle table.

    ``Decoder(resolver, limits=, object_filter=, trace=)``: limits and filter are asked as the stream is read and end it
    with ``RejectedError``. With a trace nothing is taken from caches, and every token is reported.
    """

    __slots__ = ()

    # ------------------------------------------------------------------------------------------------------ contents

    def next_content(self) -> Any:
        """The next content of the stream: a value, a `BlockData`, a `StreamException`; else a `Signal`.

        ``NEED_DATA``: call `feed` or `feed_eof` first. ``END_OF_STREAM``: `feed_eof` was called, and nothing is left.
        Raises `DecodeError`; the decoder cannot go on after that and raises the same error again.
        """
        return self._read(None)

    def read_alone(self, data: bytes) -> Any:
        """`feed`, then `next_content`; after a content, as a rule the only one, the decoder is as `restart` leaves it.

        Not so after a `Signal`, a `BlockData` or a `StreamException`: what follows those is still to be read.
        """
        self.feed(data)
        content = self._read(None)
        if type(content) is not Signal and self.only_objects:
            self.restart()
        return content

    def take_contents(self, contents: list[Any]) -> Signal:
        """Appends to ``contents`` what `next_content` would give, up to the first `Signal`, which it returns."""
        return self._read(contents)  # type: ignore[no-any-return]

    def _read(self, contents: Any) -> Any:
        """Contents into the list up to a `Signal`; without a list, the next content or a `Signal`."""
        if self._failure is not None:
            raise self._failure
        if self._running:
            raise LocalProtocolError("next_content() was called from within itself")
        self._running = True
        # Making many objects would run the collector over them again and again; nothing made here is garbage.
        collecting = native.pause_collector()
        try:
            while True:
                try:
                    content = self._next(contents)
                    if content is NEED_DATA:
                        if not self._eof:
                            return content
                        if not self.in_content and self._started:
                            return END_OF_STREAM
                        raise self._truncated()
                except DecodeError as error:
                    if not self._suspicious or self._tracing or type(error) is RejectedError:
                        raise
                    if self._try_again(error):
                        continue
                    raise self._given_up() from None
                if type(content) is BlockData or type(content) is StreamException:
                    self.only_objects = False
                if contents is None:
                    return content
                native.list_append(contents, content)
        except BridgeError as error:
            if error.offset is None:  # from the mapping, which knows no place
                error.offset = self.offset
                error.path = self._path()
            self._failure = error
            raise
        except BaseException as error:  # in code of the mapping or the filter; what it broke off is lost
            self._failure = LocalProtocolError(f"reading was broken off by {type(error).__name__} and cannot go on")
            raise
        finally:
            native.resume_collector(collecting)
            self._running = False

    def _next(self, contents: Any) -> Any:
        if not self._started:
            if not self._read_header():
                return NEED_DATA
        if self._top < 0:
            value = self._content(contents)
        else:
            value = PUSHED
        while True:
            if value is PUSHED:
                value = self._step(self._frames[self._top])
            elif value is NEED_DATA:
                return value
            elif self._top < 0:
                return value
            else:
                frame = self._frames[self._top]
                if frame.index == frame.last:  # the last field of an object that needs nothing more
                    native.slot_set(frame.value, frame.plan.slots, frame.index, value)
                    value = frame.value if frame.root is None else frame.root
                    self._pop()
                else:
                    self._accept(frame, value)
                    value = self._step(frame)

    def _content(self, contents: Any) -> Any:
        """One content at the top level: what `_value` reads, block data, or TC_RESET, which is passed over.

        Of instances of one class that follow one another all but the last go into ``contents``, if there is a list.
        """
        while True:
            self._begin_content()
            self._mark()
            if self._pos >= self._end:
                if self._pos < self._filled:
                    return self._need(1)
                self._missing = 1
                return NEED_DATA
            code = self._p[self._pos]
            if code == TC_BLOCKDATA or code == TC_BLOCKDATALONG:
                return self._block_data()
            if code == TC_OBJECT and contents is not None and not self._tracing:
                value = self._object(contents)
                if value is not UNREAD:
                    return value
            if code != TC_RESET:
                return self._value()
            if self._tracing:
                self._emit(self._pos, self._pos + 1, "reset", -1, None)
            self._pos += 1
            self._forget_handles()

    def _value(self) -> Any:
        """One object of the grammar. What has parts that have to wait for one another pushes a frame."""
        p = self._p
        pos = self._pos
        left = self._end - pos
        if left < 1:
            return self._need(1)
        code = p[pos]
        if not self._tracing:
            value = self._object(None) if code == TC_OBJECT else self._leaf()
            if value is not UNREAD:
                return value
        if code == TC_STRING:
            if left < 3:
                return self._need(3)
            length = 3 + native.u16(p, pos + 1)
            if self._max_string >= 0:
                self._check_string(length - 3)
            if left < length:
                return self._need(length)
            text = native.decode_mutf8(p, pos + 3, pos + length)
            if text is None:
                raise self._malformed_text()
            return self._string(text, length)
        if code == TC_REFERENCE:
            if left < 5:
                return self._need(5)
            number = native.u32(p, pos + 1) - BASE_WIRE_HANDLE
            if number < 0 or number >= len(self._handles):
                raise self._bad_handle(number)
            value = self._handles[number]
            if type(value) is Frame:
                value = self._in_progress(value)
            self._refs_beside += 1
            if self._max_refs >= 0:
                self._check_beside()
            if self._tracing:
                self._emit(pos, pos + 5, "reference", number, None)
            self._pos = pos + 5
            return value
        if code == TC_NULL:
            self._refs_beside += 1
            if self._max_refs >= 0:
                self._check_beside()
            if self._tracing:
                self._emit(pos, pos + 1, "null", -1, None)
            self._pos = pos + 1
            return None
        if code == TC_OBJECT or code == TC_ARRAY or code == TC_ENUM or code == TC_CLASS:
            return self._open(code)
        return self._rare_value(code)

    def _string(self, text: Any, length: int) -> Any:
        self._check_refs()
        if self._tracing:
            self._emit(self._pos, self._pos + length, "string", len(self._handles), text)
        self._pos += length
        native.list_append(self._handles, text)
        return text

    def _rare_value(self, code: int) -> Any:
        pos = self._pos
        if code == TC_LONGSTRING:
            if self._end - pos < 9:
                return self._need(9)
            length = native.i64(self._p, pos + 1)
            if length < 0:
                raise self._corrupted(f"a string of negative length {length}")
            if length > _MAX_STRING_BYTES:
                raise self._corrupted(f"a string of {length} bytes; Java's hold less than 2**31 characters")
            if self._max_string >= 0:
                self._check_string(length)
            if self._end - pos - 9 < length:
                return self._need(9 + length)
            text = native.decode_mutf8(self._p, pos + 9, pos + 9 + length)
            if text is None:
                raise self._malformed_text()
            return self._string(text, 9 + length)
        if code == TC_CLASSDESC or code == TC_PROXYCLASSDESC:
            self._refs_beside += 1  # an object as well as a class
            value = self._class_descriptor()
            if value is NEED_DATA:
                self._refs_beside -= 1
            return value
        if code == TC_EXCEPTION:
            return self._abort()
        if code == TC_RESET:
            raise self._corrupted("TC_RESET inside an object")
        if code == TC_ENDBLOCKDATA:
            raise self._corrupted("TC_ENDBLOCKDATA where an object is due")
        if code == TC_BLOCKDATA or code == TC_BLOCKDATALONG:
            raise self._corrupted("primitive data where an object is due")
        if code == STREAM_HEADER[0]:
            raise self._corrupted(
                "found a second stream header: the sender made another ObjectOutputStream on the same connection"
            )
        raise self._corrupted(f"0x{code:02x} is no type code")

    def _open(self, code: int) -> Any:
        """The type code of something with a class descriptor; the frame goes on from there."""
        if self._tracing:
            self._emit(self._pos, self._pos + 1, "begin", -1, code)
        self._pos += 1
        frame = self._push(IN_OPEN)
        frame.type_code = code
        return PUSHED

    def _abort(self) -> Any:
        """TC_EXCEPTION: whatever was in progress is given up, and the Throwable follows with a fresh handle table."""
        if self._tracing:
            self._emit(self._pos, self._pos + 1, "abort", -1, None)
        self._pos += 1
        while self._top >= 0:
            self._pop()
        self._depth = 0
        self._forget_handles()
        self._push(IN_EXCEPTION)
        return PUSHED

    def _step(self, frame: Any) -> Any:
        kind = frame.kind
        if kind == IN_OBJECT:
            return self._step_object(frame)
        if kind == IN_ARRAY:
            return self._step_array(frame)
        if kind == IN_OPEN:
            return self._step_open(frame)
        if kind == IN_DESCRIPTOR:
            return self._step_descriptor(frame)
        if kind == IN_ENUM:
            return self._step_enum(frame)
        return self._step_exception(frame)

    def _accept(self, frame: Any, value: Any) -> None:
        """Takes the value of the frame above, which has just been popped."""
        kind = frame.kind
        if kind == IN_OBJECT:
            if frame.items is not None:
                self._close_block(frame)
                native.list_append(frame.items, value)
            else:
                self._store(frame, frame.index, value)
                frame.index += 1
        elif kind == IN_ARRAY:
            native.list_append(frame.value, value)
        elif kind == IN_DESCRIPTOR:
            self._accept_in_descriptor(frame, value)
        elif kind == IN_OPEN:
            frame.descriptor = value
        else:
            frame.value = StreamException(value)

    # ------------------------------------------------------------------------------------- open constructs, exceptions

    def _step_open(self, frame: Any) -> Any:
        """A type code was read; now its class descriptor, then the beginning of what it opens."""
        code = frame.type_code
        if frame.descriptor is None:
            found = self._class_descriptor()
            if found is NEED_DATA or found is PUSHED:
                return found
            if found is None:
                raise self._corrupted(f"{TYPE_CODE_NAMES[code]} with a null class descriptor")
            frame.descriptor = found
        descriptor = frame.descriptor
        if code == TC_ARRAY:
            needed = self._array_bytes(descriptor)
            if self._end - self._pos < needed:
                return self._need(needed)
        elif code == TC_OBJECT and not self._tracing:
            # A box is read whole, in one step, as `_begin_object` does it.
            plan = self._plan(descriptor)
            if plan.shape == BOX and self._end - self._pos < native.primitive_bytes(plan.steps[0]):
                return self._need(native.primitive_bytes(plan.steps[0]))
        self._pop()
        if code == TC_OBJECT:
            return self._begin_object(descriptor)
        if code == TC_ARRAY:
            return self._begin_array(descriptor)
        if code == TC_ENUM:
            return self._begin_enum(descriptor)
        self._check_object()
        if self._tracing:
            self._emit(self._pos, self._pos, "class", len(self._handles), descriptor)
        value = JavaClass(descriptor)
        native.list_append(self._handles, value)
        return value

    def _step_exception(self, frame: Any) -> Any:
        if frame.value is None:
            value = self._value()
            if value is NEED_DATA or value is PUSHED:
                return value
            frame.value = StreamException(value)
        value = frame.value
        self._pop()
        self._forget_handles()
        if self._tracing:
            self._emit(self._pos, self._pos, "end", -1, None)
        return value
