cimport cython
from . cimport native, native_leaves
from .descriptor_writer cimport DescriptorWriter
from .descriptors cimport ClassDescriptor
from .plan cimport EncodePlan

cdef int TC_ARRAY, TC_ENDBLOCKDATA
cdef int BOOLEAN, BYTES, CHARS, DATA, DOUBLE

cdef class NumberWriter(DescriptorWriter):
    @cython.locals(box=EncodePlan, size=int)
    cdef object _number(self, EncodePlan plan, int shape, number)
    @cython.locals(magnitude=bytes, byte_array=EncodePlan)
    cdef int _big_integer(self, EncodePlan plan, number, obj) except -1
    cdef int _adapted(self, EncodePlan plan, obj) except -1
    cdef int _data(self, EncodePlan plan, obj) except -1
    @cython.locals(inner=EncodePlan, within=EncodePlan, handle=Py_ssize_t, array=Py_ssize_t)
    cdef int _scaled(self, EncodePlan plan, obj) except -1
    cdef int _start_array(self, ClassDescriptor descriptor, obj, Py_ssize_t length) except -1
    cdef int _primitives(self, EncodePlan plan, int shape, obj) except -1
    cdef int _numbers(self, ClassDescriptor descriptor, int width, buffer, obj) except -1
    cdef int _primitive(self, int code, value) except -1
