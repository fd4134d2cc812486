"""A Java class whose ``writeObject`` writes other data than the fields it declares, read without knowing it."""

from __future__ import annotations

import subprocess

import bridge

from .harness import Harness, command


def test_objects_of_an_unruly_class_are_read_and_given_back(java: Harness) -> None:
    words = command(java.jdk, "bridge.cases.Unruly", "write")
    data = subprocess.run(words, stdout=subprocess.PIPE, check=True, timeout=60).stdout

    found = bridge.loads(data)

    assert all(obj.__java_class__.is_or_extends("bridge.cases.Unruly") for obj in found)
    assert found[1].kept == 9
    assert bridge.Document.parse(data).to_bytes() == data
    subprocess.run(command(java.jdk, "bridge.cases.Unruly", "check"), input=bridge.dumps(found), check=True, timeout=60)
