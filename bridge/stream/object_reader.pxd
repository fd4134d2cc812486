cimport cython
from . cimport native
from .array_reader cimport ArrayReader
from .descriptors cimport ClassDescriptor
from .plan cimport DecodePlan
from .reader cimport Frame

cdef int ANNOTATION, SC_ENUM
cdef int TC_BLOCKDATA, TC_BLOCKDATALONG, TC_ENDBLOCKDATA, TC_EXCEPTION, TC_LONGSTRING, TC_OBJECT, TC_REFERENCE, TC_STRING
cdef Py_ssize_t MANY_FIELDS, _SMALL_BYTES, _FIRST
cdef tuple _CONTAINERS
cdef int ATTRIBUTES, BOX, BUILD, FILL, LIST, MAP, SKIP, SLOTS
cdef int IN_OBJECT, IN_ARRAY, IN_ENUM
cdef Py_ssize_t ANY_NUMBER
cdef object NEED_DATA, PUSHED, UNREAD

cdef class ObjectReader(ArrayReader):
    cdef DecodePlan _plan(self, ClassDescriptor descriptor)
    @cython.locals(plan=DecodePlan)
    cdef DecodePlan _new_plan(self, ClassDescriptor descriptor)
    @cython.locals(flags=int)
    cdef int _check_object_class(self, ClassDescriptor descriptor) except -1
    @cython.locals(plan=DecodePlan, shape=int, code=int, size=Py_ssize_t, frame=Frame)
    cdef object _begin_object(self, ClassDescriptor descriptor)
    @cython.locals(p='const unsigned char*', plan=DecodePlan, steps='const unsigned char*', length=Py_ssize_t, i=Py_ssize_t, code=int, size=Py_ssize_t)
    cdef object _step_object(self, Frame frame)
    @cython.locals(plan=DecodePlan)
    cdef int _store(self, Frame frame, Py_ssize_t i, value) except -1
    @cython.locals(code=int, shape=int, head=bytes)
    cdef object _annotation(self, Frame frame)
    cdef int _reserve(self, items, Py_ssize_t count) except -1
    @cython.locals(p='const unsigned char*', pos=Py_ssize_t, size=Py_ssize_t)
    cdef bint _take_head(self, Frame frame) except -1
    @cython.locals(size=Py_ssize_t, head=bytes, items=list, values=list)
    cdef object _map(self, DecodePlan plan, Frame frame)
    cdef int _close_block(self, Frame frame) except -1
    @cython.locals(plan=DecodePlan, shape=int, head=bytes)
    cdef object _finish_object(self, Frame frame)
    cdef object _boxed(self, DecodePlan plan, value)
    cdef object _finished(self, DecodePlan plan, Frame frame)
    @cython.locals(annotations=list)
    cdef object _call_build(self, DecodePlan plan, Frame frame)
    @cython.locals(size=Py_ssize_t, i=Py_ssize_t)
    cdef Py_ssize_t _afford(self, Py_ssize_t first, list values, list annotations) except -2
    @cython.locals(size=Py_ssize_t, i=Py_ssize_t)
    cdef Py_ssize_t _afford_contents(self, field, list contents) except -2
    cdef Py_ssize_t _pay(self, Py_ssize_t size) noexcept
    @cython.locals(plan=DecodePlan, i=Py_ssize_t)
    cdef int _fill_generic(self, Frame frame, generic) except -1
    cdef object _in_progress(self, Frame frame)
    @cython.locals(frame=Frame)
    cdef object _begin_enum(self, ClassDescriptor descriptor)
    @cython.locals(code=int)
    cdef object _step_enum(self, Frame frame)
    @cython.locals(plan=DecodePlan)
    cdef object _constant(self, ClassDescriptor descriptor, name)

cdef int _NOTHING, _INTEGER, _CONTAINER, _TEXT, _BUFFER, _ARRAY
@cython.locals(size=Py_ssize_t, sort=int)
cdef Py_ssize_t _copy_bytes(value) except -1
