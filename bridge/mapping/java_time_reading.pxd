cimport cython
from ..stream cimport native
from . cimport native_datetime

cdef int DURATION, INSTANT, LOCAL_DATE, LOCAL_DATE_TIME, LOCAL_TIME, MONTH_DAY, OFFSET_DATE_TIME, OFFSET_TIME, OWN_INT
cdef int PERIOD, YEAR, YEAR_MONTH, ZONE_OFFSET, ZONE_REGION, ZONED_DATE_TIME
cdef int MAX_OFFSET
cdef dict _QUARTERS

@cython.locals(p='const unsigned char*', size=Py_ssize_t, kind=int, seconds=int, end=Py_ssize_t)
cpdef object read_ser(bytes data)
cdef int _expect(Py_ssize_t size, Py_ssize_t due) except -1
cdef int _small(int number) except -1
@cython.locals(micros=int, beyond=int)
cdef object _seconds_and_nanos(int kind, long long seconds, int nanos)
@cython.locals(hour=int, minute=int, second=int, nanos=int)
cdef (int, int, int, int, Py_ssize_t) _time_at(const unsigned char* p, Py_ssize_t at, Py_ssize_t size) except *
@cython.locals(quarters=int, seconds=int, end=Py_ssize_t)
cdef (int, Py_ssize_t) _offset_at(const unsigned char* p, Py_ssize_t at, Py_ssize_t size) except *
cdef object _zone_of(int seconds)
cdef object _region_at(const unsigned char* p, Py_ssize_t at, Py_ssize_t size)
@cython.locals(hour=int, minute=int, second=int, nanos=int, end=Py_ssize_t, seconds=int, micros=int, beyond=int)
cdef object _time(int kind, const unsigned char* p, Py_ssize_t size)
@cython.locals(year=int, month=int, day=int, hour=int, minute=int, second=int, nanos=int, end=Py_ssize_t, seconds=int, micros=int, beyond=int, again=int, after=Py_ssize_t)
cdef object _date_time(int kind, const unsigned char* p, Py_ssize_t size)
cdef object _in_region(value, offset)
