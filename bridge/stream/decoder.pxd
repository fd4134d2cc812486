cimport cython
from . cimport native
from .descriptors cimport ClassDescriptor
from .object_reader cimport ObjectReader
from .plan cimport DecodePlan
from .reader cimport Frame

cdef int TC_ARRAY, TC_BLOCKDATA, TC_BLOCKDATALONG, TC_CLASS, TC_CLASSDESC, TC_ENDBLOCKDATA, TC_ENUM, TC_EXCEPTION
cdef int TC_LONGSTRING, TC_NULL, TC_OBJECT, TC_PROXYCLASSDESC, TC_REFERENCE, TC_RESET, TC_STRING
cdef Py_ssize_t BASE_WIRE_HANDLE, _SMALL
cdef long long _MAX_STRING_BYTES, _LOAD_FACTOR_BITS
cdef int BOX, LIST, MAP, SLOTS
cdef int IN_OPEN, IN_OBJECT, IN_ARRAY, IN_ENUM, IN_DESCRIPTOR, IN_EXCEPTION
cdef object NEED_DATA, END_OF_STREAM, PUSHED, UNREAD
cdef Frame _BEGUN

cdef list _as_items(mapping)

cdef class Decoder(ObjectReader):
    cpdef next_content(self)
    cpdef object read_alone(self, bytes data)
    cpdef object take_contents(self, list contents)
    @cython.locals(collecting=bint)
    cdef object _read(self, contents)
    @cython.locals(frame=Frame)
    cdef object _next(self)
    @cython.locals(code=int)
    cdef object _content(self)
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
    @cython.locals(p='const unsigned char*', pos=Py_ssize_t, left=Py_ssize_t, code=int, length=Py_ssize_t, number=Py_ssize_t)
    @cython.final
    cdef object _leaf(self)
    @cython.final
    cdef bint _has_room(self) noexcept
    @cython.locals(p='const unsigned char*', number=Py_ssize_t)
    @cython.final
    cdef ClassDescriptor _class_at(self, Py_ssize_t pos)
    @cython.locals(plan=DecodePlan, found=ClassDescriptor, size=Py_ssize_t)
    @cython.final
    cdef object _box(self, Py_ssize_t pos, Py_ssize_t left)
    @cython.locals(p='const unsigned char*', pos=Py_ssize_t, left=Py_ssize_t, plan=DecodePlan, found=ClassDescriptor, code=int, size=Py_ssize_t, count=Py_ssize_t, first=Py_ssize_t)
    cdef object _boxes(self, items)
    @cython.locals(pos=Py_ssize_t, left=Py_ssize_t, found=ClassDescriptor, plan=DecodePlan, frame=Frame)
    @cython.final
    cdef object _object(self)
    @cython.locals(p='const unsigned char*', handle=Py_ssize_t, steps='const unsigned char*', length=Py_ssize_t, i=Py_ssize_t, code=int, size=Py_ssize_t, frame=Frame)
    @cython.final
    cdef object _flat_object(self, ClassDescriptor descriptor, DecodePlan plan)
    @cython.locals(frame=Frame)
    @cython.final
    cdef Frame _go_on(self, ClassDescriptor descriptor, DecodePlan plan, Py_ssize_t handle, value)
    @cython.locals(p='const unsigned char*', pos=Py_ssize_t, handle=Py_ssize_t, count=Py_ssize_t, frame=Frame)
    @cython.final
    cdef object _flat_list(self, DecodePlan plan, ClassDescriptor descriptor)
    @cython.final
    cdef object _leaves(self, items, Py_ssize_t count)
    @cython.locals(p='const unsigned char*', pos=Py_ssize_t, handle=Py_ssize_t, items=list, frame=Frame)
    @cython.final
    cdef object _flat_map(self, DecodePlan plan, ClassDescriptor descriptor)
    @cython.locals(pos=Py_ssize_t, size=Py_ssize_t)
    @cython.final
    cdef bint _end_of_map(self, bint linked) except -1
    @cython.locals(p='const unsigned char*', pos=Py_ssize_t, handle=Py_ssize_t, refs=Py_ssize_t, found=ClassDescriptor, plan=DecodePlan, items=list, count=Py_ssize_t)
    @cython.final
    cdef object _small_list(self)
