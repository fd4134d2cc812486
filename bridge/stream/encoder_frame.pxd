cimport cython
from .plan cimport EncodePlan

@cython.final
cdef class EncoderFrame:
    cdef int kind
    cdef Py_ssize_t index
    cdef EncodePlan plan
    cdef object obj
    cdef object values
    cdef object annotations
    cdef object items
    cdef list outer
    cdef Py_ssize_t length

@cython.locals(i=Py_ssize_t, frame=EncoderFrame)
cpdef object path_of(list frames, Py_ssize_t top)
cdef str _places(list steps, top)
cdef str _place(step, bint below)
@cython.locals(index=Py_ssize_t, kind=int)
cdef str _step_of(EncoderFrame frame, bint below)
