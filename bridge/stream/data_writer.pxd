from .native cimport NativeOut

cdef class DataWriter:
    cdef bint put(self, NativeOut* out, value) except -1
