# The C meaning of native.py, for the modules of this room that cimport it. Same names, same contracts.

cdef extern from *:
    """
    #ifndef _WIN32
    #include <errno.h>
    #include <sys/socket.h>

    /* The number of the socket, asked for each time: whoever has the socket may have closed it. */
    static int native_number(PyObject *sock) {
        static PyObject *name = NULL;
        PyObject *found;
        if (!name && !(name = PyUnicode_InternFromString("fileno"))) return -1;
        found = PyObject_CallMethodNoArgs(sock, name);
        if (!found) return -1;
        long number = PyLong_AsLong(found);
        Py_DECREF(found);
        if (number == -1 && !PyErr_Occurred()) {
            errno = EBADF;
            PyErr_SetFromErrno(PyExc_OSError);
        }
        return (int)number;
    }

    /* After a call that was not carried out: 1 to call again (PEP 475), 0 with an exception set. */
    static int native_again(int error) {
        if (error == EINTR) return PyErr_CheckSignals() == 0;
        errno = error;
        PyErr_SetFromErrno(PyExc_OSError);
        return 0;
    }
    #endif

    static PyObject *native_receive(PyObject *sock, Py_ssize_t max_bytes, int flags) {
    #ifdef _WIN32
        return PyObject_CallMethod(sock, "recv", "ni", max_bytes, flags);
    #else
        char few[4096]; /* as many as a thread has room for, and copied sooner than a block of memory is cut */
        char *into = few;
        int number = native_number(sock), error;
        ssize_t count;
        PyObject *data = NULL;
        if (number == -1) return NULL;
        if (max_bytes > (Py_ssize_t)sizeof(few)) {
            data = PyBytes_FromStringAndSize(NULL, max_bytes);
            if (!data) return NULL;
            into = PyBytes_AS_STRING(data);
        }
        do {
            Py_BEGIN_ALLOW_THREADS
            count = recv(number, into, (size_t)max_bytes, flags);
            error = errno;
            Py_END_ALLOW_THREADS
        } while (count < 0 && native_again(error));
        if (count < 0) Py_CLEAR(data);
        else if (!data) data = PyBytes_FromStringAndSize(few, count);
        else if (count < max_bytes) _PyBytes_Resize(&data, count);
        return data;
    #endif
    }

    /* Does not let other threads run where that would take longer than the sending itself. */
    static PyObject *native_send(PyObject *sock, PyObject *data, int flags) {
    #ifdef _WIN32
        return PyObject_CallMethod(sock, "send", "Oi", data, flags);
    #else
        int number = native_number(sock), error;
        ssize_t count;
        Py_buffer view;
        if (number == -1 || PyObject_GetBuffer(data, &view, PyBUF_SIMPLE) < 0) return NULL;
        do {
            if (view.len <= 4096 && (flags & MSG_DONTWAIT)) {
                count = send(number, view.buf, (size_t)view.len, flags);
                error = errno;
            } else {
                Py_BEGIN_ALLOW_THREADS
                count = send(number, view.buf, (size_t)view.len, flags);
                error = errno;
                Py_END_ALLOW_THREADS
            }
        } while (count < 0 && native_again(error));
        PyBuffer_Release(&view);
        return count < 0 ? NULL : PyLong_FromSsize_t(count);
    #endif
    }
    """
    object receive "native_receive"(object sock, Py_ssize_t max_bytes, int flags)
    object send "native_send"(object sock, object data, int flags)
