# cython: language_level=3, boundscheck=False, wraparound=False
"""The floor of the benchmark: carries out a recipe of `bench.floor`, which makes a graph of objects and parses nothing.

A recipe is a program for a stack of values: one byte an instruction, and the operands that they need in turn. Each
value is made by the shortest way there is in C: the type's own allocation, a copy of a string's memory, the C functions
of datetime. What remains is what CPython asks for the objects themselves.
"""

from cpython.object cimport PyObject

cdef extern from *:
    """
    #include <datetime.h>
    #include <structmember.h>
    #include <string.h>

    static PyObject *creation_new(PyObject *cls) {
        static PyObject *nothing = NULL;
        if (!nothing && !(nothing = PyTuple_New(0))) return NULL;
        return ((PyTypeObject *)cls)->tp_new((PyTypeObject *)cls, nothing, NULL);
    }
    static PyObject *creation_text(PyObject *ready) {
        Py_ssize_t n = PyUnicode_GET_LENGTH(ready); PyObject *text = PyUnicode_New(n, PyUnicode_MAX_CHAR_VALUE(ready));
        if (text && n) memcpy(PyUnicode_DATA(text), PyUnicode_DATA(ready), n * PyUnicode_KIND(ready));
        return text;
    }
    static PyObject *creation_int(PyObject *ready) {
        int overflow; long long value = PyLong_AsLongLongAndOverflow(ready, &overflow);
        unsigned char bytes[16];
        if (!overflow) return PyLong_FromLongLong(value);
        if (_PyLong_AsByteArray((PyLongObject *)ready, bytes, 16, 1, 0)) return NULL;
        return _PyLong_FromByteArray(bytes, 16, 1, 0);
    }
    static PyObject *creation_bytes(PyObject *ready) {
        return PyBytes_FromStringAndSize(PyBytes_AS_STRING(ready), PyBytes_GET_SIZE(ready));
    }
    static void creation_import(void) { PyDateTime_IMPORT; }
    static PyObject *creation_date(PyObject *d) {
        return PyDateTimeAPI->Date_FromDate(
            PyDateTime_GET_YEAR(d), PyDateTime_GET_MONTH(d), PyDateTime_GET_DAY(d), Py_TYPE(d));
    }
    static PyObject *creation_datetime(PyObject *d) {
        return PyDateTimeAPI->DateTime_FromDateAndTime(
            PyDateTime_GET_YEAR(d), PyDateTime_GET_MONTH(d), PyDateTime_GET_DAY(d), PyDateTime_DATE_GET_HOUR(d),
            PyDateTime_DATE_GET_MINUTE(d), PyDateTime_DATE_GET_SECOND(d), PyDateTime_DATE_GET_MICROSECOND(d),
            PyDateTime_DATE_GET_TZINFO(d), Py_TYPE(d));
    }
    static PyObject *creation_timedelta(PyObject *d) {
        return PyDateTimeAPI->Delta_FromDelta(
            PyDateTime_DELTA_GET_DAYS(d), PyDateTime_DELTA_GET_SECONDS(d), PyDateTime_DELTA_GET_MICROSECONDS(d), 0,
            Py_TYPE(d));
    }
    static void creation_fill(PyObject *made, PyObject *offsets, PyObject **values) {
        Py_ssize_t i, n = PyBytes_GET_SIZE(offsets) / sizeof(Py_ssize_t);
        Py_ssize_t *at = (Py_ssize_t *)PyBytes_AS_STRING(offsets);
        for (i = 0; i < n; i++) *(PyObject **)((char *)made + at[i]) = values[i];
    }
    /* The slots of an object of `cls` take the last values of the stack, which it then owns. */
    static PyObject *creation_object(PyObject *cls, PyObject *offsets, PyObject **values) {
        PyObject *made = ((PyTypeObject *)cls)->tp_alloc((PyTypeObject *)cls, 0);
        if (made) creation_fill(made, offsets, values);
        return made;
    }
    static Py_ssize_t creation_offset(PyObject *member) {
        if (Py_TYPE(member) != &PyMemberDescr_Type) { PyErr_SetString(PyExc_TypeError, "not a slot"); return -1; }
        return ((PyMemberDescrObject *)member)->d_member->offset;
    }
    """
    object creation_new(PyObject *cls)
    object creation_text(PyObject *ready)
    object creation_int(PyObject *ready)
    object creation_bytes(PyObject *ready)
    void creation_import()
    object creation_date(PyObject *ready)
    object creation_datetime(PyObject *ready)
    object creation_timedelta(PyObject *ready)
    object creation_object(PyObject *cls, PyObject *offsets, PyObject **values)
    void creation_fill(PyObject *made, PyObject *offsets, PyObject **values)
    Py_ssize_t creation_offset(object member) except -1
    object PyFloat_FromDouble(double value)
    double PyFloat_AS_DOUBLE(PyObject *value)
    object PyList_New(Py_ssize_t size)
    object PyTuple_New(Py_ssize_t size)
    void PyList_SET_ITEM(PyObject *items, Py_ssize_t at, PyObject *item)
    void PyTuple_SET_ITEM(PyObject *items, Py_ssize_t at, PyObject *item)
    PyObject *PyList_GET_ITEM(PyObject *items, Py_ssize_t at)
    int PyDict_SetItem(PyObject *mapping, PyObject *key, PyObject *item) except -1
    object PyObject_Call(PyObject *function, PyObject *arguments, PyObject *keywords)
    long PyLong_AsLong(PyObject *number)
    void Py_INCREF(PyObject *value)
    void Py_DECREF(PyObject *value)
    void *PyMem_Malloc(size_t size)
    void PyMem_Free(void *memory)

