cimport cython
from ..stream cimport native

@cython.locals(items=list)
cdef object _big_integer(long sign, magnitude, list annotations)
