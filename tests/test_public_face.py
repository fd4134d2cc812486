"""The public face: everything promised is there, exported, typed and explained."""

from __future__ import annotations

import inspect
import io
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, assert_type

import pytest

import bridge

PACKAGE_DIRECTORY = Path(bridge.__file__).parent

#: What callers rely on, whatever else is there.
PROMISED = """
    loads loads_all dumps dumps_all load dump Document
    ObjectInputStream ObjectOutputStream
    connect listen serve aio Channel Listener Server Reconnect ReconnectingChannel SocketId
    java_class java_enum java_type jint jlong jshort jbyte jfloat jdouble jchar jboolean
    BlockData Long Short Byte Float Char BigInteger
    JavaObject JavaEnum JavaClass JavaProxy JavaThrowable JavaArray BooleanArray CharArray
    LinkedList HashMap LinkedHashMap TreeMap LinkedHashSet TreeSet
    Limits ObjectInputFilter Registry default_registry
    compiled __version__
    BridgeError DecodeError TruncatedStreamError CorruptedStreamError InvalidClassError RejectedError
    EncodeError NotSerializableError SchemaError ProtocolError LocalProtocolError RemoteProtocolError
    PeerException ChannelError ConnectError ChannelTimeout ChannelClosed ChannelBroken
""".split()  # noqa: SIM905 - a list to read

EXPORTS = [(name, getattr(bridge, name)) for name in bridge.__all__]
CLASSES = [(name, value) for name, value in EXPORTS if isinstance(value, type)]
FUNCTIONS = [(name, value) for name, value in EXPORTS if inspect.isroutine(value)]
MODULES = [(name, value) for name, value in EXPORTS if inspect.ismodule(value)]
AIO = [(f"aio.{name}", getattr(bridge.aio, name)) for name in bridge.aio.__all__]


def of_the_bridge(value: Any) -> bool:
    return bool(getattr(value, "__module__", "").startswith("bridge"))


def methods(cls: type) -> Iterator[tuple[str, Any]]:
    """The methods and properties a class adds itself, but for private and special ones."""
    for name, member in vars(cls).items():
        if not name.startswith("_") and isinstance(member, (types.FunctionType, classmethod, staticmethod, property)):
            yield name, member


def function_of(member: Any) -> Any:
    if isinstance(member, property):
        return member.fget
    return getattr(member, "__func__", member)


def test_everything_promised_is_exported() -> None:
    assert set(PROMISED) <= set(bridge.__all__)


def test_exports_are_sorted_and_named_once() -> None:
    assert bridge.__all__ == sorted(set(bridge.__all__), key=lambda name: (name.lower(), name))


def test_nothing_is_public_but_the_exports_and_the_rooms() -> None:
    rooms = {
        ".".join(file.relative_to(PACKAGE_DIRECTORY).with_suffix("").parts) for file in PACKAGE_DIRECTORY.glob("*.py")
    }
    rooms |= {folder.name for folder in PACKAGE_DIRECTORY.iterdir() if folder.is_dir()}
    public = {name for name in vars(bridge) if not name.startswith("_")}
    assert public - set(bridge.__all__) - rooms == set()


def test_every_error_of_the_tree_is_exported() -> None:
    assert set(bridge.errors.__all__) <= set(bridge.__all__)


