cimport cython
from . cimport native
from .descriptor_writer cimport DescriptorWriter
from .descriptors cimport ClassDescriptor
from .plan cimport EncodePlan

cdef int TC_ARRAY
cdef int BYTES, CHARS

cdef class ArrayWriter(DescriptorWriter):
    cdef int _start_array(self, ClassDescriptor descriptor, obj, Py_ssize_t length) except -1
    cdef int _primitives(self, EncodePlan plan, int shape, obj) except -1
    cdef int _numbers(self, ClassDescriptor descriptor, int width, buffer, obj) except -1
    cdef int _primitive(self, int code, value) except -1
