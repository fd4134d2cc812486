# The C meaning of native_leaves.py, for the encoder. Same names, same contracts.

from .native cimport NativeMemo, NativeOut

cdef extern from *:
    """
    #define NATIVE_BASE_WIRE_HANDLE 0x7E0000
    static CYTHON_INLINE int native_put_text(NativeOut *out, NativeMemo *memo, PyObject *objects, PyObject *text, Py_ssize_t holders) {
        if (PyUnicode_GET_LENGTH(text) > 1 && !native_memo_is_sole(memo, text, holders)) {
            Py_ssize_t number = native_memo_claim(memo, text, objects);
            if (number >= 0) return native_put_reference(out, NATIVE_BASE_WIRE_HANDLE + number);
            if (number < -1) return -1;
        } else memo->next++;
        return native_put_string(out, text);
    }
    static int native_box_head(NativeMemo *memo, PyObject *objects, PyObject *descriptor, unsigned char *head) {
        Py_ssize_t handle = native_memo_get(memo, descriptor, objects); uint32_t number;
        if (handle < 0) return 0;
        number = __builtin_bswap32((uint32_t)(NATIVE_BASE_WIRE_HANDLE + handle));
        head[0] = 0x73; head[1] = 0x71; memcpy(head + 2, &number, 4); return 1;
    }
    static CYTHON_INLINE int native_put_start(NativeOut *out, NativeMemo *memo, PyObject *objects, PyObject *obj, Py_ssize_t handle) {
        Py_ssize_t number = native_memo_claim(memo, obj, objects);
        if (number >= 0) return native_put_reference(out, NATIVE_BASE_WIRE_HANDLE + number);
        return number < -1 || native_put_object(out, NATIVE_BASE_WIRE_HANDLE + handle) ? -1 : 1;
    }
    static CYTHON_INLINE int native_put_block(NativeOut *out, PyObject *data) {
        Py_ssize_t size; unsigned char *w;
        if (!PyBytes_CheckExact(data) || (size = PyBytes_GET_SIZE(data)) == 0 || size > 255) return 0;
        NATIVE_ROOM(size + 3); w = out->p + out->length;
        w[0] = 0x77; w[1] = (unsigned char)size; memcpy(w + 2, PyBytes_AS_STRING(data), size); w[size + 2] = 0x78;
        out->length += size + 3; return 1;
    }
    static int native_put_big_integer(NativeOut *out, NativeMemo *memo, Py_ssize_t handle, Py_ssize_t array, PyObject *number) {
        static const unsigned char ints[16] = {255,255,255,255, 255,255,255,255, 255,255,255,254, 255,255,255,254};
        long long value; uint64_t wide; uint32_t word; int size = 0, sign; unsigned char *w;
        NATIVE_ROOM(48); w = out->p + out->length;
        if (!native_long(number, &value)) { PyErr_SetString(PyExc_OverflowError, "not a number of 64 bits"); return -1; }
        sign = (value > 0) - (value < 0); wide = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
        while (size < 8 && wide >> (8 * size)) size++;
        w[0] = 0x73; w[1] = 0x71; word = __builtin_bswap32((uint32_t)(NATIVE_BASE_WIRE_HANDLE + handle)); memcpy(w + 2, &word, 4);
        memcpy(w + 6, ints, 16); word = __builtin_bswap32((uint32_t)sign); memcpy(w + 22, &word, 4);
        w[26] = 0x75; w[27] = 0x71; word = __builtin_bswap32((uint32_t)(NATIVE_BASE_WIRE_HANDLE + array)); memcpy(w + 28, &word, 4);
        word = __builtin_bswap32((uint32_t)size); memcpy(w + 32, &word, 4);
        wide = __builtin_bswap64(wide); memcpy(w + 36, (unsigned char *)&wide + 8 - size, size);
        w[36 + size] = 0x78; out->length += 37 + size; memo->next += 2; return 0;
    }
    static CYTHON_INLINE int native_put_list_start(NativeOut *out, Py_ssize_t size, Py_ssize_t fields) {
        return (fields && native_put_32(out, size)) || native_put_u16(out, 0x7704) || native_put_32(out, size) ? -1 : 0;
    }
    static CYTHON_INLINE int native_put_map_start(NativeOut *out, double load_factor, Py_ssize_t size) {
        long long capacity = 16;
        while (capacity * 3 < (long long)size * 4) capacity *= 2;
        return native_put_f32(out, load_factor) || native_put_32(out, capacity * 3 / 4) || native_put_u16(out, 0x7708)
            || native_put_32(out, capacity) || native_put_32(out, size) ? -1 : 0;
    }
    /* Maps are left to the frames here, and no list is begun that cannot be finished. */
    #define native_know_map(memo, kind, plan) ((void)0)
    #define native_know_items(memo, kind, plan) ((void)0)
    #define native_know_data(memo, kind, plan) ((void)0)
    #define native_know_scaled(memo, kind, plan) ((void)0)
    #define native_has_begun(memo) 0
    #define native_take_begun(memo) PyList_New(0)
    /* The place of its class among the boxes, or -1: it is no plain number of 64 bits. */
    static CYTHON_INLINE int native_box_of(PyObject *item, long long *value) {
        if (PyLong_CheckExact(item)) return !native_long(item, value) ? -1 : *value == (int32_t)*value ? 0 : 1;
        return PyFloat_CheckExact(item) ? 2 : PyBool_Check(item) ? 3 : -1;
    }
    static int native_is_short(NativeMemo *memo, PyObject *objects, PyObject *items, PyObject *boxes) {
        Py_ssize_t i, size = PyList_GET_SIZE(items); long long value; int which;
        if (size > 16) return 0;
        for (i = 0; i < size; i++) {
            PyObject *item = PyList_GET_ITEM(items, i);
            if (PyUnicode_CheckExact(item) || item == Py_None) continue;
            which = native_box_of(item, &value);
            if (which < 0 || native_memo_get(memo, PyTuple_GET_ITEM(boxes, which), objects) < 0) return 0;
        }
        return 1;
    }
    static Py_ssize_t native_put_leaves(NativeOut *out, NativeMemo *memo, PyObject *objects, PyObject *items, Py_ssize_t start, PyObject *boxes, Py_ssize_t holders) {
        Py_ssize_t i = start;
    #ifndef Py_GIL_DISABLED
        unsigned char heads[4][6], *w; int known[4] = {0, 0, 0, 0}, which; long long value = 0; double real; uint64_t wide; uint32_t narrow;
        Py_ssize_t size = PyList_GET_SIZE(items), first, stop;
        while (i < size) {
            PyObject *item = PyList_GET_ITEM(items, i);
            if (PyUnicode_CheckExact(item)) { if (native_put_text(out, memo, objects, item, holders)) return -1; i++; continue; }
            if (item == Py_None) { if (native_put_u8(out, 0x70)) return -1; i++; continue; }
            if (PyList_CheckExact(item)) {
                Py_ssize_t handle = native_memo_get(memo, PyTuple_GET_ITEM(boxes, 4), objects), length = PyList_GET_SIZE(item); int started;
                if (handle < 0 || !native_is_short(memo, objects, item, boxes)) break;
                native_memo_note_sole(memo, item, holders);
                started = native_put_start(out, memo, objects, item, handle);
                if (started < 0) return -1;
                if (started && (native_put_list_start(out, length, 1) || native_put_leaves(out, memo, objects, item, 0, boxes, 1) != length
                                || native_put_u8(out, 0x78))) return -1;
                i++; continue;
            }
            first = i; stop = size - i > 1024 ? i + 1024 : size;
            NATIVE_ROOM(14 * (stop - i)); w = out->p + out->length;
            for (; i < stop; i++) {
                item = PyList_GET_ITEM(items, i);
                if (known[0] && PyLong_CheckExact(item) && native_long(item, &value) && value == (int32_t)value) { /* the most usual */
                    narrow = __builtin_bswap32((uint32_t)value); memcpy(w, heads[0], 6); memcpy(w + 6, &narrow, 4); w += 10; continue;
                }
                which = native_box_of(item, &value);
                if (which < 0) break;
                if (!known[which] && !(known[which] = native_box_head(memo, objects, PyTuple_GET_ITEM(boxes, which), heads[which]))) break;
                memcpy(w, heads[which], 6); w += 6;
                if (which == 0) { narrow = __builtin_bswap32((uint32_t)value); memcpy(w, &narrow, 4); w += 4; }
                else if (which == 1) { wide = __builtin_bswap64((uint64_t)value); memcpy(w, &wide, 8); w += 8; }
                else if (which == 2) { real = PyFloat_AS_DOUBLE(item); memcpy(&wide, &real, 8); wide = __builtin_bswap64(wide); memcpy(w, &wide, 8); w += 8; }
                else *w++ = item == Py_True;
            }
            out->length = w - out->p; memo->next += i - first;
            if (i == first) break;
        }
    #endif
        return i - start;
    }
    /* A text of a stream of one instance, where no other field before it has the same one: 0. */
    static int native_put_text_alone(NativeOut *out, PyObject *obj, Py_ssize_t *slots, const unsigned char *steps, Py_ssize_t i) {
        PyObject *text = *(PyObject **)((char *)obj + slots[i]); Py_ssize_t k;
        for (k = 0; k < i; k++)
            if (steps[k] == 't' && *(PyObject **)((char *)obj + slots[k]) == text && PyUnicode_GET_LENGTH(text) > 1) return 1;
        return native_put_string(out, text);
    }
    static Py_ssize_t native_put_fields(NativeOut *out, NativeMemo *memo, PyObject *objects, PyObject *obj, Py_ssize_t *slots, const unsigned char *steps, Py_ssize_t i, Py_ssize_t length) {
        unsigned char *w; long long number; double real; uint64_t wide; uint32_t narrow; int put;
        NATIVE_ROOM(8 * (length - i)); w = out->p + out->length;
        for (; i < length; i++) {
            PyObject *value = slots[i] < 0 ? NULL : *(PyObject **)((char *)obj + slots[i]);
            if (!value) break;
            switch (steps[i]) {
                case 'I':
                    if (!PyLong_Check(value) || !native_long(value, &number) || number != (int32_t)number) goto stop;
                    narrow = __builtin_bswap32((uint32_t)number); memcpy(w, &narrow, 4); w += 4; continue;
                case 'J':
                    if (!PyLong_Check(value) || !native_long(value, &number)) goto stop;
                    wide = __builtin_bswap64((uint64_t)number); memcpy(w, &wide, 8); w += 8; continue;
                case 'D':
                    if (!PyFloat_Check(value)) goto stop;
                    real = PyFloat_AS_DOUBLE(value); memcpy(&wide, &real, 8);
                    wide = __builtin_bswap64(wide); memcpy(w, &wide, 8); w += 8; continue;
                case 'Z':
                    if (value != Py_True && value != Py_False) goto stop;
                    *w++ = value == Py_True; continue;
                case 'B': case 'S': case 'F': case 'C': {
                    out->length = w - out->p; put = native_put_primitive(out, steps[i], value);
                    if (put < 0) PyErr_Clear(); /* who asks for this field alone is told again */
                    if (put <= 0) return i;
                    w = out->p + out->length; continue;
                }
                case 'L': case '[':
                    if (value != Py_None) goto stop;
                    *w++ = 0x70; continue;
                case 't':
                    if (value == Py_None) { *w++ = 0x70; continue; }
                    if (!PyUnicode_CheckExact(value)) goto stop;
                    out->length = w - out->p;
                    put = memo ? native_put_text(out, memo, objects, value, 1) : native_put_text_alone(out, obj, slots, steps, i);
                    if (put) return put < 0 ? -1 : i;
                    NATIVE_ROOM(8 * (length - i)); w = out->p + out->length; continue;
                default: goto stop;
            }
        }
    stop:
        out->length = w - out->p; return i;
    }
    /* What it writes lies behind the header that is there; afterwards the header alone is. */
    static PyObject *native_put_alone(NativeOut *out, PyObject *raw, PyObject *obj, Py_ssize_t *slots, const unsigned char *steps, Py_ssize_t length) {
        Py_ssize_t step = -1; PyObject *data = NULL;
        if (length > 64) Py_RETURN_NONE;
        if (!native_put_u8(out, 0x73) && !native_put_raw(out, raw))
            step = native_put_fields(out, NULL, NULL, obj, slots, steps, 0, length);
        if (step == length) data = native_out_take(out);
        else if (step >= 0) { data = Py_None; Py_INCREF(data); }
        out->length = 0;
        if (native_put_32(out, 0xACED0005)) Py_CLEAR(data);
        return data;
    }
    static CYTHON_INLINE Py_ssize_t native_put_instance(NativeOut *out, NativeMemo *memo, PyObject *objects, PyObject *obj, Py_ssize_t handle, Py_ssize_t *slots, const unsigned char *steps, Py_ssize_t length) {
        if (handle >= 0) {
            int started = native_put_start(out, memo, objects, obj, handle);
            if (started <= 0) return started ? -1 : length;
        }
        return native_put_fields(out, memo, objects, obj, slots, steps, 0, length);
    }
    static Py_ssize_t native_put_instances(NativeOut *out, NativeMemo *memo, PyObject *objects, PyObject *items, Py_ssize_t start, PyObject *kind, Py_ssize_t handle, Py_ssize_t *slots, const unsigned char *steps, Py_ssize_t length, int follow) {
        Py_ssize_t i = start, count = 0, step = length; int sole = 0;
        while (step == length && i < PyList_GET_SIZE(items)) {
            PyObject *item = native_list_get(items, i), *held;
            if ((PyObject *)Py_TYPE(item) != kind) { Py_DECREF(item); break; }
            if (!sole) native_memo_note_sole(memo, item, 2); /* its place in the list, and the one that is held here */
            else memo->sole = item;
            sole = 0;
            step = native_put_instance(out, memo, objects, item, handle, slots, steps, length); i++; count++;
            if (follow && step == length - 1 && slots[step] >= 0 && (held = *(PyObject **)((char *)item + slots[step])) && (PyObject *)Py_TYPE(held) == kind) {
                sole = native_memo_is_sole(memo, held, 1);
                Py_INCREF(held); PyList_SetItem(items, --i, held); step = length; /* the one before it is held by what it is in */
            }
            Py_DECREF(item);
            if (step < 0) return -1;
        }
        memo->step = step; return count;
    }
    """
    int put_text "native_put_text"(NativeOut* out, NativeMemo* memo, list objects, str text, Py_ssize_t holders) except -1
    Py_ssize_t put_leaves "native_put_leaves"(NativeOut* out, NativeMemo* memo, list objects, object items, Py_ssize_t index, tuple boxes, Py_ssize_t holders) except -1
    bint put_start "native_put_start"(NativeOut* out, NativeMemo* memo, list objects, object obj, Py_ssize_t handle) except -1
    bint put_block "native_put_block"(NativeOut* out, object data) except -1
    int put_big_integer "native_put_big_integer"(NativeOut* out, NativeMemo* memo, Py_ssize_t handle, Py_ssize_t array, object number) except -1
    int put_list_start "native_put_list_start"(NativeOut* out, Py_ssize_t size, Py_ssize_t fields) except -1
    int put_map_start "native_put_map_start"(NativeOut* out, double load_factor, Py_ssize_t size) except -1
    void know_map "native_know_map"(NativeMemo* memo, object kind, object plan) noexcept
    void know_items "native_know_items"(NativeMemo* memo, object kind, object plan) noexcept
    void know_data "native_know_data"(NativeMemo* memo, object kind, object plan) noexcept
    void know_scaled "native_know_scaled"(NativeMemo* memo, object kind, object plan) noexcept
    bint has_begun "native_has_begun"(NativeMemo* memo) noexcept
    list take_begun "native_take_begun"(NativeMemo* memo)
    object put_alone "native_put_alone"(NativeOut* out, bytes raw, object obj, Py_ssize_t* slots, const unsigned char* steps, Py_ssize_t length)
    Py_ssize_t put_instance "native_put_instance"(NativeOut* out, NativeMemo* memo, list objects, object obj, Py_ssize_t handle, Py_ssize_t* slots, const unsigned char* steps, Py_ssize_t length) except -1
    Py_ssize_t put_instances "native_put_instances"(NativeOut* out, NativeMemo* memo, list objects, object items, Py_ssize_t index, object kind, Py_ssize_t handle, Py_ssize_t* slots, const unsigned char* steps, Py_ssize_t length, bint follow) except -1
