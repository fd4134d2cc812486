"""Code generation: what class files become as Python source, and that the source is a module that works."""

from __future__ import annotations

import ast
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mypy import api as mypy

import bridge
from bridge import Registry
from bridge.errors import SchemaError
from bridge.mapping import declare
from bridge.mapping.classfile import ACC_ENUM, ACC_FINAL, ACC_PRIVATE, ACC_PUBLIC, ACC_STATIC, ACC_TRANSIENT
from bridge.mapping.generate import generate
from bridge.mapping.signatures import JavaType, parse_type
from tests.mapping.class_writer import WRITE_OBJECT, class_file

JAR = Path(__file__).parent / "classes" / "serial_versions.jar"

CLASSES = {
    "com.example.Document": class_file(
        "com.example.Document",
        fields=[("id", "J", ACC_PRIVATE), ("name", "Ljava/lang/String;", ACC_PRIVATE)],
        flags=ACC_PUBLIC | 0x400,
    ),
    "com.example.Order": class_file(
        "com.example.Order",
        "com.example.Document",
        [
            ("count", "Ljava/lang/Integer;", ACC_PRIVATE),
            ("tags", "Ljava/util/List;", ACC_PRIVATE, "Ljava/util/List<Ljava/lang/String;>;"),
            ("totals", "Ljava/util/HashMap;", 0, "Ljava/util/HashMap<Ljava/lang/String;Ljava/lang/Long;>;"),
            ("names", "[Ljava/lang/String;", 0),
            ("grid", "[[I", 0),
            ("data", "[B", 0),
            ("from", "Lcom/example/Order$Customer;", 0),
            ("list", "Ljava/util/Set;", 0),
            ("mood", "Lcom/example/Mood;", 0),
            ("shape", "Lcom/example/Shape;", 0),
            ("when", "Ljava/time/LocalDate;", 0),
            ("price", "Ljava/math/BigDecimal;", 0),
            ("huge", "Ljava/math/BigInteger;", 0),
            ("any", "Ljava/lang/Object;", 0, "TT;"),
            ("name", "C", 0),
            ("a$b", "Z", 0),
            ("__hidden", "F", 0),
            ("cache", "D", ACC_TRANSIENT),
        ],
        interfaces=(),
        uid=42,
    ),
    "com.example.Order$Customer": class_file(
        "com.example.Order$Customer",
        "java.lang.Record",
        [
            ("orders", "Ljava/util/List;", ACC_PRIVATE | ACC_FINAL, "Ljava/util/List<+Lcom/example/Order;>;"),
            ("x", "I", 0),
        ],
        flags=ACC_PUBLIC | ACC_FINAL,
        uid=None,
        is_record=True,
    ),
    "com.example.Mood": class_file(
        "com.example.Mood",
        "java.lang.Enum",
        [(name, "Lcom/example/Mood;", ACC_ENUM | ACC_STATIC) for name in ("HAPPY", "mro", "None", "name", "_x")],
        interfaces=(),
        uid=None,
    ),
    "com.example.Shape": class_file("com.example.Shape", flags=0x601),
    "com.example.Written": class_file("com.example.Written", fields=[("x", "I", 0)], methods=[WRITE_OBJECT], uid=7),
    "com.example.External": class_file("com.example.External", interfaces=("java.io.Externalizable",)),
    "com.example.ExternalChild": class_file("com.example.ExternalChild", "com.example.External", interfaces=()),
    "com.example.Names": class_file("com.example.Names", "java.util.ArrayList"),
    "com.example.Plain": class_file("com.example.Plain", interfaces=()),
    "org.example.Order": class_file("org.example.Order"),
}

