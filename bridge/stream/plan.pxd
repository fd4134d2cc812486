cimport cython
from . cimport native
from .data_writer cimport DataWriter
from .descriptors cimport ClassDescriptor

cdef int ANNOTATION

@cython.final
cdef class DecodePlan:
    cdef readonly int shape
    cdef readonly ClassDescriptor descriptor
    cdef readonly bytes program
    cdef const unsigned char* steps
    cdef Py_ssize_t length
    cdef readonly object cls
    cdef readonly list members
    cdef readonly list names
    cdef readonly Py_ssize_t annotation_step
    cdef readonly object new
    cdef readonly object build
    cdef readonly bint replaces
    cdef readonly bint bare
    cdef readonly object from_data, from_number, from_contents
    cdef readonly Py_ssize_t contents_each
    cdef readonly int short
    cdef readonly bint usual
    cdef readonly Py_ssize_t head_count, head_bytes, box_bytes
    cdef const unsigned char* head
    cdef bytes run_lengths
    cdef const unsigned char* runs
    cdef Py_ssize_t* slots

@cython.final
cdef class EncodePlan:
    cdef readonly int shape
    cdef readonly ClassDescriptor descriptor
    cdef readonly bytes program
    cdef const unsigned char* steps
    cdef Py_ssize_t length
    cdef readonly int code
    cdef readonly list names
    cdef readonly list members
    cdef readonly list checks
    cdef readonly Py_ssize_t annotation_step
    cdef readonly Py_ssize_t value_count
    cdef readonly object reduce
    cdef readonly tuple alternatives
    cdef readonly DataWriter writer
    cdef readonly object packer
    cdef readonly bint has_slots, plain
    cdef readonly bytes leaf_program
    cdef const unsigned char* leaf_steps
    cdef Py_ssize_t* slots
