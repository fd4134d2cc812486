"""Java's object streams for Python: what ``ObjectOutputStream`` writes is read, what ``ObjectInputStream`` reads is written.

``loads`` and ``dumps`` for bytes, ``load`` and ``dump`` for files, ``Document`` for every byte of a stream, ``connect``,
``listen`` and ``serve`` for sockets. No JVM, no class loading, no code from a stream.
"""

from ._build import is_compiled

# isort: split
from ._version import __version__
from .codec import dump, dumps, dumps_all, load, loads, loads_all
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
from .mapping.java_util import HashMap, LinkedHashMap, LinkedHashSet, LinkedList, TreeMap, TreeSet
from .mapping.registry import Registry
from .stream import decoder
from .stream.document import Document
from .stream.descriptors import ClassDescriptor, Field
from .stream.generic import JavaObject, JavaProxy
from .stream.model import BlockData, BooleanArray, CharArray, JavaArray, JavaClass, JavaEnum

compiled = is_compiled(decoder)

__all__ = [
    "__version__",
    "BigInteger",
    "BlockData",
    "BooleanArray",
    "Byte",
    "Char",
    "CharArray",
    "ClassDescriptor",
    "compiled",
    "default_registry",
    "Document",
    "dump",
    "dumps",
    "dumps_all",
    "Field",
    "Float",
    "HashMap",
    "java_class",
    "java_enum",
    "JavaArray",
    "JavaClass",
    "JavaEnum",
    "JavaField",
    "JavaObject",
    "JavaProxy",
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
    "LinkedHashMap",
    "LinkedHashSet",
    "LinkedList",
    "load",
    "loads",
    "loads_all",
    "Long",
    "ObjectInput",
    "ObjectOutput",
    "Registry",
    "Short",
    "Transient",
    "TreeMap",
    "TreeSet",
]
