from ..stream cimport native

cdef object _big_integer(long sign, magnitude)
