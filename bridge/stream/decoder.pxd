cimport cython
from . cimport native
from .descriptors cimport ClassDescriptor
from .plan cimport DecodePlan
from .reader cimport Frame
from .whole_reader cimport WholeReader

cdef int TC_ARRAY, TC_BLOCKDATA, TC_BLOCKDATALONG, TC_CLASS, TC_CLASSDESC, TC_ENDBLOCKDATA, TC_ENUM, TC_EXCEPTION
cdef int TC_LONGSTRING, TC_NULL, TC_OBJECT, TC_PROXYCLASSDESC, TC_REFERENCE, TC_RESET, TC_STRING
cdef Py_ssize_t BASE_WIRE_HANDLE
cdef long long _MAX_STRING_BYTES
cdef int BOX, LIST, MAP, SLOTS
cdef int IN_OPEN, IN_OBJECT, IN_ARRAY, IN_ENUM, IN_DESCRIPTOR, IN_EXCEPTION
cdef object NEED_DATA, END_OF_STREAM, PUSHED, UNREAD

cdef class Decoder(WholeReader):
    cpdef next_content(self)
    cpdef object read_alone(self, bytes data)
    cpdef object take_contents(self, list contents)
    @cython.locals(collecting=bint)
    cdef object _read(self, contents)
    @cython.locals(frame=Frame)
    cdef object _next(self, contents)
    @cython.locals(code=int)
    cdef object _content(self, contents)
    @cython.locals(p='const unsigned char*', pos=Py_ssize_t, left=Py_ssize_t, code=int, length=Py_ssize_t, number=Py_ssize_t, frame=Frame)
    cdef object _value(self)
    cdef object _string(self, text, Py_ssize_t length)
    @cython.locals(pos=Py_ssize_t, length=Py_ssize_t)
    cdef object _rare_value(self, int code)
    @cython.locals(frame=Frame)
    cdef object _open(self, int code)
    cdef object _abort(self)
    @cython.locals(kind=int)
    cdef object _step(self, Frame frame)
    @cython.locals(kind=int)
    cdef int _accept(self, Frame frame, value) except -1
    @cython.locals(code=int, descriptor=ClassDescriptor, needed=Py_ssize_t, plan=DecodePlan)
    cdef object _step_open(self, Frame frame)
    cdef object _step_exception(self, Frame frame)
