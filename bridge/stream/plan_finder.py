# cython: language_level=3, annotation_typing=False, auto_pickle=False, boundscheck=False, wraparound=False
"""The upper middle of the encoder: which plan a value is written by, and which classes are not written at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import EncodeError, NotSerializableError
from ..gadgets import why_refused
from . import native
from .number_writer import NumberWriter
from .plan import BOOLEAN, DOUBLE, INTEGER, LIST_OF

if TYPE_CHECKING:
    from .plan import EncodeResolver

#: Plans found by type that an encoder keeps when it begins another stream.
_MAX_PLANS = 1000


class PlanFinder(NumberWriter):
    """Asks the resolver once for each type. Classes that attacks are made of are refused; see `bridge.gadgets`."""

    def __init__(self, resolver: EncodeResolver, allow_gadgets: bool) -> None:
        super().__init__()
        self._resolver = resolver
        self._allow_gadgets = allow_gadgets
        # Whether nothing is written that code of the program gives: see `write_alone`.
        self._only_data = native.COMPILED and not resolver.runs_code
        self._harmless: set[Any] = set()  # descriptors that were judged, of those that a plan does not know
        self._plans: dict[type, Any] = {}
        self._near = native.near_new()  # some of them
        self._last_kind: Any = None
        self._last_plan: Any = None
        # What `Encoder._leaf` writes without asking again; None where the resolver has it otherwise.
        integer = self._usual_plan(int, INTEGER)
        self._int_box = None if integer is None else integer.alternatives[0]
        self._long_box = None if integer is None else integer.alternatives[1]
        self._double_box = self._usual_plan(float, DOUBLE)
        self._boolean_box = self._usual_plan(bool, BOOLEAN)
        lists = self._usual_plan(list, LIST_OF)
        boxes = (self._int_box, self._long_box, self._double_box, self._boolean_box, lists)
        self._boxes = tuple([None if box is None else box.descriptor for box in boxes])

    def _usual_plan(self, kind: type, shape: int) -> Any:
        plan = self._resolver.encode_plan(kind)
        return plan if plan is not None and plan.shape == shape else None

    def _bound_plans(self) -> None:
        """Between two streams: plans do not pile up where types are made again and again."""
        if len(self._plans) > _MAX_PLANS:
            self._plans = {}
            self._near = native.near_new()
            self._last_kind = None
            self._last_plan = None

    def _plan_for(self, kind: Any, obj: Any) -> Any:
        plan = self._plans.get(kind)
        if plan is None:
            plan = self._find_plan(kind, obj)
        native.near_put(self._near, kind, plan)
        return plan

    def _find_plan(self, kind: Any, obj: Any) -> Any:
        plan = self._resolver.encode_plan(kind)
        if plan is None:
            raise NotSerializableError(
                f"{kind.__module__}.{kind.__qualname__} has no Java class: register it with "
                "bridge.java_class, or write a value that has one"
            )
        if plan.descriptor is not None and not self._allow_gadgets:
            self._refuse_gadget(plan.descriptor)
        self._plans[kind] = plan
        return plan

    def _instance_plan(self, check: Any, value: Any) -> Any:
        """The plan of an instance that is no more than slots; None for all else, and for what is not known yet."""
        kind = type(value)
        plan = None if check is None else check.get(kind)
        if plan is None:
            if check is not None and kind not in check:
                return None
            plan = self._last_plan if kind is self._last_kind else self._plans.get(kind)
        return plan if plan is not None and plan.plain else None

    def _judge(self, descriptor: Any) -> None:
        """Refuses, likewise once, a class that an adapter names for one object."""
        if descriptor not in self._harmless and not self._allow_gadgets:
            self._refuse_gadget(descriptor)
            if len(self._harmless) >= _MAX_PLANS:
                self._harmless.clear()
            self._harmless.add(descriptor)

    def _refuse_gadget(self, descriptor: Any) -> None:
        """Raises EncodeError for what belongs to a known gadget chain. Asked once for each class."""
        reason = why_refused([level.name for level in reversed(descriptor.chain)])
        if reason is not None:
            raise EncodeError(reason)
