cimport cython
from . cimport native
from .plan cimport EncodePlan

cdef Py_ssize_t _KEPT_FRAMES

@cython.final
cdef class EncoderFrame:
    cdef int kind
    cdef Py_ssize_t index
    cdef EncodePlan plan
    cdef object obj
    cdef object values
    cdef object annotations
    cdef object items
    cdef list outer
    cdef Py_ssize_t length, holders

cdef class FrameStack:
    cdef list _frames
    cdef Py_ssize_t _top

    @cython.final
    @cython.locals(frame=EncoderFrame)
    cdef EncoderFrame _push(self, int kind, EncodePlan plan, obj)
    @cython.final
    @cython.locals(frame=EncoderFrame, kind=int)
    cdef int _pop(self) except -1

@cython.locals(i=Py_ssize_t, frame=EncoderFrame)
cpdef object path_of(list frames, Py_ssize_t top)
cdef str _places(list steps, top)
cdef str _place(step, bint below)
@cython.locals(index=Py_ssize_t, kind=int)
cdef str _step_of(EncoderFrame frame, bint below)
