cimport cython
from ..stream cimport native

@cython.locals(tag=int, contents=list, elements=list)
cpdef _build(list values, list annotations)
