cimport cython
from . cimport native
from .descriptors cimport ClassDescriptor
from .object_reader cimport ObjectReader
from .plan cimport DecodePlan
from .reader cimport Frame, Opened

cdef int TC_ARRAY, TC_BLOCKDATA, TC_ENDBLOCKDATA, TC_NULL, TC_OBJECT, TC_REFERENCE, TC_STRING
cdef Py_ssize_t ANY_NUMBER, BASE_WIRE_HANDLE, FEW_PARTS, _MAGNITUDE_BYTES
cdef int _KNOWN_OBJECT, _KNOWN_ARRAY
cdef int _MOST_PATIENCE
cdef int OF_CONTENTS, OF_DATA, OF_ENTRIES, OF_ITEMS, OF_MAGNITUDE, OF_NUMBER
cdef long long LOAD_FACTOR_BITS
cdef object UNREAD
cdef Frame BEGUN

cdef class LeafReader(ObjectReader):
    @cython.final
    cdef object _leaf(self)
    @cython.locals(p='const unsigned char*', pos=Py_ssize_t, end=Py_ssize_t, sure=Py_ssize_t, handles=list, refs=Py_ssize_t, wanted=Py_ssize_t, opened=Opened, code=int, start=Py_ssize_t, stop=Py_ssize_t, plan=DecodePlan, size=Py_ssize_t, taken=Py_ssize_t, bounded=bint, deep=bint, short=int, after=Py_ssize_t)
    cdef Py_ssize_t _take_leaves(self, items, Py_ssize_t most) except -1
    @cython.locals(p='const unsigned char*', descriptor=ClassDescriptor, plan=DecodePlan)
    @cython.final
    cdef DecodePlan _plan_at(self, Py_ssize_t pos)
    @cython.locals(left=Py_ssize_t, code=int)
    @cython.final
    cdef bint _begins_at(self, Py_ssize_t pos) noexcept
    @cython.locals(room=Py_ssize_t)
    @cython.final
    cdef Py_ssize_t _room(self) noexcept
    @cython.final
    cdef bint _has_room(self) noexcept
    @cython.locals(p='const unsigned char*')
    @cython.final
    cdef ClassDescriptor _class_at(self, Py_ssize_t pos)
    @cython.locals(p='const unsigned char*', pos=Py_ssize_t, left=Py_ssize_t, length=Py_ssize_t, found=ClassDescriptor)
    @cython.final
    cdef object _short_bytes(self)
    @cython.locals(opened=Opened, items=list)
    @cython.final
    cdef object _short(self, DecodePlan plan)
    @cython.locals(p='const unsigned char*', start=Py_ssize_t, stop=Py_ssize_t, end=Py_ssize_t)
    @cython.final
    cdef object _of_data(self, DecodePlan plan)
    @cython.final
    cdef bint _admits_bytes(self, Py_ssize_t length, Py_ssize_t levels) noexcept
    @cython.locals(p='const unsigned char*', pos=Py_ssize_t, left=Py_ssize_t, length=Py_ssize_t, end=Py_ssize_t, found=ClassDescriptor, digits=bytes)
    @cython.final
    cdef object _of_magnitude(self, DecodePlan plan)
    @cython.locals(p='const unsigned char*', pos=Py_ssize_t, left=Py_ssize_t, scale='long long', begin=int, known=Py_ssize_t, sign=int, array=int, of_bytes=Py_ssize_t, length=Py_ssize_t, at=Py_ssize_t, handles=list, descriptor=ClassDescriptor, inner=DecodePlan, digits=bytes)
    @cython.final
    cdef object _of_number(self, DecodePlan plan)
    @cython.locals(p='const unsigned char*', pos=Py_ssize_t, left=Py_ssize_t, size=Py_ssize_t, count=Py_ssize_t, refs=int, opened=Opened)
    @cython.final
    cdef bint _begin_parts(self, DecodePlan plan, Opened around, Py_ssize_t start) except -1
    @cython.final
    cdef bint _finish_parts(self, Opened opened) except -1
    @cython.locals(pos=Py_ssize_t, plan=DecodePlan, items=list)
    @cython.final
    cdef object _made(self, Opened opened)
    @cython.locals(first=Opened)
    @cython.final
    cdef int _give_up(self, Opened opened) except -1
    @cython.locals(pos=Py_ssize_t, size=Py_ssize_t)
    @cython.final
    cdef bint _end_of_map(self, bint linked) except -1
