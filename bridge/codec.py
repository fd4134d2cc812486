# cython: language_level=3, annotation_typing=False, auto_pickle=False
"""A codec with pickle's verbs: whole streams to values and back."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Any, BinaryIO, TypeVar, cast

from .ends import PlainFile, source_of
from .errors import BridgeError, CorruptedStreamError, PeerException, TruncatedStreamError
from .limits import Limits, ObjectFilter, combine, serial_filter
from .mapping.defaults import default_registry
from .mapping.registry import Registry
from .stream.decoder import Decoder
from .stream.encoder import Encoder
from .stream.model import BlockData, StreamException
from .stream.states import END_OF_STREAM, NEED_DATA, Signal

__all__ = ["dump", "dumps", "dumps_all", "load", "loads", "loads_all"]

_Coder = TypeVar("_Coder", Decoder, Encoder)

_SPARE_CODERS = 4
_GZIP_MAGIC = b"\x1f\x8b"


def loads(
    data: bytes | bytearray | memoryview,
    *,
    registry: Registry | None = None,
    limits: Limits | None = None,
    object_filter: ObjectFilter | None = None,
) -> Any:
    """The first object of the stream ``data``, as a natural Python value; what follows it is not looked at.

    Primitive data in front of it (``writeInt`` and its like) is passed over; `loads_all` gives that too. ``registry``
    says which class becomes what, ``limits`` and ``object_filter`` what is let in (by default everything: memory
    and time stay in proportion to ``data``).

    Raises `DecodeError` if the bytes are no stream, end too early, or are refused, and `PeerException` if the object is
    an exception that its writer left in the stream. Java Object Serialization Specification, section 6.
    """
    spare = default_registry.spare_decoders if registry is None else registry.spare_decoders
    if type(data) is bytes and limits is None and object_filter is None and serial_filter() is None:
        # The short way of the common case, in few calls: a message of one small object takes less time than these.
        decoder = _spare_decoder(default_registry if registry is None else registry, spare)
        content = decoder.read_alone(data)
        kind = type(content)
        if kind is not Signal and kind is not BlockData and kind is not StreamException:
            _keep(decoder, spare)
            return content
    else:
        decoder = _decoder(registry, limits, object_filter)
        decoder.feed(data if type(data) is bytes else memoryview(data))  # which refuses a str in plain words
        content = decoder.next_content()
    content = _first_object(decoder, Decoder.feed_eof, content)
    _give_back(decoder, spare, limits, object_filter)
    return content


def loads_all(
    data: bytes | bytearray | memoryview,
    *,
    registry: Registry | None = None,
    limits: Limits | None = None,
    object_filter: ObjectFilter | None = None,
) -> list[Any]:
    """Every content of the stream ``data`` in order: values, and a `BlockData` for each run of primitive data.

    Arguments and errors as for `loads`.
    """
    spare = default_registry.spare_decoders if registry is None else registry.spare_decoders
    decoder = _decoder(registry, limits, object_filter)
    decoder.feed(data if type(data) is bytes else memoryview(data))  # which refuses a str in plain words
    decoder.feed_eof()
    contents: list[Any] = []
    decoder.take_contents(contents)
    only_objects = decoder.only_objects
    _give_back(decoder, spare, limits, object_filter)
    if only_objects:
        return contents
    return [_raised_if_exception(content) for content in _with_whole_runs(contents)]


def _with_whole_runs(contents: list[Any]) -> Iterator[Any]:
    """The contents with neighbouring blocks of primitive data as one."""
    for is_data, group in groupby(contents, lambda content: type(content) is BlockData):
        if is_data:
            yield BlockData(b"".join(group))
        else:
            yield from group


def dumps(obj: Any, *, registry: Registry | None = None, allow_gadgets: bool = False) -> bytes:
    """A complete stream that holds ``obj``; Java reads it with ``new ObjectInputStream(...).readObject()``.

    Raises `EncodeError` with the path to what cannot be written (``$.orders[3].owner``); for a value of a type
    without a Java class that is a `NotSerializableError`. Objects of classes that attacks on Java programs are made of
    (`bridge.audit` recognises them) are refused likewise, unless ``allow_gadgets`` says that they are wanted.
    """
    registry = default_registry if registry is None else registry
    if allow_gadgets:
        return Encoder(registry, allow_gadgets=True).write_alone(obj)
    spare = registry.spare_encoders
    encoder = _encoder(registry, spare)
    data = encoder.write_alone(obj)
    _keep(encoder, spare)
    return data


def dumps_all(contents: Iterable[Any], *, registry: Registry | None = None, allow_gadgets: bool = False) -> bytes:
    """A complete stream that holds several contents, a `BlockData` as primitive data; handles span all of them.

    Arguments and errors as for `dumps`.
    """
    registry = default_registry if registry is None else registry
    spare = registry.spare_encoders
    encoder = Encoder(registry, allow_gadgets=True) if allow_gadgets else _encoder(registry, spare)
    if type(contents) is list or type(contents) is tuple:
        encoder.write_contents(contents)
    else:  # what makes them one by one may change what it gave before
        for content in contents:
            encoder.write_contents((content,))
    if allow_gadgets:
        return encoder.take()
    data = encoder.finish()
    _keep(encoder, spare)
    return data


def load(
    fp: BinaryIO,
    *,
    registry: Registry | None = None,
    limits: Limits | None = None,
    object_filter: ObjectFilter | None = None,
) -> Any:
    """The first object of the stream at the position of the binary file ``fp``, which may be gzip.

    ``fp`` need not be seekable. No byte after the object is consumed (of gzip: none is left unread in ``fp``'s favour,
    as decompressing reads ahead). Arguments and errors as for `loads`.
    """
    decoder = _decoder(registry, limits, object_filter)
    head = _read_exactly(fp, len(_GZIP_MAGIC))
    if head == _GZIP_MAGIC:
        unzipped = gzip.GzipFile(fileobj=cast(BinaryIO, _Unread(head, fp)), mode="rb")
        try:
            return _first_object(decoder, PlainFile(unzipped, read_ahead=True).feed, decoder.next_content())
        except EOFError as error:
            if isinstance(error, BridgeError):
                raise
            raise TruncatedStreamError("the gzip file ended early", offset=decoder.offset) from error
        except (OSError, zlib.error) as error:
            if isinstance(error, OSError) and not isinstance(error, gzip.BadGzipFile):
                raise
            raise CorruptedStreamError(f"the gzip file is broken: {error}", offset=decoder.offset) from error
    decoder.feed(head)
    source = source_of(fp)
    content = _first_object(decoder, source.feed, decoder.next_content())
    source.settle(decoder)
    source.leave(decoder)
    return content


def _first_object(decoder: Decoder, feed: Callable[[Decoder], None], content: Any) -> Any:
    """The first object from ``content`` on, which `Decoder.next_content` has given."""
    skipped_bytes = 0
    while True:
        if content is NEED_DATA:
            feed(decoder)
        elif content is END_OF_STREAM:
            raise _no_object(skipped_bytes, decoder)
        elif type(content) is BlockData:
            skipped_bytes += len(content)
        else:
            return _raised_if_exception(content)
        content = decoder.next_content()


def _read_exactly(fp: BinaryIO, size: int) -> bytes:
    """``size`` bytes, or fewer where the file ends; a raw file may give them one at a time."""
    data = fp.read(size)
    while 0 < len(data) < size:
        more = fp.read(size - len(data))
        if not more:
            break
        data += more
    return data


def dump(obj: Any, fp: BinaryIO, *, registry: Registry | None = None, allow_gadgets: bool = False) -> None:
    """Writes a complete stream that holds ``obj`` to the binary file ``fp``; nothing is written if it raises.

    Arguments and errors as for `dumps`.
    """
    fp.write(dumps(obj, registry=registry, allow_gadgets=allow_gadgets))


def _decoder(registry: Registry | None, limits: Limits | None, object_filter: ObjectFilter | None) -> Decoder:
    registry = default_registry if registry is None else registry
    if limits is None and object_filter is None and serial_filter() is None:
        return _spare_decoder(registry, registry.spare_decoders)
    limits, function = combine(limits, object_filter, Limits.none())
    return Decoder(registry, limits=limits, object_filter=function, whole_stream=True)


def _spare_decoder(registry: Registry, spare: list[Decoder]) -> Decoder:
    """One without limits at the beginning of a stream, used before if there is one; ``spare`` as for `_encoder`."""
    try:
        return spare.pop()
    except IndexError:
        return Decoder(registry)


def _keep(coder: _Coder, spare: list[_Coder]) -> None:
    """Keeps it for the next stream; not done after an error, so that nothing has to be undone."""
    if len(spare) < _SPARE_CODERS:
        spare.append(coder)


def _give_back(
    decoder: Decoder, spare: list[Decoder], limits: Limits | None, object_filter: ObjectFilter | None
) -> None:
    """Keeps a decoder that has read what it was to read, if it has the limits of every other."""
    if limits is None and object_filter is None and serial_filter() is None:
        decoder.restart()
        _keep(decoder, spare)


def _encoder(registry: Registry, spare: list[Encoder]) -> Encoder:
    """An encoder at the beginning of a stream, used before if there is one.

    ``spare`` is the registry's list as it is now: where the registry is changed meanwhile, it has another one then, and
    this encoder, which knows the plans from before, is kept in a list that nobody looks at.
    """
    try:
        return spare.pop()
    except IndexError:
        return Encoder(registry)


def _raised_if_exception(content: Any) -> Any:
    if type(content) is StreamException:
        raise PeerException(content.throwable)
    return content


def _no_object(skipped_bytes: int, decoder: Decoder) -> TruncatedStreamError:
    if skipped_bytes:
        message = f"the stream holds no object, only {skipped_bytes} bytes of primitive data; loads_all gives them"
    else:
        message = "the stream holds no object"
    return TruncatedStreamError(message, offset=decoder.offset)


class _Unread:
    """A file with its first bytes put back in front."""

    def __init__(self, head: bytes, fp: BinaryIO) -> None:
        self._head = head
        self._fp = fp

    def read(self, size: int = -1) -> bytes:
        head, self._head = self._head, b""
        if not head or 0 <= size < len(head):
            self._head = head[size:] if head else b""
            return head[:size] or self._fp.read(size)
        return head + self._fp.read(size - len(head) if size > 0 else size)