ORDER = '''"""Java classes as Python classes. Written by ``python -m bridge gen``: run it again to change them."""

from __future__ import annotations

import datetime
import enum
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

import bridge


@bridge.java_class("com.example.Document", serial_version_uid=1)
@dataclass(eq=False, slots=True)
class Document:
    """Java's ``com.example.Document``."""

    id: bridge.jlong = 0
    name: str | None = None


@bridge.java_enum("com.example.Mood", names={"mro_": "mro", "name_": "name", "JAVA_x": "_x"})
class Mood(enum.Enum):
    """Java's ``com.example.Mood``."""

    HAPPY = "HAPPY"
    mro_ = "mro"
    None_ = "None"
    name_ = "name"
    JAVA_x = "_x"


@bridge.java_class("com.example.Order", serial_version_uid=42)
@dataclass(eq=False, slots=True)
class Order(Document):
    """Java's ``com.example.Order``."""

    count: bridge.jint | None = None
    tags: list[str] | None = None
    totals: Annotated[dict[str, bridge.Long] | None, bridge.JavaField(type="java.util.HashMap")] = None
    names: Annotated[list[str] | None, bridge.JavaField(type="java.lang.String[]")] = None
    grid: Annotated[list[bridge.jint_array] | None, bridge.JavaField(type="int[][]")] = None
    data: bytes | None = None
    from_: OrderCustomer | None = None
    list_: Annotated[set[Any] | None, bridge.JavaField(name="list")] = None
    mood: Mood | None = None
    shape: Annotated[Any, bridge.JavaField(type="com.example.Shape")] = None
    when: datetime.date | None = None
    price: Decimal | None = None
    huge: Annotated[int | None, bridge.JavaField(type="java.math.BigInteger")] = None
    any: Any = None
    name_of_Order: Annotated[bridge.jchar, bridge.JavaField(name="name")] = "\\0"
    a_b: Annotated[bridge.jboolean, bridge.JavaField(name="a$b")] = False
    java__hidden: Annotated[bridge.jfloat, bridge.JavaField(name="__hidden")] = 0.0


@bridge.java_class("com.example.Order$Customer", record=True)
@dataclass(frozen=True, slots=True)
class OrderCustomer:
    """Java's ``com.example.Order$Customer``."""

    orders: list[Order] | None
    x: bridge.jint
'''


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, data in CLASSES.items():
        file = tmp_path.joinpath(*name.split(".")).with_suffix(".class")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return tmp_path


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Registry:
    """What an imported module declares without saying where."""
    registry = bridge.default_registry.copy()
    monkeypatch.setattr(declare, "default_registry", registry)
    return registry


@pytest.fixture
def imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, registry: Registry) -> Callable[[str], Any]:
    """Imports the text of a module."""

    def import_text(text: str) -> Any:
        file = tmp_path / "models_that_were_generated.py"
        file.write_text(text, "utf-8")
        spec = importlib.util.spec_from_file_location(file.stem, file)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, file.stem, module)
        spec.loader.exec_module(module)
        return module

    return import_text


def class_names(text: str) -> list[str]:
    return [node.name for node in ast.parse(text).body if isinstance(node, ast.ClassDef)]


def test_a_class_and_all_that_it_refers_to_become_a_module(folder: Path) -> None:
    assert generate([folder], ["com.example.Order"]) == ORDER


def test_the_text_does_not_depend_on_the_order_of_the_request(folder: Path) -> None:
    names = ["com.example.Written", "com.example.Order", "com.example.Mood"]
    assert generate([folder], names) == generate([str(folder)], reversed(names))


def test_the_module_works(folder: Path, imported: Callable[[str], Any], registry: Registry) -> None:
    models = imported(ORDER)
    order = models.Order(
        id=5, count=3, totals={"a": bridge.Long(1)}, names=["x"], grid=[[1], []], mood=models.Mood.mro_
    )
    order.from_ = models.OrderCustomer([order], 1)
    back = bridge.loads(bridge.dumps(order, registry=registry), registry=registry)
    assert type(back) is models.Order
    assert back.from_.orders[0] is back
    assert (back.id, back.count, back.totals, back.mood) == (5, 3, {"a": 1}, models.Mood.mro_)
    java = bridge.loads(bridge.dumps(order, registry=registry))
    assert [name for name, _ in java.__java_class__.fields][:3] == ["__hidden", "a$b", "name"]
    assert java["com.example.Document", "id"] == 5


def test_what_a_class_writes_itself_is_kept(folder: Path, imported: Callable[[str], Any], registry: Registry) -> None:
    models = imported(generate([folder], ["com.example.Written", "com.example.ExternalChild"]))
    data = [bridge.BlockData(b"\0\1"), "object", bridge.BlockData(b"\2")]
    written = models.Written(x=1, java_data_of_Written=data)
    external = models.ExternalChild(java_data=data)
    back = bridge.loads(bridge.dumps([written, external], registry=registry), registry=registry)
    assert back[0].java_data_of_Written == data
    assert back[1].java_data == data
    assert isinstance(back[1], models.External)