creation_import()


def slot_offset(member):
    """Where in an object the value of a slot lies."""
    return creation_offset(member)


def create(const unsigned char[:] program, list operands, Py_ssize_t depth, Py_ssize_t shared):
    """The values that the program leaves on its stack, a list. `depth`: the highest it gets; `shared`: of its memo."""
    cdef PyObject **stack = <PyObject **>PyMem_Malloc((depth + 1) * sizeof(PyObject *))
    cdef PyObject **memo = <PyObject **>PyMem_Malloc((shared + 1) * sizeof(PyObject *))
    cdef PyObject *source = <PyObject *>operands
    cdef PyObject *operand
    cdef Py_ssize_t top = 0, at = 0, kept = 0, i, n
    cdef unsigned char code
    cdef object made
    if stack == NULL or memo == NULL:
        raise MemoryError
    # An error leaves what was made behind: there is none for a recipe that `bench.floor` wrote.
    for code in program:
        if code == c'P':
            memo[kept] = stack[top - 1]
            kept += 1
            continue
        operand = PyList_GET_ITEM(source, at)
        at += 1
        if code == c'R':
            Py_INCREF(operand)
            stack[top] = operand
            top += 1
            continue
        if code == c'G':
            stack[top] = memo[PyLong_AsLong(operand)]
            Py_INCREF(stack[top])
            top += 1
            continue
        if code == c'I':
            made = creation_int(operand)
        elif code == c'F':
            made = PyFloat_FromDouble(PyFloat_AS_DOUBLE(operand))
        elif code == c'S':
            made = creation_text(operand)
        elif code == c'O':
            n = PyLong_AsLong(PyList_GET_ITEM(source, at + 1))
            top -= n
            made = creation_object(operand, PyList_GET_ITEM(source, at), &stack[top])
            at += 2
        elif code == c'L':
            n = PyLong_AsLong(operand)
            made = PyList_New(n)
            top -= n
            for i in range(n):
                PyList_SET_ITEM(<PyObject *>made, i, stack[top + i])
        elif code == c'T':
            n = PyLong_AsLong(operand)
            made = PyTuple_New(n)
            top -= n
            for i in range(n):
                PyTuple_SET_ITEM(<PyObject *>made, i, stack[top + i])
        elif code == c'M':
            n = PyLong_AsLong(PyList_GET_ITEM(source, at))
            at += 1
            made = creation_new(operand)
            top -= 2 * n
            for i in range(n):
                PyDict_SetItem(<PyObject *>made, stack[top + 2 * i], stack[top + 2 * i + 1])
                Py_DECREF(stack[top + 2 * i])
                Py_DECREF(stack[top + 2 * i + 1])
        elif code == c'V':
            # The slots of a container, which lies below their values and stays where it is.
            n = PyLong_AsLong(PyList_GET_ITEM(source, at))
            at += 1
            top -= n
            creation_fill(stack[top - 1], operand, &stack[top])
            continue
        elif code == c'd':
            made = creation_date(operand)
        elif code == c't':
            made = creation_datetime(operand)
        elif code == c's':
            made = creation_timedelta(operand)
        elif code == c'B':
            made = creation_bytes(operand)
        elif code == c'A':
            made = (<object>operand)[:]
        elif code == c'C':
            made = PyObject_Call(operand, PyList_GET_ITEM(source, at), NULL)
            at += 1
        else:
            raise ValueError(code)
        Py_INCREF(<PyObject *>made)
        stack[top] = <PyObject *>made
        top += 1
    values = PyList_New(top)
    for i in range(top):
        PyList_SET_ITEM(<PyObject *>values, i, stack[i])
    PyMem_Free(stack)
    PyMem_Free(memo)
    return values
