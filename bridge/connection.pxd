cimport cython
from .stream.decoder cimport Decoder
from .stream.encoder cimport Encoder

cdef class Conversation:
    cdef object __weakref__
    cdef public object datagram_bytes

    cpdef send(self, obj)
    cpdef data_to_send(self)
    cpdef receive_data(self, data)
    cpdef next_event(self)

# What is public here is for `DatagramConnection`, a subclass in Python.
cdef class Connection(Conversation):
    cdef public object _new_decoder
    cdef public Decoder _decoder
    cdef public Encoder _encoder
    cdef object _reset_every
    cdef Py_ssize_t _objects_since_reset
    cdef bint _reset_held
    cdef public list _outgoing
    cdef public bint _sending_ended, _eof_received, _peer_ended
    cdef bint _broken

    cpdef _check_sending(self)
    @cython.final
    cdef int _hold_reset(self) except -1

cpdef object event_of(content)

@cython.final
cdef class ObjectReceived:
    cdef public object value
