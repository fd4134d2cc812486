# The C meaning of native_datetime.py, for the modules of this room that cimport it. Same names, same contracts.
#
# The constructors of datetime's C API check the ranges of what they are given, as those in Python do.

cdef extern from *:
    """
    #include <datetime.h>

    static int native_datetime_ready(void) {
        if (!PyDateTimeAPI) PyDateTime_IMPORT;
        return PyDateTimeAPI ? 0 : -1;
    }
    static PyObject *native_date_of(int year, int month, int day) {
        if (native_datetime_ready()) return NULL;
        return PyDateTimeAPI->Date_FromDate(year, month, day, PyDateTimeAPI->DateType);
    }
    static PyObject *native_time_of(int hour, int minute, int second, int microsecond, PyObject *zone) {
        if (native_datetime_ready()) return NULL;
        return PyDateTimeAPI->Time_FromTime(hour, minute, second, microsecond, zone, PyDateTimeAPI->TimeType);
    }
    static PyObject *native_datetime_of(
        PyObject *cls, int year, int month, int day, int hour, int minute, int second, int microsecond, PyObject *zone) {
        if (native_datetime_ready()) return NULL;
        return PyDateTimeAPI->DateTime_FromDateAndTime(
            year, month, day, hour, minute, second, microsecond, zone, (PyTypeObject *)cls);
    }
    /* Days to a date of the Gregorian calendar: 400 years, which begin in March, are 146,097 days. */
    static PyObject *native_datetime_at(PyObject *cls, long long seconds, int microseconds, PyObject *utc) {
        long long days = seconds / 86400, second = seconds % 86400, era, year;
        int day_of_era, year_of_era, day_of_year, shifted_month, month;
        if (second < 0) { second += 86400; days--; }
        if (days < -719162 || days > 2932896) { PyErr_SetString(PyExc_OverflowError, "date value out of range"); return NULL; }
        days += 719468; era = days / 146097; day_of_era = (int)(days % 146097);
        year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
        day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        shifted_month = (5 * day_of_year + 2) / 153;
        month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
        year = year_of_era + era * 400 + (month <= 2);
        return native_datetime_of(cls, (int)year, month, day_of_year - (153 * shifted_month + 2) / 5 + 1,
            (int)(second / 3600), (int)(second / 60 % 60), (int)(second % 60), microseconds, utc);
    }
    /* Types whose instances hold what their attributes say. */
    static PyObject *native_exact[8];
    static int native_know_exact(PyObject *cls) {
        int i = 0;
        if (native_datetime_ready()) return -1;
        while (i < 8 && native_exact[i]) i++;
        if (i == 8) { PyErr_SetString(PyExc_SystemError, "too many types"); return -1; }
        Py_INCREF(cls); native_exact[i] = cls; return 0;
    }
    static CYTHON_INLINE int native_is_exact(PyObject *value) {
        PyObject *cls = (PyObject *)Py_TYPE(value); int i;
        for (i = 0; i < 8; i++) if (native_exact[i] == cls) return 1;
        return 0;
    }
    static CYTHON_INLINE int native_is_exact_date(PyObject *value) { return native_is_exact(value) && PyDate_Check(value); }
    static CYTHON_INLINE int native_is_exact_datetime(PyObject *value) { return native_is_exact(value) && PyDateTime_Check(value); }
    static CYTHON_INLINE int native_is_exact_time(PyObject *value) { return native_is_exact(value) && PyTime_Check(value); }
    static CYTHON_INLINE int native_is_exact_delta(PyObject *value) { return native_is_exact(value) && PyDelta_Check(value); }
    static CYTHON_INLINE long long native_date_number(PyObject *value) {
        return PyDateTime_GET_YEAR(value) << 16 | PyDateTime_GET_MONTH(value) << 8 | PyDateTime_GET_DAY(value);
    }
    static CYTHON_INLINE PyObject *native_zone_of(PyObject *value) {
        PyObject *zone = PyDateTime_DATE_GET_TZINFO(value); Py_INCREF(zone); return zone;
    }
    static CYTHON_INLINE long long native_days(PyObject *value) { /* from 1970-01-01; a year that begins in March */
        long long year = PyDateTime_GET_YEAR(value); int month = PyDateTime_GET_MONTH(value), shifted = month > 2 ? month - 3 : month + 9;
        if (month <= 2) year--;
        return year * 365 + year / 4 - year / 100 + year / 400 + (153 * shifted + 2) / 5 + PyDateTime_GET_DAY(value) - 1 - 719468;
    }
    static PyObject *native_timedelta_of(long long seconds, int microseconds) {
        long long days = seconds / 86400, second = seconds % 86400;
        if (second < 0) { second += 86400; days--; }
        if (days < -999999999 || days > 999999999) { PyErr_SetString(PyExc_OverflowError, "days out of range"); return NULL; }
        if (native_datetime_ready()) return NULL;
        return PyDateTimeAPI->Delta_FromDelta((int)days, (int)second, microseconds, 1, PyDateTimeAPI->DeltaType);
    }
    """
    int know_exact "native_know_exact"(object cls) except -1
    bint is_exact_date "native_is_exact_date"(object value) noexcept
    bint is_exact_datetime "native_is_exact_datetime"(object value) noexcept
    bint is_exact_time "native_is_exact_time"(object value) noexcept
    bint is_exact_delta "native_is_exact_delta"(object value) noexcept
    long long date_number "native_date_number"(object value) noexcept
    object zone_of "native_zone_of"(object value)
    long long days_of "native_days"(object value) noexcept
    int PyDateTime_DATE_GET_HOUR(object value) noexcept
    int PyDateTime_DATE_GET_MINUTE(object value) noexcept
    int PyDateTime_DATE_GET_SECOND(object value) noexcept
    int PyDateTime_DATE_GET_MICROSECOND(object value) noexcept
    int PyDateTime_TIME_GET_HOUR(object value) noexcept
    int PyDateTime_TIME_GET_MINUTE(object value) noexcept
    int PyDateTime_TIME_GET_SECOND(object value) noexcept
    int PyDateTime_TIME_GET_MICROSECOND(object value) noexcept
    int PyDateTime_DELTA_GET_DAYS(object value) noexcept
    int PyDateTime_DELTA_GET_SECONDS(object value) noexcept
    int PyDateTime_DELTA_GET_MICROSECONDS(object value) noexcept
    object date_of "native_date_of"(int year, int month, int day)
    object time_of "native_time_of"(int hour, int minute, int second, int microsecond, object zone)
    object datetime_of "native_datetime_of"(
        object cls, int year, int month, int day, int hour, int minute, int second, int microsecond, object zone)
    object datetime_at "native_datetime_at"(object cls, long long seconds, int microseconds, object utc)
    object timedelta_of "native_timedelta_of"(long long seconds, int microseconds)

