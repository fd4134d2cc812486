cimport cython
from . cimport native
from .descriptors cimport ClassDescriptor
from .object_reader cimport ObjectReader
from .plan cimport DecodePlan
from .reader cimport Frame

cdef int ANNOTATION, ARRAY_FIELD, OBJECT_FIELD
cdef int TC_ARRAY, TC_BLOCKDATA, TC_ENDBLOCKDATA, TC_NULL, TC_OBJECT, TC_REFERENCE, TC_STRING
cdef Py_ssize_t BASE_WIRE_HANDLE, _SMALL
cdef int _LEVELS
cdef long long _LOAD_FACTOR_BITS
cdef int BOX, BUILD, FILL, LIST, MAP, SLOTS
cdef int IN_OBJECT, IN_OPEN
cdef object NEED_DATA, PUSHED, UNREAD
cdef Frame _BEGUN

cdef list _as_items(mapping)

cdef class WholeReader(ObjectReader):
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
    @cython.locals(p='const unsigned char*', pos=Py_ssize_t, left=Py_ssize_t, plan=DecodePlan, found=ClassDescriptor, size=Py_ssize_t, count=Py_ssize_t)
    cdef object _boxes(self, items)
    @cython.locals(pos=Py_ssize_t, left=Py_ssize_t, found=ClassDescriptor, plan=DecodePlan, frame=Frame)
    @cython.final
    cdef object _object(self)
    @cython.locals(p='const unsigned char*', handle=Py_ssize_t, steps='const unsigned char*', length=Py_ssize_t, i=Py_ssize_t, code=int, size=Py_ssize_t, frame=Frame, outer=list, levels=Py_ssize_t, last=Py_ssize_t, inner_plan=DecodePlan, found=ClassDescriptor)
    @cython.final
    cdef object _flat_object(self, ClassDescriptor descriptor, DecodePlan plan)
    @cython.locals(pos=Py_ssize_t, found=ClassDescriptor, plan=DecodePlan)
    @cython.final
    cdef ClassDescriptor _flat_class(self)
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
    @cython.locals(p='const unsigned char*', pos=Py_ssize_t, handle=Py_ssize_t, refs=Py_ssize_t, copied=Py_ssize_t, found=ClassDescriptor, plan=DecodePlan)
    @cython.final
    cdef object _part(self, int levels)
    @cython.locals(p='const unsigned char*', pos=Py_ssize_t, items=list, count=Py_ssize_t)
    @cython.final
    cdef object _small_list(self, DecodePlan plan)
    @cython.locals(values=list, annotations=list)
    @cython.final
    cdef object _small_build(self, DecodePlan plan, int levels)
    @cython.locals(handle=Py_ssize_t, values=list, items=list, annotations=list, i=Py_ssize_t, frame=Frame)
    @cython.final
    cdef object _flat_build(self, DecodePlan plan, ClassDescriptor descriptor)
    @cython.locals(items=list, steps='const unsigned char*', length=Py_ssize_t, i=Py_ssize_t, code=int, size=Py_ssize_t)
    @cython.final
    cdef Py_ssize_t _parts(self, DecodePlan plan, list values, list annotations, int levels) except -1
    @cython.locals(size=Py_ssize_t)
    @cython.final
    cdef object _built(self, DecodePlan plan, container, list values, list annotations)
    @cython.locals(p='const unsigned char*', pos=Py_ssize_t, left=Py_ssize_t, code=int)
    @cython.final
    cdef bint _flat_annotation(self, list items, int levels) except -1
    @cython.locals(p='const unsigned char*', pos=Py_ssize_t, left=Py_ssize_t, length=Py_ssize_t, found=ClassDescriptor)
    @cython.final
    cdef object _short_bytes(self)
    @cython.locals(p='const unsigned char*', pos=Py_ssize_t, left=Py_ssize_t, size=Py_ssize_t)
    @cython.final
    cdef object _from_block(self, DecodePlan plan)
