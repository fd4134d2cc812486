cimport cython
from . cimport native
from .descriptors cimport CachedDescriptor, ClassDescriptor
from .reader cimport Frame
from .second_try cimport SecondTryReader

cdef int SC_EXTERNALIZABLE, SC_SERIALIZABLE
cdef int TC_BLOCKDATA, TC_BLOCKDATALONG, TC_CLASSDESC, TC_ENDBLOCKDATA, TC_EXCEPTION, TC_LONGSTRING, TC_NULL
cdef int TC_PROXYCLASSDESC, TC_REFERENCE, TC_STRING
cdef Py_ssize_t BASE_WIRE_HANDLE, NO_REFERENCE, _MAX_REMEMBERED_BYTES
cdef int MAX_SUPER_CLASSES
cdef int IN_DESCRIPTOR
cdef object NEED_DATA, PUSHED

cdef class DescriptorReader(SecondTryReader):
    cdef object _value(self)
    cdef object _object(self, items)
    cdef Py_ssize_t _take_leaves(self, items, Py_ssize_t most) except -1
    cdef object _abort(self)
    @cython.locals(p='const unsigned char*', pos=Py_ssize_t, length=Py_ssize_t, generation=Py_ssize_t, entry=CachedDescriptor)
    cdef object _known_descriptor(self)
    @cython.locals(first=Py_ssize_t)
    cdef object _as_remembered(self, CachedDescriptor entry)
    @cython.locals(count=Py_ssize_t, level=Py_ssize_t, end=Py_ssize_t, frame=Frame)
    cdef bint _admits(self, CachedDescriptor entry) except -1
    @cython.locals(pos=Py_ssize_t, number=Py_ssize_t)
    cdef object _descriptor_reference(self)
    @cython.locals(p='const unsigned char*', pos=Py_ssize_t, code=int)
    cdef object _class_descriptor(self)
    @cython.locals(p='const unsigned char*', pos=Py_ssize_t, length=Py_ssize_t, size=Py_ssize_t, count=Py_ssize_t, flags=int, frame=Frame)
    cdef object _begin_class_descriptor(self)
    @cython.locals(levels=int, frame=Frame)
    @cython.locals(frame=Frame, levels=int)
    cdef Frame _push_descriptor(self)
    @cython.locals(p='const unsigned char*', pos=Py_ssize_t, count=Py_ssize_t, frame=Frame)
    cdef object _begin_proxy_descriptor(self)
    @cython.locals(p='const unsigned char*', pos=Py_ssize_t, length=Py_ssize_t)
    cdef object _interfaces(self, Frame frame)
    cdef object _step_descriptor(self, Frame frame)
    @cython.locals(p='const unsigned char*', pos=Py_ssize_t, code=int, length=Py_ssize_t)
    cdef object _field(self, Frame frame)
    cdef int _accept_type_string(self, Frame frame, value) except -1
    @cython.locals(code=int)
    cdef object _class_annotation(self, Frame frame)
    cdef int _accept_in_descriptor(self, Frame frame, value) except -1
    @cython.locals(descriptor=ClassDescriptor)
    cdef object _finish_descriptor(self, Frame frame, super_class)
    @cython.locals(start=Py_ssize_t, fits=bint, level=ClassDescriptor, first_handle=Py_ssize_t)
    cdef int _remember_descriptor(self, Frame frame, ClassDescriptor descriptor, dict by_header) except -1