cdef inline with_usual(otherwise, instant, utc, dict zones):
    return otherwise

cdef inline (int, int, int, int) clock_of(value) noexcept:
    return (PyDateTime_DATE_GET_HOUR(value), PyDateTime_DATE_GET_MINUTE(value), PyDateTime_DATE_GET_SECOND(value), PyDateTime_DATE_GET_MICROSECOND(value))

cdef inline (int, int, int, int) time_parts(value) noexcept:
    return (PyDateTime_TIME_GET_HOUR(value), PyDateTime_TIME_GET_MINUTE(value), PyDateTime_TIME_GET_SECOND(value), PyDateTime_TIME_GET_MICROSECOND(value))

cdef inline (int, int, int) delta_parts(value) noexcept:
    return (PyDateTime_DELTA_GET_DAYS(value), PyDateTime_DELTA_GET_SECONDS(value), PyDateTime_DELTA_GET_MICROSECONDS(value))

cdef inline (int, int, int, int) any_clock(value) except *:
    if is_exact_datetime(value):
        return clock_of(value)
    if is_exact_time(value):
        return time_parts(value)
    return (value.hour, value.minute, value.second, value.microsecond)

cdef inline long long any_date_number(value) except? -1:
    if is_exact_date(value):
        return date_number(value)
    return <long long>value.year << 16 | <long long>value.month << 8 | <long long>value.day

cdef inline (int, int, int) any_delta(value) except *:
    if is_exact_delta(value):
        return delta_parts(value)
    return (value.days, value.seconds, value.microseconds)
