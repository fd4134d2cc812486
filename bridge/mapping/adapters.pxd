cimport cython
from ..stream cimport native

@cython.locals(i=Py_ssize_t, contents=list, size=Py_ssize_t)
cpdef fill_map(container, list contents, Py_ssize_t head_bytes, bint forced)
@cython.locals(i=Py_ssize_t)
cpdef fill_entries(container, list entries, bint forced, Py_ssize_t first=*)
