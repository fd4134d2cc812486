cimport cython
from ..stream cimport native

@cython.locals(tag=int, contents=list)
cpdef _build(list values, list annotations)
cpdef _made(int tag, list elements)