def test_a_package_gives_what_can_be_declared_of_it(folder: Path) -> None:
    assert class_names(generate([folder], ["com.example.*"])) == [
        *("Document", "External", "ExternalChild", "Mood", "Order", "OrderCustomer", "Written"),
    ]


def test_namesakes_of_two_packages_have_the_package_in_their_names(folder: Path) -> None:
    text = generate([folder], ["org.example.Order", "com.example.Order"])
    assert class_names(text)[-1] == "OrgExampleOrder"
    assert "from_: OrderCustomer | None" in text
    assert "orders: list[ComExampleOrder] | None" in text


def test_a_jar_is_a_class_path_too(imported: Callable[[str], Any]) -> None:
    models = imported(generate([JAR], ["bridge.cases.*"]))
    assert models.SerialVersionsRecord(1, "text").number == 1
    assert list(models.SerialVersionsEnum.__members__) == ["ONE"]


def test_type_checkers_find_no_fault(folder: Path) -> None:
    text = generate([folder, JAR], ["com.example.*", "bridge.cases.*"])
    (folder / "models.py").write_text(text, "utf-8")
    (folder / "uses.py").write_text(
        "import models\n"
        'order = models.Order(id=1, tags=["a"], mood=models.Mood.HAPPY, grid=[], data=b"")\n'
        "number: int = order.id\n"
        'order.id = "text"\n',
        "utf-8",
    )
    files = [str(folder / "models.py"), str(folder / "uses.py")]
    report, errors, _ = mypy.run(["--strict", "--follow-imports=silent", "--no-error-summary", *files])
    assert errors == ""
    about_them = [line for line in report.splitlines() if "models.py" in line or "uses.py" in line]
    assert len(about_them) == 1, report
    assert 'uses.py:4: error: Incompatible types in assignment (expression has type "str"' in about_them[0]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("com.example.Nowhere", "com.example.Nowhere is not on the class path"),
        ("com.example.Plain", "com.example.Plain is not serializable"),
        ("com.example.Shape", "com.example.Shape is an interface"),
        ("com.example.Names", "java.util.ArrayList is not on the class path"),
        ("com.nowhere.*", "there are no classes in com.nowhere on the class path"),
        ("com/example/Order", "Java's binary name is com.example.Order"),
    ],
)
def test_a_class_that_cannot_be_generated_is_told_why(name: str, says: str, folder: Path) -> None:
    with pytest.raises(SchemaError) as caught:
        generate([folder], [name])
    assert says in str(caught.value)


# ---- types with parameters

STRING = JavaType("java.lang.String")


@pytest.mark.parametrize(
    ("signature", "descriptor", "expected"),
    [
        (None, "I", JavaType("I")),
        (None, "[[J", JavaType("J", (), 2)),
        (None, "Ljava/lang/String;", STRING),
        ("Lp/A<Ljava/lang/String;>;", "Lp/A;", JavaType("p.A", (STRING,))),
        ("[Lp/A<[I*-Ljava/lang/String;>;", "[Lp/A;", JavaType("p.A", (
            JavaType("I", (), 1), JavaType("java.lang.Object"), STRING), 1)),
        ("Lp/A<TT;>.B<TU;>;", "Lp/A$B;", JavaType("p.A$B", (JavaType("java.lang.Object"),))),
        ("TT;", "Ljava/lang/String;", STRING),
        ("Lp/A<", "Lp/A;", JavaType("p.A")),
        ("Lp/A", "Lp/A;", JavaType("p.A")),
        ("", "Lp/A;", JavaType("p.A")),
        ("T", "Lp/A;", JavaType("p.A")),
        ("Lp/A<" * 1000 + "*" + ">;" * 1000, "Lp/A;", JavaType("p.A")),
        ("[" * 100_000, "Lp/A;", JavaType("p.A")),
    ],
)  # fmt: skip
def test_a_signature_is_read_as_far_as_it_makes_sense(
    signature: str | None, descriptor: str, expected: JavaType
) -> None:
    assert parse_type(signature, descriptor) == expected
