cimport cython
from . cimport native, native_leaves
from .descriptors cimport ClassDescriptor
from .encoder_frame cimport EncoderFrame
from .plan cimport EncodePlan
from .plan_finder cimport PlanFinder

cdef int ANNOTATION, ARRAY_FIELD, OBJECT_FIELD
cdef int TC_CLASS, TC_ENDBLOCKDATA, TC_ENUM, TC_EXCEPTION, TC_NULL, TC_RESET
cdef int TC_STRING
cdef long long BASE_WIRE_HANDLE
cdef int BIG_INTEGER, BOOLEAN, BOXED, BYTES, CHARS, CLASS, CONSTANT, DATA, DESCRIPTOR, DOUBLE, ELEMENTS, FIELDS
cdef int INTEGER, ITEMS, LIST_OF, MAP_OF, NULL, NUMBERS, PRIMITIVES, REDUCE, REPLACE, SCALED, STRING
cdef int IN_FIELDS, IN_ITEMS, IN_ELEMENTS, IN_LIST, IN_MAP
cdef int _MAX_REPLACEMENTS, _MAX_ANNOTATION_DEPTH

cdef class Encoder(PlanFinder):
    cdef bint _running
    cdef int _annotation_depth

    cpdef write_object(self, obj)
    @cython.locals(plan=EncodePlan)
    cpdef bytes write_alone(self, obj)
    cpdef write_contents(self, contents)
    cpdef reset(self)
    cpdef take(self)
    cpdef restart(self)
    cpdef finish(self)
    @cython.final
    cdef int _check_idle(self) except -1
    @cython.final
    @cython.locals(mark=Py_ssize_t, handle=Py_ssize_t, objects=Py_ssize_t)
    cdef int _write(self, obj, bint unshared, bint several) except -1
    @cython.final
    cdef int _begin(self) except -1
    @cython.final
    cdef int _finish(self) except -1
    @cython.final
    @cython.locals(i=Py_ssize_t)
    cdef int _several(self, list contents) except -1
    @cython.final
    @cython.locals(plan=EncodePlan, shape=int)
    cdef object _value(self, obj)
    @cython.final
    @cython.locals(box=EncodePlan, size=int)
    cdef bint _leaf(self, obj) except -1
    @cython.final
    @cython.locals(i=Py_ssize_t)
    cdef Py_ssize_t _leaves(self, items, Py_ssize_t holders) except -1
    @cython.final
    cdef object _value_as(self, EncodePlan plan, obj)
    @cython.final
    @cython.locals(frame=EncoderFrame, descriptor=ClassDescriptor, width=int)
    cdef int _compound(self, EncodePlan plan, int shape, obj) except -1
    @cython.final
    @cython.locals(frame=EncoderFrame, i=Py_ssize_t, contents=list)
    cdef object _items(self, EncodePlan plan, obj)
    @cython.final
    cdef object _replacement(self, EncodePlan plan, obj)
    @cython.final
    @cython.locals(plan=EncodePlan, count=Py_ssize_t, frame=EncoderFrame)
    cdef Py_ssize_t _instances(self, items, Py_ssize_t i) except -1
    @cython.final
    cdef int _text(self, str text) except -1
    @cython.final
    @cython.locals(i=Py_ssize_t, frame=EncoderFrame)
    cdef object _object(self, EncodePlan plan, obj)
    @cython.final
    @cython.locals(handle=Py_ssize_t)
    cdef Py_ssize_t _instance(self, EncodePlan plan, obj) except -1
    @cython.final
    cdef bint _begin_object(self, EncodePlan plan, obj) except -1
    @cython.final
    @cython.locals(links=list, count=Py_ssize_t)
    cdef Py_ssize_t _last_field(self, EncoderFrame frame, EncodePlan plan, obj) except -1
    @cython.final
    @cython.locals(frame=EncoderFrame)
    cdef int _reduced(self, EncodePlan plan, obj) except -1
    @cython.final
    @cython.locals(size=Py_ssize_t, i=Py_ssize_t, frame=EncoderFrame)
    cdef object _list(self, EncodePlan plan, items)
    @cython.final
    @cython.locals(frame=EncoderFrame)
    cdef EncoderFrame _frame_of_list(self, EncodePlan plan, items)
    @cython.final
    @cython.locals(items=list, size=Py_ssize_t, i=Py_ssize_t, holders=Py_ssize_t, frame=EncoderFrame)
    cdef object _map(self, EncodePlan plan, mapping)
    @cython.final
    @cython.locals(top=Py_ssize_t, i=Py_ssize_t)
    cdef object _step_list(self, EncoderFrame frame)
    @cython.final
    @cython.locals(top=Py_ssize_t, i=Py_ssize_t, holders=Py_ssize_t)
    cdef object _step_map(self, EncoderFrame frame)
    @cython.final
    cdef int _end_of_map(self, EncodePlan plan, mapping) except -1
    @cython.final
    @cython.locals(size=Py_ssize_t, index=Py_ssize_t, plan=EncodePlan)
    cdef object _go_on_within(self, EncoderFrame frame)
    @cython.locals(floor=Py_ssize_t)
    cdef int _annotation_whole(self, contents) except -1
    @cython.final
    @cython.locals(kind=int)
    cdef int _step(self, EncoderFrame frame) except -1
    @cython.final
    @cython.locals(plan=EncodePlan, steps='const unsigned char*', length=Py_ssize_t, top=Py_ssize_t, i=Py_ssize_t, code=int, below=EncoderFrame, inner=EncodePlan)
    cdef object _step_fields(self, EncoderFrame frame)
    @cython.final
    @cython.locals(top=Py_ssize_t)
    cdef object _step_items(self, EncoderFrame frame)
    @cython.final
    @cython.locals(top=Py_ssize_t, plan=EncodePlan)
    cdef object _step_elements(self, EncoderFrame frame)
