"""Java's object streams for Python: reads what ``ObjectOutputStream`` writes, writes what ``ObjectInputStream`` reads.

    loads  dumps  loads_all  dumps_all  load  dump    bytes and files, with the verbs of pickle
    Document                                          every byte of a stream, as a tree that can be changed
    connect  listen  serve  aio                       objects over sockets, blocking and for asyncio
    ObjectInputStream  ObjectOutputStream             Java's own API
    java_class  java_enum  Registry                   which Java class is which Python type
    Limits  ObjectInputFilter                         what is let in

No JVM, no class loading, no code from a stream. The errors are drawn as a tree in ``bridge.errors``.
"""

from ._build import is_compiled as _is_compiled

# isort: split
from . import aio
from ._version import __version__
from .channel import Channel, Listener, Server, connect, listen, serve
from .codec import dump, dumps, dumps_all, load, loads, loads_all
from .connection import Connection, State
from .errors import (
    BridgeError,
    ChannelBroken,
    ChannelClosed,
    ChannelError,
    ChannelTimeout,
    ConnectError,
    CorruptedStreamError,
    DecodeError,
    EncodeError,
    InvalidClassError,
    LocalProtocolError,
    NotSerializableError,
    PeerException,
    ProtocolError,
    RejectedError,
    RemoteProtocolError,
    SchemaError,
    TruncatedStreamError,
)
from .limits import CHANNEL_LIMITS, FilterInfo, Limits, ObjectInputFilter, Status
from .mapping.contents import ObjectInput, ObjectOutput
from .mapping.declare import java_class, java_enum
from .mapping.defaults import default_registry
from .mapping.field_types import (
    JavaField,
    Transient,
    jboolean,
    jbyte,
    jchar,
    jdouble,
    jdouble_array,
    jfloat,
    jfloat_array,
    jint,
    jint_array,
    jlong,
    jlong_array,
    jshort,
    jshort_array,
)
from .mapping.java_lang import BigInteger, Byte, Char, Float, Long, Short
from .mapping.java_lang_throwable import JavaThrowable
from .mapping.java_time_types import (
    DayOfWeek,
    Instant,
    Month,
    MonthDay,
    NanoDateTime,
    NanoTime,
    NanoTimedelta,
    Period,
    Year,
    YearMonth,
    ZonedDateTime,
    ZoneId,
)
from .mapping.java_types import classpath, java_type
from .mapping.java_util import HashMap, LinkedHashMap, LinkedHashSet, LinkedList, TreeMap, TreeSet
from .mapping.numpy_arrays import numpy_arrays
from .mapping.registry import Registry
from .stream import decoder as _decoder
from .stream.descriptors import ClassDescriptor, Field
from .stream.document import Document
from .stream.generic import JavaObject, JavaProxy
from .stream.model import BlockData, BooleanArray, CharArray, JavaArray, JavaClass, JavaEnum
from .streams import ObjectInputStream, ObjectOutputStream
from .transport.address import Address

#: Whether the codec runs as compiled modules; False where the same ``.py`` files run as they are.
compiled: bool = _is_compiled(_decoder)

__all__ = [
    "__version__",
    "Address",
    "aio",
    "BigInteger",
    "BlockData",
    "BooleanArray",
    "BridgeError",
    "Byte",
    "Channel",
    "CHANNEL_LIMITS",
    "ChannelBroken",
    "ChannelClosed",
    "ChannelError",
    "ChannelTimeout",
    "Char",
    "CharArray",
    "ClassDescriptor",
    "classpath",
    "compiled",
    "connect",
    "ConnectError",
    "Connection",
    "CorruptedStreamError",
    "DayOfWeek",
    "DecodeError",
    "default_registry",
    "Document",
    "dump",
    "dumps",
    "dumps_all",
    "EncodeError",
    "Field",
    "FilterInfo",
    "Float",
    "HashMap",
    "Instant",
    "InvalidClassError",
    "java_class",
    "java_enum",
    "java_type",
    "JavaArray",
    "JavaClass",
    "JavaEnum",
    "JavaField",
    "JavaObject",
    "JavaProxy",
    "JavaThrowable",
    "jboolean",
    "jbyte",
    "jchar",
    "jdouble",
    "jdouble_array",
    "jfloat",
    "jfloat_array",
    "jint",
    "jint_array",
    "jlong",
    "jlong_array",
    "jshort",
    "jshort_array",
    "Limits",
    "LinkedHashMap",
    "LinkedHashSet",
    "LinkedList",
    "listen",
    "Listener",
    "load",
    "loads",
    "loads_all",
    "LocalProtocolError",
    "Long",
    "Month",
    "MonthDay",
    "NanoDateTime",
    "NanoTime",
    "NanoTimedelta",
    "NotSerializableError",
    "numpy_arrays",
    "ObjectInput",
    "ObjectInputFilter",
    "ObjectInputStream",
    "ObjectOutput",
    "ObjectOutputStream",
    "PeerException",
    "Period",
    "ProtocolError",
    "Registry",
    "RejectedError",
    "RemoteProtocolError",
    "SchemaError",
    "serve",
    "Server",
    "Short",
    "State",
    "Status",
    "Transient",
    "TreeMap",
    "TreeSet",
    "TruncatedStreamError",
    "Year",
    "YearMonth",
    "ZonedDateTime",
    "ZoneId",
]
