cimport cython
from . cimport native
from .descriptors cimport ClassDescriptor, DescriptorCache
from .plan cimport DecodePlan

cdef int TC_BLOCKDATA, LIST
cdef Py_ssize_t BASE_WIRE_HANDLE, NO_REFERENCE, _KEPT_HANDLES, _KEPT_FRAMES, _KEPT_FRAMES_OF_MANY, _FREE_BYTES, _FREE_FACTOR, _LEVEL_BYTES, _FIELD_BYTES, _PATH_SEGMENTS
cdef int IN_OBJECT, IN_ARRAY, IN_DESCRIPTOR
cdef object NEED_DATA

@cython.final
cdef class Frame:
    cdef int kind
    cdef int type_code
    cdef Py_ssize_t index
    cdef Py_ssize_t length
    cdef Py_ssize_t last
    cdef Py_ssize_t handle
    cdef Py_ssize_t start
    cdef bint exposed
    cdef Py_ssize_t levels
    cdef object root
    cdef list outer
    cdef int open_block
    cdef int blocks
    cdef DecodePlan plan
    cdef ClassDescriptor descriptor
    cdef object value
    cdef list values
    cdef object items
    cdef list annotations
    cdef bytes head
    cdef clear(self)

@cython.final
cdef class Opened:
    cdef DecodePlan plan
    cdef Py_ssize_t handle, count, most, start, refs, copied
    cdef object field, items, outer
    cdef Opened around, inner
    @cython.locals(around=Opened)
    cdef Opened leave(self)

cdef class StreamReader:
    cdef object _resolver
    cdef DescriptorCache _cache
    cdef object _arrays
    cdef object _filter
    cdef list _trace
    cdef bint _tracing, _whole_stream, _bounded, _limited
    cdef Py_ssize_t _max_depth, _max_refs, _max_bytes, _max_array
    cdef Py_ssize_t _max_classes, _max_fields, _max_string, _max_handles
    cdef object _buffer
    cdef const unsigned char* _p
    cdef Py_ssize_t _pos, _end, _filled, _base
    cdef bint _eof, _started, _running
    cdef readonly bint only_objects
    cdef object _failure
    cdef Py_ssize_t _content_start
    cdef Py_ssize_t _missing
    cdef Py_ssize_t _reservable
    cdef Py_ssize_t _depth
    cdef Py_ssize_t _unfilled, _class_bytes, _copied
    cdef Py_ssize_t _refs_beside, _classes
    cdef Py_ssize_t _lowest_reference
    cdef set _fieldless
    cdef bint _suspicious
    cdef object _last_suspect
    cdef object _first_error
    cdef Py_ssize_t _mark_start, _mark_handles, _best_offset, _mark_refs, _mark_classes
    cdef int _tries
    cdef object _guess
    cdef list _untried
    cdef set _accused
    cdef object _latest
    cdef Py_ssize_t _latest_generation, _kept_frames
    cdef list _handles, _scratch
    cdef Py_ssize_t _longest
    cdef Opened _outermost
    cdef int _patience, _spared
    cdef Py_ssize_t _vain_depth
    cdef dict _plans
    cdef list _frames
    cdef Py_ssize_t _top

    @cython.locals(pos=Py_ssize_t)
    cdef int _start(self) except -1
    cpdef restart(self)
    @cython.locals(mark=Py_ssize_t)
    cdef Py_ssize_t _kept_from(self) except -1
    cpdef feed(self, data)
    cpdef bint awaits_content(self)
    cdef int _use(self, buffer, Py_ssize_t dropped) except -1
    cdef int _limit_input(self) except -1
    cdef int _read_header(self) except -1
    cdef int _begin_content(self) except -1
    cdef int _forget_handles(self) except -1
    @cython.locals(p='const unsigned char*', pos=Py_ssize_t, head=Py_ssize_t, length=Py_ssize_t)
    cdef object _block_data(self)
    @cython.locals(frame=Frame)
    cdef Frame _push(self, int kind)
    @cython.locals(frame=Frame)
    cdef int _pop(self) except -1
    cdef int _assign_handle(self, Frame frame) except -1
    cdef object _finish(self, Frame frame, value)
    cdef object _need(self, Py_ssize_t count)
    cdef int _check_refs(self) except -1
    cdef int _check_beside(self) except -1
    cdef int _check_string(self, Py_ssize_t size) except -1
    cdef int _check_object(self) except -1
    cdef int _weigh(self, Frame frame, Py_ssize_t fields) except -1
    @cython.locals(inherited=Py_ssize_t)
    cdef int _weigh_class(self, ClassDescriptor descriptor) except -1
    cdef bint _paid(self, Py_ssize_t count) noexcept
    cdef int _ask_filter(self, name, Py_ssize_t array_length, Py_ssize_t level) except -1
    cdef bint _lets_in(self, name, Py_ssize_t array_length, Py_ssize_t level, Py_ssize_t handles, Py_ssize_t pos) except -1
    cdef int _emit(self, Py_ssize_t start, Py_ssize_t end, str event, Py_ssize_t handle, payload) except -1
    @cython.locals(i=Py_ssize_t, frame=Frame)
    cdef object _path(self)
    cdef object _error(self, error_type, str message)
    cdef object _corrupted(self, str message)
    cdef object _invalid_class(self, str message)
    cdef object _rejected(self, str message)
    cdef object _truncated(self)
    cdef object _not_a_stream(self)
    cdef object _malformed_text(self)
    cdef object _bad_handle(self, Py_ssize_t number)
    cdef object _not_a_descriptor(self)
    @cython.locals(frame=Frame)
    cdef bint _in_descriptor(self) except -1

@cython.locals(index=Py_ssize_t, kind=int, frame=Frame)
cpdef str _place(step)
