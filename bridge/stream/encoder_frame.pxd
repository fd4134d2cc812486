cimport cython
from .plan cimport EncodePlan

@cython.final
@cython.no_gc
cdef class EncoderFrame:
    cdef int kind
    cdef Py_ssize_t index
    cdef EncodePlan plan
    cdef object obj
    cdef object values
    cdef object annotations
    cdef object items
    cdef object key
    cdef object value
    cdef Py_ssize_t length
    cdef bint between

@cython.locals(i=Py_ssize_t)
cpdef object path_of(list frames, Py_ssize_t top)
cdef str _place(EncoderFrame frame, bint below)
@cython.locals(index=Py_ssize_t, kind=int)
cdef str _step_of(EncoderFrame frame, bint below)
