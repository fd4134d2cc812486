cimport cython

cdef list _free

@cython.final
cdef class BusyPolling:
    cdef bint _by_experience
    cdef double _seconds
    cdef Py_ssize_t _sleeps, _sleeps_left

    cpdef double begin(self, bint asked) except -1
    cpdef end(self, Py_ssize_t tries, bint came)
