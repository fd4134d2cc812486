cimport cython
from . cimport native
from .descriptors cimport ClassDescriptor
from .encoder_frame cimport EncoderFrame
from .plan cimport EncodePlan

cdef int ANNOTATION
cdef int TC_ARRAY, TC_BLOCKDATA, TC_BLOCKDATALONG, TC_CLASS, TC_CLASSDESC, TC_ENDBLOCKDATA, TC_ENUM, TC_EXCEPTION
cdef int TC_LONGSTRING, TC_NULL, TC_OBJECT, TC_PROXYCLASSDESC, TC_REFERENCE, TC_RESET, TC_STRING
cdef long long BASE_WIRE_HANDLE
cdef Py_ssize_t MAX_BLOCK_BYTES
cdef int BOOLEAN, BOXED, BYTES, CHARS, CLASS, CONSTANT, DESCRIPTOR, DOUBLE, ELEMENTS, FIELDS
cdef int INTEGER, LIST_OF, MAP_OF, NULL, NUMBERS, PRIMITIVES, REDUCE, REPLACE, STRING
cdef int IN_FIELDS, IN_ITEMS, IN_ELEMENTS, IN_LIST, IN_MAP
cdef Py_ssize_t _MAX_PLANS
cdef int _MAX_REPLACEMENTS, _MAX_ANNOTATION_DEPTH

@cython.final
cdef class _TypeString:
    cdef readonly str text

@cython.final
cdef class Encoder:
    cdef object _resolver
    cdef dict _plans
    cdef object _last_kind
    cdef EncodePlan _last_plan
    cdef native.NativeOut* _out
    cdef native.NativeMemo* _memo
    cdef Py_ssize_t _next_handle
    cdef list _objects
    cdef dict _type_strings
    cdef list _frames
    cdef Py_ssize_t _top
    cdef bint _running
    cdef object _unshared
    cdef int _annotation_depth

    cpdef write_object(self, obj)
    cpdef reset(self)
    cpdef take(self)
    cpdef restart(self)
    cdef int _check_idle(self) except -1
    cdef int _forget(self) except -1
    @cython.locals(mark=Py_ssize_t, handle=Py_ssize_t, objects=Py_ssize_t)
    cdef int _write(self, obj, bint unshared) except -1
    cdef int _give_back(self, Py_ssize_t objects) except -1
    @cython.locals(plan=EncodePlan, shape=int)
    cdef object _value(self, obj)
    cdef object _value_as(self, EncodePlan plan, obj)
    @cython.locals(frame=EncoderFrame, descriptor=ClassDescriptor, width=int)
    cdef int _compound(self, EncodePlan plan, int shape, obj) except -1
    cdef object _replacement(self, EncodePlan plan, obj)
    cdef EncodePlan _find_plan(self, kind, obj)
    @cython.locals(handle=Py_ssize_t)
    cdef bint _reference(self, obj) except -1
    cdef int _assign_handle(self, obj) except -1
    @cython.locals(out='native.NativeOut*')
    cdef int _string(self, text) except -1
    @cython.locals(small=EncodePlan, large=EncodePlan, huge=EncodePlan, size=int)
    cdef int _integer(self, EncodePlan plan, number) except -1
    @cython.locals(handle=Py_ssize_t)
    cdef int _start_box(self, ClassDescriptor descriptor) except -1
    cdef int _start_object(self, ClassDescriptor descriptor, obj) except -1
    cdef int _start_array(self, ClassDescriptor descriptor, obj, Py_ssize_t length) except -1
    @cython.locals(frame=EncoderFrame)
    cdef int _reduced(self, EncodePlan plan, obj) except -1
    cdef int _primitive(self, int code, value) except -1
    @cython.locals(size=Py_ssize_t, frame=EncoderFrame)
    cdef int _list(self, EncodePlan plan, items) except -1
    @cython.locals(size=Py_ssize_t, capacity='long long', frame=EncoderFrame)
    cdef int _map(self, EncodePlan plan, mapping) except -1
    @cython.locals(top=Py_ssize_t, i=Py_ssize_t)
    cdef object _step_list(self, EncoderFrame frame)
    @cython.locals(top=Py_ssize_t)
    cdef object _step_map(self, EncoderFrame frame)
    cdef int _end_of_collection(self, EncoderFrame frame) except -1
    cdef object _descriptor(self, ClassDescriptor descriptor)
    @cython.locals(start=Py_ssize_t, raw=bytes, objects=list)
    cdef object _first_descriptor(self, ClassDescriptor descriptor)
    @cython.locals(out='native.NativeOut*')
    cdef object _new_descriptor(self, ClassDescriptor descriptor)
    @cython.locals(floor=Py_ssize_t)
    cdef int _annotation_whole(self, contents) except -1
    cdef int _name(self, name) except -1
    cdef object _type_string(self, text)
    @cython.locals(frame=EncoderFrame)
    cdef EncoderFrame _push(self, int kind, EncodePlan plan, obj)
    @cython.locals(frame=EncoderFrame)
    cdef int _pop(self) except -1
    @cython.locals(kind=int)
    cdef int _step(self, EncoderFrame frame) except -1
    @cython.locals(plan=EncodePlan, steps='const unsigned char*', length=Py_ssize_t, top=Py_ssize_t, i=Py_ssize_t, code=int, below=EncoderFrame)
    cdef object _step_fields(self, EncoderFrame frame)
    @cython.locals(top=Py_ssize_t)
    cdef object _step_items(self, EncoderFrame frame)
    @cython.locals(top=Py_ssize_t, plan=EncodePlan)
    cdef object _step_elements(self, EncoderFrame frame)
    @cython.locals(out='native.NativeOut*', start=Py_ssize_t, size=Py_ssize_t, length=Py_ssize_t)
    cdef int _block_data(self, data) except -1
