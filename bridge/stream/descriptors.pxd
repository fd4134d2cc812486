cimport cython

cdef int SC_BLOCK_DATA, SC_ENUM, SC_EXTERNALIZABLE, SC_SERIALIZABLE, SC_WRITE_METHOD

cdef class ClassDescriptor:
    cdef readonly str name
    cdef readonly object serial_version_uid
    cdef readonly int flags
    cdef readonly tuple fields
    cdef readonly ClassDescriptor super_class
    cdef readonly tuple interfaces
    cdef readonly list annotation
    cdef readonly bint fieldless
    cdef readonly int super_class_count
    cdef readonly Py_ssize_t field_count
    cdef public object decode_plan
    cdef public object generic_plan
    cdef public tuple written_first

@cython.final
cdef class CachedDescriptor:
    cdef readonly bytes raw
    cdef readonly Py_ssize_t first_handle
    cdef readonly list handles
    cdef readonly ClassDescriptor descriptor
    cdef readonly Py_ssize_t classes, most_fields

@cython.final
cdef class DescriptorCache:
    cdef dict by_header
    cdef dict by_content
    cdef Py_ssize_t raw_bytes, fields, generation
    cpdef object candidates(self, bytes header)
    cpdef remember(self, bytes header, CachedDescriptor entry, dict by_header)
    cpdef ClassDescriptor intern(self, ClassDescriptor descriptor)
    cpdef clear(self)
