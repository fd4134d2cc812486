cimport cython
from . cimport native
from .busy_polling cimport BusyPolling

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
    cdef SharedSocket _shared
    cdef BusyPolling _polling
    cdef bint _is_plain
    cdef int _dont_wait
    cdef bint _unacknowledged
    cdef bint _sent
    cdef bint _much

    @cython.locals(most=Py_ssize_t, flags=int, seconds=double, asked=bint)
    cpdef receive(self, Py_ssize_t max_bytes, timeout=*)
    @cython.locals(flags=int)
    cpdef send(self, data, timeout=*)
    @cython.locals(tries=Py_ssize_t, until=double)
    cdef _poll_busily(self, sock, Py_ssize_t max_bytes, double seconds, deadline)
    cdef _receive(self, sock, Py_ssize_t max_bytes, int flags)
