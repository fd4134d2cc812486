cimport cython
from . cimport native
from .descriptors cimport ClassDescriptor
from .leaf_reader cimport LeafReader
from .plan cimport DecodePlan
from .reader cimport Frame

cdef int ANNOTATION
cdef int TC_ARRAY, TC_BLOCKDATA, TC_ENDBLOCKDATA, TC_OBJECT
cdef Py_ssize_t ANY_NUMBER, FEW_PARTS, _FEW
cdef int FEW_LEVELS
cdef long long LOAD_FACTOR_BITS
cdef int BUILD, FILL, LIST, MAP, OF_ITEMS, SLOTS
cdef int IN_OBJECT, IN_OPEN
cdef object NEED_DATA, PUSHED, UNREAD
cdef Frame BEGUN

cdef class WholeReader(LeafReader):
    @cython.locals(pos=Py_ssize_t, left=Py_ssize_t, found=ClassDescriptor, plan=DecodePlan, frame=Frame, last=Py_ssize_t)
    cdef object _object(self, items)
    @cython.locals(p='const unsigned char*', first=Py_ssize_t, handle=Py_ssize_t, length=Py_ssize_t, i=Py_ssize_t, most=Py_ssize_t, code=int, size=Py_ssize_t, frame=Frame, outer=list, levels=Py_ssize_t, last=Py_ssize_t, inner_plan=DecodePlan, found=ClassDescriptor)
    @cython.final
    cdef object _flat_object(self, ClassDescriptor descriptor, DecodePlan plan, items)
    @cython.locals(pos=Py_ssize_t, found=ClassDescriptor, plan=DecodePlan)
    @cython.final
    cdef ClassDescriptor _flat_class(self)
    @cython.locals(frame=Frame)
    @cython.final
    cdef Frame _go_on(self, ClassDescriptor descriptor, DecodePlan plan, Py_ssize_t handle, value)
    @cython.locals(p='const unsigned char*', pos=Py_ssize_t, handle=Py_ssize_t, count=Py_ssize_t, frame=Frame)
    @cython.final
    cdef object _flat_list(self, DecodePlan plan, ClassDescriptor descriptor)
    @cython.locals(p='const unsigned char*', pos=Py_ssize_t, handle=Py_ssize_t, items=list, most=Py_ssize_t, frame=Frame)
    @cython.final
    cdef object _flat_map(self, DecodePlan plan, ClassDescriptor descriptor)
    @cython.locals(p='const unsigned char*', pos=Py_ssize_t, handle=Py_ssize_t, refs=Py_ssize_t, copied=Py_ssize_t, found=ClassDescriptor, plan=DecodePlan)
    @cython.final
    cdef object _part(self, int levels)
    @cython.locals(values=list, annotations=list)
    @cython.final
    cdef object _small_build(self, DecodePlan plan, int levels)
    @cython.locals(handle=Py_ssize_t, values=list, items=list, annotations=list, i=Py_ssize_t, frame=Frame)
    @cython.final
    cdef object _flat_build(self, DecodePlan plan, ClassDescriptor descriptor)
    @cython.locals(items=list, length=Py_ssize_t, i=Py_ssize_t, most=Py_ssize_t, taken=Py_ssize_t, size=Py_ssize_t)
    @cython.final
    cdef Py_ssize_t _parts(self, DecodePlan plan, list values, list annotations, int levels) except -1
    @cython.locals(size=Py_ssize_t)
    @cython.final
    cdef object _built(self, DecodePlan plan, container, list values, list annotations)
    @cython.locals(p='const unsigned char*', pos=Py_ssize_t, left=Py_ssize_t, code=int)
    @cython.final
    cdef bint _flat_annotation(self, list items, int levels) except -1
