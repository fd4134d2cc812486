cimport cython
from . cimport native
from .number_writer cimport NumberWriter
from .plan cimport EncodePlan

cdef int BOOLEAN, DOUBLE, INTEGER, LIST_OF
cdef Py_ssize_t _MAX_PLANS

cdef class PlanFinder(NumberWriter):
    cdef object _resolver
    cdef bint _allow_gadgets
    cdef bint _only_data
    cdef set _harmless
    cdef dict _plans
    cdef list _near
    cdef object _last_kind
    cdef EncodePlan _last_plan
    cdef EncodePlan _int_box, _long_box, _double_box, _boolean_box
    cdef tuple _boxes

    @cython.final
    cdef int _bound_plans(self) except -1
    @cython.final
    cdef EncodePlan _find_plan(self, kind, obj)
    @cython.final
    @cython.locals(plan=EncodePlan)
    cdef EncodePlan _plan_for(self, kind, obj)
    @cython.final
    @cython.locals(plan=EncodePlan)
    cdef EncodePlan _instance_plan(self, check, value)
    @cython.final
    cdef int _judge(self, descriptor) except -1
