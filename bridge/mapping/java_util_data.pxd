cimport cython
from ..stream cimport native

cdef list _INTS
cdef bytes _LIST, _SET, _MAP, _LIST_WITH_NULLS

cdef bint _has_none(items) except -1
cdef bytes _int(long long number)
cpdef tuple_parts(value)
cpdef stream_list_parts(value)
cpdef frozenset_parts(value)
cpdef map_parts(value)
@cython.locals(entries=list)
cpdef enum_map_parts(value)
@cython.locals(size=Py_ssize_t)
cpdef list counted_entries(mapping)
@cython.locals(least="unsigned long long", most="unsigned long long")
cpdef bytes uuid_data(value)
