cimport cython
from ..stream cimport native

@cython.locals(digits='long long', exponent='long long')
cpdef _build_big_decimal(list values, annotations)
