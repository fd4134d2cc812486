cimport cython
from ..stream cimport native
from ..stream.data_writer cimport DataWriter
from . cimport native_datetime

cdef int DURATION, INSTANT, LOCAL_DATE, LOCAL_TIME, LOCAL_DATE_TIME, ZONED_DATE_TIME, ZONE_REGION
cdef int ZONE_OFFSET, OFFSET_TIME, OFFSET_DATE_TIME
cdef int OWN_INT, MAX_OFFSET
cdef Py_ssize_t* _BEYOND

@cython.locals(beyond='long long')
cdef long long _nanos(value, long long microseconds) except -1
cdef int _time_bytes(int minute, int second, long long nanos) noexcept
cdef long long _time_number(long long hour, long long minute, long long second, long long nanos) noexcept
@cython.locals(days='long long', seconds='long long', microseconds='long long')
cdef long long _offset_seconds(offset) except? -1
cdef bytes _offset_bytes(long long seconds)
cdef bytes _with_offset(int kind, long long high, int high_bytes, long long low, int low_bytes, long long seconds)
cdef object _after_the_gap(value, zone)
@cython.locals(hour='long long', minute='long long', second='long long', microsecond='long long', nanos='long long', number='long long', size=int)
cdef bytes _date_time(int kind, value)

@cython.locals(days='long long', seconds='long long', microseconds='long long')
cpdef bytes duration_data(value)
@cython.locals(days='long long', seconds='long long', microseconds='long long')
cpdef bytes instant_data(value)
cpdef bytes date_data(value)
@cython.locals(hour='long long', minute='long long', second='long long', microsecond='long long', nanos='long long', number='long long', size=int)
cpdef bytes time_data(value)
@cython.locals(kind=int)
cpdef bytes date_time_data(value)
cpdef bytes zoned_date_time_data(value)
cpdef bytes zone_data(value)
cpdef bytes offset_data(value)

cdef class TimeWriter(DataWriter):
    cdef int kind
    @cython.locals(kind=int, days='long long', hour='long long', minute='long long', second='long long', seconds='long long', microsecond='long long', microseconds='long long', nanos='long long', number='long long', size=int)
    cdef bint put(self, native.NativeOut* out, value) except -1
