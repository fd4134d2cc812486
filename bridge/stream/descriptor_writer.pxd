cimport cython
from . cimport native
from .descriptors cimport ClassDescriptor
from .encoder_frame cimport FrameStack

cdef int TC_BLOCKDATA, TC_BLOCKDATALONG, TC_CLASSDESC, TC_ENDBLOCKDATA, TC_NULL, TC_OBJECT, TC_PROXYCLASSDESC, TC_STRING
cdef long long BASE_WIRE_HANDLE
cdef Py_ssize_t MAX_BLOCK_BYTES, _KEPT_OBJECTS

@cython.final
cdef class _TypeString:
    cdef readonly str text

cdef class DescriptorWriter(FrameStack):
    cdef native.NativeOut* _out
    cdef native.NativeMemo* _memo
    cdef list _objects
    cdef ClassDescriptor _last_descriptor
    cdef Py_ssize_t _last_handle
    cdef dict _type_strings
    cdef object _unshared

    cdef int _annotation_whole(self, contents) except -1
    @cython.locals(objects=list)
    cdef int _forget(self) except -1
    @cython.locals(i=Py_ssize_t)
    cdef int _give_back(self, Py_ssize_t objects, Py_ssize_t handle) except -1
    @cython.locals(handle=Py_ssize_t)
    cdef bint _reference(self, obj) except -1
    cdef int _assign_handle(self, obj) except -1
    cdef int _string(self, text) except -1
    cdef int _name(self, name) except -1
    @cython.locals(out='native.NativeOut*', start=Py_ssize_t, size=Py_ssize_t, length=Py_ssize_t)
    cdef int _block_data(self, data) except -1
    cdef object _descriptor(self, ClassDescriptor descriptor)
    @cython.locals(start=Py_ssize_t, raw=bytes, objects=list, type_strings=dict)
    cdef object _first_descriptor(self, ClassDescriptor descriptor)
    @cython.locals(out='native.NativeOut*')
    cdef object _new_descriptor(self, ClassDescriptor descriptor)
    cdef object _start_box(self, ClassDescriptor descriptor)
    @cython.final
    @cython.locals(handle=Py_ssize_t)
    cdef bint _knows(self, ClassDescriptor descriptor) except -1
    cdef int _start_object(self, ClassDescriptor descriptor, obj) except -1
    cdef int _start_class(self, ClassDescriptor descriptor) except -1
    cdef bint _begin_first(self, ClassDescriptor descriptor, obj) except -1
    cdef object _type_string(self, text)
