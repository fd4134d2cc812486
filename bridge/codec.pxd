# `loads` and `dumps` are short: compiled they take half of the time around a small message, and with the types of what
# they use a small one is written in a fifth less.

cimport cython
from .stream.decoder cimport Decoder
from .stream.encoder cimport Encoder

cdef Decoder _decoder(registry, limits, object_filter)
cdef Decoder _spare_decoder(registry, list spare)
cdef int _keep(coder, list spare) except -1
cdef int _give_back(Decoder decoder, list spare, limits, object_filter) except -1
cdef Encoder _encoder(registry, list spare)
