# The C meaning of native.py, for the modules of this room that cimport it. Same names, same contracts, no bounds checks:
# the caller has proven that the bytes are present.
#
# Slots are written through the offset of their member descriptor (structmember.h): the object is from tp_alloc, whose
# memory is zeroed, and the class cannot lose its slots while it has instances. Offset -1: there is no slot for the value.
#
# `input` is a `const unsigned char *`, `slots` a `Py_ssize_t *`, `out` a growing buffer, `memo` an identity map.

from cpython cimport array as carray

cdef extern from *:
    """
    #include <structmember.h>
    #include <stdint.h>
    #include <string.h>

    #define NATIVE_COMPILED 1

    /* ---- reading numbers: network order, any alignment ---- */
    static CYTHON_INLINE uint16_t native_u16(const unsigned char *p) { uint16_t v; memcpy(&v, p, 2); return __builtin_bswap16(v); }
    static CYTHON_INLINE uint32_t native_u32(const unsigned char *p) { uint32_t v; memcpy(&v, p, 4); return __builtin_bswap32(v); }
    static CYTHON_INLINE uint64_t native_u64(const unsigned char *p) { uint64_t v; memcpy(&v, p, 8); return __builtin_bswap64(v); }

    static const unsigned char *native_pointer(PyObject *buffer) {
        return (const unsigned char *)(PyBytes_Check(buffer) ? PyBytes_AS_STRING(buffer) : PyByteArray_AS_STRING(buffer));
    }

    static CYTHON_INLINE int native_primitive_bytes(int code) {
        switch (code) {
            case 'Z': case 'B': return 1;
            case 'C': case 'S': return 2;
            case 'I': case 'F': return 4;
            case 'J': case 'D': return 8;
            default: return 0;
        }
    }

    static void native_no_hash(PyObject *data) {
    #ifdef __GNUC__ /* the hash is deprecated since 3.11, and still has to be set */
        #pragma GCC diagnostic push
        #pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    #endif
        ((PyBytesObject *)data)->ob_shash = -1;
    #ifdef __GNUC__
        #pragma GCC diagnostic pop
    #endif
    }
    /* An instance of a class of bytes that adds nothing to them, as bytes.__new__ makes it. */
    static PyObject *native_take_as(PyObject *cls, const unsigned char *p, Py_ssize_t start, Py_ssize_t stop) {
        PyObject *data = ((PyTypeObject *)cls)->tp_alloc((PyTypeObject *)cls, stop - start);
        if (!data) return NULL;
        native_no_hash(data);
        memcpy(PyBytes_AS_STRING(data), p + start, (size_t)(stop - start));
        PyBytes_AS_STRING(data)[stop - start] = 0;
        return data;
    }
    static PyObject *native_char(unsigned unit) {
        Py_UCS2 c = (Py_UCS2)unit;
        return PyUnicode_FromKindAndData(PyUnicode_2BYTE_KIND, &c, 1);
    }

    static CYTHON_INLINE PyObject *native_read_primitive(const unsigned char *p, Py_ssize_t pos, int code) {
        p += pos;
        switch (code) {
            case 'I': return PyLong_FromLong((int32_t)native_u32(p));
            case 'J': return PyLong_FromLongLong((int64_t)native_u64(p));
            case 'D': { uint64_t u = native_u64(p); double d; memcpy(&d, &u, 8); return PyFloat_FromDouble(d); }
            case 'Z': return PyBool_FromLong(p[0]);
            case 'F': { uint32_t u = native_u32(p); float f; memcpy(&f, &u, 4); return PyFloat_FromDouble((double)f); }
            case 'B': return PyLong_FromLong((signed char)p[0]);
            case 'S': return PyLong_FromLong((int16_t)native_u16(p));
            case 'C': return native_char(native_u16(p));
        }
        PyErr_SetString(PyExc_SystemError, "not a primitive type code");
        return NULL;
    }

    /* ---- text: ASCII by words, else modified UTF-8 in two passes; None where it is malformed ---- */
    static CYTHON_INLINE int native_next_unit(const unsigned char **at, const unsigned char *end, Py_UCS4 *unit) {
        const unsigned char *q = *at; unsigned char c = *q;
        if (c < 0x80) { *unit = c; *at = q + 1; return 1; }
        if ((c & 0xE0) == 0xC0) {
            if (end - q < 2 || (q[1] & 0xC0) != 0x80) return 0;
            *unit = (Py_UCS4)((c & 0x1F) << 6 | (q[1] & 0x3F)); *at = q + 2; return 1;
        }
        if ((c & 0xF0) == 0xE0) {
            if (end - q < 3 || (q[1] & 0xC0) != 0x80 || (q[2] & 0xC0) != 0x80) return 0;
            *unit = (Py_UCS4)((c & 0x0F) << 12 | (q[1] & 0x3F) << 6 | (q[2] & 0x3F)); *at = q + 3; return 1;
        }
        return 0;
    }
    static CYTHON_INLINE int native_next_char(const unsigned char **at, const unsigned char *end, Py_UCS4 *ch) {
        if (!native_next_unit(at, end, ch)) return 0;
        if (*ch >= 0xD800 && *ch < 0xDC00 && *at < end) {
            const unsigned char *next = *at; Py_UCS4 low;
            if (native_next_unit(&next, end, &low) && low >= 0xDC00 && low < 0xE000) {
                *ch = 0x10000 + ((*ch - 0xD800) << 10) + (low - 0xDC00); *at = next;
            }
        }
        return 1;
    }
    /* The first `ascii` bytes are known to be ASCII, of which there is a word at a time. */
    static PyObject *native_decode_mutf8_slowly(const unsigned char *p, Py_ssize_t length, Py_ssize_t ascii) {
        const unsigned char *q = p + ascii, *end = p + length; Py_ssize_t count = ascii, i; Py_UCS4 ch = 0, largest = 0;
        PyObject *text; int kind; void *data;
        while (q < end) { if (!native_next_char(&q, end, &ch)) Py_RETURN_NONE; if (ch > largest) largest = ch; count++; }
        text = PyUnicode_New(count, largest); if (!text) return NULL;
        kind = PyUnicode_KIND(text); data = PyUnicode_DATA(text); q = p + ascii;
        if (kind == PyUnicode_1BYTE_KIND) memcpy(data, p, ascii);
        else if (kind == PyUnicode_2BYTE_KIND) for (i = 0; i < ascii; i++) ((Py_UCS2 *)data)[i] = p[i];
        else for (i = 0; i < ascii; i++) ((Py_UCS4 *)data)[i] = p[i];
        if (kind == PyUnicode_2BYTE_KIND) for (i = ascii; q < end; i++) { native_next_unit(&q, end, &ch); ((Py_UCS2 *)data)[i] = (Py_UCS2)ch; }
        else for (i = ascii; q < end; i++) { native_next_char(&q, end, &ch); PyUnicode_WRITE(kind, data, i, ch); }
        return text;
    }
    static CYTHON_INLINE PyObject *native_decode_mutf8(const unsigned char *p, Py_ssize_t start, Py_ssize_t stop) {
        const unsigned char *q = p + start; Py_ssize_t n = stop - start; uint64_t seen = 0, word; PyObject *text;
        if (n == 1 && *q < 0x80) return PyUnicode_FromOrdinal(*q);
        while (n >= 8) {
            memcpy(&word, q, 8);
            if (word & 0x8080808080808080ULL) return native_decode_mutf8_slowly(p + start, stop - start, q - p - start);
            q += 8; n -= 8;
        }
        while (n-- > 0) seen |= *q++;
        if (seen & 0x80) return native_decode_mutf8_slowly(p + start, stop - start, (stop - start) & ~(Py_ssize_t)7);
        text = PyUnicode_New(stop - start, 127);
        if (text && stop > start) memcpy(PyUnicode_1BYTE_DATA(text), p + start, stop - start);
        return text;
    }

    /* ---- numbers in network order to and from native buffers; the loops vectorise ---- */
    static void native_swap(unsigned char *to, const unsigned char *from, Py_ssize_t count, int width) {
        Py_ssize_t i;
        if (width == 8) { uint64_t v; for (i = 0; i < count; i++) { memcpy(&v, from + i * 8, 8); v = __builtin_bswap64(v); memcpy(to + i * 8, &v, 8); } }
        else if (width == 4) { uint32_t v; for (i = 0; i < count; i++) { memcpy(&v, from + i * 4, 4); v = __builtin_bswap32(v); memcpy(to + i * 4, &v, 4); } }
        else { uint16_t v; for (i = 0; i < count; i++) { memcpy(&v, from + i * 2, 2); v = __builtin_bswap16(v); memcpy(to + i * 2, &v, 2); } }
    }
    /* ---- slots ---- */
    static Py_ssize_t *native_slot_table(PyObject *members) {
        Py_ssize_t i, n = PyList_GET_SIZE(members);
        Py_ssize_t *table = (Py_ssize_t *)PyMem_Malloc((n + 1) * sizeof(Py_ssize_t));
        if (!table) { PyErr_NoMemory(); return NULL; }
        for (i = 0; i < n; i++) {
            PyObject *member = PyList_GET_ITEM(members, i);
            if (member == Py_None) { table[i] = -1; continue; }
            if (Py_TYPE(member) != &PyMemberDescr_Type) {
                PyMem_Free(table); PyErr_SetString(PyExc_TypeError, "not a slot"); return NULL;
            }
            table[i] = ((PyMemberDescrObject *)member)->d_member->offset;
        }
        return table;
    }
    static void native_slot_table_free(Py_ssize_t *table) { PyMem_Free(table); }
    static CYTHON_INLINE void native_slot_set(PyObject *obj, Py_ssize_t *slots, Py_ssize_t i, PyObject *value) {
        PyObject **slot, *old;
        if (slots[i] < 0) return;
        slot = (PyObject **)((char *)obj + slots[i]); old = *slot;
        Py_INCREF(value); *slot = value; Py_XDECREF(old);
    }
    /* Into the empty slots of a new object. */
    static int native_take_fields(PyObject *obj, Py_ssize_t *slots, const unsigned char *steps, Py_ssize_t count, const unsigned char *p, Py_ssize_t pos) {
        Py_ssize_t i;
        for (i = 0; i < count; i++) {
            int code = steps[i]; PyObject *value = native_read_primitive(p, pos, code);
            if (!value) return -1;
            pos += native_primitive_bytes(code);
            if (slots[i] < 0) Py_DECREF(value);
            else *(PyObject **)((char *)obj + slots[i]) = value;
        }
        return 0;
    }
    static CYTHON_INLINE int native_list_append(PyObject *items, PyObject *value);
    static int native_list_cut(PyObject *items, Py_ssize_t length);
    static int native_take_values(PyObject *values, const unsigned char *steps, Py_ssize_t count, const unsigned char *p, Py_ssize_t pos) {
        Py_ssize_t i;
        for (i = 0; i < count; i++) {
            int failed; PyObject *value = native_read_primitive(p, pos, steps[i]);
            if (!value) return -1;
            pos += native_primitive_bytes(steps[i]);
            failed = native_list_append(values, value); Py_DECREF(value);
            if (failed) return -1;
        }
        return 0;
    }
    static CYTHON_INLINE Py_ssize_t native_move_to_slots(PyObject *obj, Py_ssize_t *slots, Py_ssize_t index, PyObject *items) {
        Py_ssize_t i, n = PyList_GET_SIZE(items);
    #ifndef Py_GIL_DISABLED
        Py_SET_SIZE((PyListObject *)items, 0); /* what it held belongs to the slots now */
        for (i = 0; i < n; i++) {
            PyObject *item = ((PyListObject *)items)->ob_item[i], **slot, *old;
            if (slots[index + i] < 0) { Py_DECREF(item); continue; }
            slot = (PyObject **)((char *)obj + slots[index + i]); old = *slot; *slot = item; Py_XDECREF(old);
        }
        return n;
    #else
        for (i = 0; i < n; i++) native_slot_set(obj, slots, index + i, PyList_GET_ITEM(items, i));
        return native_list_cut(items, 0) ? -1 : n;
    #endif
    }
    static CYTHON_INLINE PyObject *native_slot_get(PyObject *obj, Py_ssize_t *slots, Py_ssize_t i) {
        PyObject *value = *(PyObject **)((char *)obj + slots[i]);
        if (!value) { PyErr_SetString(PyExc_AttributeError, "this field has no value"); return NULL; }
        Py_INCREF(value); return value;
    }
    static CYTHON_INLINE PyObject *native_slot_peek(PyObject *obj, Py_ssize_t *slots, Py_ssize_t i) {
        PyObject *value = slots[i] < 0 ? NULL : *(PyObject **)((char *)obj + slots[i]);
        if (!value) value = Py_None;
        Py_INCREF(value); return value;
    }
    static CYTHON_INLINE int native_attribute_set(PyObject *obj, PyObject *name, PyObject *value) {
        return name == Py_None ? 0 : PyObject_GenericSetAttr(obj, name, value);
    }
    static CYTHON_INLINE PyObject *native_allocate(PyObject *cls) { return ((PyTypeObject *)cls)->tp_alloc((PyTypeObject *)cls, 0); }

    /* By the four bytes of a handle. */
    static CYTHON_INLINE PyObject *native_referred(const unsigned char *p, Py_ssize_t pos, PyObject *handles, PyObject *otherwise) {
        size_t number = (size_t)native_u32(p + pos) - 0x7E0000;
        PyObject *found = number < (size_t)PyList_GET_SIZE(handles) ? PyList_GET_ITEM(handles, (Py_ssize_t)number) : otherwise;
        Py_INCREF(found); return found;
    }
    static CYTHON_INLINE PyObject *native_list_get(PyObject *items, Py_ssize_t index) {
        PyObject *item = PyList_GET_ITEM(items, index); Py_INCREF(item); return item;
    }

    /* Room for `length` items in all. The list stays as it is where that fails, or where lists are not ours to touch. */
    static CYTHON_INLINE void native_list_reserve(PyObject *items, Py_ssize_t length) {
    #ifndef Py_GIL_DISABLED
        PyListObject *list = (PyListObject *)items; PyObject **grown;
        if (length <= list->allocated || (size_t)length > PY_SSIZE_T_MAX / sizeof(PyObject *)) return;
        grown = (PyObject **)PyMem_Realloc(list->ob_item, (size_t)length * sizeof(PyObject *));
        if (grown) { list->ob_item = grown; list->allocated = length; }
    #endif
    }
    static int native_list_cut(PyObject *items, Py_ssize_t length) {
    #ifndef Py_GIL_DISABLED
        PyListObject *list = (PyListObject *)items;
        while (Py_SIZE(list) > length) { /* one at a time: giving up an object may run code that sees the list */
            Py_ssize_t last = Py_SIZE(list) - 1; PyObject *item = list->ob_item[last];
            Py_SET_SIZE(list, last); Py_DECREF(item);
        }
        return 0;
    #else
        return PyList_SetSlice(items, length, PyList_GET_SIZE(items), NULL);
    #endif
    }
    static int native_list_empty(PyObject *items, Py_ssize_t kept) {
    #ifndef Py_GIL_DISABLED
        PyListObject *list = (PyListObject *)items;
        native_list_cut(items, 0);
        if (list->allocated > kept) {
            PyObject **smaller = (PyObject **)PyMem_Realloc(list->ob_item, (size_t)kept * sizeof(PyObject *));
            if (smaller) { list->ob_item = smaller; list->allocated = kept; }
        }
        return 0;
    #else
        return PyList_SetSlice(items, 0, PyList_GET_SIZE(items), NULL);
    #endif
    }
    /* As PyList_Append, but a long list doubles, and one with much room keeps it: what moves is the tables of handles. */
    static CYTHON_INLINE int native_list_append(PyObject *items, PyObject *value) {
    #ifndef Py_GIL_DISABLED
        PyListObject *list = (PyListObject *)items; Py_ssize_t size = Py_SIZE(list);
        if (size == list->allocated && size > 4096) native_list_reserve(items, size * 2);
        if (size < list->allocated) {
            Py_INCREF(value); list->ob_item[size] = value;
            Py_SET_SIZE(list, size + 1);
            return 0;
        }
    #endif
        return PyList_Append(items, value);
    }
    /* Boxes of one class, as their first six bytes say; how many they were. */
    static Py_ssize_t native_take_boxes(const unsigned char *p, Py_ssize_t pos, Py_ssize_t most, int code, PyObject *items, PyObject *handles) {
        const unsigned char *q = p + pos; Py_ssize_t i, size = 6 + native_primitive_bytes(code); uint32_t class_handle, other; uint16_t start, begin;
        memcpy(&start, q, 2); memcpy(&class_handle, q + 2, 4);
        for (i = 0; i < most; i++, q += size) {
            PyObject *value; int failed;
            memcpy(&begin, q, 2); memcpy(&other, q + 2, 4);
            if (begin != start || other != class_handle) break;
            value = native_read_primitive(q, 6, code); if (!value) return -1;
            failed = native_list_append(items, value) || native_list_append(handles, value);
            Py_DECREF(value);
            if (failed) return -1;
        }
        return i;
    }
    static int native_list_extend(PyObject *items, PyObject *more) {
        Py_ssize_t i;
        for (i = 0; i < PyList_GET_SIZE(more); i++) if (native_list_append(items, PyList_GET_ITEM(more, i))) return -1;
        return 0;
    }
    static CYTHON_INLINE int native_plain_key(PyObject *key) {
        int overflow;
        if (PyUnicode_Check(key) || key == Py_None || PyFloat_Check(key) || PyBytes_Check(key)) return 1;
        if (!PyLong_Check(key)) return 0;
        PyLong_AsLongLongAndOverflow(key, &overflow);
        return !overflow;
    }
    static PyObject *native_head(const unsigned char *p, Py_ssize_t pos) {
        return Py_BuildValue("(HI)", native_u16(p + pos), native_u32(p + pos + 2));
    }
    static Py_ssize_t native_text_sizes(PyObject *items, Py_ssize_t most) {
        Py_ssize_t i, size = 0;
        for (i = 0; i < most && i < PyList_GET_SIZE(items); i++) {
            PyObject *item = PyList_GET_ITEM(items, i);
            if (PyUnicode_CheckExact(item)) size += PyUnicode_GET_LENGTH(item);
            else if (item != Py_None && !PyFloat_CheckExact(item) && !(PyLong_Check(item) && native_plain_key(item))) return -1;
        }
        return size;
    }
    /* 1 where all keys are plain and differ; 0 where not, and -1 for what is no Exception. */
    static int native_fill_dict(PyObject *mapping, PyObject *items) {
        Py_ssize_t i;
        for (i = 0; i + 1 < PyList_GET_SIZE(items); i += 2) {
            if (!native_plain_key(PyList_GET_ITEM(items, i))) return 0;
            if (!PyDict_SetDefault(mapping, PyList_GET_ITEM(items, i), PyList_GET_ITEM(items, i + 1))) {
                if (!PyErr_ExceptionMatches(PyExc_Exception)) return -1;
                PyErr_Clear(); return 0;
            }
        }
        return 2 * PyDict_GET_SIZE(mapping) == PyList_GET_SIZE(items);
    }

    /* Keys and values by turns, in the order of ``items()``: of a class that has no other one than a dict, straight. */
    /* A table of 64 places by the address of a type: the type, and what was put in for it last. */
    #define NATIVE_NEAR_PLACE(kind) (2 * ((((size_t)(kind) >> 5) ^ ((size_t)(kind) >> 11)) & 63))
    static PyObject *native_near_new(void) {
        PyObject *table = PyList_New(128); Py_ssize_t i;
        for (i = 0; table && i < 128; i++) { Py_INCREF(Py_None); PyList_SET_ITEM(table, i, Py_None); }
        return table;
    }
    static CYTHON_INLINE PyObject *native_near_get(PyObject *near_table, PyObject *kind) {
        size_t place = NATIVE_NEAR_PLACE(kind);
        PyObject *found = PyList_GET_ITEM(near_table, place) == kind ? PyList_GET_ITEM(near_table, place + 1) : Py_None;
        Py_INCREF(found); return found;
    }
    static CYTHON_INLINE void native_near_put(PyObject *near_table, PyObject *kind, PyObject *value) {
        size_t place = NATIVE_NEAR_PLACE(kind);
        Py_INCREF(kind); Py_INCREF(value);
        PyList_SetItem(near_table, place, kind); PyList_SetItem(near_table, place + 1, value);
    }
    static int native_has_own_items(PyObject *mapping) {
        static PyObject *name = NULL;
        if (PyDict_CheckExact(mapping)) return 1;
        if (!name) { name = PyUnicode_InternFromString("items"); if (!name) { PyErr_Clear(); return 0; } }
        return PyDict_Check(mapping) && _PyType_Lookup(Py_TYPE(mapping), name) == _PyType_Lookup(&PyDict_Type, name);
    }
    static PyObject *native_flat_items(PyObject *mapping) {
        PyObject *items, *pairs; Py_ssize_t i, n;
    #ifndef Py_GIL_DISABLED
        PyObject *key, *value;
        if (native_has_own_items(mapping)) {
            Py_ssize_t at = 0;
            n = PyDict_GET_SIZE(mapping); items = PyList_New(2 * n); if (!items) return NULL;
            for (i = 0; i < n && PyDict_Next(mapping, &at, &key, &value); i++) {
                Py_INCREF(key); PyList_SET_ITEM(items, 2 * i, key); Py_INCREF(value); PyList_SET_ITEM(items, 2 * i + 1, value);
            }
            return items;
        }
    #endif
        pairs = PyMapping_Items(mapping); if (!pairs) return NULL;
        n = PyList_GET_SIZE(pairs); items = PyList_New(0);
        for (i = 0; items && i < n; i++) {
            PyObject *pair = PyList_GET_ITEM(pairs, i);
            if (!PyTuple_Check(pair) || PyTuple_GET_SIZE(pair) != 2) { PyErr_SetString(PyExc_TypeError, "items() of a dict gives pairs"); Py_CLEAR(items); }
            else if (PyList_Append(items, PyTuple_GET_ITEM(pair, 0)) || PyList_Append(items, PyTuple_GET_ITEM(pair, 1))) Py_CLEAR(items);
        }
        Py_DECREF(pairs); return items;
    }
    /* ---- output: the block of a bytes object to be. Up to NATIVE_OUT_KEPT it is kept and copied from. A larger one is
       handed out itself, without a copy or a second buffer, and a page that it did not come to takes no memory. Where
       nothing is known of its length it takes so much room at once that malloc maps pages for it: what grows there is not
       copied. From then on its length is foreseen: the same room is asked for, which malloc has again when the last one
       is freed, and so no page of it is new. To this end the block that is handed out stays a little longer than its
       bytes: malloc keeps for itself no more than the longest block that was mapped and freed. ---- */
    #define NATIVE_OUT_KEPT (1 << 20)
    #define NATIVE_OUT_MAPPED (32 << 20)
    #define NATIVE_OUT_START 512
    typedef struct { PyObject *block; unsigned char *p; Py_ssize_t length, capacity, foreseen; } NativeOut;
    /* A new block, or the old one of another size; where that fails all stays as it was. */
    static int native_out_resize(NativeOut *out, Py_ssize_t capacity) {
        PyObject *block = (PyObject *)PyObject_Realloc(out->block, offsetof(PyBytesObject, ob_sval) + (size_t)capacity + 1);
        if (!block) { PyErr_NoMemory(); return -1; }
        out->block = block; out->p = (unsigned char *)block + offsetof(PyBytesObject, ob_sval); out->capacity = capacity; return 0;
    }
    static NativeOut *native_out_new(void) {
        NativeOut *out = (NativeOut *)PyMem_Calloc(1, sizeof(NativeOut));
        if (!out) { PyErr_NoMemory(); return NULL; }
        if (native_out_resize(out, NATIVE_OUT_START)) { PyMem_Free(out); return NULL; }
        return out;
    }
    static void native_out_free(NativeOut *out) { if (out) { PyObject_Free(out->block); PyMem_Free(out); } }
    static int native_out_grow(NativeOut *out, Py_ssize_t extra) {
        Py_ssize_t capacity = out->capacity + (out->capacity >> 1), least;
        if (out->capacity < 65536) capacity += out->capacity;
        if (extra > PY_SSIZE_T_MAX / 2 - out->length) { PyErr_NoMemory(); return -1; }
        least = out->length + extra + 64;
        if (capacity < least) capacity = least;
        if (least <= NATIVE_OUT_KEPT) { if (capacity > NATIVE_OUT_KEPT) capacity = NATIVE_OUT_KEPT; }
        else if (!out->foreseen) { if (capacity < NATIVE_OUT_MAPPED) capacity = NATIVE_OUT_MAPPED; }
        else if (capacity < out->foreseen) capacity = out->foreseen;
        return native_out_resize(out, capacity);
    }
    #define NATIVE_ROOM(n) if (__builtin_expect(out->capacity - out->length < (Py_ssize_t)(n), 0) && native_out_grow(out, (n))) return -1
    static PyObject *native_out_take(NativeOut *out) {
        PyObject *data; Py_ssize_t length = out->length; NativeOut fresh = {NULL, NULL, 0, 0, out->foreseen};
        if (out->capacity <= NATIVE_OUT_KEPT) {
            out->length = 0;
            return PyBytes_FromStringAndSize((const char *)out->p, length);
        }
        if (native_out_resize(&fresh, NATIVE_OUT_START)) return NULL;
        if (length <= NATIVE_OUT_KEPT / 2) { /* most of what it grew for was taken back */
            data = PyBytes_FromStringAndSize((const char *)out->p, length);
            if (data) PyObject_Free(out->block); else PyObject_Free(fresh.block);
        } else {
            Py_ssize_t capacity = out->capacity == out->foreseen ? length : length + length / 32;
            if (out->capacity - length > length / 16 && native_out_resize(out, capacity)) { PyObject_Free(fresh.block); return NULL; }
            if (length >= NATIVE_OUT_MAPPED) fresh.foreseen = 0;
            else if (length > out->foreseen || length < out->foreseen / 2) fresh.foreseen = out->capacity;
            data = (PyObject *)PyObject_InitVar((PyVarObject *)out->block, &PyBytes_Type, length);
            native_no_hash(data); out->p[length] = 0;
        }
        if (data) *out = fresh;
        return data;
    }
    static CYTHON_INLINE int native_put_u8(NativeOut *out, int v) { NATIVE_ROOM(1); out->p[out->length++] = (unsigned char)v; return 0; }
    static CYTHON_INLINE int native_put_u16(NativeOut *out, int x) { uint16_t v = __builtin_bswap16((uint16_t)x); NATIVE_ROOM(2); memcpy(out->p + out->length, &v, 2); out->length += 2; return 0; }
    static CYTHON_INLINE int native_put_32(NativeOut *out, long long x) { uint32_t v = __builtin_bswap32((uint32_t)x); NATIVE_ROOM(4); memcpy(out->p + out->length, &v, 4); out->length += 4; return 0; }
    static CYTHON_INLINE int native_put_64(NativeOut *out, long long x) { uint64_t v = __builtin_bswap64((uint64_t)x); NATIVE_ROOM(8); memcpy(out->p + out->length, &v, 8); out->length += 8; return 0; }
    static CYTHON_INLINE int native_put_f64(NativeOut *out, double x) { uint64_t v; memcpy(&v, &x, 8); return native_put_64(out, (long long)v); }
    static int native_put_f32(NativeOut *out, double x) {
        float f = (float)x; uint32_t v;
        if (isinf(f) && !isinf(x)) { PyErr_SetString(PyExc_OverflowError, "float too large to pack with f format"); return -1; }
        memcpy(&v, &f, 4); return native_put_32(out, v);
    }
    static CYTHON_INLINE int native_put_object(NativeOut *out, long long handle) {
        uint32_t v = __builtin_bswap32((uint32_t)handle); unsigned char *w;
        NATIVE_ROOM(6); w = out->p + out->length; w[0] = 0x73; w[1] = 0x71; memcpy(w + 2, &v, 4); out->length += 6; return 0;
    }
    static CYTHON_INLINE int native_put_reference(NativeOut *out, long long handle) {
        uint32_t v = __builtin_bswap32((uint32_t)handle);
        NATIVE_ROOM(5); out->p[out->length] = 0x71; memcpy(out->p + out->length + 1, &v, 4); out->length += 5; return 0;
    }
    /* The value of an int, and whether it is of 64 bits; its digits are read where they are as CPython had them so far. */
    static CYTHON_INLINE int native_long(PyObject *number, long long *value) {
        int overflow;
    #if CYTHON_USE_PYLONG_INTERNALS && PYLONG_BITS_IN_DIGIT == 30 && PY_VERSION_HEX < 0x030F0000
        uint64_t size; unsigned long tag; const digit *d;
    #if PY_VERSION_HEX < 0x030C0000
        tag = Py_SIZE(number) < 0; d = ((PyLongObject *)number)->ob_digit; size = (uint64_t)(tag ? -Py_SIZE(number) : Py_SIZE(number));
    #else
        d = ((PyLongObject *)number)->long_value.ob_digit; size = ((PyLongObject *)number)->long_value.lv_tag >> 3;
        tag = (((PyLongObject *)number)->long_value.lv_tag & 3) == 2;
    #endif
        if (size <= 2 || (size == 3 && d[2] < 8)) {
            uint64_t magnitude = size == 0 ? 0 : d[0];
            if (size > 1) magnitude |= (uint64_t)d[1] << 30;
            if (size > 2) magnitude |= (uint64_t)d[2] << 60;
            *value = tag ? -(long long)magnitude : (long long)magnitude; return 1;
        }
    #endif
        *value = PyLong_AsLongLongAndOverflow(number, &overflow);
        return !overflow;
    }
    static CYTHON_INLINE int native_integer_bytes(PyObject *number) {
        long long value;
        return !native_long(number, &value) ? 0 : value == (int32_t)value ? 4 : 8;
    }
    static PyObject *native_tagged(int tag, long long high, int high_bytes, long long low, int low_bytes) {
        char data[17]; uint64_t first = __builtin_bswap64((uint64_t)high), second = __builtin_bswap64((uint64_t)low);
        data[0] = (char)tag;
        memcpy(data + 1, (char *)&first + 8 - high_bytes, high_bytes);
        memcpy(data + 1 + high_bytes, (char *)&second + 8 - low_bytes, low_bytes);
        return PyBytes_FromStringAndSize(data, 1 + high_bytes + low_bytes);
    }
    static int native_put_tagged(NativeOut *out, int tag, long long high, int high_bytes, long long low, int low_bytes) {
        uint64_t first = __builtin_bswap64((uint64_t)high), second = __builtin_bswap64((uint64_t)low); unsigned char *w;
        NATIVE_ROOM(20); w = out->p + out->length;
        w[0] = 0x77; w[1] = (unsigned char)(1 + high_bytes + low_bytes); w[2] = (unsigned char)tag;
        memcpy(w + 3, (char *)&first + 8 - high_bytes, high_bytes);
        memcpy(w + 3 + high_bytes, (char *)&second + 8 - low_bytes, low_bytes);
        w[3 + high_bytes + low_bytes] = 0x78; out->length += 4 + high_bytes + low_bytes; return 0;
    }
    static int native_put_halves(NativeOut *out, PyObject *number) {
        unsigned char data[16];
        if (!PyLong_Check(number)) { PyErr_SetString(PyExc_TypeError, "an int is due"); return -1; }
    #if PY_VERSION_HEX >= 0x030D0000
        if (PyLong_AsNativeBytes(number, data, 16, Py_ASNATIVEBYTES_BIG_ENDIAN | Py_ASNATIVEBYTES_UNSIGNED_BUFFER | Py_ASNATIVEBYTES_REJECT_NEGATIVE) > 16 || PyErr_Occurred()) {
            if (!PyErr_Occurred()) PyErr_SetString(PyExc_OverflowError, "int too big to convert");
            return -1;
        }
    #else
        if (_PyLong_AsByteArray((PyLongObject *)number, data, 16, 0, 0)) return -1;
    #endif
        NATIVE_ROOM(16); memcpy(out->p + out->length, data + 8, 8); memcpy(out->p + out->length + 8, data, 8); out->length += 16; return 0;
    }
    static PyObject *native_two_longs(unsigned long long first, unsigned long long second) {
        uint64_t both[2]; both[0] = __builtin_bswap64(first); both[1] = __builtin_bswap64(second);
        return PyBytes_FromStringAndSize((const char *)both, 16);
    }
    static PyObject *native_unsigned(PyObject *data) {
        Py_ssize_t i, n; const unsigned char *p; uint64_t value = 0;
        if (!PyBytes_Check(data)) { PyErr_SetString(PyExc_TypeError, "bytes are due"); return NULL; }
        n = PyBytes_GET_SIZE(data); p = (const unsigned char *)PyBytes_AS_STRING(data);
        if (n > 8)
    #if PY_VERSION_HEX >= 0x030D0000
            return PyLong_FromUnsignedNativeBytes(p, (size_t)n, Py_ASNATIVEBYTES_BIG_ENDIAN);
    #else
            return _PyLong_FromByteArray(p, (size_t)n, 0, 0);
    #endif
        for (i = 0; i < n; i++) value = value << 8 | p[i];
        return PyLong_FromUnsignedLongLong(value);
    }
    static PyObject *native_signed(int sign, const unsigned char *p, Py_ssize_t pos, Py_ssize_t size) {
        uint64_t value = 0; Py_ssize_t i; PyObject *number, *negative;
        for (i = 0; i < size; i++) value = value << 8 | p[pos + i];
        if (sign < -1 || sign > 1 || (value == 0) != (sign == 0)) Py_RETURN_NONE;
        if (value <= INT64_MAX) return PyLong_FromLongLong(sign < 0 ? -(long long)value : (long long)value);
        number = PyLong_FromUnsignedLongLong(value);
        if (!number || sign > 0) return number;
        negative = PyNumber_Negative(number); Py_DECREF(number); return negative;
    }
    static PyObject *native_wide(long long high, long long low) {
        unsigned char data[16]; uint64_t v;
        v = __builtin_bswap64((uint64_t)high); memcpy(data, &v, 8); v = __builtin_bswap64((uint64_t)low); memcpy(data + 8, &v, 8);
    #if PY_VERSION_HEX >= 0x030D0000
        return PyLong_FromUnsignedNativeBytes(data, 16, Py_ASNATIVEBYTES_BIG_ENDIAN);
    #else
        return _PyLong_FromByteArray(data, 16, 0, 0);
    #endif
    }
    static PyObject *native_plain_number(PyObject *text) {
        const char *p; Py_ssize_t i, n, dot = -1, digits = 0; long long number = 0; int negative; PyObject *scale, *value, *both = NULL;
        if (!PyUnicode_Check(text) || !PyUnicode_IS_COMPACT_ASCII(text) || (n = PyUnicode_GET_LENGTH(text)) > 18) Py_RETURN_NONE;
        p = (const char *)PyUnicode_1BYTE_DATA(text); negative = n > 0 && p[0] == '-';
        for (i = negative; i < n; i++) {
            if (p[i] == '.' && dot < 0) dot = i;
            else if (p[i] >= '0' && p[i] <= '9') { number = number * 10 + (p[i] - '0'); digits++; }
            else Py_RETURN_NONE;
        }
        if (!digits) Py_RETURN_NONE;
        scale = PyLong_FromSsize_t(dot < 0 ? 0 : n - dot - 1); value = PyLong_FromLongLong(negative ? -number : number);
        if (scale && value) both = PyTuple_Pack(2, scale, value);
        Py_XDECREF(scale); Py_XDECREF(value); return both;
    }
    static PyObject *native_magnitude(PyObject *number) {
        long long value; PyObject *absolute, *bits, *data = NULL;
        if (native_long(number, &value)) {
            uint64_t wide = value < 0 ? 0 - (uint64_t)value : (uint64_t)value; Py_ssize_t size = 0;
            while (size < 8 && wide >> (8 * size)) size++;
            wide = __builtin_bswap64(wide);
            return PyBytes_FromStringAndSize((const char *)&wide + 8 - size, size);
        }
        absolute = PyNumber_Absolute(number); if (!absolute) return NULL;
        bits = PyObject_CallMethod(absolute, "bit_length", NULL);
        if (bits) data = PyObject_CallMethod(absolute, "to_bytes", "ns", (PyLong_AsSsize_t(bits) + 7) / 8, "big");
        Py_XDECREF(bits); Py_DECREF(absolute); return data;
    }
    static PyObject *native_from_halves(PyObject *data) {
        const unsigned char *p = (const unsigned char *)PyBytes_AS_STRING(data);
        return native_wide((long long)native_u64(p + 8), (long long)native_u64(p));
    }
    /* 1 written, 0 not a value of this type, -1 error */
    static int native_put_primitive(NativeOut *out, int code, PyObject *value) {
        long long number; double real; Py_UCS4 unit;
        switch (code) {
            case 'I': case 'J': case 'S': case 'B':
                if (!PyLong_Check(value) || !native_long(value, &number)) return 0;
                if (code == 'J') return native_put_64(out, number) < 0 ? -1 : 1;
                if (code == 'I') return number != (int32_t)number ? 0 : native_put_32(out, number) < 0 ? -1 : 1;
                if (code == 'S') return number != (int16_t)number ? 0 : native_put_u16(out, (int)number) < 0 ? -1 : 1;
                return number != (int8_t)number ? 0 : native_put_u8(out, (int)number) < 0 ? -1 : 1;
            case 'D': case 'F':
                if (!PyFloat_Check(value) && !PyLong_Check(value)) return 0;
                real = PyFloat_Check(value) ? PyFloat_AS_DOUBLE(value) : PyLong_AsDouble(value);
                if (real == -1.0 && PyErr_Occurred()) return -1;
                return (code == 'D' ? native_put_f64(out, real) : native_put_f32(out, real)) < 0 ? -1 : 1;
            case 'Z':
                if (value != Py_True && value != Py_False) return 0;
                return native_put_u8(out, value == Py_True) < 0 ? -1 : 1;
            default:
                if (!PyUnicode_Check(value) || PyUnicode_GET_LENGTH(value) != 1) return 0;
                unit = PyUnicode_READ_CHAR(value, 0);
                return unit > 0xFFFF ? 0 : native_put_u16(out, (int)unit) < 0 ? -1 : 1;
        }
    }
    static int native_put_raw(NativeOut *out, PyObject *data) {
        Py_buffer view;
        if (PyBytes_CheckExact(data)) {
            Py_ssize_t n = PyBytes_GET_SIZE(data); NATIVE_ROOM(n);
            memcpy(out->p + out->length, PyBytes_AS_STRING(data), n); out->length += n; return 0;
        }
        if (PyObject_GetBuffer(data, &view, PyBUF_SIMPLE)) return -1;
        if (out->capacity - out->length < view.len && native_out_grow(out, view.len)) { PyBuffer_Release(&view); return -1; }
        memcpy(out->p + out->length, view.buf, view.len); out->length += view.len;
        PyBuffer_Release(&view); return 0;
    }
    static int native_put_array(NativeOut *out, PyObject *numbers, int width) {
        Py_buffer view;
        if (PyObject_GetBuffer(numbers, &view, PyBUF_C_CONTIGUOUS)) return -1;
        if (out->capacity - out->length < view.len && native_out_grow(out, view.len)) { PyBuffer_Release(&view); return -1; }
        native_swap(out->p + out->length, (const unsigned char *)view.buf, view.len / width, width);
        out->length += view.len; PyBuffer_Release(&view); return 0;
    }
    static Py_ssize_t native_mutf8_length(PyObject *text) {
        Py_ssize_t i, n = PyUnicode_GET_LENGTH(text), total = 0; int kind = PyUnicode_KIND(text); const void *data = PyUnicode_DATA(text);
        for (i = 0; i < n; i++) {
            Py_UCS4 c = PyUnicode_READ(kind, data, i);
            total += c == 0 ? 2 : c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 6;
        }
        return total;
    }
    static CYTHON_INLINE unsigned char *native_put_unit(unsigned char *w, Py_UCS4 c) {
        *w++ = (unsigned char)(0xE0 | c >> 12); *w++ = (unsigned char)(0x80 | (c >> 6 & 0x3F)); *w++ = (unsigned char)(0x80 | (c & 0x3F)); return w;
    }
    #define NATIVE_HAS_ZERO_BYTE(w) (((w) - 0x0101010101010101ULL) & ~(w) & 0x8080808080808080ULL)
    #define NATIVE_HAS_ZERO_PAIR(w) (((w) - 0x0001000100010001ULL) & ~(w) & 0x8000800080008000ULL)
    /* ASCII by words, all else unit by unit; gives where it ends */
    static unsigned char *native_encode_mutf8(unsigned char *w, PyObject *text) {
        Py_ssize_t i = 0, n = PyUnicode_GET_LENGTH(text); int kind = PyUnicode_KIND(text); const void *data = PyUnicode_DATA(text);
        while (i < n) {
            uint64_t word; Py_UCS4 c;
            if (kind == PyUnicode_1BYTE_KIND && n - i >= 8) {
                memcpy(&word, (const Py_UCS1 *)data + i, 8);
                if (!(word & 0x8080808080808080ULL) && !NATIVE_HAS_ZERO_BYTE(word)) { memcpy(w, &word, 8); w += 8; i += 8; continue; }
            } else if (kind == PyUnicode_2BYTE_KIND && n - i >= 4) {
                memcpy(&word, (const Py_UCS2 *)data + i, 8);
                if (!(word & 0xFF80FF80FF80FF80ULL) && !NATIVE_HAS_ZERO_PAIR(word)) {
                    uint32_t four;
                    word = (word | word >> 8) & 0x0000FFFF0000FFFFULL; four = (uint32_t)(word | word >> 16);
                    memcpy(w, &four, 4); w += 4; i += 4; continue;
                }
            }
            c = PyUnicode_READ(kind, data, i); i++;
            if (c && c < 0x80) *w++ = (unsigned char)c;
            else if (c < 0x800) { *w++ = (unsigned char)(0xC0 | c >> 6); *w++ = (unsigned char)(0x80 | (c & 0x3F)); }
            else if (c < 0x10000) w = native_put_unit(w, c);
            else { w = native_put_unit(w, 0xD800 + ((c - 0x10000) >> 10)); w = native_put_unit(w, 0xDC00 + ((c - 0x10000) & 0x3FF)); }
        }
        return w;
    }
    /* Copies ASCII text without NUL; 0 where there is one. */
    static CYTHON_INLINE int native_copy_ascii(unsigned char *w, const unsigned char *p, Py_ssize_t n) {
        Py_ssize_t i; uint64_t word;
        if (n > 256) { if (memchr(p, 0, n)) return 0; memcpy(w, p, n); return 1; }
        if (n < 8) { for (i = 0; i < n; i++) if (!(w[i] = p[i])) return 0; return 1; }
        for (i = 0; i + 8 <= n; i += 8) { memcpy(&word, p + i, 8); if (NATIVE_HAS_ZERO_BYTE(word)) return 0; memcpy(w + i, &word, 8); }
        memcpy(&word, p + n - 8, 8); memcpy(w + n - 8, &word, 8);
        return !NATIVE_HAS_ZERO_BYTE(word);
    }
    /* 1 written, 0 too long for a two-byte length, -1 error */
    static int native_put_utf(NativeOut *out, PyObject *text) {
        Py_ssize_t n, most; unsigned char *w;
        if (!PyUnicode_Check(text)) { PyErr_Format(PyExc_TypeError, "a str is due, not %.100s", Py_TYPE(text)->tp_name); return -1; }
        n = PyUnicode_GET_LENGTH(text);
        if (PyUnicode_IS_COMPACT_ASCII(text) && n <= 0xFFFF) {
            NATIVE_ROOM(n + 2); w = out->p + out->length;
            if (native_copy_ascii(w + 2, PyUnicode_1BYTE_DATA(text), n)) {
                *w++ = (unsigned char)(n >> 8); *w = (unsigned char)n; out->length += n + 2; return 1;
            }
        }
        /* What takes room for 64 KiB at most is written at once, its length afterwards. */
        most = PyUnicode_KIND(text) == PyUnicode_1BYTE_KIND ? 2 : PyUnicode_KIND(text) == PyUnicode_2BYTE_KIND ? 3 : 6;
        if (n > 0xFFFF / most) {
            n = native_mutf8_length(text);
            if (n > 0xFFFF) return 0;
            most = 1;
        }
        NATIVE_ROOM(n * most + 2); w = out->p + out->length;
        n = native_encode_mutf8(w + 2, text) - w - 2;
        *w++ = (unsigned char)(n >> 8); *w = (unsigned char)n; out->length += n + 2; return 1;
    }
    static int native_put_long_utf(NativeOut *out, PyObject *text) {
        Py_ssize_t n = native_mutf8_length(text);
        NATIVE_ROOM(n + 8); native_put_64(out, n); native_encode_mutf8(out->p + out->length, text); out->length += n; return 0;
    }
    static int native_put_string(NativeOut *out, PyObject *text) {
        int put; NATIVE_ROOM(1); out->p[out->length++] = 0x74;
        put = native_put_utf(out, text);
        if (put) return put < 0 ? -1 : 0;
        out->p[out->length - 1] = 0x7C;
        return native_put_long_utf(out, text);
    }

    /* ---- identity map: what has a number lies in a list, in the order of the numbers. A slot holds an index into that
       list, plus one, in as many low bits as the mask has, and above them bits of the address, so that one which is not
       looked for is rarely gone to. Open addressing, linear probing; half of the slots are empty at least. As long as the
       number of everything is its index, as it is where nothing but objects took handles, there are no `numbers`. ---- */
    typedef struct { uint32_t *slots, *numbers; size_t mask, room; Py_ssize_t next, step; PyObject *sole; int alone; } NativeMemo;
    #define NATIVE_MEMO_START 64
    static NativeMemo *native_memo_new(void) {
        NativeMemo *memo = (NativeMemo *)PyMem_Malloc(sizeof(NativeMemo));
        if (!memo) { PyErr_NoMemory(); return NULL; }
        memo->mask = NATIVE_MEMO_START - 1; memo->room = 0; memo->numbers = NULL; memo->next = memo->step = 0; memo->sole = NULL; memo->alone = 0;
        memo->slots = (uint32_t *)PyMem_Calloc(NATIVE_MEMO_START, sizeof(uint32_t));
        if (!memo->slots) { PyMem_Free(memo); PyErr_NoMemory(); return NULL; }
        return memo;
    }
    static void native_memo_free(NativeMemo *memo) { if (memo) { PyMem_Free(memo->slots); PyMem_Free(memo->numbers); PyMem_Free(memo); } }
    /* Objects made one after another lie side by side, and so do their slots: that is what keeps this in the cache.
       Stretches of 16 MiB are spread, so that they do not pile up on one another. */
    static CYTHON_INLINE size_t native_memo_home(NativeMemo *memo, PyObject *key) {
        return (((size_t)key >> 4) + ((size_t)key >> 24) * 0x9E3779B97F4A7C15ULL) & memo->mask;
    }
    /* The slot of the key, which has this index in the list. */
    static CYTHON_INLINE uint32_t native_memo_entry(NativeMemo *memo, PyObject *key, size_t index) {
        return ((uint32_t)((size_t)key >> 4) & ~(uint32_t)memo->mask) | (uint32_t)(index + 1);
    }
    /* Where the key is, or the empty slot where it would be. */
    static CYTHON_INLINE uint32_t *native_memo_slot(NativeMemo *memo, PyObject *key, PyObject *objects) {
        size_t i = native_memo_home(memo, key); uint32_t mask = (uint32_t)memo->mask, address = (uint32_t)((size_t)key >> 4), slot;
        for (;;) {
            slot = memo->slots[i];
            if (!slot || (!((slot ^ address) & ~mask) && PyList_GET_ITEM(objects, (slot & mask) - 1) == key)) return &memo->slots[i];
            i = (i + 1) & memo->mask;
        }
    }
    static CYTHON_INLINE Py_ssize_t native_memo_number(NativeMemo *memo, uint32_t slot) {
        size_t index = (slot & memo->mask) - 1;
        return memo->numbers ? (Py_ssize_t)memo->numbers[index] : (Py_ssize_t)index;
    }
    static CYTHON_INLINE Py_ssize_t native_memo_get(NativeMemo *memo, PyObject *key, PyObject *objects) {
        uint32_t slot = *native_memo_slot(memo, key, objects);
        return slot ? native_memo_number(memo, slot) : -1;
    }
    /* Room for one more in the slots, and in the numbers, where there are any or are to be from now on. From 4 MiB on,
       which is beyond what is kept and so grows in each call, the steps are larger: one step goes through all objects. */
    static int native_memo_grow(NativeMemo *memo, PyObject *objects) {
        size_t at, count = (size_t)PyList_GET_SIZE(objects), mask = memo->mask < 0x10000 || memo->mask >= 0xFFFFF ? memo->mask * 4 + 3 : memo->mask * 2 + 1;
        if ((memo->numbers || memo->next != (Py_ssize_t)count) && count >= memo->room) {
            size_t room = count < 64 ? 64 : count * 2;
            uint32_t *numbers = (uint32_t *)PyMem_Realloc(memo->numbers, room * sizeof(uint32_t));
            if (!numbers) { PyErr_NoMemory(); return -1; }
            if (!memo->numbers) for (at = 0; at < count; at++) numbers[at] = (uint32_t)at;
            memo->numbers = numbers; memo->room = room;
        }
        if ((count + 1) * 2 > memo->mask) {
            /* Made anew out of the list, in the pages of the old one; where there is no room for it that one stays. */
            uint32_t *slots = (uint32_t *)PyMem_Realloc(memo->slots, (mask + 1) * sizeof(uint32_t));
            if (!slots) { PyErr_NoMemory(); return -1; }
            memset(slots, 0, (mask + 1) * sizeof(uint32_t));
            memo->slots = slots; memo->mask = mask;
            for (at = 0; at < count; at++) { /* no two are the same, so none is compared */
                PyObject *key = PyList_GET_ITEM(objects, at); size_t i = native_memo_home(memo, key);
                while (slots[i]) i = (i + 1) & mask;
                slots[i] = native_memo_entry(memo, key, at);
            }
        }
        return 0;
    }
    /* Whether the graph at hand is all that there will be in the stream, and so many references to the key are all
       that there are: then nothing will ask for it again. Where threads run at once, the count does not tell. */
    static CYTHON_INLINE int native_memo_is_sole(NativeMemo *memo, PyObject *key, Py_ssize_t holders) {
    #ifdef Py_GIL_DISABLED
        return 0;
    #else
        return memo->alone && Py_REFCNT(key) == holders;
    #endif
    }
    static CYTHON_INLINE void native_memo_note_sole(NativeMemo *memo, PyObject *key, Py_ssize_t holders) {
        memo->sole = native_memo_is_sole(memo, key, holders) ? key : NULL;
    }
    /* The number of the key, or -1: then it has the next one from now on, and is the last of the objects, unless it was
       noted that nothing will ask for it; -2 error. */
    static CYTHON_INLINE Py_ssize_t native_memo_claim(NativeMemo *memo, PyObject *key, PyObject *objects) {
        uint32_t *slot; size_t count = (size_t)PyList_GET_SIZE(objects);
        if (key == memo->sole) { memo->sole = NULL; memo->next++; return -1; }
        slot = native_memo_slot(memo, key, objects);
        if (*slot) return native_memo_number(memo, *slot);
        if (__builtin_expect((count + 1) * 2 > memo->mask || (memo->numbers ? count >= memo->room : memo->next != (Py_ssize_t)count), 0)) {
            if (native_memo_grow(memo, objects)) return -2;
            slot = native_memo_slot(memo, key, objects);
        }
        if (__builtin_expect(memo->next > 0x7FFFFFFF, 0)) {
            PyErr_SetString(PyExc_OverflowError, "more handles than a stream can have; a reset forgets them"); return -2;
        }
        if (native_list_append(objects, key)) return -2;
        if (memo->numbers) memo->numbers[count] = (uint32_t)memo->next;
        memo->next++; *slot = native_memo_entry(memo, key, count);
        return -1;
    }
    /* The last one put in is in nobody's way: nothing went past its slot since. What the caller put into the list by
       itself is in no slot, unless the table has grown since. */
    static int native_memo_fill(NativeMemo *memo, PyObject *found, PyObject *objects) {
        Py_ssize_t i;
        for (i = 0; i < PyList_GET_SIZE(found); i++) if (native_memo_claim(memo, PyList_GET_ITEM(found, i), objects) < -1) return -1;
        return 0;
    }
    static int native_memo_cut(NativeMemo *memo, Py_ssize_t next, PyObject *objects, Py_ssize_t length) {
        while (PyList_GET_SIZE(objects) > length) {
            Py_ssize_t last = PyList_GET_SIZE(objects) - 1;
            *native_memo_slot(memo, PyList_GET_ITEM(objects, last), objects) = 0;
            if (native_list_cut(objects, last)) return -1;
        }
        memo->next = next; memo->sole = NULL; return 0;
    }
    /* Kept for the next stream, but not when it is far larger than what was in it, nor beyond 8 MiB with the numbers. */
    #define NATIVE_MEMO_KEPT (1 << 20)
    static int native_memo_clear(NativeMemo *memo, PyObject *objects) {
        size_t size = memo->mask + 1, used = (size_t)PyList_GET_SIZE(objects);
        if (size > NATIVE_MEMO_KEPT || (size > 4096 && used < size / 64)) {
            uint32_t *slots = (uint32_t *)PyMem_Calloc(NATIVE_MEMO_START, sizeof(uint32_t));
            if (!slots) { PyErr_NoMemory(); return -1; }
            PyMem_Free(memo->slots); PyMem_Free(memo->numbers);
            memo->slots = slots; memo->numbers = NULL; memo->mask = NATIVE_MEMO_START - 1; memo->room = 0;
        } else if (used >= size / 16) memset(memo->slots, 0, size * sizeof(uint32_t));
        else while (used) *native_memo_slot(memo, PyList_GET_ITEM(objects, --used), objects) = 0; /* as `cut` does */
        memo->next = 0; memo->sole = NULL;
        return 0;
    }
    """
    const bint COMPILED "NATIVE_COMPILED"

    const unsigned char* pointer "native_pointer"(object buffer)
    unsigned int native_u16(const unsigned char* p) noexcept
    unsigned int native_u32(const unsigned char* p) noexcept
    long long native_u64(const unsigned char* p) noexcept
    int primitive_bytes "native_primitive_bytes"(int code) noexcept
    object read_primitive "native_read_primitive"(const unsigned char* p, Py_ssize_t pos, int code)
    object native_char(unsigned int unit)
    bytes take_as "native_take_as"(object cls, const unsigned char* p, Py_ssize_t start, Py_ssize_t stop)
    object decode_mutf8 "native_decode_mutf8"(const unsigned char* p, Py_ssize_t start, Py_ssize_t stop)
    void native_swap(unsigned char* to, const unsigned char* start, Py_ssize_t count, int width) noexcept
    int memcmp(const void* a, const void* b, size_t n) noexcept

    Py_ssize_t* slot_table "native_slot_table"(list members) except NULL
    void slot_table_free "native_slot_table_free"(Py_ssize_t* table) noexcept
    void slot_set "native_slot_set"(object obj, Py_ssize_t* slots, Py_ssize_t index, object value) noexcept
    int attribute_set "native_attribute_set"(object obj, object name, object value) except -1
    int take_fields "native_take_fields"(object obj, Py_ssize_t* slots, const unsigned char* head, Py_ssize_t count, const unsigned char* p, Py_ssize_t pos) except -1
    int take_values "native_take_values"(list values, const unsigned char* head, Py_ssize_t count, const unsigned char* p, Py_ssize_t pos) except -1
    Py_ssize_t move_to_slots "native_move_to_slots"(object obj, Py_ssize_t* slots, Py_ssize_t index, object items) except -1
    Py_ssize_t take_boxes "native_take_boxes"(const unsigned char* p, Py_ssize_t pos, Py_ssize_t most, int code, object items, object handles) except -1
    object slot_get "native_slot_get"(object obj, Py_ssize_t* slots, Py_ssize_t index)
    object slot_peek "native_slot_peek"(object obj, Py_ssize_t* slots, Py_ssize_t index)
    object allocate "native_allocate"(object cls)
    Py_ssize_t list_len "PyList_GET_SIZE"(object items) noexcept
    object referred "native_referred"(const unsigned char* p, Py_ssize_t pos, object handles, object otherwise)
    object list_get "native_list_get"(object items, Py_ssize_t index)
    object head "native_head"(const unsigned char* p, Py_ssize_t pos)
    Py_ssize_t text_sizes "native_text_sizes"(list items, Py_ssize_t most) noexcept
    bint plain_key "native_plain_key"(object key) noexcept
    list flat_items "native_flat_items"(object mapping)
    list near_new "native_near_new"()
    object near_get "native_near_get"(list table, object kind)
    void near_put "native_near_put"(list table, object kind, object value) noexcept
    bint has_own_items "native_has_own_items"(object mapping) noexcept
    int dict_set "PyDict_SetItem"(object mapping, object key, object value) except -1
    bint fill_dict "native_fill_dict"(object mapping, list items) except -1
    bint pause_collector "PyGC_Disable"() noexcept
    void untrack "PyObject_GC_UnTrack"(object obj) noexcept
    int list_empty "native_list_empty"(object items, Py_ssize_t kept) except -1
    int list_cut "native_list_cut"(object items, Py_ssize_t length) except -1
    int list_extend "native_list_extend"(list items, list more) except -1
    void list_reserve "native_list_reserve"(object items, Py_ssize_t length) noexcept
    int list_append "native_list_append"(object items, object value) except -1

    ctypedef struct NativeOut:
        unsigned char* p
        Py_ssize_t length
    NativeOut* out_new "native_out_new"() except NULL
    void out_free "native_out_free"(NativeOut* out) noexcept
    object out_take "native_out_take"(NativeOut* out)
    int put_u8 "native_put_u8"(NativeOut* out, int value) except -1
    int put_u16 "native_put_u16"(NativeOut* out, int value) except -1
    int put_32 "native_put_32"(NativeOut* out, long long value) except -1
    int put_64 "native_put_64"(NativeOut* out, long long value) except -1
    int put_f32 "native_put_f32"(NativeOut* out, double value) except -1
    int put_f64 "native_put_f64"(NativeOut* out, double value) except -1
    int integer_bytes "native_integer_bytes"(object number) noexcept
    int put_object "native_put_object"(NativeOut* out, long long handle) except -1
    int put_reference "native_put_reference"(NativeOut* out, long long handle) except -1
    bytes tagged "native_tagged"(int tag, long long high, int high_bytes, long long low, int low_bytes)
    int put_tagged "native_put_tagged"(NativeOut* out, int tag, long long high, int high_bytes, long long low, int low_bytes) except -1
    int put_halves "native_put_halves"(NativeOut* out, object number) except -1
    bytes two_longs "native_two_longs"(unsigned long long first, unsigned long long second)
    object unsigned "native_unsigned"(object data)
    object signed "native_signed"(int sign, const unsigned char* p, Py_ssize_t pos, Py_ssize_t size)
    object from_halves "native_from_halves"(bytes data)
    object wide "native_wide"(long long high, long long low)
    object plain_number "native_plain_number"(object text)
    bytes magnitude "native_magnitude"(object number)
    int put_primitive "native_put_primitive"(NativeOut* out, int code, object value) except -1
    int put_raw "native_put_raw"(NativeOut* out, object data) except -1
    int put_utf "native_put_utf"(NativeOut* out, object text) except -1
    int put_string "native_put_string"(NativeOut* out, object text) except -1
    int put_array "native_put_array"(NativeOut* out, object numbers, int width) except -1

    ctypedef struct NativeMemo:
        Py_ssize_t next
        bint alone
        Py_ssize_t step
    NativeMemo* memo_new "native_memo_new"() except NULL
    void memo_free "native_memo_free"(NativeMemo* memo) noexcept
    Py_ssize_t memo_get "native_memo_get"(NativeMemo* memo, object obj, list objects) noexcept
    Py_ssize_t memo_claim "native_memo_claim"(NativeMemo* memo, object obj, list objects) except -2
    void memo_note_sole "native_memo_note_sole"(NativeMemo* memo, object obj, Py_ssize_t holders) noexcept
    int memo_fill "native_memo_fill"(NativeMemo* memo, list found, list objects) except -1
    int memo_cut "native_memo_cut"(NativeMemo* memo, Py_ssize_t next, list objects, Py_ssize_t length) except -1
    int memo_clear "native_memo_clear"(NativeMemo* memo, list objects) except -1

