cimport cython
from ..stream cimport native
from ..stream.data_writer cimport DataWriter

cdef Py_ssize_t* _UUID_SLOTS

cpdef _uuid_of(bytes data)
cpdef _build_uuid(list values, annotations)
cdef _uuid(number)

cdef class UuidWriter(DataWriter):
    cdef bint put(self, native.NativeOut* out, value) except -1
