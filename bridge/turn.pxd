cimport cython

@cython.final
cdef class Turn:
    cdef list _free, _waiting
    cdef object _given_back

    cpdef bint take_now(self) except -1
    cpdef bint take(self, deadline=*) except -1
    cpdef int give_back(self) except -1
