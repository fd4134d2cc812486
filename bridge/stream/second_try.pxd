cimport cython
from .reader cimport Frame, StreamReader

cdef int IN_OBJECT, SC_WRITE_METHOD
cdef Py_ssize_t NO_REFERENCE
cdef int _MAX_TRIES

cdef class SecondTryReader(StreamReader):
    @cython.locals(start=Py_ssize_t)
    cdef int _mark(self) except -1
    @cython.locals(offset=Py_ssize_t)
    cdef bint _try_again(self, error) except -1
    cdef int _rewind(self) except -1
    cdef object _given_up(self)
    @cython.locals(i=Py_ssize_t, frame=Frame)
    cdef list _suspects(self)
    cdef int _suspect(self, descriptor, list names) except -1