cdef inline const unsigned char* layout(bytes codes, Py_ssize_t count) noexcept:
    return <const unsigned char*>codes

cdef inline int u16(const unsigned char* p, Py_ssize_t pos) noexcept:
    return <int>native_u16(p + pos)

cdef inline int i32(const unsigned char* p, Py_ssize_t pos) noexcept:
    return <int>native_u32(p + pos)

cdef inline long long u32(const unsigned char* p, Py_ssize_t pos) noexcept:
    return native_u32(p + pos)

cdef inline long long i64(const unsigned char* p, Py_ssize_t pos) noexcept:
    return native_u64(p + pos)

# The new array's memory is not set to anything before: the numbers fill all of it.
cdef inline (long long, int, long long, int, int, long long, int) number_at(const unsigned char* p, Py_ssize_t pos) noexcept:
    return (i32(p, pos), u16(p, pos + 4), u32(p, pos + 6), i32(p, pos + 26), u16(p, pos + 30), u32(p, pos + 32), i32(p, pos + 36))

cdef inline read_array(carray.array empty, const unsigned char* p, Py_ssize_t pos, Py_ssize_t length):
    cdef carray.array numbers = carray.clone(empty, length, False)
    native_swap(numbers.data.as_uchars, p + pos, length, numbers.ob_descr.itemsize)
    return numbers

cdef inline bytes take(const unsigned char* p, Py_ssize_t start, Py_ssize_t stop):
    return p[start:stop]

cdef inline bint matches(const unsigned char* p, Py_ssize_t pos, Py_ssize_t end, bytes raw) noexcept:
    return end - pos >= len(raw) and memcmp(p + pos, <const unsigned char*>raw, len(raw)) == 0

cdef inline bint repeats(const unsigned char* p, Py_ssize_t start, Py_ssize_t pos, Py_ssize_t end) noexcept:
    return end - pos >= 6 and memcmp(p + start, p + pos, 6) == 0

cdef extern from "Python.h":
    int PyGC_Enable() noexcept

cdef inline void resume_collector(bint was_running) noexcept:
    if was_running:
        PyGC_Enable()

cdef inline Py_ssize_t out_len(NativeOut* out) noexcept:
    return out.length

cdef inline bytes out_copy(NativeOut* out, Py_ssize_t start):
    return out.p[start:out.length]

cdef inline void out_truncate(NativeOut* out, Py_ssize_t length) noexcept:
    out.length = length
