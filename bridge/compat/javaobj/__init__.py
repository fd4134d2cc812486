"""The face of the package javaobj (version 1), for programs that were written for it.

    import bridge.compat.javaobj as javaobj

    payment = javaobj.loads(data)
    payment.get_class().name, payment.amount

What is there, what is not, and what differs on purpose: docs/javaobj.md.
"""

from .beans import JavaArray, JavaByteArray, JavaClass, JavaEnum, JavaObject, JavaString
from .marshaller import JavaObjectMarshaller, dumps
from .transformers import DefaultObjectTransformer
from .unmarshaller import JavaObjectUnmarshaller, NotAStreamError, UnmarshalError, load, loads

__all__ = [
    "DefaultObjectTransformer",
    "dumps",
    "JavaArray",
    "JavaByteArray",
    "JavaClass",
    "JavaEnum",
    "JavaObject",
    "JavaObjectMarshaller",
    "JavaObjectUnmarshaller",
    "JavaString",
    "load",
    "loads",
    "NotAStreamError",
    "UnmarshalError",
]
