cimport cython
from . cimport native

cdef Py_ssize_t _FEW_BYTES

cdef class SharedSocket:
    cdef object _sock, _lock
    cdef tuple _companions
    cdef list _users
    cdef bint _given_back
    cdef readonly bint closed

    cpdef object enter(self)
    cpdef leave(self)
    cdef _give_back(self)

cdef class SocketEnd:
    cdef double _busy_poll_seconds
    cdef SharedSocket _shared
    cdef bint _is_plain
    cdef int _dont_wait
    cdef bint _unacknowledged
    cdef bint _much

    @cython.locals(most=Py_ssize_t, flags=int)
    cpdef receive(self, Py_ssize_t max_bytes, timeout=*)
    @cython.locals(flags=int)
    cpdef send(self, data, timeout=*)
    @cython.locals(until=double)
    cdef _poll_busily(self, sock, deadline)
