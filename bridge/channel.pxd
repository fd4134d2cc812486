cimport cython
from .connection cimport Conversation, ObjectReceived
from .turn cimport Turn

# Public: what the channels of `bridge.wire`, which are a subclass in Python, and reconnecting ones use.
cdef class Channel:
    cdef object __weakref__
    cdef public object datagram_bytes, socket_id, peer, local
    cdef public object _transport
    cdef public Conversation _connection
    cdef object _content_seconds
    cdef double _waited_seconds
    cdef readonly Turn _encoding, _sending, _receiving, _requesting
    cdef list _queue
    cdef long long _queued_bytes, _sent_bytes
    cdef object _send_failure
    cdef bint _receive_failed, _eof_queued, _eof_sent, _closed, _stopping
    cdef public bint _answer_due

    @cython.locals(sent=Py_ssize_t)
    cpdef _flush(self, deadline, timeout)
    cpdef _transmit(self, write, obj, timeout)
    cdef _put(self, write, obj, deadline, timeout, bint is_request)
    cdef _wait_for_room(self, deadline, timeout)
    cdef int _enqueue(self) except -1
    cdef int _check_sending(self) except -1
    cdef int _check_send_failure(self) except -1
    cpdef _receive(self, deadline, timeout)
    @cython.locals(connection=Conversation)
    cpdef _next_event(self, deadline, timeout)
    cdef _receive_bytes(self, content_seconds, timeout)
    cdef _ended_inside(self, error)

cdef _wait_for(Turn turn, deadline, queued)
