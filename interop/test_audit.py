"""What a real Java writes is judged for what it is: no case of the harness is dangerous, and what is suspect is so."""

from __future__ import annotations

from collections import defaultdict

from bridge.tools.audit import audit
from interop.harness import Harness


def test_honest_streams_are_not_dangerous(java: Harness) -> None:
    suspects: defaultdict[str, set[str]] = defaultdict(set)
    for case in [*java.words("list"), *java.words("list-streams")]:
        report = audit(java.write(case))
        for finding in report.findings:
            assert finding.level == "suspect", f"{case}: {finding}"
            suspects[finding.pattern.id].add(case)
        assert report.error is None or case == "stream/protocol-version-1-externalizable", case
    cases = set(java.words("list"))
    assert {case for case in cases if case.startswith("proxy/")} <= suspects["proxy"]
    assert {case for case in cases if case.startswith("lambda/")} <= suspects["serialized-lambda"]
    assert {case.partition("/")[0] for case in suspects.pop("deep-nesting")} == {"deep"}
    assert suspects.pop("nested-stream") == {"value/marshalled-object"}
    assert suspects.pop("nested-stream-holder") == {"value/marshalled-object", "value/marshalled-null"}
    assert set(suspects) == {"proxy", "serialized-lambda"}
