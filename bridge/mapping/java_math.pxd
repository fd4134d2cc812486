cimport cython
from ..stream cimport native

cdef list _UNITS

cpdef _decimal_of(long long scale, unscaled)
cpdef _build_big_decimal(list values, annotations)
cpdef _scale_and_number(value)