@pytest.mark.parametrize(
    ("name", "value"), [*CLASSES, *FUNCTIONS, *MODULES, *AIO], ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_export_is_explained(name: str, value: Any) -> None:
    if of_the_bridge(value) or inspect.ismodule(value):
        text = inspect.getdoc(value) or ""
        assert text.strip().endswith((".", ":", ")", "}")) or "\n" in text, f"{name} has no docstring"
        assert not text.startswith(f"{value.__name__}("), f"{name} has only the docstring that dataclass gives"


@pytest.mark.parametrize(("name", "cls"), [*CLASSES, *((n, c) for n, c in AIO if isinstance(c, type))])
def test_every_method_is_typed(name: str, cls: type) -> None:
    if not of_the_bridge(cls):
        return
    for method, member in methods(cls):
        function = function_of(member)
        if not isinstance(function, types.FunctionType) or not of_the_bridge(function):
            continue  # compiled: held by mypy
        untyped = [
            parameter.name
            for position, parameter in enumerate(inspect.signature(function).parameters.values())
            if parameter.annotation is parameter.empty and not (position == 0 and parameter.name in ("self", "cls"))
        ]
        assert not untyped, f"{name}.{method}: {untyped}"
        assert "return" in function.__annotations__, f"{name}.{method}"


@pytest.mark.parametrize(("name", "function"), [*FUNCTIONS, *((n, f) for n, f in AIO if inspect.isroutine(f))])
def test_every_function_is_typed(name: str, function: Any) -> None:
    signature = inspect.signature(function)
    assert all(parameter.annotation is not parameter.empty for parameter in signature.parameters.values()), name
    assert signature.return_annotation is not signature.empty, name


TALKERS = [bridge.Channel, bridge.Listener, bridge.Server, bridge.aio.Listener, bridge.aio.Server]


@pytest.mark.parametrize("cls", [*TALKERS, bridge.Document, bridge.ObjectInputStream, bridge.ObjectOutputStream])
def test_the_methods_that_do_something_are_explained(cls: type) -> None:
    # Methods of Java with the same name and meaning need no words.
    silent = [name for name, member in methods(cls) if not inspect.getdoc(member)]
    assert all(name.startswith(("read_", "write_")) or name == "address" for name in silent), silent


def test_the_arguments_that_mean_the_same_have_the_same_name_everywhere() -> None:
    for function in (bridge.loads, bridge.loads_all, bridge.load, bridge.ObjectInputStream):
        parameters = inspect.signature(function).parameters
        assert {"registry", "limits", "object_filter"} <= set(parameters)
        assert all(
            parameters[name].kind is inspect.Parameter.KEYWORD_ONLY for name in ("registry", "limits", "object_filter")
        )


def test_the_blocking_and_the_asyncio_face_have_the_same_verbs() -> None:
    for name in ("connect", "listen", "serve"):
        blocking = inspect.signature(getattr(bridge, name)).parameters
        assert list(inspect.signature(getattr(bridge.aio, name)).parameters) == list(blocking)
        assert inspect.iscoroutinefunction(getattr(bridge.aio, name))
    for name in ("Channel", "Listener", "Server"):
        blocking_methods = {method for method, _ in methods(getattr(bridge, name))}
        assert blocking_methods <= {method for method, _ in methods(getattr(bridge.aio, name))}


def test_the_package_is_marked_as_typed() -> None:
    assert (PACKAGE_DIRECTORY / "py.typed").is_file()


def test_types_are_those_that_callers_see() -> None:
    """Judged by mypy; run as well, so that the calls are true."""
    data = assert_type(bridge.dumps([1]), bytes)
    assert_type(bridge.loads_all(data), list[Any])
    document = assert_type(bridge.Document.parse(data), bridge.Document)
    assert_type(document.to_bytes(), bytes)
    sink = io.BytesIO()
    with bridge.ObjectOutputStream(sink) as out:
        assert_type(out, bridge.ObjectOutputStream)
        out.write_int(3)
    with bridge.ObjectInputStream(io.BytesIO(sink.getvalue())) as in_:
        assert_type(in_.read_int(), int)
    with bridge.listen("127.0.0.1", 0) as listener:
        assert_type(listener, bridge.Listener)
        with bridge.connect(listener.address) as channel:
            assert_type(channel, bridge.Channel)
            assert_type(channel.state, bridge.State)
    assert_type(bridge.compiled, bool)
    try:
        bridge.loads(b"")
    except bridge.BridgeError as error:
        assert_type(error.offset, int | None)
        assert_type(error.path, str | None)
