"""The types that are declared for a message beside its record: numbers with names, flags, and what a choice may be."""

from __future__ import annotations

from .java_expressions import fits_int, number, string
from .java_names import Names, constant_name, member_name
from .java_types import Declared, Types
from .layout_model import FieldValue, Flags, Labels, range_of

__all__ = ["Lines", "indented", "javadoc", "lines_of_choice", "lines_of_flags", "lines_of_labels"]

#: Lines of a source, without their ends.
Lines = list[str]


def indented(lines: Lines, levels: int = 1) -> Lines:
    return [f"{'    ' * levels}{line}" if line else "" for line in lines]


def javadoc(text: str) -> str:
    """A text on one line that ends no comment and begins no tag."""
    line = " ".join(text.split())
    for character, entity in (
        ("&", "&amp;"),
        ("<", "&lt;"),
        (">", "&gt;"),
        ("@", "&#64;"),
        ("*/", "*&#47;"),
        ("\\", "&#92;"),
    ):
        line = line.replace(character, entity)
    return line.encode("ascii", "xmlcharrefreplace").decode()


def lines_of_labels(name: str, layout: Labels) -> Lines:
    """The type of a number with names: an enum where the others are refused, else a record."""
    names = Names("constant")
    constants = [
        (names.take(constant_name(label, layout.path), label, layout.path), label, value)
        for label, value in layout.labels
    ]
    low, high = range_of(FieldValue(0, (), layout.number))
    type_ = "int" if fits_int(low, high) else "long"
    if layout.closed:
        return [
            f"/** The names of {javadoc(layout.name or layout.path)}; other numbers are refused. */",
            f"public enum {name} {{",
            *indented([f"{constant}({number(value)}){';' if i == len(constants) - 1 else ','}"
                       for i, (constant, _, value) in enumerate(constants)]),
            "",
            f"    private final {type_} number;",
            "",
            f"    {name}({type_} number) {{",
            "        this.number = number;",
            "    }",
            "",
            "    /** What stands for it on the wire. */",
            f"    public {type_} number() {{",
            "        return number;",
            "    }",
            "",
            f"    static {name} of(FrameReader in, String field, long number) throws WireException {{",
            f"        for ({name} each : values()) {{",
            "            if (each.number == number) {",
            "                return each;",
            "            }",
            "        }",
            f'        throw in.refused(field, number + " is no {name}");',
            "    }",
            "}",
        ]  # fmt: skip
    # Of two names for a number, the later one is what it is read as.
    shown = {value: label for _, label, value in constants}
    return [
        f"/** The number {javadoc(layout.path)}, of which some values have names. */",
        f"public record {name}({type_} number) {{",
        *indented([f"public static final {name} {constant} = new {name}({number(value)});"
                   for constant, _, value in constants]),
        "",
        "    @Override",
        "    public String toString() {",
        *(line for value, label in shown.items() for line in
          (f"        if (number == {number(value)}) {{", f"            return {string(label)};", "        }")),
        f"        return {'Integer.toString(number)' if type_ == 'int' else _long_shown(low)};",
        "    }",
        "}",
    ]  # fmt: skip


def _long_shown(low: int) -> str:
    return "Long.toUnsignedString(number)" if low >= 0 else "Long.toString(number)"


def lines_of_flags(name: str, layout: Flags) -> Lines:
    names = Names("flag")
    flags = [(names.take(member_name(flag, layout.path), flag, layout.path), mask) for flag, mask in layout.flags]
    return [
        f"/** The bits of {javadoc(layout.path)} that have names; others are not kept. */",
        f"public record {name}({', '.join(f'boolean {flag}' for flag, _ in flags)}) {{",
        f"    static {name} of(long bits) {{",
        f"        return new {name}(",
        *(f"                (bits & {number(mask)}) == {number(mask)}{');' if i == len(flags) - 1 else ','}"
          for i, (_, mask) in enumerate(flags)),
        "    }",
        "",
        "    long bits() {",
        "        long bits = 0;",
        *(f"        bits |= {flag} ? {number(mask)} : 0;" for flag, mask in flags),
        "        return bits;",
        "    }",
        "}",
    ]  # fmt: skip


def lines_of_choice(declared: Declared, types: Types) -> Lines:
    """The sealed interface of a choice, and a record around each alternative that is none."""
    names = ", ".join(dict.fromkeys(each.type.name for each in declared.alternatives.values()))
    lines = [
        f"/** What {javadoc(declared.layout.path)} may be. */",
        f"public sealed interface {declared.name} permits {names} {{}}",
    ]
    for each in declared.alternatives.values():
        if each.is_wrapped:
            inner = types.of(each.layout, "")
            lines += [
                "",
                f"/** {javadoc(each.layout.path)}. */",
                f"public record {each.type.name}({inner.text} value) implements {declared.name} {{}}",
            ]
    return lines
