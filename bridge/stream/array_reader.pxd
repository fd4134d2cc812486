cimport cython
from . cimport native
from .descriptor_reader cimport DescriptorReader
from .descriptors cimport ClassDescriptor
from .reader cimport Frame

cdef int IN_ARRAY
cdef object NEED_DATA, PUSHED
cdef dict _NUMBERS

cdef class ArrayReader(DescriptorReader):
    @cython.locals(name=str, length=Py_ssize_t)
    cdef Py_ssize_t _array_bytes(self, ClassDescriptor descriptor) except -1
    @cython.locals(p='const unsigned char*', pos=Py_ssize_t, length=Py_ssize_t, code=int, size=Py_ssize_t, start=Py_ssize_t, end=Py_ssize_t, frame=Frame)
    cdef object _begin_array(self, ClassDescriptor descriptor)
    @cython.locals(length=Py_ssize_t)
    cdef object _step_array(self, Frame frame)
