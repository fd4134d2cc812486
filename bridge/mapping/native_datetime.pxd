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
    static PyObject *native_timedelta_of(long long seconds, int microseconds) {
        long long days = seconds / 86400, second = seconds % 86400;
        if (second < 0) { second += 86400; days--; }
        if (days < -999999999 || days > 999999999) { PyErr_SetString(PyExc_OverflowError, "days out of range"); return NULL; }
        if (native_datetime_ready()) return NULL;
        return PyDateTimeAPI->Delta_FromDelta((int)days, (int)second, microseconds, 1, PyDateTimeAPI->DeltaType);
    }
    """
    object date_of "native_date_of"(int year, int month, int day)
    object time_of "native_time_of"(int hour, int minute, int second, int microsecond, object zone)
    object datetime_of "native_datetime_of"(
        object cls, int year, int month, int day, int hour, int minute, int second, int microsecond, object zone)
    object datetime_at "native_datetime_at"(object cls, long long seconds, int microseconds, object utc)
    object timedelta_of "native_timedelta_of"(long long seconds, int microseconds)

cdef inline usual(bytes data, instant, utc, dict zones):
    return None
