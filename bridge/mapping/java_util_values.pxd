cimport cython
from ..stream cimport native

cdef Py_ssize_t* _UUID_SLOTS

cpdef _build_uuid(list values, annotations)
